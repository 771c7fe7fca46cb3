package org.vgictrace.parser.table;

import org.apache.arrow.flatbuf.DictionaryEncoding;
import org.apache.arrow.flatbuf.Field;
import org.apache.arrow.flatbuf.Int;
import org.apache.arrow.flatbuf.Type;
import org.jspecify.annotations.Nullable;
import org.vgictrace.parser.event.ColumnType;

/**
 * A column as an Arrow file declares it.
 *
 * @param name column name
 * @param storage what the column's buffers hold; for a dictionary-encoded column the indexes
 * @param dictionary identifier of the dictionary of texts, null if there is none
 */
record IpcField(String name, Storage storage, @Nullable Long dictionary) {

  /** What a column's buffers hold. */
  enum Storage {
    BOOL(1, 2),
    INT8(8, 2),
    UINT8(8, 2),
    INT16(16, 2),
    UINT16(16, 2),
    INT32(32, 2),
    UINT32(32, 2),
    INT64(64, 2),
    UINT64(64, 2),
    /** 32-bit offsets into UTF-8 text. */
    UTF8(32, 3),
    /** 32-bit offsets into bytes. */
    BINARY(32, 3);

    private final int bits;
    private final int buffers;

    Storage(int bits, int buffers) {
      this.bits = bits;
      this.buffers = buffers;
    }

    /** Buffers of a column, validity included. */
    int buffers() {
      return buffers;
    }

    /** How numbers and bytes of that type are stored; text has several ways. */
    static Storage of(ColumnType type) {
      return switch (type) {
        case BOOL -> BOOL;
        case UINT8 -> UINT8;
        case UINT16 -> UINT16;
        case UINT32, HEX32 -> UINT32;
        case INT32 -> INT32;
        case INT64 -> INT64;
        case HEX64 -> UINT64;
        case BYTES -> BINARY;
        case ENUM, NAME -> UTF8;
      };
    }

    /** Whether the values are in a third buffer, which the second has offsets into. */
    boolean hasOffsets() {
      return buffers == 3;
    }

    /** Bytes that the second buffer needs for that many rows. */
    long bytes(int rows) {
      long cells = hasOffsets() ? rows + 1L : rows;
      return (cells * bits + 7) / 8;
    }
  }

  /** The type for a message. */
  String typeName() {
    return dictionary == null ? storage.toString() : "dictionary-encoded text";
  }

  /** The field of a schema, or null if tables have no such type. */
  static @Nullable IpcField of(Field field, String name) {
    if (field.childrenLength() != 0) {
      return null;
    }
    DictionaryEncoding dictionary = field.dictionary();
    if (dictionary != null) {
      Int index = dictionary.indexType();
      Storage storage = index == null ? Storage.INT32 : integer(index);
      return storage == null || field.typeType() != Type.Utf8
          ? null
          : new IpcField(name, storage, dictionary.id());
    }
    Storage storage =
        switch (field.typeType()) {
          case Type.Bool -> Storage.BOOL;
          case Type.Utf8 -> Storage.UTF8;
          case Type.Binary -> Storage.BINARY;
          case Type.Int -> field.type(new Int()) instanceof Int type ? integer(type) : null;
          default -> null;
        };
    return storage == null ? null : new IpcField(name, storage, null);
  }

  /** The type that a column of that type has, for a message. */
  static String typeName(ColumnType type) {
    return switch (type) {
      case ENUM, NAME -> "text";
      case BOOL, UINT8, UINT16, UINT32, INT32, INT64, HEX32, HEX64, BYTES ->
          Storage.of(type).toString();
    };
  }

  /** The declared type for a message, such as {@code Int64} or {@code Timestamp}. */
  static String typeName(Field field) {
    byte type = field.typeType();
    String name = type >= 0 && type < Type.names.length ? Type.name(type) : "type " + type;
    return field.type(new Int()) instanceof Int number && type == Type.Int
        ? (number.isSigned() ? "Int" : "UInt") + number.bitWidth()
        : name;
  }

  private static @Nullable Storage integer(Int type) {
    return switch (type.bitWidth()) {
      case 8 -> type.isSigned() ? Storage.INT8 : Storage.UINT8;
      case 16 -> type.isSigned() ? Storage.INT16 : Storage.UINT16;
      case 32 -> type.isSigned() ? Storage.INT32 : Storage.UINT32;
      case 64 -> type.isSigned() ? Storage.INT64 : Storage.UINT64;
      default -> null;
    };
  }
}
