package org.vgictrace.parser.rows;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.vgictrace.parser.table.CsvText;

/** What one row says: names and values, in its order. Reused from row to row. */
final class Fields {
  /** Most fields of one row. */
  static final int FIELDS_MAX = 1024;

  /** What a value is. */
  enum Shape {
    NONE,
    /** A number or any other text. */
    TEXT,
    /** Several numbers. */
    ARRAY,
    /** Something that no column can hold. */
    OTHER
  }

  private String[] names = new String[16];
  private Shape[] shapes = new Shape[16];
  private @Nullable String[] texts = new String[16];
  private long[][] arrays = new long[16][];
  private int size;

  private boolean escaped;

  /**
   * Forgets all fields.
   *
   * @param escapes whether texts have the escapes of {@link CsvText}
   */
  void clear(boolean escapes) {
    size = 0;
    escaped = escapes;
  }

  int size() {
    return size;
  }

  String name(int field) {
    return names[field];
  }

  Shape shape(int field) {
    return shapes[field];
  }

  /** Whether the value is a number of at most 64 bits, which may be given as a text. */
  boolean isNumber(int field) {
    return shapes[field] == Shape.TEXT && Numbers.isNumber(text(field));
  }

  /** The value of a field that {@link #isNumber}. */
  long number(int field) {
    return Numbers.parse(text(field));
  }

  /** The value as the row has it, for messages and text columns. */
  String text(int field) {
    String text = texts[field];
    return text == null ? "" : text;
  }

  /** The bytes that a text stands for. */
  byte[] bytes(int field) {
    String text = text(field);
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    // What is no escape is taken as it is: a script does not escape backslashes.
    byte[] decoded = escaped && text.indexOf('\\') >= 0 ? CsvText.decode(utf8) : null;
    return decoded == null ? utf8 : decoded;
  }

  /** The numbers of an array, which may be given as a text; null if the value is something else. */
  long @Nullable [] array(int field) {
    return shapes[field] == Shape.ARRAY ? arrays[field] : Numbers.array(text(field));
  }

  /** Index of a field that has a value, -1 if there is none of that name. */
  int indexOf(String name) {
    for (int i = 0; i < size; i++) {
      if (names[i].equals(name) && shapes[i] != Shape.NONE) {
        return i;
      }
    }
    return -1;
  }

  /** The text of a field, null if the row has none of that name. */
  @Nullable String textOf(String name) {
    int field = indexOf(name);
    return field < 0 ? null : text(field);
  }

  /** Whether the names are these. */
  boolean isNamed(String[] others) {
    return size == others.length && Arrays.equals(names, 0, size, others, 0, size);
  }

  /** The names of all fields. */
  String[] names() {
    return Arrays.copyOf(names, size);
  }

  void addNone(String name) {
    add(name, Shape.NONE, null);
  }

  /** Adds a number or any other text. */
  void addText(String name, String text) {
    add(name, Shape.TEXT, text);
  }

  void addArray(String name, long[] array) {
    add(name, Shape.ARRAY, "an array");
    arrays[size - 1] = array;
  }

  void addOther(String name, String what) {
    add(name, Shape.OTHER, what);
  }

  private void add(String name, Shape shape, @Nullable String text) {
    if (size == names.length) {
      names = Arrays.copyOf(names, size * 2);
      shapes = Arrays.copyOf(shapes, size * 2);
      texts = Arrays.copyOf(texts, size * 2);
      arrays = Arrays.copyOf(arrays, size * 2);
    }
    names[size] = name;
    shapes[size] = shape;
    texts[size] = text;
    size++;
  }
}
