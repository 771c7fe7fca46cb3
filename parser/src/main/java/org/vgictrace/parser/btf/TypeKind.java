package org.vgictrace.parser.btf;

/**
 * Kinds of types by their number in BTF (include/uapi/linux/btf.h), with what follows the common
 * twelve bytes: so many bytes, or so many per element.
 */
enum TypeKind {
  VOID(0, 0),
  INT(4, 0),
  POINTER(0, 0),
  ARRAY(12, 0),
  STRUCT(0, 12),
  UNION(0, 12),
  ENUM(0, 8),
  FORWARD(0, 0),
  TYPEDEF(0, 0),
  VOLATILE(0, 0),
  CONST(0, 0),
  RESTRICT(0, 0),
  FUNCTION(0, 0),
  PROTOTYPE(0, 8),
  VARIABLE(4, 0),
  SECTION(0, 12),
  FLOAT(0, 0),
  DECLARATION_TAG(4, 0),
  TYPE_TAG(0, 0),
  ENUM64(0, 12);

  private static final TypeKind[] BY_NUMBER = values();

  private final int fixedBytes;
  private final int elementBytes;

  TypeKind(int fixedBytes, int elementBytes) {
    this.fixedBytes = fixedBytes;
    this.elementBytes = elementBytes;
  }

  static int count() {
    return BY_NUMBER.length;
  }

  static TypeKind of(int number) {
    return BY_NUMBER[number];
  }

  /** Bytes behind the common part. */
  int extraBytes(int elements) {
    return fixedBytes + elementBytes * elements;
  }

  boolean isStructure() {
    return this == STRUCT || this == UNION;
  }

  /** Whether it only gives another type a name or a qualifier. */
  boolean isTransparent() {
    return switch (this) {
      case TYPEDEF, VOLATILE, CONST, RESTRICT, TYPE_TAG -> true;
      default -> false;
    };
  }
}
