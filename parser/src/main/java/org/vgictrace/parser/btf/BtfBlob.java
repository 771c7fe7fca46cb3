package org.vgictrace.parser.btf;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
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
 * Offsets count from the end of the header. The types of a module are numbered on from those of the
 * kernel, and its names lie behind the kernel's: smaller numbers are the kernel's.
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

  /** The kernel's types, if these are a module's. */
  private final @Nullable BtfBlob base;

  private final int firstType;
  private final int firstString;

  /**
   * @param file name for messages
   * @param start where in the file the blob begins, for messages
   * @param base the types of the kernel, if these are those of a module
   */
  BtfBlob(String file, long start, byte[] bytes, @Nullable BtfBlob base) throws InputException {
    this.file = file;
    this.base = base;
    firstType = base == null ? 1 : base.count();
    firstString = base == null ? 0 : base.stringsEnd - base.strings;
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
    boolean begins = base != null || stringsLength > 0 && bytes[strings] == 0;
    if (!begins || stringsLength > 0 && bytes[stringsEnd - 1] != 0) {
      throw damage(strings, "BTF strings do not begin and end with NUL");
    }
    if (base != null && base.bigEndian != bigEndian) {
      throw damage(0, "is of another byte order than the kernel");
    }
    types = walk(header + typesAt, header + typesAt + typesLength);
  }

  /** Where each type begins; void, which has no bytes, comes before the first one. */
  private int[] walk(int from, int end) throws InputException {
    int[] found = new int[1024];
    int count = 1;
    for (int at = from; at < end; count++) {
      if (end - at < TYPE_BYTES) {
        throw damage(at, "type " + (firstType + count - 1) + " goes beyond the types' section");
      }
      int kind = u32(at + 4) >>> 24 & 0x1f;
      if (kind == 0 || kind >= TypeKind.count()) {
        throw damage(at + 4, "type " + (firstType + count - 1) + " has the unknown kind " + kind);
      }
      int extra = TypeKind.of(kind).extraBytes(u32(at + 4) & 0xffff);
      if (extra > end - at - TYPE_BYTES) {
        throw damage(at, "type " + (firstType + count - 1) + " goes beyond the types' section");
      }
      if (count == found.length) {
        found = Arrays.copyOf(found, count * 2);
      }
      found[count] = at;
      at += TYPE_BYTES + extra;
    }
    return Arrays.copyOf(found, count);
  }

  /** Number of types, void and the kernel's included. */
  int count() {
    return firstType + types.length - 1;
  }

  /** The blob that has a type, which is not void: this one or the kernel's. */
  private BtfBlob holder(int type) {
    return base == null || type >= firstType ? this : base;
  }

  /** Where one of this blob's own types begins. */
  private int at(int type) {
    return types[type - firstType + 1];
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
    return Integer.toUnsignedLong(word(type, 8));
  }

  /** The type that a type refers to. */
  int target(int type) throws InputException {
    return reference(type, 8);
  }

  /** A number in what the kind adds, by its index in units of four bytes. */
  int extra(int type, int index) {
    return word(type, TYPE_BYTES + 4 * index);
  }

  /** A type in what the kind adds. */
  int extraType(int type, int index) throws InputException {
    return reference(type, TYPE_BYTES + 4 * index);
  }

  /** A name in what the kind adds. */
  String extraName(int type, int index) throws InputException {
    BtfBlob holder = holder(type);
    return holder.string(holder.at(type) + TYPE_BYTES + 4 * index);
  }

  boolean isNamed(int type, byte[] name) throws InputException {
    BtfBlob holder = holder(type);
    return holder.matches(holder.at(type), name);
  }

  boolean isExtraNamed(int type, int index, byte[] name) throws InputException {
    BtfBlob holder = holder(type);
    return holder.matches(holder.at(type) + TYPE_BYTES + 4 * index, name);
  }

  /** A complaint about a type, to be thrown. */
  InputException damaged(int type, String what) {
    BtfBlob holder = holder(type);
    return holder.damage(type == 0 ? 0 : holder.at(type), "type " + type + " " + what);
  }

  private int info(int type) {
    return word(type, 4);
  }

  private int word(int type, int offset) {
    BtfBlob holder = holder(type);
    return holder.u32(holder.at(type) + offset);
  }

  private int reference(int type, int offset) throws InputException {
    BtfBlob holder = holder(type);
    int at = holder.at(type) + offset;
    int target = holder.u32(at);
    if (target < 0 || target >= holder.count()) {
      throw holder.damage(at, "there is no type " + Integer.toUnsignedString(target));
    }
    return target;
  }

  /** The name whose offset is stored here; the section's last byte ends it at the latest. */
  private String string(int at) throws InputException {
    BtfBlob holder = nameHolder(at);
    int from = holder.name(u32(at));
    int end = from;
    while (holder.bytes[end] != 0) {
      end++;
      if (end - from >= NAME_BYTES_MAX) {
        throw holder.damage(from, "name of more than " + (NAME_BYTES_MAX - 1) + " bytes");
      }
    }
    return new String(holder.bytes, from, end - from, StandardCharsets.UTF_8);
  }

  private boolean matches(int at, byte[] name) throws InputException {
    BtfBlob holder = nameHolder(at);
    int from = holder.name(u32(at));
    return name.length < holder.stringsEnd - from
        && holder.bytes[from + name.length] == 0
        && Arrays.equals(holder.bytes, from, from + name.length, name, 0, name.length);
  }

  /** The blob that has the name whose offset is stored here. */
  private BtfBlob nameHolder(int at) throws InputException {
    int offset = u32(at);
    if (offset < 0 || offset >= firstString + stringsEnd - strings) {
      throw damage(at, "name at " + Integer.toUnsignedString(offset) + " is beyond the strings");
    }
    return base == null || offset >= firstString ? this : base;
  }

  private int name(int offset) {
    return strings + offset - firstString;
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
