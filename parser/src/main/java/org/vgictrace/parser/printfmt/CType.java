package org.vgictrace.parser.printfmt;

import org.jspecify.annotations.Nullable;

/**
 * A C integer type after promotion, which is all that arithmetic needs to know. A value of it is
 * kept in a {@code long} as it would be read from memory: extended with its sign or with zeros.
 *
 * @param bits 32 or 64
 * @param signed whether values may be negative
 */
record CType(int bits, boolean signed) {
  static final CType INT = new CType(32, true);
  static final CType UNSIGNED = new CType(32, false);
  static final CType LONG_LONG = new CType(64, true);
  static final CType UNSIGNED_LONG_LONG = new CType(64, false);

  /** What both operands are converted to (C11 6.3.1.8). */
  CType common(CType other) {
    if (bits != other.bits) {
      return bits > other.bits ? this : other;
    }
    return signed ? other : this;
  }

  /** A value cut to the type. */
  long wrap(long value) {
    return cut(value, bits, signed);
  }

  /** The lowest bits of a value. */
  static long cut(long value, int bits, boolean signed) {
    int unused = Long.SIZE - bits;
    return signed ? value << unused >> unused : value << unused >>> unused;
  }

  /**
   * Size and sign of a C type as the kernel names it.
   *
   * @param words what the type is made of, such as {@code unsigned long}, without asterisks
   * @return bytes, negative if signed; null if it is not known
   */
  static @Nullable Integer bytes(String words, int longBytes) {
    return switch (words) {
      case "u8", "__u8", "uint8_t", "unsigned char", "bool", "_Bool" -> 1;
      case "s8", "__s8", "int8_t", "signed char", "char" -> -1;
      case "u16",
          "__u16",
          "uint16_t",
          "unsigned short",
          "short unsigned int",
          "__be16",
          "__le16",
          "umode_t" ->
          2;
      case "s16", "__s16", "int16_t", "short", "short int" -> -2;
      case "u32",
          "__u32",
          "uint32_t",
          "unsigned",
          "unsigned int",
          "__be32",
          "__le32",
          "gfp_t",
          "dev_t",
          "uid_t",
          "gid_t",
          "fmode_t",
          "slab_flags_t",
          "blk_opf_t" ->
          4;
      case "s32", "__s32", "int32_t", "int", "signed", "signed int", "pid_t" -> -4;
      case "u64",
          "__u64",
          "uint64_t",
          "unsigned long long",
          "long long unsigned int",
          "__be64",
          "__le64",
          "sector_t",
          "gpa_t",
          "gfn_t",
          "hpa_t",
          "dma_addr_t",
          "phys_addr_t" ->
          8;
      case "s64", "__s64", "int64_t", "long long", "long long int", "loff_t", "ktime_t" -> -8;
      case "unsigned long", "long unsigned int", "size_t", "uintptr_t", "gva_t" -> longBytes;
      case "long", "long int", "ssize_t", "intptr_t" -> -longBytes;
      default -> null;
    };
  }
}
