package org.vgictrace.parser.ftracetext;

import org.jspecify.annotations.Nullable;
import org.vgictrace.parser.lines.Swar;

/**
 * Remembers what the first 37 bytes of a line in fixed columns mean, which is all before its time:
 * the same task runs on the same CPU with the same flags for many lines.
 *
 * <pre>
 *           vcpu-0-461     [000] d..1.   426.842417: put_irq: ...
 * |-- 8 --|-- 8 --|-- 8 --|-- 8 --|-5 -|
 * </pre>
 *
 * <p>Hot code.
 */
final class ContextCache {
  /** Bytes of a line that are looked up. */
  static final int PREFIX_BYTES = 37;

  /**
   * Slots; many more than the few hundred contexts of a recording. One that finds its slot taken
   * drives the other to the slot beside it.
   */
  private static final int CONTEXTS = 4096;

  private final @Nullable Context[] contexts = new Context[CONTEXTS];

  /** What the bytes mean. */
  static final class Context {
    private final long word0;
    private final long word1;
    private final long word2;
    private final long word3;

    /** The last eight bytes, of which the word before has three. */
    private final long word4;

    final TaskCache.Task task;
    final int cpu;

    /** Where the flags begin and end, relative to the line. */
    final int flagsOffset;

    final int flagsEnd;

    /** What the flags mean by the header of this number. */
    int flags;

    int preempt;
    int header = -1;

    private Context(byte[] b, int from, TaskCache.Task task, TextRecord r) {
      this.word0 = Swar.word(b, from);
      this.word1 = Swar.word(b, from + 8);
      this.word2 = Swar.word(b, from + 16);
      this.word3 = Swar.word(b, from + 24);
      this.word4 = Swar.word(b, from + 29);
      this.task = task;
      this.cpu = r.cpu;
      this.flagsOffset = r.flagsStart - from;
      this.flagsEnd = r.flagsEnd - from;
    }

    private boolean is(long w0, long w1, long w2, long w3, long w4) {
      return word0 == w0 && word1 == w1 && word2 == w2 && word3 == w3 && word4 == w4;
    }
  }

  /**
   * The context of a line.
   *
   * @param from where the line's columns begin; 37 bytes must be within the array
   * @return null if these bytes were not learnt
   */
  @Nullable Context at(byte[] b, int from) {
    long word0 = Swar.word(b, from);
    long word1 = Swar.word(b, from + 8);
    long word2 = Swar.word(b, from + 16);
    long word3 = Swar.word(b, from + 24);
    long word4 = Swar.word(b, from + 29);
    int slot = slot(word0, word1, word2, word3, word4);
    Context context = contexts[slot];
    if (context != null && context.is(word0, word1, word2, word3, word4)) {
      return context;
    }
    context = contexts[slot ^ 1];
    return context != null && context.is(word0, word1, word2, word3, word4) ? context : null;
  }

  /** Learns from a line that was read, if all up to the blank after its flags is in the bytes. */
  void learn(byte[] b, int from, TextRecord r) {
    TaskCache.Task task = r.task;
    if (task == null
        || r.flagsEnd == r.flagsStart
        || r.flagsEnd - from >= PREFIX_BYTES
        || !AsciiCursor.isBlank(b[r.flagsEnd])) {
      return;
    }
    Context c = new Context(b, from, task, r);
    int slot = slot(c.word0, c.word1, c.word2, c.word3, c.word4);
    contexts[slot ^ 1] = contexts[slot];
    contexts[slot] = c;
  }

  private static int slot(long word0, long word1, long word2, long word3, long word4) {
    long names = word0 ^ Long.rotateLeft(word1, 7) ^ Long.rotateLeft(word2, 14);
    return Swar.hash(names, word3 ^ Long.rotateLeft(word4, 21)) & CONTEXTS - 1;
  }
}
