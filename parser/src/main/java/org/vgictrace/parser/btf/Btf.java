package org.vgictrace.parser.btf;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.vgictrace.parser.diag.InputException;

/**
 * The types of one kernel. Types are named by their ids; 0 is void. Look-ups by name search all
 * types and are meant for a few hundred of them. Immutable.
 */
public final class Btf {
  /** Qualifiers and typedefs in a row that real types stay far below; more is a loop. */
  private static final int CHAIN_MAX = 64;

  /** Members looked at for one name; more can only come from structures that contain themselves. */
  private static final int MEMBERS_MAX = 1 << 20;

  /** Nothing in a kernel is as large as this. */
  private static final long SIZE_MAX = 1L << 40;

  private static final int MEMBER_WORDS = 3;
  private static final int PARAMETER_WORDS = 2;
  private static final int POINTER_BYTES = 8;

  private final String file;
  private final BtfBlob blob;

  private Btf(String file, BtfBlob blob) {
    this.file = file;
    this.blob = blob;
  }

  /**
   * Takes a blob that holds nothing but BTF.
   *
   * @param file name for messages
   * @param start where in the file the blob begins, for messages
   * @throws InputException if it is damaged
   */
  public static Btf of(String file, long start, byte[] blob) throws InputException {
    return new Btf(file, new BtfBlob(file, start, blob, null));
  }

  /**
   * Takes the types of a module, which refer to those of its kernel.
   *
   * @param module name for messages
   * @param start where in the file the blob begins, for messages
   * @return the types of both
   * @throws InputException if it is damaged, or belongs to another kernel as far as that shows
   */
  public Btf with(String module, long start, byte[] moduleBlob) throws InputException {
    return new Btf(module, new BtfBlob(module, start, moduleBlob, blob));
  }

  /** The file it was read from, for messages. */
  public String file() {
    return file;
  }

  /** Whether the kernel is big-endian. */
  public boolean bigEndian() {
    return blob.bigEndian();
  }

  /** Number of types, void not included. */
  public int count() {
    return blob.count() - 1;
  }

  /** The parameters of a function, null if BTF does not have the function. */
  public @Nullable List<Parameter> function(String name) throws InputException {
    byte[] wanted = name.getBytes(StandardCharsets.UTF_8);
    for (int type = 1; type < blob.count(); type++) {
      if (blob.kind(type) == TypeKind.FUNCTION && blob.isNamed(type, wanted)) {
        return parameters(blob.target(type));
      }
    }
    return null;
  }

  private List<Parameter> parameters(int prototype) throws InputException {
    if (blob.kind(prototype) != TypeKind.PROTOTYPE) {
      throw blob.damaged(prototype, "is not the prototype of a function");
    }
    List<Parameter> parameters = new ArrayList<>();
    for (int i = 0; i < blob.elements(prototype); i++) {
      int at = PARAMETER_WORDS * i;
      parameters.add(
          new Parameter(blob.extraName(prototype, at), blob.extraType(prototype, at + 1)));
    }
    return parameters;
  }

  /** The structure or union with this tag, or else behind a typedef of this name; 0 if none is. */
  public int structure(String name) throws InputException {
    byte[] wanted = name.getBytes(StandardCharsets.UTF_8);
    int renamed = 0;
    for (int type = 1; type < blob.count(); type++) {
      TypeKind kind = blob.kind(type);
      if (kind.isStructure() && blob.isNamed(type, wanted)) {
        return type;
      }
      if (kind == TypeKind.TYPEDEF && renamed == 0 && blob.isNamed(type, wanted)) {
        int behind = plain(type);
        renamed = blob.kind(behind).isStructure() ? behind : 0;
      }
    }
    return renamed;
  }

  /** The structure or union that a pointer points to; 0 if it is no such pointer. */
  public int pointedStructure(int type) throws InputException {
    int pointer = plain(type);
    if (blob.kind(pointer) != TypeKind.POINTER) {
      return 0;
    }
    int structure = plain(blob.target(pointer));
    return blob.kind(structure).isStructure() ? structure : 0;
  }

  /** Whether values of this type are numbers or pointers that fit into one register. */
  public boolean fitsRegister(int type) throws InputException {
    return switch (blob.kind(plain(type))) {
      case POINTER -> true;
      case INT, ENUM, ENUM64 -> size(type) <= POINTER_BYTES;
      default -> false;
    };
  }

