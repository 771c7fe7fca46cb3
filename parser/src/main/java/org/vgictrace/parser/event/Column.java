package org.vgictrace.parser.event;

import java.util.List;

/**
 * One typed column of a kind.
 *
 * @param name column name in tables, files and binding packs
 * @param type how a value is read
 * @param doc one sentence: meaning, unit, range
 * @param labels the labels of an {@link ColumnType#ENUM} column in the order of their codes, else
 *     empty
 */
public record Column(String name, ColumnType type, String doc, List<String> labels) {

  static Column of(String name, ColumnType type, String doc) {
    return new Column(name, type, doc, List.of());
  }

  static Column bool(String name, String doc) {
    return of(name, ColumnType.BOOL, doc);
  }

  static Column u8(String name, String doc) {
    return of(name, ColumnType.UINT8, doc);
  }

  static Column u32(String name, String doc) {
    return of(name, ColumnType.UINT32, doc);
  }

  static Column i32(String name, String doc) {
    return of(name, ColumnType.INT32, doc);
  }

  static Column i64(String name, String doc) {
    return of(name, ColumnType.INT64, doc);
  }

  static Column hex32(String name, String doc) {
    return of(name, ColumnType.HEX32, doc);
  }

  static Column hex64(String name, String doc) {
    return of(name, ColumnType.HEX64, doc);
  }

  static Column text(String name, String doc) {
    return of(name, ColumnType.NAME, doc);
  }

  static Column bytes(String name, String doc) {
    return of(name, ColumnType.BYTES, doc);
  }

  static Column choice(String name, String doc, String... labels) {
    return new Column(name, ColumnType.ENUM, doc, List.of(labels));
  }
}
