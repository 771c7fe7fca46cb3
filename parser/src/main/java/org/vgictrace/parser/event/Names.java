package org.vgictrace.parser.event;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The capture's dictionary of task names, event names and other short repeated strings. Identifiers
 * are dense and start with 0 for the empty string.
 *
 * <p>Names are bytes in a capture; they become text here, with U+FFFD in place of what is not
 * UTF-8. Limits: {@value #NAMES_MAX} names, {@value #NAME_BYTES_MAX} bytes each (longer ones are
 * cut); beyond the limit every new name is {@link #OVERFLOW}. Not thread-safe.
 */
public final class Names {
  /** Most names a capture may have. */
  public static final int NAMES_MAX = 1 << 18;

  /** Longest name kept, bytes. */
  public static final int NAME_BYTES_MAX = 1024;

  /** What stands for names beyond the limit. */
  public static final String OVERFLOW = "(more names)";

  private final List<String> texts = new ArrayList<>();
  private byte[][] bytes = new byte[256][];
  private int[] slots = new int[1024];
  private int overflowId = -1;

  public Names() {
    Arrays.fill(slots, -1);
    intern("");
  }

  /** Number of names so far. */
  public int size() {
    return texts.size();
  }

  /** The text of a name. */
  public String text(int id) {
    return texts.get(id);
  }

  /** Identifier of a text; it is added if it is new. */
  public int intern(String text) {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    return intern(utf8, 0, utf8.length);
  }

  /**
   * Identifier of a name given as bytes; it is added if it is new. Does not allocate for a known
   * name.
   */
  public int intern(byte[] source, int offset, int length) {
    int n = Math.min(length, NAME_BYTES_MAX);
    int hash = hash(source, offset, n);
    int mask = slots.length - 1;
    for (int i = hash & mask; ; i = (i + 1) & mask) {
      int id = slots[i];
      if (id < 0) {
        return add(source, offset, n, i);
      }
      byte[] known = bytes[id];
      if (known.length == n && Arrays.equals(known, 0, n, source, offset, offset + n)) {
        return id;
      }
    }
  }

  private int add(byte[] source, int offset, int length, int slot) {
    if (texts.size() >= NAMES_MAX) {
      if (overflowId < 0) {
        overflowId = append(OVERFLOW.getBytes(StandardCharsets.UTF_8));
      }
      return overflowId;
    }
    int id = append(Arrays.copyOfRange(source, offset, offset + length));
    slots[slot] = id;
    if (texts.size() * 2 > slots.length) {
      rehash();
    }
    return id;
  }

  private int append(byte[] name) {
    int id = texts.size();
    if (id == bytes.length) {
      bytes = Arrays.copyOf(bytes, id * 2);
    }
    bytes[id] = name;
    texts.add(readable(name));
    return id;
  }

  /**
   * The text of a name, cut so that it is no longer than a name may be when it is written and read
   * again.
   */
  private static String readable(byte[] name) {
    String text = new String(name, StandardCharsets.UTF_8);
    if (text.length() * 3 <= NAME_BYTES_MAX) {
      return text;
    }
    int length = 0;
    for (int i = 0; i < text.length(); i += Character.charCount(text.codePointAt(i))) {
      int c = text.codePointAt(i);
      length += c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
      if (length > NAME_BYTES_MAX) {
        return text.substring(0, i);
      }
    }
    return text;
  }

  private void rehash() {
    int[] larger = new int[slots.length * 2];
    Arrays.fill(larger, -1);
    int mask = larger.length - 1;
    for (int id = 0; id < texts.size(); id++) {
      int i = hash(bytes[id], 0, bytes[id].length) & mask;
      while (larger[i] >= 0) {
        i = (i + 1) & mask;
      }
      larger[i] = id;
    }
    slots = larger;
  }

  private static int hash(byte[] source, int offset, int length) {
    int h = length;
    for (int i = offset; i < offset + length; i++) {
      h = h * 31 + source[i];
    }
    return h ^ (h >>> 15);
  }
}
