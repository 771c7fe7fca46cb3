package org.vgictrace.parser.ftracetext;

/**
 * An event's name as a text has it: bare, or with its trace system in front as perf prints it.
 *
 * <pre>
 *   kvm_entry        kvm:kvm_entry        cycles:ppp
 *                    |sys|bare            |all of it: letters that modify an event of the processor
 * </pre>
 */
final class RecordedName {
  private static final String MODIFIERS = "ukhGHIpPSDWebR";

  private RecordedName() {}

  /** Where the name without the system begins; 0 if there is no system. */
  static int bareStart(byte[] name, int start, int end) {
    int colon = start;
    while (colon < end && name[colon] != ':') {
      colon++;
    }
    if (colon == start || colon + 1 >= end) {
      return 0;
    }
    for (int p = colon + 1; p < end; p++) {
      if (MODIFIERS.indexOf(name[p]) < 0) {
        return colon + 1 - start;
      }
    }
    return 0;
  }
}
