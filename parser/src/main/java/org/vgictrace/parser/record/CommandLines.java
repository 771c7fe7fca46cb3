package org.vgictrace.parser.record;

import java.util.Arrays;
import org.vgictrace.parser.event.Names;

/**
 * Names of threads by pid, as the kernel had saved them at the end of the recording ({@code
 * saved_cmdlines}: a line {@code PID NAME} each). A name may hold a line break: a line that does
 * not start with a number and a blank goes on the line before.
 *
 * <p>Looking up does not allocate once a pid has been seen. Not thread-safe.
 */
public final class CommandLines {
  private static final String IDLE = "<idle>";
  private static final String UNKNOWN = "<...>";

  private final byte[] text;
  private int count;
  private int[] pids = new int[64];
  private int[] starts = new int[64];
  private int[] ends = new int[64];
  private int[] slots = new int[128];
  private int[] names = new int[64];
  private int idle = -1;
  private int unknown = -1;

  public CommandLines(byte[] text) {
    this.text = text;
    int length = text.length;
    while (length > 0 && text[length - 1] == 0) {
      length--;
    }
    for (int at = 0; at < length; ) {
      int end = at;
      while (end < length && text[end] != '\n') {
        end++;
      }
      line(at, end);
      at = end + 1;
    }
    names = new int[count];
    Arrays.fill(names, -1);
    index();
  }

  /** Identifier of the name of a thread. */
  public int name(int pid, Names dictionary) {
    if (pid == 0) {
      if (idle < 0) {
        idle = dictionary.intern(IDLE);
      }
      return idle;
    }
    int mask = slots.length - 1;
    for (int i = hash(pid) & mask; slots[i] >= 0; i = (i + 1) & mask) {
      int entry = slots[i];
      if (pids[entry] == pid) {
        if (names[entry] < 0) {
          names[entry] = dictionary.intern(text, starts[entry], ends[entry] - starts[entry]);
        }
        return names[entry];
      }
    }
    if (unknown < 0) {
      unknown = dictionary.intern(UNKNOWN);
    }
    return unknown;
  }

  private void line(int start, int end) {
    long pid = 0;
    int at = start;
    while (at < end && text[at] >= '0' && text[at] <= '9' && pid <= Integer.MAX_VALUE) {
      pid = pid * 10 + text[at++] - '0';
    }
    if (at == start || at == end || text[at] != ' ' || pid > Integer.MAX_VALUE) {
      if (count > 0) {
        ends[count - 1] = end;
      }
      return;
    }
    if (count == pids.length) {
      pids = Arrays.copyOf(pids, count * 2);
      starts = Arrays.copyOf(starts, count * 2);
      ends = Arrays.copyOf(ends, count * 2);
    }
    pids[count] = (int) pid;
    starts[count] = at + 1;
    ends[count] = end;
    count++;
  }

  private void index() {
    slots = new int[Integer.highestOneBit(Math.max(64, count)) * 4];
    Arrays.fill(slots, -1);
    int mask = slots.length - 1;
    for (int entry = count - 1; entry >= 0; entry--) {
      int i = hash(pids[entry]) & mask;
      while (slots[i] >= 0) {
        i = (i + 1) & mask;
      }
      slots[i] = entry;
    }
  }

  private static int hash(int pid) {
    int h = pid * 0x9e3779b9;
    return h ^ h >>> 15;
  }
}
