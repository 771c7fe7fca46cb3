package org.vgictrace.parser.format;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The layout of one event's record.
 *
 * @param system trace system, such as {@code kvm}
 * @param name event name
 * @param id what {@code common_type} of its records is
 * @param common fields that every event of the kernel has
 * @param fields the event's own fields
 * @param printFormat what follows {@code print fmt:}, unchanged; empty if there is none
 */
public record EventFormat(
    String system,
    String name,
    int id,
    List<FieldFormat> common,
    List<FieldFormat> fields,
    String printFormat) {

  public EventFormat {
    common = List.copyOf(common);
    fields = List.copyOf(fields);
  }

  /** The field of that name, the event's own before common ones; null if there is none. */
  public @Nullable FieldFormat field(String fieldName) {
    FieldFormat own = find(fields, fieldName);
    return own != null ? own : find(common, fieldName);
  }

  /** The common field of that name, or null. */
  public @Nullable FieldFormat commonField(String fieldName) {
    return find(common, fieldName);
  }

  /** Names of the event's own fields. */
  public Set<String> fieldNames() {
    Set<String> names = new LinkedHashSet<>();
    for (FieldFormat field : fields) {
      names.add(field.name());
    }
    return names;
  }

  private static @Nullable FieldFormat find(List<FieldFormat> fields, String name) {
    for (FieldFormat field : fields) {
      if (field.name().equals(name)) {
        return field;
      }
    }
    return null;
  }
}
