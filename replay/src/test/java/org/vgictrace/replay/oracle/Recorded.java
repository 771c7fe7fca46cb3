package org.vgictrace.replay.oracle;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.vgictrace.parser.event.Column;
import org.vgictrace.parser.event.Kind;

/**
 * One event of a generated recording.
 *
 * @param kind its kind
 * @param guest whether the vCPU's thread recorded it; another thread on another CPU did otherwise
 * @param values a value per column, null for those that the recording does not carry
 */
record Recorded(Kind kind, boolean guest, List<@Nullable Long> values) {

  Recorded {
    values = Collections.unmodifiableList(new ArrayList<>(values));
  }

  /** Starts an event without any value. */
  static Draft of(Kind kind, boolean guest) {
    return new Draft(kind, guest);
  }

  /** The event with one other value. */
  Recorded with(int column, long value) {
    List<@Nullable Long> changed = new ArrayList<>(values);
    changed.set(column, value);
    return new Recorded(kind, guest, changed);
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder(kind.tableName());
    for (int i = 0; i < values.size(); i++) {
      Long value = values.get(i);
      Column column = kind.columns().get(i);
      if (value != null) {
        text.append(' ').append(column.name()).append('=').append(Long.toHexString(value));
      }
    }
    return text.toString();
  }

  /** An event being put together. */
  static final class Draft {
    private final Kind kind;
    private final boolean guest;
    private final List<@Nullable Long> values;

    private Draft(Kind kind, boolean guest) {
      this.kind = kind;
      this.guest = guest;
      this.values = new ArrayList<>(Collections.nCopies(kind.columns().size(), null));
    }

    Draft put(int column, long value) {
      values.set(column, value);
      return this;
    }

    Draft put(String column, long value) {
      return put(kind.column(column), value);
    }

    Recorded done() {
      return new Recorded(kind, guest, values);
    }
  }
}
