package org.vgictrace.parser.printfmt;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A C type as it is written in a cast.
 *
 * @param words without qualifiers, such as {@code unsigned long} or {@code struct page}
 * @param asterisks how many of them follow
 */
record TypeName(String words, int asterisks) {
  private static final Set<String> QUALIFIERS =
      Set.of("const", "volatile", "__user", "__iomem", "__force", "__rcu", "__percpu");
  private static final Set<String> TAGS = Set.of("struct", "enum", "union");

  static TypeName of(List<String> written, int asterisks) {
    List<String> words = new ArrayList<>(written);
    words.removeAll(QUALIFIERS);
    return new TypeName(String.join(" ", words), asterisks);
  }

  boolean isPointer() {
    return asterisks > 0;
  }

  /** Whether it cannot be the name of a constant. */
  boolean isCertain(int longBytes) {
    return isPointer()
        || words.indexOf(' ') >= 0
        || words.equals("void")
        || CType.bytes(words, longBytes) != null;
  }

  /** Bytes, negative if signed; null if that is not known. */
  @Nullable Integer bytes(int longBytes) {
    if (isPointer()) {
      return longBytes;
    }
    int blank = words.indexOf(' ');
    boolean isEnum = blank > 0 && TAGS.contains(words.substring(0, blank)) && words.startsWith("e");
    return isEnum ? Integer.valueOf(Integer.BYTES) : CType.bytes(words, longBytes);
  }

  /** Bytes; null if that is not known. */
  @Nullable Long size(int longBytes) {
    Integer bytes = bytes(longBytes);
    return bytes == null ? null : (long) Math.abs(bytes);
  }

  /** What it points to. */
  TypeName pointee() {
    return new TypeName(words, asterisks - 1);
  }
}
