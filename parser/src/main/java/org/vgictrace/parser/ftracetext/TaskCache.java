package org.vgictrace.parser.ftracetext;

import org.jspecify.annotations.Nullable;
import org.vgictrace.parser.lines.Swar;

/**
 * Remembers what the first 24 bytes of a line in fixed columns mean: task name and pid repeat from
 * line to line.
 *
 * <pre>
 *           vcpu-0-461     [000] d..1.
 * |-- 8 --|-- 8 --|-- 8 --|
 * </pre>
 */
final class TaskCache {
  /** Bytes of a line that are looked up. */
  static final int PREFIX_BYTES = 24;

  private static final int TASKS = 1024;

  private final @Nullable Task[] tasks = new Task[TASKS];

  /** What the bytes mean. */
  static final class Task {
    private final long word0;
    private final long word1;
    private final long word2;

    /** Where the task's name begins, relative to the line. */
    final int commOffset;

    final int pid;

    /** Position of the blank after the pid, relative to the line. */
    final int afterPid;

    /** Identifier of the name, -1 until somebody sets it. */
    int nameId = -1;

    Task(long word0, long word1, long word2, int commOffset, int pid, int afterPid) {
      this.word0 = word0;
      this.word1 = word1;
      this.word2 = word2;
      this.commOffset = commOffset;
      this.pid = pid;
      this.afterPid = afterPid;
    }
  }

  /**
   * The task of a line whose dash is in its column.
   *
   * @param from where the line's columns begin; 24 bytes must be within the array
   * @return null if the bytes are not a name, a pid and a blank
   */
  @Nullable Task at(byte[] b, int from) {
    long word0 = Swar.word(b, from);
    long word1 = Swar.word(b, from + Long.BYTES);
    long word2 = Swar.word(b, from + 2 * Long.BYTES);
    int slot = Swar.hash(word0 ^ word1 << 1, word2) & TASKS - 1;
    Task task = tasks[slot];
    if (task != null && task.word0 == word0 && task.word1 == word1 && task.word2 == word2) {
      return task;
    }
    task = read(b, from, word0, word1, word2);
    tasks[slot] = task;
    return task;
  }

  private static @Nullable Task read(byte[] b, int from, long word0, long word1, long word2) {
    int dash = from + StrictTokenizer.COMM_WIDTH;
    int p = dash + 1;
    int last = from + PREFIX_BYTES;
    int pid = 0;
    while (p < last && AsciiCursor.isDigit(b[p])) {
      pid = pid * 10 + (b[p++] - '0');
    }
    if (p == dash + 1 || p == last || !AsciiCursor.isBlank(b[p])) {
      return null;
    }
    int comm = from;
    while (comm < dash && b[comm] == ' ') {
      comm++;
    }
    return new Task(word0, word1, word2, comm - from, pid, p - from);
  }
}