  /**
   * Size of values of a type in bytes, 0 for those that have none.
   *
   * @throws InputException if the type is damaged
   */
  public long size(int type) throws InputException {
    long count = 1;
    int element = plain(type);
    for (int depth = 0; blob.kind(element) == TypeKind.ARRAY; depth++) {
      count *= Integer.toUnsignedLong(blob.extra(element, 2));
      if (depth == CHAIN_MAX || count > SIZE_MAX) {
        throw blob.damaged(type, "is an array of impossible size");
      }
      element = plain(blob.extraType(element, 0));
    }
    long one =
        switch (blob.kind(element)) {
          case INT, STRUCT, UNION, ENUM, ENUM64, FLOAT -> blob.size(element);
          case POINTER -> POINTER_BYTES;
          default -> 0;
        };
    if (one != 0 && count > SIZE_MAX / one) {
      throw blob.damaged(type, "is an array of impossible size");
    }
    return count * one;
  }

  /**
   * Follows a path such as {@code arch.vgic_cpu.vgic_v3.vgic_lr[2]} through nested structures;
   * members of anonymous ones are found by their own name.
   *
   * @param structure where it starts
   * @return null if there is no such member
   * @throws InputException if a type on the way is damaged
   */
  public @Nullable Member member(int structure, String path) throws InputException {
    Member at = new Member(structure, 0, 0);
    for (int from = 0; at != null && from <= path.length(); ) {
      int dot = path.indexOf('.', from);
      int end = dot < 0 ? path.length() : dot;
      at = step(at, path.substring(from, end));
      from = end + 1;
    }
    return at;
  }

  /** One step of a path: {@code name} or {@code name[index]}. */
  private @Nullable Member step(Member at, String part) throws InputException {
    int structure = plain(at.type());
    int bracket = part.indexOf('[');
    String name = bracket < 0 ? part : part.substring(0, bracket);
    if (!blob.kind(structure).isStructure()) {
      return null;
    }
    Search search = new Search(name.getBytes(StandardCharsets.UTF_8));
    Member member = search.in(structure, at.bitOffset(), 0);
    if (member == null || bracket < 0) {
      return member;
    }
    int index = Integer.parseInt(part, bracket + 1, part.length() - 1, 10);
    return element(member, index);
  }

  private @Nullable Member element(Member array, int index) throws InputException {
    int type = plain(array.type());
    if (blob.kind(type) != TypeKind.ARRAY
        || Integer.compareUnsigned(index, blob.extra(type, 2)) >= 0) {
      return null;
    }
    int element = blob.extraType(type, 0);
    return new Member(element, array.bitOffset() + 8L * index * size(element), 0);
  }

  /** Number of elements of an array, 0 if a type is none. */
  public long arrayLength(int type) throws InputException {
    int plain = plain(type);
    return blob.kind(plain) == TypeKind.ARRAY ? Integer.toUnsignedLong(blob.extra(plain, 2)) : 0;
  }

  /** A type without names and qualifiers. */
  private int plain(int type) throws InputException {
    int plain = type;
    for (int depth = 0; blob.kind(plain).isTransparent(); depth++) {
      if (depth == CHAIN_MAX) {
        throw blob.damaged(type, "refers to itself");
      }
      plain = blob.target(plain);
    }
    return plain;
  }

  /** The search for one member by its name. */
  private final class Search {
    private final byte[] name;
    private int budget = MEMBERS_MAX;

    Search(byte[] name) {
      this.name = name;
    }

    @Nullable Member in(int structure, long base, int depth) throws InputException {
      for (int i = 0; i < blob.elements(structure); i++) {
        if (--budget < 0 || depth > CHAIN_MAX) {
          throw blob.damaged(structure, "contains itself");
        }
        int at = MEMBER_WORDS * i;
        if (blob.isExtraNamed(structure, at, name)) {
          return member(structure, at, base);
        }
        if (blob.extra(structure, at) == 0) {
          int inner = plain(blob.extraType(structure, at + 1));
          if (blob.kind(inner).isStructure()) {
            Member found = in(inner, member(structure, at, base).bitOffset(), depth + 1);
            if (found != null) {
              return found;
            }
          }
        }
      }
      return null;
    }

    /**
     * A member with its place. Older encoders put the width of a bit-field into its integer type,
     * newer ones into the top byte of the member's offset.
     */
    private Member member(int structure, int at, long base) throws InputException {
      int type = blob.extraType(structure, at + 1);
      int word = blob.extra(structure, at + 2);
      if (blob.hasBitFields(structure)) {
        return new Member(type, base + (word & 0xffffff), word >>> 24);
      }
      long offset = base + Integer.toUnsignedLong(word);
      int plain = plain(type);
      if (blob.kind(plain) == TypeKind.INT) {
        int encoding = blob.extra(plain, 0);
        int bits = encoding & 0xff;
        int shift = encoding >>> 16 & 0xff;
        if (bits != 0 && (shift != 0 || bits != 8 * blob.size(plain))) {
          return new Member(type, offset + shift, bits);
        }
      }
      return new Member(type, offset, 0);
    }
  }
}
