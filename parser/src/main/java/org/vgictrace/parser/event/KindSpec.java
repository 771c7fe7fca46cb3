package org.vgictrace.parser.event;

import java.util.List;

/**
 * A kind as it is declared, for kinds declared beside {@link Kind}.
 *
 * @param tableName name of the table, lower case
 * @param doc one sentence for the reference page
 * @param columns the kind's own columns
 */
record KindSpec(String tableName, String doc, List<Column> columns) {
  KindSpec {
    columns = List.copyOf(columns);
  }

  static KindSpec of(String tableName, String doc, Column... columns) {
    return new KindSpec(tableName, doc, List.of(columns));
  }
}
