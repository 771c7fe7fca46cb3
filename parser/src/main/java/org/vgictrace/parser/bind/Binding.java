package org.vgictrace.parser.bind;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.vgictrace.parser.event.Kind;

/**
 * How one recorded event becomes a row.
 *
 * @param system trace system, such as {@code kvm}; null for any
 * @param event event name
 * @param kind the kind it becomes
 * @param fields where columns come from, in the order of the kind's columns; a field that the
 *     record lacks leaves its column null
 * @param constants columns with a fixed value
 * @param requires recorded fields without which this binding does not apply
 * @param text templates of the event's text (after {@code name: }), tried in order before the text
 *     is read as {@code key=value}; empty if it only occurs as {@code key=value}
 */
public record Binding(
    @Nullable String system,
    String event,
    Kind kind,
    List<FieldBinding> fields,
    List<Constant> constants,
    List<String> requires,
    List<String> text) {

  public Binding {
    fields = List.copyOf(fields);
    constants = List.copyOf(constants);
    requires = List.copyOf(requires);
    text = List.copyOf(text);
  }

  /** A binding that applies whatever is recorded. */
  public Binding(
      @Nullable String system,
      String event,
      Kind kind,
      List<FieldBinding> fields,
      List<Constant> constants,
      List<String> text) {
    this(system, event, kind, fields, constants, List.of(), text);
  }

  /**
   * One column fed from a field.
   *
   * @param column column index in the kind
   * @param field name of the recorded field
   * @param element index into an array field, -1 if the field is not an array
   * @param shift lowest bit of the field's value that is taken
   * @param bits how many bits are taken; 64 for the whole value
   */
  public record FieldBinding(int column, String field, int element, int shift, int bits) {
    /** Takes a field as it is. */
    public static FieldBinding whole(int column, String field) {
      return new FieldBinding(column, field, -1, 0, Long.SIZE);
    }

    /** The part of a field's value that the column takes. */
    public long extract(long value) {
      return bits == Long.SIZE ? value : value >>> shift & (1L << bits) - 1;
    }
  }

  /**
   * One column with a fixed value.
   *
   * @param column column index in the kind
   * @param value the value, for {@link org.vgictrace.parser.event.ColumnType#ENUM} the code
   */
  public record Constant(int column, long value) {}
}
