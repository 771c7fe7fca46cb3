package org.vgictrace.parser.ftracetext;

import org.jspecify.annotations.Nullable;
import org.vgictrace.parser.lines.Swar;

/**
 * Remembers which bytes are the name of an event: there are a few dozen names in a text.
 *
 * <pre>
 * irq_handler_entry: irq=13 name=arch_timer
 * |-- 8 --|-- 8 --|-- 8 --|
 * |--- looked up ---|
 * </pre>
 *
 * <p>Hot code: the colon is found without a branch, because names of different lengths follow each
 * other in no order.
 */
final class NameCache {
  /** Longest name that is remembered, with the colon behind it. */
  static final int NAME_BYTES_MAX = 24;

  /** Slots. A name that finds its slot taken drives the other to the slot beside it. */
  private static final int NAMES = 1024;

  private final @Nullable Name[] names = new Name[NAMES];

  /** A name. */
  static final class Name {
    private final long word0;
    private final long word1;
    private final long word2;

    /** Length without the colon. */
    final int length;

    /** The event of that name, null until somebody sets it. */
    @Nullable EventText event;

    private Name(long word0, long word1, long word2, int length) {
      this.word0 = word0;
      this.word1 = word1;
      this.word2 = word2;
      this.length = length;
    }

    private boolean is(long w0, long w1, long w2) {
      return word0 == w0 && word1 == w1 && word2 == w2;
    }
  }

  /**
   * The name that a text begins with, up to and including its colon.
   *
   * @param from where the text begins; 24 bytes must be within the array
   * @return null if it was not learnt
   */
  @Nullable Name at(byte[] b, int from) {
    long word0 = Swar.word(b, from);
    long word1 = Swar.word(b, from + Long.BYTES);
    long word2 = Swar.word(b, from + 2 * Long.BYTES);
    long colon0 = Swar.matches(word0, (byte) ':');
    long colon1 = Swar.matches(word1, (byte) ':');
    long goesOn = goesOn(colon0);
    word0 &= upTo(colon0);
    word1 &= upTo(colon1) & goesOn;
    word2 &= upTo(Swar.matches(word2, (byte) ':')) & goesOn & goesOn(colon1);
    int slot = slot(word0, word1, word2);
    Name name = names[slot];
    if (name != null && name.is(word0, word1, word2)) {
      return name;
    }
    name = names[slot ^ 1];
    return name != null && name.is(word0, word1, word2) ? name : null;
  }

  /** Learns the name of a line that was read. */
  Name learn(byte[] b, int start, int end) {
    byte[] padded = new byte[NAME_BYTES_MAX];
    System.arraycopy(b, start, padded, 0, end + 1 - start);
    long word0 = Swar.word(padded, 0);
    long word1 = Swar.word(padded, Long.BYTES);
    long word2 = Swar.word(padded, 2 * Long.BYTES);
    Name name = new Name(word0, word1, word2, end - start);
    int slot = slot(word0, word1, word2);
    names[slot ^ 1] = names[slot];
    names[slot] = name;
    return name;
  }

  /** All bits if there is no match, none otherwise. */
  private static long goesOn(long matches) {
    return ~((matches | -matches) >> 63);
  }

  /** The bits of the bytes up to the first match, of all bytes if there is none. */
  private static long upTo(long matches) {
    return matches ^ matches - 1;
  }

  private static int slot(long word0, long word1, long word2) {
    return Swar.hash(word0 ^ Long.rotateLeft(word1, 23), word2) & NAMES - 1;
  }
}
