package org.vgictrace.parser.table;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.DictionaryEncoding;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.vgictrace.parser.CaptureMeta;
import org.vgictrace.parser.ToolVersion;
import org.vgictrace.parser.event.Column;
import org.vgictrace.parser.event.ColumnType;
import org.vgictrace.parser.event.Kind;

/**
 * The Arrow schemas that follow from {@link Kind}. Text is dictionary-encoded; a column's
 * dictionary has the column's index as its identifier.
 */
final class ArrowSchemas {
  private ArrowSchemas() {}

  static TableSchema table(Kind kind, CaptureMeta meta) {
    return schema(kind.tableName(), kind.doc(), TableColumns.of(kind), meta);
  }

  static TableSchema order(CaptureMeta meta) {
    return schema("order", "The events of all tables in their order.", TableColumns.ORDER, meta);
  }

  static TableSchema schema(String name, String doc, List<Column> columns, CaptureMeta meta) {
    Map<String, String> metadata = new TreeMap<>();
    metadata.put("vgictrace.table", name);
    metadata.put("vgictrace.doc", doc);
    metadata.put("vgictrace.version", ToolVersion.text());
    metadata.put("vgictrace.time_unit", meta.nanoseconds() ? "ns" : "raw");
    if (meta.clock() != null) {
      metadata.put("vgictrace.clock", meta.clock());
    }
    List<Field> fields = new ArrayList<>();
    for (Column column : columns) {
      fields.add(field(column, fields.size()));
    }
    return new TableSchema(fields, metadata);
  }

  private static Field field(Column column, int index) {
    Map<String, String> metadata = new LinkedHashMap<>();
    metadata.put("doc", column.doc());
    ArrowType type = type(column.type());
    DictionaryEncoding dictionary =
        switch (column.type()) {
          case NAME -> new DictionaryEncoding(index, false, new ArrowType.Int(32, true));
          case ENUM -> new DictionaryEncoding(index, false, new ArrowType.Int(8, true));
          case BOOL, UINT8, UINT16, UINT32, INT32, INT64, HEX32, HEX64, BYTES -> null;
        };
    boolean nullable = !TableColumns.neverNull(index);
    return new Field(column.name(), new FieldType(nullable, type, dictionary, metadata), null);
  }

  private static ArrowType type(ColumnType type) {
    return switch (type) {
      case BOOL -> ArrowType.Bool.INSTANCE;
      case UINT8 -> new ArrowType.Int(8, false);
      case UINT16 -> new ArrowType.Int(16, false);
      case UINT32, HEX32 -> new ArrowType.Int(32, false);
      case INT32 -> new ArrowType.Int(32, true);
      case INT64 -> new ArrowType.Int(64, true);
      case HEX64 -> new ArrowType.Int(64, false);
      case ENUM, NAME -> ArrowType.Utf8.INSTANCE;
      case BYTES -> ArrowType.Binary.INSTANCE;
    };
  }
}
