package org.vgictrace.parser.ftracetext;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * The layout of an event's text, compiled into a matcher over bytes.
 *
 * <p>A template is literal text with placeholders that name recorded fields:
 *
 * <pre>
 * {f}                   number, blanks may precede it: decimal with sign, or hexadecimal with 0x
 * {f:hex}               hexadecimal, 0x may be missing
 * {f:word}              text up to the literal that follows
 * {f:rest}              text up to the end
 * {f|IRQ=0|TRAP=2}      symbol; a number is accepted in its place
 * {f|=0}                no text at all gives 0: what the layout as such implies
 * {f:flag(write,read)}  the first word gives 1, the second 0
 * {*}                   text up to the literal that follows, ignored
 * </pre>
 *
 * A blank in the template stands for one or more blanks. Blanks around the whole are ignored, and
 * the text must match to its end. Text placeholders are as short as the rest of the template
 * allows, so a task name that imitates what follows it does not deceive; fields named {@code comm}
 * or {@code ..._comm} have at most 15 bytes, as the kernel's TASK_COMM_LEN says. Limits: {@value
 * #FIELDS_MAX} fields; the search for the ends of texts is cut off after a number of steps in
 * proportion to the length of the text, and the text then does not match.
 *
 * <p>Immutable, but a matcher's scratch state lives in it: not thread-safe.
 */
public final class TextTemplate {
  /** Most fields in one template. */
  public static final int FIELDS_MAX = 32;

  private static final int COMM_BYTES_MAX = 15;
  private static final int STEPS_LEAST = 4096;
  private static final int STEPS_PER_BYTE = 4;

  private final String source;
  private final List<String> fields = new ArrayList<>();
  private final Part[] parts;
  private final AsciiCursor cursor = new AsciiCursor();
  private long stepsLeft;

  /** Where the latest literal or symbol that did not match differs from the text. */
  private int mismatch;

  private TextTemplate(String source) {
    this.source = source;
    this.parts = new TemplateParser(source, fields).parse().toArray(Part[]::new);
  }

  /**
   * Compiles a template.
   *
   * @throws IllegalArgumentException if it is malformed; the text says where
   */
  public static TextTemplate compile(String source) {
    return new TextTemplate(source);
  }

  /** Names of the fields, by slot. */
  public List<String> fields() {
    return List.copyOf(fields);
  }

  /** Slot of a field, or -1. */
  public int slot(String field) {
    return fields.indexOf(field);
  }

  @Override
  public String toString() {
    return source;
  }

