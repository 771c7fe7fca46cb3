package org.vgictrace.parser.xentrace;

import java.util.ArrayList;
import java.util.List;
import org.vgictrace.parser.event.Column;
import org.vgictrace.parser.event.ColumnType;
import org.vgictrace.parser.event.Kind;
import org.vgictrace.parser.event.KindTable;

/**
 * Which columns the payload words of a record become.
 *
 * <p>A value that its column cannot hold, such as a code without a label, is left out. Hot code:
 * filling a row allocates nothing.
 */
final class Layout {
  private static final int WHOLE = 32;
  private static final int DOUBLE = 64;

  /** Orders of the page sizes that exist; nothing else is recorded for whole pages. */
  private static final int ORDER_2M = 9;

  private static final int ORDER_1G = 18;

  /** How one column is filled. */
  private enum Step {
    CONSTANT,
    NUMBER,
    SIGNED_NUMBER,
    FLAG,
    LABEL,
    DOMAIN_OF_FRAMES,
    ORDER_OF_FRAMES
  }

  /**
   * One column.
   *
   * @param word payload word, or the constant
   * @param shift lowest bit; for frames the first of the two words
   * @param labels how many codes there are; 0 for a number
   */
  private record Part(Step step, int column, int word, int shift, int bits, int labels) {
    /** Whether the column takes any value of its bits. */
    boolean isNumber() {
      return step == Step.NUMBER || step == Step.SIGNED_NUMBER || step == Step.FLAG && bits == 1;
    }

    WordCopies.Copy asNumber() {
      return new WordCopies.Copy(column, word, shift, bits, step == Step.SIGNED_NUMBER);
    }
  }

  private final Kind kind;
  private final WordCopies numbers;

  /** The columns that are no numbers, or have some only. */
  private final Part[] parts;

  private final int domain;
  private final int vcpu;
  private final boolean current;
  private final boolean hypercall;
  private final int timed;

  private Layout(Kind kind, List<Part> parts, boolean current, boolean hypercall) {
    this.kind = kind;
    this.numbers =
        new WordCopies(parts.stream().filter(Part::isNumber).map(Part::asNumber).toList());
    this.parts = parts.stream().filter(part -> !part.isNumber()).toArray(Part[]::new);
    this.current = current;
    this.hypercall = hypercall;
    this.domain = kind.columnOrMinusOne("domain");
    this.vcpu = kind.columnOrMinusOne("vcpu_id");
    this.timed = kind.columnOrMinusOne("timed");
  }

  /**
   * Reads a declaration.
   *
   * @param words payload words of the record
   */
  static Layout of(Kind kind, String text, int words) {
    List<Part> parts = new ArrayList<>();
    boolean current = false;
    boolean hypercall = false;
    for (String item : words(text, Integer.MAX_VALUE)) {
      if (item.equals("hypercall")) {
        hypercall = true;
      } else if (item.equals("dv=cur")) {
        current = true;
      } else {
        int equals = item.indexOf('=');
        add(parts, kind, item.substring(0, equals), item.substring(equals + 1));
      }
    }
    for (Part part : parts) {
      int last = part.word + (part.bits == DOUBLE ? 1 : 0);
      if (part.step != Step.CONSTANT && last >= words) {
        throw new AssertionError(kind.tableName() + ": " + words + " words for " + text);
      }
    }
    return new Layout(kind, parts, current, hypercall);
  }

  private static void add(List<Part> parts, Kind kind, String name, String value) {
    if (name.equals("dv")) {
      add(parts, kind, "vcpu_id", value + ".0:16");
      add(parts, kind, "domain", value + ".16:16");
      return;
    }
    if (name.equals("frames")) {
      int first = value.charAt(1) - '0';
      int second = value.charAt(value.indexOf(',') + 2) - '0';
      parts.add(frames(Step.DOMAIN_OF_FRAMES, kind.column("domain"), first, second));
      parts.add(frames(Step.ORDER_OF_FRAMES, kind.column("order"), first, second));
      return;
    }
    int index = kind.column(name);
    Column column = kind.columns().get(index);
    if (value.length() < 2 || value.charAt(0) != 'w' || !isDigit(value.charAt(1))) {
      int code =
          column.type() == ColumnType.ENUM
              ? column.labels().indexOf(value)
              : Integer.parseInt(value);
      if (code < 0) {
        throw new AssertionError("no label " + value + " in " + kind.tableName() + "." + name);
      }
      parts.add(new Part(Step.CONSTANT, index, code, 0, 0, 0));
      return;
    }
    parts.add(field(column, index, value));
  }

