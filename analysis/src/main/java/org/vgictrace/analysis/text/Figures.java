package org.vgictrace.analysis.text;

/** Numbers with units, the same everywhere and in every locale. */
public final class Figures {
  private static final long US = 1_000;
  private static final long MS = 1_000_000;
  private static final long S = 1_000_000_000;

  private Figures() {}

  /**
   * A time stamp as {@code seconds.nanoseconds}, or as it is.
   *
   * @param nanoseconds whether the clock counts nanoseconds
   */
  public static String time(long ts, boolean nanoseconds) {
    StringBuilder out = new StringBuilder(20);
    appendTime(out, ts, nanoseconds);
    return out.toString();
  }

  /** Appends what {@link #time} returns. */
  public static void appendTime(StringBuilder out, long ts, boolean nanoseconds) {
    if (!nanoseconds) {
      out.append(ts);
      return;
    }
    if (ts < 0) {
      out.append('-');
    }
    out.append(Long.toUnsignedString(Math.abs(ts / S))).append('.');
    fraction(out, Math.abs(ts % S), 9);
  }

  /**
   * A time span in nanoseconds with three or four significant digits: {@code 750 ns}, {@code 12.34
   * us}.
   */
  public static String duration(long ns) {
    if (ns < 0) {
      return '-' + duration(ns == Long.MIN_VALUE ? Long.MAX_VALUE : -ns);
    }
    if (ns < US) {
      return ns + " ns";
    }
    if (ns < MS) {
      return scaled(ns, US) + " us";
    }
    return ns < S ? scaled(ns, MS) + " ms" : scaled(ns, S) + " s";
  }

  /**
   * {@code part} of {@code whole} as {@code 99.9 %}, rounded down, so that only all of it is {@code
   * 100.0 %}.
   */
  public static String percent(long part, long whole) {
    if (whole == 0) {
      return "-";
    }
    long tenths = (long) Math.floor((double) part / whole * 1000.0);
    if (tenths >= 1000 && part < whole) {
      tenths = 999;
    }
    return tenths / 10 + "." + tenths % 10 + " %";
  }

  /** Occurrences per second with one decimal; {@code -} if there is no time span. */
  public static String rate(long count, long durationNs) {
    return durationNs <= 0 ? "-" : decimal(perSecond(count, durationNs), 1);
  }

  /** Occurrences per second, 0 if there is no time span. */
  public static double perSecond(long count, long durationNs) {
    return durationNs <= 0 ? 0 : count * (double) S / durationNs;
  }

  /** A number with that many decimals, rounded half up. */
  public static String decimal(double value, int decimals) {
    long scale = 1;
    for (int i = 0; i < decimals; i++) {
      scale *= 10;
    }
    double scaled = Math.abs(value) * scale;
    if (!(scaled < 9e18)) {
      return Double.toString(value);
    }
    long rounded = Math.round(scaled);
    StringBuilder out = new StringBuilder();
    if (value < 0 && rounded != 0) {
      out.append('-');
    }
    out.append(rounded / scale);
    if (decimals > 0) {
      fraction(out.append('.'), rounded % scale, decimals);
    }
    return out.toString();
  }

  /** A count and its noun, which gets an s unless the count is 1. */
  public static String counted(long count, String noun) {
    return count + " " + noun + (count == 1 ? "" : "s");
  }

  /** The number in hexadecimal with {@code 0x}. */
  public static String hex(long value) {
    return "0x" + Long.toHexString(value);
  }

  private static String scaled(long ns, long unit) {
    double value = (double) ns / unit;
    return decimal(value, value < 10 ? 3 : value < 100 ? 2 : value < 1000 ? 1 : 0);
  }

  private static void fraction(StringBuilder out, long value, int digits) {
    long scale = 1;
    for (int i = 1; i < digits; i++) {
      scale *= 10;
    }
    for (; scale > 0; scale /= 10) {
      out.append((char) ('0' + value / scale % 10));
    }
  }
}
