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
 * @param fields where columns come from
 * @param constants columns with a fixed value
 * @param text how the event's text (after {@code name: }) is laid out, null for {@code key=value} text
 */
public record Binding(
    @Nullable String system,
    String event,
    Kind kind,
    List<FieldBinding> fields,
    List<Constant> constants,
    List<String> text) {

  public Binding {
    fields = List.copyOf(fields);
    constants = List.copyOf(constants);
    text = List.copyOf(text);
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
  public record FieldBinding(int column, String field, int element, int shift, int bits) {}

  /**
   * One column with a fixed value.
   *
   * @param column column index in the kind
   * @param value the value, for {@link org.vgictrace.parser.event.ColumnType#ENUM} the code
   */
  public record Constant(int column, long value) {}
}
