package org.vgictrace.parser.ftracetext;

import java.util.ArrayList;
import java.util.List;
import org.vgictrace.parser.bind.Binding;
import org.vgictrace.parser.bind.Target;
import org.vgictrace.parser.event.Kind;

/** One binding of an event's name, ready to be applied to text. */
final class Alternative {
  private static final Target[] NO_TARGETS = {};

  final Binding binding;
  final Kind kind;
  private final boolean wanted;
  private final TextTemplate[] templates;

  /** Per template and slot the columns that the field feeds. */
  private final Target[][][] targets;

  private final int[] constantColumns;
  private final long[] constants;

  /** The values of the latest text that matched a template. */
  private final RowValues row;

  private long count;

  Alternative(Binding binding, boolean wanted) {
    this.binding = binding;
    this.kind = binding.kind();
    this.wanted = wanted;
    this.row = new RowValues(kind.columns().size());
    this.templates =
        binding.text().stream().map(TextTemplate::compile).toArray(TextTemplate[]::new);
    List<Binding.Constant> fixed = binding.constants();
    this.constantColumns = fixed.stream().mapToInt(Binding.Constant::column).toArray();
    this.constants = fixed.stream().mapToLong(Binding.Constant::value).toArray();
    this.targets = new Target[templates.length][][];
    for (int i = 0; i < templates.length; i++) {
      List<String> fields = templates[i].fields();
      targets[i] = fields.stream().map(this::targets).toArray(Target[][]::new);
    }
  }

  /** Whether somebody wants rows of this kind. */
  boolean wanted() {
    return wanted;
  }

  boolean hasTemplates() {
    return templates.length > 0;
  }

  /** Events this binding was applied to. */
  long count() {
    return count;
  }

  void applied() {
    count++;
  }

  /** The columns that a field feeds. */
  Target[] targets(String field) {
    List<Target> found = new ArrayList<>();
    for (Binding.FieldBinding each : binding.fields()) {
      if (each.field().equals(field)) {
        found.add(
            new Target(
                each.column(),
                kind.columns().get(each.column()),
                each.element(),
                each.shift(),
                each.bits()));
      }
    }
    return found.isEmpty() ? NO_TARGETS : found.toArray(Target[]::new);
  }

  /** The set of columns that have the same value in all rows. */
  long constantColumns() {
    long columns = 0;
    for (int column : constantColumns) {
      columns |= 1L << column;
    }
    return columns;
  }

  void constants(RowValues row) {
    for (int i = 0; i < constantColumns.length; i++) {
      row.number(constantColumns[i], constants[i]);
    }
  }

  /** The values of the latest text that matched a template. */
  RowValues row() {
    return row;
  }

  /** Applies the first template that matches the text. */
  boolean match(byte[] b, int from, int to, TextFields found) {
    for (int i = 0; i < templates.length; i++) {
      if (templates[i].match(b, from, to, found)) {
        row.clear();
        Target[][] slots = targets[i];
        for (int slot = 0; slot < slots.length; slot++) {
          fill(slots[slot], slot, found, row);
          found.note(slot, slots[slot]);
        }
        constants(row);
        return true;
      }
    }
    return false;
  }

  private static void fill(Target[] slot, int index, TextFields found, RowValues row) {
    for (Target target : slot) {
      if (!found.isText(index)) {
        row.number(target, found.value(index));
      } else if (target.isText()) {
        row.text(target.column, found.start(index), found.end(index));
      }
    }
  }
}
