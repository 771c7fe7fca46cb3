package org.vgictrace.parser.format;

import org.vgictrace.parser.format.FieldFormat.Storage;

/**
 * Reads one {@code field:} line of an event format:
 *
 * <pre>
 * field:unsigned long caller[8]; offset:8; size:64; signed:0;
 * field:__data_loc char[] name;  offset:12; size:4; signed:1;
 * </pre>
 *
 * The brackets of a fixed array follow the name, those of a dynamic one the type. The number in
 * them may be a symbol, so the element count comes from the sizes. {@code signed} is missing before
 * Linux 2.6.33.
 */
final class FieldParser {
  private static final int LOCATOR_BYTES = 4;

  private FieldParser() {}

  static FieldFormat parse(String line, int longBytes) throws FormatException {
    int colon = line.indexOf(':');
    int end = line.indexOf(';', colon + 1);
    if (colon < 0 || end < 0) {
      throw new FormatException("field without declaration");
    }
    String declaration = line.substring(colon + 1, end).strip();
    long offset = number(line, end, "offset:", -1);
    long size = number(line, end, "size:", -1);
    if (offset < 0 || size < 0) {
      throw new FormatException("field without offset or size: " + shown(declaration));
    }
    boolean signed = number(line, end, "signed:", 0) != 0;

    String brackets = "";
    String rest = declaration;
    if (declaration.endsWith("]")) {
      int open = declaration.lastIndexOf('[');
      if (open < 0) {
        throw new FormatException("unbalanced brackets: " + shown(declaration));
      }
      brackets = declaration.substring(open);
      rest = declaration.substring(0, open).stripTrailing();
    }
    int nameStart = rest.length();
    while (nameStart > 0 && isNameCharacter(rest.charAt(nameStart - 1))) {
      nameStart--;
    }
    String name = rest.substring(nameStart);
    String type = rest.substring(0, nameStart).strip();
    if (name.isEmpty()) {
      throw new FormatException("field without a name: " + shown(declaration));
    }
    return field(name, type, offset, size, signed, brackets, longBytes);
  }

  private static FieldFormat field(
      String name,
      String type,
      long offset,
      long size,
      boolean signed,
      String brackets,
      int longBytes) {
    int typeBytes = typeBytes(type, longBytes);
    if (type.startsWith("__data_loc") || type.startsWith("__rel_loc")) {
      Storage storage = type.startsWith("__data_loc") ? Storage.DATA_LOC : Storage.REL_LOC;
      return size == LOCATOR_BYTES
          ? new FieldFormat(name, type, offset, size, signed, storage, typeBytes)
          : new FieldFormat(name, type, offset, size, signed, Storage.OPAQUE, 0);
    }
    if (!brackets.isEmpty()) {
      if (size == 0) {
        return new FieldFormat(name, type, offset, 0, signed, Storage.TAIL, typeBytes);
      }
      int elementBytes = elementBytes(brackets, size, typeBytes);
      Storage storage = elementBytes > 0 ? Storage.ARRAY : Storage.OPAQUE;
      return new FieldFormat(name, type, offset, size, signed, storage, elementBytes);
    }
    boolean number = size == 1 || size == 2 || size == 4 || size == 8;
    Storage storage = number ? Storage.NUMBER : Storage.OPAQUE;
    return new FieldFormat(name, type, offset, size, signed, storage, number ? (int) size : 0);
  }

  /**
   * Size of one element: from the count in the brackets if it is a number that divides, else from
   * the type.
   */
  private static int elementBytes(String brackets, long size, int typeBytes) {
    String inside = brackets.substring(1, brackets.length() - 1).strip();
    long count = digits(inside, 0);
    if (count > 0 && size % count == 0 && isNumberSize(size / count)) {
      return (int) (size / count);
    }
    return typeBytes > 0 && size % typeBytes == 0 ? typeBytes : 0;
  }

  private static boolean isNumberSize(long bytes) {
    return bytes == 1 || bytes == 2 || bytes == 4 || bytes == 8;
  }

  /** Size of a C type as the kernel names it, 0 if unknown. */
  private static int typeBytes(String declared, int longBytes) {
    String type = declared.replace("[]", "").replace("__data_loc", "").replace("__rel_loc", "");
    if (type.endsWith("*")) {
      return longBytes;
    }
    String[] words = type.strip().split("\\s+");
    return switch (words[words.length - 1]) {
      case "char", "bool", "u8", "s8", "__u8", "__s8", "uint8_t", "int8_t" -> 1;
      case "short", "u16", "s16", "__u16", "__s16", "__le16", "__be16", "uint16_t", "int16_t" -> 2;
      case "int", "u32", "s32", "__u32", "__s32", "__le32", "__be32", "uint32_t", "int32_t" -> 4;
      case "unsigned", "pid_t", "uid_t", "gid_t", "gfp_t" -> 4;
      case "u64", "s64", "__u64", "__s64", "__le64", "__be64", "uint64_t", "int64_t" -> 8;
      case "long" -> words.length > 1 && words[words.length - 2].equals("long") ? 8 : longBytes;
      case "size_t", "uintptr_t" -> longBytes;
      default -> 0;
    };
  }

  private static long number(String line, int from, String label, long ifMissing)
      throws FormatException {
    int start = line.indexOf(label, from);
    if (start < 0) {
      return ifMissing;
    }
    long value = digits(line, start + label.length());
    if (value < 0) {
      throw new FormatException(label + " is not a number of a sensible size");
    }
    return value;
  }

  /** The decimal number at a position; -1 if there is none or it has more than 10 digits. */
  private static long digits(String text, int from) {
    int at = from;
    while (at < text.length() && text.charAt(at) == ' ') {
      at++;
    }
    int start = at;
    long value = 0;
    while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
      if (at - start == 10) {
        return -1;
      }
      value = value * 10 + text.charAt(at) - '0';
      at++;
    }
    return at == start ? -1 : value;
  }

  private static boolean isNameCharacter(char c) {
    return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_';
  }

  private static String shown(String declaration) {
    return declaration.length() <= 60 ? declaration : declaration.substring(0, 60) + "...";
  }
}
