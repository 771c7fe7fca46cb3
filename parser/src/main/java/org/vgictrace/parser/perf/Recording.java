package org.vgictrace.parser.perf;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.vgictrace.parser.diag.Diagnostics;
import org.vgictrace.parser.record.Metadata;

/** What a file says of the recording, collected while it is read. */
final class Recording {
  /** Characters of a recorder that are worth showing; command lines may name a hundred events. */
  private static final int RECORDER_MAX = 240;

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

  /** Whether the samples are in files of their own. */
  boolean directory;

  /** Machine, version of perf and its command line, null if the file tells nothing of it. */
  @Nullable String recorder() {
    StringBuilder text = new StringBuilder();
    text.append(host == null ? "" : host + ": ");
    text.append(tool == null ? "" : "perf " + tool + ": ");
    text.append(commandLine == null ? "" : commandLine);
    if (text.length() > RECORDER_MAX) {
      return text.substring(0, RECORDER_MAX) + "...";
    }
    return text.isEmpty() ? null : text.toString();
  }

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
   * The attribute of an event id.
   *
   * @return null if no attribute has it
   */
  @Nullable EventAttr attrOf(long id) {
    int found = ids.attr(id);
    return found < 0 ? null : attrs.get(found);
  }
}
