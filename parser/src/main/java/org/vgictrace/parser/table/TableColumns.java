package org.vgictrace.parser.table;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.vgictrace.parser.event.Column;
import org.vgictrace.parser.event.ColumnType;
import org.vgictrace.parser.event.Kind;

/** The columns of the tables on disk: first those of {@link Kind#COMMON}, then the kind's own. */
final class TableColumns {
  static final int SEQ = 0;
  static final int TS = 1;
  static final int CPU = 2;
  static final int PID = 3;
  static final int COMM = 4;
  static final int FLAGS = 5;
  static final int PREEMPT = 6;
  static final int BUFFER = 7;

  /** Column of the order file. */
  static final int KIND = 1;

  /** Number of common columns; a kind's own columns follow. */
  static final int COMMON = Kind.COMMON.size();

  /** Name of the order file, without ending. */
  static final String ORDER_NAME = "order";

  /** Columns of the order file: number and kind of every event. */
  static final List<Column> ORDER =
      List.of(
          Kind.COMMON.get(SEQ),
          new Column("kind", ColumnType.ENUM, "Table that has the event's row.", tableNames()));

  private TableColumns() {}

  /** All columns of a kind's table. */
  static List<Column> of(Kind kind) {
    List<Column> columns = new ArrayList<>(Kind.COMMON);
    columns.addAll(kind.columns());
    return columns;
  }

  /** Whether the column at that index has a value in every row; holds for the order file, too. */
  static boolean neverNull(int index) {
    return index == SEQ || index == TS || index == BUFFER;
  }

  private static List<String> tableNames() {
    return Arrays.stream(Kind.values()).map(Kind::tableName).toList();
  }
}
