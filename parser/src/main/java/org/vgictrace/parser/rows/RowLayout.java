package org.vgictrace.parser.rows;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.vgictrace.parser.bind.Binding;
import org.vgictrace.parser.bind.Target;
import org.vgictrace.parser.event.Column;
import org.vgictrace.parser.event.Kind;

/** Where the values of rows go whose fields have the same names and that are of the same kind. */
final class RowLayout {
  private static final Target[] NOTHING = {};

  /** Fields that say when and where an event was, whatever else it takes from them. */
  private static final Set<String> CONTEXT = Set.of("ts", "cpu", "pid", "comm");

  /** The event or kind that the rows name. */
  final String label;

  final Kind kind;

  /** How the event becomes the kind, null if the rows name the kind itself. */
  final @Nullable Binding binding;

  final String[] names;

  /** Per field the index of the common column it is, -1 for others. */
  private final int[] common;

  /** Per field the columns it feeds. */
  private final Target[][] targets;

  RowLayout(String label, Kind kind, @Nullable Binding binding, String[] names) {
    this.label = label;
    this.kind = kind;
    this.binding = binding;
    this.names = names;
    this.common = new int[names.length];
    this.targets = new Target[names.length][];
    for (int i = 0; i < names.length; i++) {
      targets[i] = binding == null ? ownColumn(names[i]) : boundColumns(binding, names, i);
      // An event may have flags of its own.
      boolean own = binding != null && targets[i].length > 0 && !CONTEXT.contains(names[i]);
      common[i] = own ? -1 : commonColumn(names[i]);
    }
  }

  /** Whether this is the layout for a row. */
  boolean fits(@Nullable Binding wanted, Fields fields) {
    return Objects.equals(binding, wanted) && fields.isNamed(names);
  }

  /** Index of the common column that a field is, -1 if it is none. */
  int common(int field) {
    return common[field];
  }

  /** The columns that a field feeds. */
  Target[] targets(int field) {
    return targets[field];
  }

  private static int commonColumn(String name) {
    for (int i = 0; i < Kind.COMMON.size(); i++) {
      if (Kind.COMMON.get(i).name().equals(name)) {
        return i;
      }
    }
    return -1;
  }

  private Target[] ownColumn(String name) {
    int column = kind.columnOrMinusOne(name);
    if (column < 0) {
      return NOTHING;
    }
    Column declared = kind.columns().get(column);
    return new Target[] {new Target(column, declared, -1, 0, Long.SIZE)};
  }

  /** Name of a row's field that stands for an event's field, whose name the row needs itself. */
  static String marked(String field) {
    return '.' + field;
  }

  private Target[] boundColumns(Binding bound, String[] names, int field) {
    String name = names[field];
    if (name.startsWith(".")) {
      name = name.substring(1);
    } else if (name.equals(RowDecoder.EVENT) || List.of(names).contains(marked(name))) {
      return NOTHING;
    }
    List<Target> found = new ArrayList<>();
    for (Binding.FieldBinding each : bound.fields()) {
      if (each.field().equals(name)) {
        Column declared = kind.columns().get(each.column());
        found.add(new Target(each.column(), declared, each.element(), each.shift(), each.bits()));
      }
    }
    return found.toArray(Target[]::new);
  }
}
