package org.vgictrace.parser.perf;

import org.jspecify.annotations.Nullable;

/** What stands at the end of records that are no samples, see {@link SampleLayout}. */
final class Trailers {
  private final Recording recording;
  private final Words words;

  Trailers(Recording recording, Words words) {
    this.recording = recording;
    this.words = words;
  }

  /** Time of a record, 0 if it has none. */
  long time(byte[] bytes, int start, int size) {
    SampleLayout layout = layout(bytes, start, size);
    return layout == null || layout.trailerTime() < 0
        ? 0
        : words.u64(bytes, start + size - layout.trailerBytes() + layout.trailerTime());
  }

  /** Thread of a record, -1 if it has none. */
  int tid(byte[] bytes, int start, int size) {
    SampleLayout layout = layout(bytes, start, size);
    return layout == null || layout.trailerTid() < 0
        ? -1
        : words.s32(bytes, start + size - layout.trailerBytes() + layout.trailerTid());
  }

  /** CPU of a record, -1 if it has none. */
  int cpu(byte[] bytes, int start, int size) {
    SampleLayout layout = layout(bytes, start, size);
    if (layout == null || layout.trailerCpu() < 0) {
      return -1;
    }
    int cpu = words.s32(bytes, start + size - layout.trailerBytes() + layout.trailerCpu());
    return cpu < 0 || cpu >= Limits.CPUS ? -1 : cpu;
  }

  /**
   * How the trailer is laid out. The id, which tells, has the same distance from the end in all
   * events of a recording.
   */
  private @Nullable SampleLayout layout(byte[] bytes, int start, int size) {
    if (recording.attrs.isEmpty()) {
      return null;
    }
    EventAttr attr = recording.attrs.get(0);
    int id = attr.layout.trailerId() - attr.layout.trailerBytes();
    if (recording.attrs.size() > 1
        && attr.layout.trailerId() >= 0
        && size + id >= RecordType.HEADER_BYTES) {
      EventAttr owner = recording.attrOf(words.u64(bytes, start + size + id));
      attr = owner != null ? owner : attr;
    }
    return attr.hasTrailers() && size >= RecordType.HEADER_BYTES + attr.layout.trailerBytes()
        ? attr.layout
        : null;
  }
}
