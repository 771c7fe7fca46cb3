package org.vgictrace.parser.perf;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.vgictrace.parser.diag.Diagnostics;
import org.vgictrace.parser.record.Metadata;

/** What a file says of the recording, collected while it is read. */
final class Recording {
  /** Formats of the tracepoints. */
  final Metadata metadata = new Metadata();

  final Diagnostics diagnostics = metadata.diagnostics();

  /** Events in the order of the file. */
  final List<EventAttr> attrs = new ArrayList<>();

  final EventIds ids = new EventIds();

  /** Bytes of the kernel's {@code long} on the recorded machine. */
  int longBytes = Long.BYTES;

  @Nullable String host;
  @Nullable String release;
  @Nullable String arch;

  /** Version of perf. */
  @Nullable String tool;

  @Nullable String commandLine;

  /** CPUs that the machine has, 0 if the file does not say. */
  int cpus;

  /** What to add to a time stamp to get wall-clock time, 0 if unknown. */
  long wallOffsetNs;

  boolean compressed;

  /** Adds an event. */
  int add(EventAttr attr) {
    attrs.add(attr);
    return attrs.size() - 1;
  }

  /** Whether samples of all events have their parts in the same places. */
  boolean isUniform() {
    for (EventAttr attr : attrs) {
      if (attr.sampleType != attrs.get(0).sampleType) {
        return false;
      }
    }
    return true;
  }

  /**
   * The attribute of an event id; the only attribute, whatever the id, if there is one only.
   *
   * @return null if no attribute has it
   */
  @Nullable EventAttr attrOf(long id) {
    int found = ids.attr(id);
    return found < 0 ? null : attrs.get(found);
  }
}
