package org.vgictrace.parser.printfmt;

/**
 * Writes the array a record found last as the kernel writes arrays (lib/vsprintf.c, lib/bitmap.c,
 * kernel/trace/trace_seq.c, Linux 7.2).
 */
final class Bytes {
  private static final int AF_INET = 2;
  private static final int AF_INET6 = 10;
  private static final int INET6_BYTES = 16;

  private Bytes() {}

  /** Two digits per byte. */
  static void hex(RecordView record, int count, String delimiter, StringBuilder out) {
    for (int i = 0; i < count; i++) {
      out.append(i > 0 ? delimiter : "");
      twoDigits(record.u8(record.spanStart() + i), out);
    }
  }

  private static void twoDigits(int value, StringBuilder out) {
    out.append(Character.forDigit(value >>> 4, 16)).append(Character.forDigit(value & 15, 16));
  }

  /** Whether a bit is set in an array of the kernel's {@code long}. */
  private static boolean bit(RecordView record, int bit, int longBytes) {
    int word = bit / (longBytes * Byte.SIZE) * longBytes;
    long value = record.number(record.spanStart() + word, longBytes, false);
    return (value >>> bit % (longBytes * Byte.SIZE) & 1) != 0;
  }

  /** Groups of eight digits, the highest bits first, without leading zeros in the first group. */
  static void bitmask(RecordView record, int bits, int longBytes, StringBuilder out) {
    int last = (bits + Integer.SIZE - 1) / Integer.SIZE - 1;
    for (int group = last; group >= 0; group--) {
      int word = group * Integer.BYTES / longBytes * longBytes;
      long value = record.number(record.spanStart() + word, longBytes, false);
      long chunk = (value >>> group * Integer.SIZE % (longBytes * Byte.SIZE)) & 0xffff_ffffL;
      int width = Math.min(Integer.SIZE, bits - group * Integer.SIZE);
      String digits = Long.toHexString(chunk);
      int wanted = (width + 3) / 4;
      out.append(group < last ? "," : "");
      out.append("0".repeat(Math.max(0, wanted - digits.length()))).append(digits);
    }
  }

  /** {@code 0-3,8}. */
  static void bitList(RecordView record, int bits, int longBytes, StringBuilder out) {
    int start = out.length();
    for (int bit = 0; bit < bits; bit++) {
      if (!bit(record, bit, longBytes)) {
        continue;
      }
      int last = bit;
      while (last + 1 < bits && bit(record, last + 1, longBytes)) {
        last++;
      }
      out.append(out.length() > start ? "," : "").append(bit);
      if (last > bit) {
        out.append('-').append(last);
      }
      bit = last;
    }
  }

  /** {@code 192.168.0.1}, with leading zeros {@code 192.168.000.001}. */
  static void inet4(RecordView record, int from, boolean zeros, StringBuilder out) {
    for (int i = 0; i < Integer.BYTES; i++) {
      String digits = Integer.toString(record.u8(record.spanStart() + from + i));
      out.append(i > 0 ? "." : "");
      out.append(zeros ? "0".repeat(3 - digits.length()) : "").append(digits);
    }
  }

  /** Eight groups; if compressed, the longest run of zeros is left out. */
  static void inet6(
      RecordView record, int from, String separator, boolean brief, StringBuilder out) {
    int[] groups = new int[INET6_BYTES / 2];
    for (int i = 0; i < groups.length; i++) {
      int at = record.spanStart() + from + 2 * i;
      groups[i] = record.u8(at) << 8 | record.u8(at + 1);
    }
    int runStart = -1;
    int runLength = 1;
    for (int i = 0; brief && i < groups.length; i++) {
      int end = i;
      while (end < groups.length && groups[end] == 0) {
        end++;
      }
      if (end - i > runLength) {
        runStart = i;
        runLength = end - i;
      }
    }
    for (int i = 0; i < groups.length; i++) {
      if (i == runStart) {
        out.append(i == 0 ? "::" : ":");
        i += runLength - 1;
        continue;
      }
      String digits = Integer.toHexString(groups[i]);
      out.append(brief ? "" : "0".repeat(4 - digits.length())).append(digits);
      out.append(i + 1 < groups.length ? separator : "");
    }
  }

  /** A {@code struct sockaddr}; families other than the internet's by their number. */
  static void socketAddress(RecordView record, StringBuilder out) {
    int length = record.spanLength();
    if (length < 2) {
      record.fault("outside");
      return;
    }
    int family = (int) record.number(record.spanStart(), 2, false);
    if (family == AF_INET && length >= 8) {
      inet4(record, 4, false, out);
    } else if (family == AF_INET6 && length >= 8 + INET6_BYTES) {
      inet6(record, 8, ":", true, out.append('['));
      out.append(']');
    } else {
      out.append("family ").append(family);
      return;
    }
    int port = record.u8(record.spanStart() + 2) << 8 | record.u8(record.spanStart() + 3);
    out.append(':').append(port);
  }

  /** {@code 00112233-4455-6677-8899-aabbccddeeff}; little-endian ones have their parts swapped. */
  static void uuid(RecordView record, boolean little, boolean upper, StringBuilder out) {
    int[] order =
        little
            ? new int[] {3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15}
            : new int[] {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
    int start = out.length();
    for (int i = 0; i < order.length; i++) {
      out.append(i == 4 || i == 6 || i == 8 || i == 10 ? "-" : "");
      twoDigits(record.u8(record.spanStart() + order[i]), out);
    }
    for (int i = start; upper && i < out.length(); i++) {
      out.setCharAt(i, Character.toUpperCase(out.charAt(i)));
    }
  }
}