  private static Part frames(Step step, int column, int first, int second) {
    return new Part(step, column, Math.max(first, second), first, WHOLE, 0);
  }

  private static Part field(Column column, int index, String value) {
    boolean signed = value.endsWith("s") || column.type() == ColumnType.INT32;
    String plain = value.endsWith("s") ? value.substring(0, value.length() - 1) : value;
    int dot = plain.indexOf('.');
    int colon = plain.indexOf(':');
    int bits = colon < 0 ? WHOLE : Integer.parseInt(plain.substring(colon + 1));
    int shift = dot < 0 ? 0 : Integer.parseInt(plain.substring(dot + 1, colon));
    if (bits < WHOLE && !value.endsWith("s")) {
      signed = false;
    }
    Step step =
        switch (column.type()) {
          case BOOL -> Step.FLAG;
          case ENUM -> Step.LABEL;
          default -> signed ? Step.SIGNED_NUMBER : Step.NUMBER;
        };
    return new Part(step, index, plain.charAt(1) - '0', shift, bits, column.labels().size());
  }

  Kind kind() {
    return kind;
  }

  /** Whether the number and the arguments of a hypercall are to be read. */
  boolean isHypercall() {
    return hypercall;
  }

  /**
   * Fills the newest row of the kind's table.
   *
   * @param words array that holds the payload words, with {@link WordCopies#SLACK_WORDS} behind
   * @param payload index of the first of them
   * @param running vCPU that runs: domain in the upper, vCPU in the lower half; -1 if unknown
   * @param stamped whether the record has a time stamp of its own
   */
  void fill(KindTable row, int[] words, int payload, int running, boolean stamped) {
    int newest = row.rows() - 1;
    long present = numbers.fill(row, newest, words, payload);
    for (Part part : parts) {
      long value = value(part, words, payload);
      if (part.labels == 0 || value < part.labels) {
        row.values(part.column)[newest] = value;
        present |= 1L << part.column;
      }
    }
    row.present()[newest] = present;
    fillContext(row, running, stamped);
  }

  /** Fills what does not depend on the payload into the newest row. */
  void fillConstants(KindTable row, int running, boolean stamped) {
    for (Part part : parts) {
      if (part.step == Step.CONSTANT) {
        row.put(part.column, part.word);
      }
    }
    fillContext(row, running, stamped);
  }

  private void fillContext(KindTable row, int running, boolean stamped) {
    if (current && running >= 0) {
      row.put(domain, running >>> 16);
      row.put(vcpu, running & 0xffff);
    }
    if (timed >= 0) {
      row.put(timed, stamped ? 1 : 0);
    }
  }

  private static long value(Part part, int[] words, int payload) {
    int word = part.step == Step.CONSTANT ? 0 : words[payload + part.word];
    return switch (part.step) {
      case CONSTANT -> part.word;
      case NUMBER, SIGNED_NUMBER -> throw new AssertionError(part);
      case FLAG -> (word >>> part.shift & mask(part.bits)) != 0 ? 1 : 0;
      case LABEL -> (word >>> part.shift & mask(part.bits)) & 0xffff_ffffL;
      case DOMAIN_OF_FRAMES -> {
        int first = words[payload + part.shift];
        yield isSplit(first, word) ? first & 0xffff_ffffL : first & 0xffff;
      }
      case ORDER_OF_FRAMES -> {
        int first = words[payload + part.shift];
        yield isSplit(first, word) ? word & 0xffff_ffffL : first >>> 16;
      }
    };
  }

  private static int mask(int bits) {
    return bits == WHOLE ? -1 : (1 << bits) - 1;
  }

  /**
   * Whether domain and order are words of their own, as since Xen 4.18. Before, both were in the
   * first word and the second was left as it was; the size is the same.
   */
  private static boolean isSplit(int first, int order) {
    return first >>> 16 == 0 && (order == 0 || order == ORDER_2M || order == ORDER_1G);
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }

  /** Cuts a text at its blanks; the last piece is what is left. */
  static List<String> words(String text, int most) {
    List<String> words = new ArrayList<>();
    int p = 0;
    while (p < text.length()) {
      int end = words.size() + 1 < most ? text.indexOf(' ', p) : -1;
      end = end < 0 ? text.length() : end;
      if (end > p) {
        words.add(text.substring(p, end));
      }
      p = end + 1;
    }
    return words;
  }
}
