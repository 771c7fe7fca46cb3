package org.vgictrace.parser.qemulog;

/**
 * What stands before the text of an event:
 *
 * <pre>
 * 23998@1795172028.526739:gicv3_ich_hcr_write GICv3 ICH_HCR_EL2 write cpu 0x0 value 0x1
 * thread  seconds  micro- event               text
 *                  seconds
 * </pre>
 *
 * Without {@code -msg timestamp=on} the line begins with the event. Reused for every line.
 */
final class LinePrefix {
  /** Seconds whose nanoseconds still fit a long. */
  private static final long SECONDS_MAX = Long.MAX_VALUE / 1_000_000_000L - 1;

  private static final int FRACTION_DIGITS = 6;

  /** Longest name of an event. */
  static final int NAME_BYTES_MAX = 128;

  /** Whether there is a thread and a time. */
  boolean stamped;

  /** Thread, -1 if it is not there or no thread number. */
  int thread;

  /** Nanoseconds, 0 without a time. */
  long time;

  int nameStart;
  int nameEnd;

  /** Where the text begins. */
  int textStart;

  /**
   * Takes a line in.
   *
   * @return false if it is no line of an event: it has neither a prefix nor the name of an event of
   *     the GIC
   */
  boolean read(byte[] b, int start, int end) {
    int p = start;
    stamped = false;
    thread = -1;
    time = 0;
    if (isDigit(b[p])) {
      p = stamp(b, p);
      if (p < 0) {
        return false;
      }
      stamped = true;
    }
    nameStart = p;
    while (isNameByte(b[p])) {
      p++;
    }
    nameEnd = p;
    int length = nameEnd - nameStart;
    if (length == 0 || length > NAME_BYTES_MAX || p < end && b[p] != ' ') {
      return false;
    }
    textStart = Math.min(p + 1, end);
    return stamped || isGic(b) && p < end;
  }

  private int stamp(byte[] b, int from) {
    int p = from;
    long id = 0;
    for (; isDigit(b[p]); p++) {
      id = Math.min(id * 10 + b[p] - '0', Integer.MAX_VALUE + 1L);
    }
    if (b[p++] != '@') {
      return -1;
    }
    long seconds = 0;
    int digits = p;
    for (; isDigit(b[p]); p++) {
      seconds = Math.min(seconds * 10 + b[p] - '0', SECONDS_MAX + 1);
    }
    if (p == digits || seconds > SECONDS_MAX || b[p++] != '.') {
      return -1;
    }
    int micros = 0;
    for (int i = 0; i < FRACTION_DIGITS; i++) {
      if (!isDigit(b[p])) {
        return -1;
      }
      micros = micros * 10 + b[p++] - '0';
    }
    if (b[p] != ':') {
      return -1;
    }
    thread = id > Integer.MAX_VALUE ? -1 : (int) id;
    time = seconds * 1_000_000_000L + micros * 1_000L;
    return p + 1;
  }

  private boolean isGic(byte[] b) {
    return b[nameStart] == 'g'
        && b[nameStart + 1] == 'i'
        && b[nameStart + 2] == 'c'
        && (b[nameStart + 3] == '_' || b[nameStart + 3] == 'v');
  }

  static boolean isDigit(byte b) {
    return b >= '0' && b <= '9';
  }

  private static boolean isNameByte(byte b) {
    return b >= 'a' && b <= 'z' || b == '_' || isDigit(b) || b >= 'A' && b <= 'Z';
  }
}