  /** Matches a text of its own, for packs and their tests. */
  public boolean matches(String text, TextFields found) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    return match(bytes, 0, bytes.length, found);
  }

  /**
   * Matches the bytes from {@code from} to before {@code to}.
   *
   * @param found receives the fields; garbage unless the result is true
   */
  public boolean match(byte[] bytes, int from, int to, TextFields found) {
    int start = from;
    int end = to;
    while (start < end && AsciiCursor.isBlank(bytes[start])) {
      start++;
    }
    while (end > start && AsciiCursor.isBlank(bytes[end - 1])) {
      end--;
    }
    cursor.set(bytes, start, end);
    stepsLeft = STEPS_LEAST + (long) STEPS_PER_BYTE * (end - start);
    return matchFrom(0, start, found);
  }

  private boolean matchFrom(int first, int from, TextFields found) {
    AsciiCursor c = cursor;
    c.pos = from;
    for (int i = first; i < parts.length; i++) {
      Part part = parts[i];
      switch (part.shape) {
        case LITERAL -> {
          int after = literal(part.literal, c.pos, false);
          if (after < 0) {
            found.spans.reject(mismatch);
            return false;
          }
          c.pos = after;
        }
        case NUMBER, HEX -> {
          c.skipBlanks();
          int start = c.pos;
          boolean base16 = part.shape == Shape.HEX;
          if (!(base16 ? c.hex() : c.number())) {
            found.spans.reject(start);
            return false;
          }
          found.number(part.slot, c.value, start, c.pos, base16);
        }
        case SYMBOL -> {
          if (!symbol(part, found)) {
            return false;
          }
        }
        case TEXT -> {
          return text(i, found);
        }
      }
    }
    if (c.pos < c.end) {
      found.spans.reject(c.pos);
      return false;
    }
    return true;
  }

  /** Ends a text where the following literal and then all the rest match. */
  private boolean text(int index, TextFields found) {
    Part part = parts[index];
    int start = cursor.pos;
    int end = cursor.end;
    if (index + 1 == parts.length) {
      if (end - start > part.bytesMax) {
        found.spans.spoil();
        return false;
      }
      keep(part, start, end, found);
      return true;
    }
    byte[] next = parts[index + 1].literal;
    int last = end - start > part.bytesMax ? start + part.bytesMax : end;
    for (int p = start; p <= last; p++) {
      if (--stepsLeft < 0) {
        break;
      }
      int after = literal(next, p, true);
      if (after < 0) {
        found.spans.reject(mismatch);
      } else if (matchFrom(index + 2, after, found)) {
        keep(part, start, p, found);
        return true;
      }
    }
    // How far the search went depends on how long the numbers are.
    found.spans.spoil();
    return false;
  }

  private static void keep(Part part, int start, int end, TextFields found) {
    if (part.slot >= 0) {
      found.text(part.slot, start, end);
    }
  }

  /**
   * Matches a literal.
   *
   * @param afterText whether text precedes: then the first blank is one blank only, and what is
   *     more belongs to the text
   * @return position after it; -1 if it does not match, and {@link #mismatch} says where
   */
  private int literal(byte[] literal, int from, boolean afterText) {
    byte[] bytes = cursor.bytes;
    int end = cursor.end;
    int p = from;
    int same = 0;
    while (same < literal.length && p < end && bytes[p] == literal[same]) {
      same++;
      p++;
    }
    if (same == literal.length
        && (literal[same - 1] != ' ' || p == end || !AsciiCursor.isBlank(bytes[p]))) {
      return p;
    }
    return looseLiteral(literal, from, afterText);
  }

  private int looseLiteral(byte[] literal, int from, boolean afterText) {
    byte[] bytes = cursor.bytes;
    int end = cursor.end;
    int p = from;
    for (int i = 0; i < literal.length; i++) {
      mismatch = p;
      if (p >= end) {
        return -1;
      }
      if (literal[i] == ' ') {
        if (!AsciiCursor.isBlank(bytes[p])) {
          return -1;
        }
        p++;
        while (p < end && AsciiCursor.isBlank(bytes[p]) && !(afterText && i == 0)) {
          p++;
        }
      } else if (bytes[p++] != literal[i]) {
        return -1;
      }
    }
    return p;
  }

  private boolean symbol(Part part, TextFields found) {
    AsciiCursor c = cursor;
    for (int i = 0; i < part.names.length; i++) {
      byte[] name = part.names[i];
      if (startsWith(c.bytes, c.pos, c.end, name)) {
        c.pos += name.length;
        found.symbol(part.slot, part.codes[i]);
        return true;
      }
      found.spans.reject(mismatch);
    }
    if (part.numberToo && c.number()) {
      found.symbol(part.slot, c.value);
      return true;
    }
    found.spans.reject(c.pos);
    return false;
  }

  private boolean startsWith(byte[] bytes, int from, int to, byte[] prefix) {
    for (int i = 0; i < prefix.length; i++) {
      mismatch = from + i;
      if (mismatch >= to || bytes[mismatch] != prefix[i]) {
        return false;
      }
    }
    return true;
  }

  /** What one part of a template looks like in the text. */
  enum Shape {
    LITERAL,
    NUMBER,
    HEX,
    SYMBOL,
    TEXT
  }

  /** One part of a compiled template. */
  static final class Part {
    final Shape shape;
    final int slot;
    byte[] literal = new byte[0];
    byte[][] names = new byte[0][];
    long[] codes = new long[0];
    boolean numberToo;
    int bytesMax = Integer.MAX_VALUE;

    private Part(Shape shape, int slot) {
      this.shape = shape;
      this.slot = slot;
    }

    static Part literal(String text) {
      Part part = new Part(Shape.LITERAL, -1);
      part.literal = text.getBytes(StandardCharsets.UTF_8);
      return part;
    }

    static Part number(Shape shape, int slot) {
      return new Part(shape, slot);
    }

    /** Text; {@code field} is empty for text that is ignored. */
    static Part text(int slot, String field) {
      Part part = new Part(Shape.TEXT, slot);
      if (field.equals("comm") || field.endsWith("_comm")) {
        part.bytesMax = COMM_BYTES_MAX;
      }
      return part;
    }

    /** Symbols; longer names come first so that none hides another that it begins. */
    static Part symbol(int slot, List<String> names, List<Long> codes, boolean numberToo) {
      List<Integer> order = new ArrayList<>();
      for (int i = 0; i < names.size(); i++) {
        order.add(i);
      }
      order.sort((a, b) -> names.get(b).length() - names.get(a).length());
      Part part = new Part(Shape.SYMBOL, slot);
      part.names = new byte[names.size()][];
      part.codes = new long[names.size()];
      part.numberToo = numberToo;
      for (int i = 0; i < order.size(); i++) {
        part.names[i] = names.get(order.get(i)).getBytes(StandardCharsets.UTF_8);
        part.codes[i] = codes.get(order.get(i));
      }
      return part;
    }
  }
}
