package org.vgictrace.parser.xentrace;

/**
 * What every line of {@code xenalyze --dump-all} that stands for a record begins with:
 *
 * <pre>
 * ]  0.002193414 -|x d1v0 vmexit exit_reason VMEXIT_HLT eip ffffffff81a4e8ca
 * | |            |   |    what happened
 * | |            |   the vCPU on that CPU, d?v? or domain 32768 if it is not known
 * | |            one character a CPU; the x is the CPU of the record
 * | seconds since the first record; blank if they are zero
 * ] within an exit of the guest, ! before anything is known of it
 * </pre>
 *
 * <p>Some lines lack the vCPU. Not thread-safe.
 */
final class DumpLine {
  private static final int TIME_BYTES = 14;
  private static final int FRACTION_DIGITS = 9;
  private static final int CPUS_MAX = 4096;
  private static final int VCPU_MAX = 0xffff;
  private static final int DOMAIN_MAX = 0x7fff;

  /** Whether the line has a time; one without has that of the line before. */
  boolean timed;

  /** Nanoseconds since the first record. */
  long time;

  int cpu;

  /** Domain in the upper, vCPU in the lower half; -1 if it is unknown. */
  int vcpu;

  /** Where the vCPU's name begins and ends; equal if there is none. */
  int vcpuStart;

  int vcpuEnd;

  /** Where the text begins. */
  int body;

  /**
   * Reads the beginning of a line.
   *
   * @return false if the line does not begin like that
   */
  boolean read(byte[] b, int start, int end) {
    if (end - start < TIME_BYTES + 6 || b[start] != ' ' && b[start] != ']' && b[start] != '!') {
      return false;
    }
    int p = time(b, start + 1, end);
    if (p < 0 || p >= end || b[p] != ' ') {
      return false;
    }
    p = cpus(b, p + 1, end);
    if (p < 0) {
      return false;
    }
    vcpu = -1;
    vcpuStart = p;
    vcpuEnd = p;
    body = p;
    int next = vcpu(b, p, end);
    if (next > 0 && next < end && b[next] == ' ') {
      vcpuEnd = next;
      body = next + 1;
    }
    return body < end;
  }

  private int time(byte[] b, int from, int end) {
    int p = from;
    while (p < end && b[p] == ' ') {
      p++;
    }
    timed = p < from + TIME_BYTES - 1 && p < end && isDigit(b[p]);
    if (!timed) {
      return from + TIME_BYTES < end && p >= from + TIME_BYTES ? from + TIME_BYTES : -1;
    }
    long seconds = 0;
    for (; p < end && isDigit(b[p]) && seconds < Integer.MAX_VALUE; p++) {
      seconds = seconds * 10 + b[p] - '0';
    }
    if (p + FRACTION_DIGITS >= end || b[p] != '.') {
      return -1;
    }
    long fraction = 0;
    for (int i = 1; i <= FRACTION_DIGITS; i++) {
      if (!isDigit(b[p + i])) {
        return -1;
      }
      fraction = fraction * 10 + b[p + i] - '0';
    }
    time = seconds * 1_000_000_000 + fraction;
    return p + 1 + FRACTION_DIGITS;
  }

  /** Finds the CPU; returns where the map of CPUs and its blank end. */
  private int cpus(byte[] b, int from, int end) {
    cpu = -1;
    int p = from;
    for (; p < end && p - from <= CPUS_MAX; p++) {
      byte c = b[p];
      if (c == 'x' && cpu < 0) {
        cpu = p - from;
      } else if (c != '-' && c != '|' && c != '.' && c != 'l' && c != ' ' && !isDigit(c)) {
        break;
      } else if (c == 'l' && b[p - 1] == ' ' && cpu >= 0) {
        break;
      }
    }
    return cpu >= 0 && p < end && b[p - 1] == ' ' ? p : -1;
  }

  /** Reads {@code d1v0}; returns where it ends, -1 if there is none. */
  private int vcpu(byte[] b, int from, int end) {
    if (b[from] != 'd') {
      return -1;
    }
    int p = from + 1;
    boolean known = b[p] != '?';
    long domain = 0;
    for (; p < end && (isDigit(b[p]) || b[p] == '?') && domain <= VCPU_MAX; p++) {
      domain = domain * 10 + b[p] - '0';
    }
    if (p == from + 1 || p >= end || b[p] != 'v') {
      return -1;
    }
    int digits = ++p;
    long number = 0;
    for (; p < end && (isDigit(b[p]) || b[p] == '?') && number <= VCPU_MAX; p++) {
      number = number * 10 + b[p] - '0';
    }
    if (p == digits) {
      return -1;
    }
    if (known && domain <= DOMAIN_MAX && number <= VCPU_MAX) {
      vcpu = (int) (domain << 16 | number);
    }
    return p;
  }

  private static boolean isDigit(byte b) {
    return b >= '0' && b <= '9';
  }
}
