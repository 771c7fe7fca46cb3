package org.vgictrace.parser.btf;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.vgictrace.parser.diag.InputException;
import org.vgictrace.parser.diag.Place;

/**
 * The bytes of a BTF blob, checked once from end to end, so that everything that is read later is
 * known to lie inside its section:
 *
 * <pre>
 *   0  u16 eb9f   2  u8 version 1   3  u8 flags   4  u32 header length
 *   8  u32 types' offset   12  u32 length   16  u32 strings' offset   20  u32 length
 *
 *   a type:  u32 name | u32 info | u32 size or type | what its kind adds
 *   info:    31 bit-fields   28..24 kind   15..0 number of elements
 * </pre>
 *
 * Offsets count from the end of the header.
 */
final class BtfBlob {
  static final int HEADER_BYTES = 24;
  static final int MAGIC = 0xeb9f;

  /** The kernel's limit for names of symbols, terminator included. */
  static final int NAME_BYTES_MAX = 512;

  private static final int TYPE_BYTES = 12;

  private final String file;
  private final long start;
  private final byte[] bytes;
  private final boolean bigEndian;
  private final int strings;
  private final int stringsEnd;
  private final int[] types;

  /**
   * @param file name for messages
   * @param start where in the file the blob begins, for messages
   */
  BtfBlob(String file, long start, byte[] bytes) throws InputException {
    this.file = file;
    this.start = start;
    this.bytes = bytes;
    if (bytes.length < HEADER_BYTES) {
      throw damage(0, "BTF of " + bytes.length + " bytes is shorter than its header");
    }
    int magic = bytes[0] & 0xff | (bytes[1] & 0xff) << 8;
    bigEndian = magic != MAGIC;
    if (bigEndian && Integer.reverseBytes(magic) >>> 16 != MAGIC) {
      throw damage(0, "no BTF");
    }
    if (bytes[2] != 1) {
      throw damage(2, "BTF version " + (bytes[2] & 0xff) + " is not supported");
    }
    int header = length(4, bytes.length);
    if (header < HEADER_BYTES) {
      throw damage(4, "BTF header of " + header + " bytes is too short");
    }
    int body = bytes.length - header;
    int typesAt = length(8, body);
    int typesLength = length(12, body - typesAt);
    int stringsAt = length(16, body);
    int stringsLength = length(20, body - stringsAt);
    strings = header + stringsAt;
    stringsEnd = strings + stringsLength;
    if (stringsLength == 0 || bytes[strings] != 0 || bytes[stringsEnd - 1] != 0) {
      throw damage(strings, "BTF strings do not begin and end with NUL");
    }
    types = walk(header + typesAt, header + typesAt + typesLength);
  }

  /** Where each type begins; type 0 is void and has no bytes. */
  private int[] walk(int from, int end) throws InputException {
    int[] found = new int[1024];
    int count = 1;
    for (int at = from; at < end; count++) {
      if (end - at < TYPE_BYTES) {
        throw damage(at, "type " + count + " goes beyond the types' section");
      }
      int kind = u32(at + 4) >>> 24 & 0x1f;
      if (kind == 0 || kind >= TypeKind.count()) {
        throw damage(at + 4, "type " + count + " has the unknown kind " + kind);
      }
      int extra = TypeKind.of(kind).extraBytes(u32(at + 4) & 0xffff);
      if (extra > end - at - TYPE_BYTES) {
        throw damage(at, "type " + count + " goes beyond the types' section");
      }
      if (count == found.length) {
        found = Arrays.copyOf(found, count * 2);
      }
      found[count] = at;
      at += TYPE_BYTES + extra;
    }
    return Arrays.copyOf(found, count);
  }

  /** Number of types, void included. */
  int count() {
    return types.length;
  }

  boolean bigEndian() {
    return bigEndian;
  }

  /**
   * @param type a valid id
   */
  TypeKind kind(int type) {
    return type == 0 ? TypeKind.VOID : TypeKind.of(info(type) >>> 24 & 0x1f);
  }

  /** Number of members, parameters and the like. */
  int elements(int type) {
    return info(type) & 0xffff;
  }

  /** Whether the offsets of a structure's members hold widths of bit-fields, too. */
  boolean hasBitFields(int type) {
    return info(type) < 0;
  }

  /** The size in bytes of a type that has one. */
  long size(int type) {
    return Integer.toUnsignedLong(u32(types[type] + 8));
  }

  /** The type that a type refers to. */
  int target(int type) throws InputException {
    return reference(types[type] + 8);
  }

  /** A number in what the kind adds, by its index in units of four bytes. */
  int extra(int type, int index) {
    return u32(types[type] + TYPE_BYTES + 4 * index);
  }

  /** A type in what the kind adds. */
  int extraType(int type, int index) throws InputException {
    return reference(types[type] + TYPE_BYTES + 4 * index);
  }

  /** A name in what the kind adds. */
  String extraName(int type, int index) throws InputException {
    return string(types[type] + TYPE_BYTES + 4 * index);
  }

  boolean isNamed(int type, byte[] name) throws InputException {
    return matches(types[type], name);
  }

  boolean isExtraNamed(int type, int index, byte[] name) throws InputException {
    return matches(types[type] + TYPE_BYTES + 4 * index, name);
  }

  /** A complaint about a type, to be thrown. */
  InputException damaged(int type, String what) {
    return damage(type == 0 ? 0 : types[type], "type " + type + " " + what);
  }

  private int info(int type) {
    return u32(types[type] + 4);
  }

  private int reference(int at) throws InputException {
    int type = u32(at);
    if (type < 0 || type >= types.length) {
      throw damage(at, "there is no type " + Integer.toUnsignedString(type));
    }
    return type;
  }

  /** The name whose offset is stored here; the section's last byte ends it at the latest. */
  private String string(int at) throws InputException {
    int from = name(at);
    int end = from;
    while (bytes[end] != 0) {
      end++;
      if (end - from >= NAME_BYTES_MAX) {
        throw damage(from, "name of more than " + (NAME_BYTES_MAX - 1) + " bytes");
      }
    }
    return new String(bytes, from, end - from, StandardCharsets.UTF_8);
  }

  private boolean matches(int at, byte[] name) throws InputException {
    int from = name(at);
    return name.length < stringsEnd - from
        && bytes[from + name.length] == 0
        && Arrays.equals(bytes, from, from + name.length, name, 0, name.length);
  }

  private int name(int at) throws InputException {
    int offset = u32(at);
    if (offset < 0 || offset >= stringsEnd - strings) {
      throw damage(at, "name at " + Integer.toUnsignedString(offset) + " is beyond the strings");
    }
    return strings + offset;
  }

  private int length(int at, int most) throws InputException {
    int value = u32(at);
    if (value < 0 || value > most) {
      throw damage(
          at, "BTF header says " + Integer.toUnsignedString(value) + " where " + most + " fit");
    }
    return value;
  }

  private int u32(int at) {
    int value =
        bytes[at] & 0xff
            | (bytes[at + 1] & 0xff) << 8
            | (bytes[at + 2] & 0xff) << 16
            | (bytes[at + 3] & 0xff) << 24;
    return bigEndian ? Integer.reverseBytes(value) : value;
  }

  private InputException damage(int at, String what) {
    return new InputException(file, Place.at(start + at), what);
  }
}
