package org.vgictrace.parser.ftracetext;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.vgictrace.parser.lines.Swar;

/**
 * Turns the characters of the flags column back into the bytes they were printed from, {@code
 * common_flags} and {@code common_preempt_count}.
 *
 * <pre>
 *  _-----=> irqs-off/BH-disabled   . d D b X    01 irqs off, 80 BH off, 02 unknown (before 6.13)
 * / _----=> need-resched           . n p N l L b B   04, preempt 20, lazy 02 (6.13 and later)
 * | / _---=> hardirq/softirq        . s h H z Z  10 softirq, 08 hardirq, 40 NMI
 * || / _--=> preempt-depth          . 1-f        low half of the count
 * ||| / _-=> migrate-disable        . 1-f        high half of the count
 * </pre>
 *
 * <p>The header names the columns; without one their number decides: 4 before 5.15, 5 from then on,
 * 6 and 7 on real-time kernels. What text cannot tell: the softirq bit under an NMI, a BH-off state
 * on kernels before 5.17, which of {@code N}'s two bits an old trace-cmd meant (it prints {@code N}
 * for 04 alone). Real-time kernels' separate lazy columns are not part of the two bytes and are
 * ignored. See kernel/trace/trace_output.c, trace_print_lat_fmt.
 */
final class FlagColumns {
  private static final int LETTERS = 128;
  private static final int SEEN = 256;

  /** Mark of a letter that means nothing; no combination of bits has this value. */
  private static final int NOTHING = 0xff;

  private static final byte[] IRQS = letters(".dDbX", 0x00, 0x01, 0x81, 0x80, 0x02);
  private static final byte[] RESCHED =
      letters(".npNlLbB", 0x00, 0x04, 0x20, 0x24, 0x02, 0x22, 0x06, 0x26);
  private static final byte[] CONTEXT = letters(".shHzZ", 0x00, 0x10, 0x08, 0x18, 0x40, 0x48);

  /** One column of the flags. */
  private enum Column {
    IRQS,
    RESCHED,
    CONTEXT,
    DEPTH,
    MIGRATE,
    IGNORED
  }

  private static final Map<String, Column> LABELS =
      Map.ofEntries(
          Map.entry("irqs-off", Column.IRQS),
          Map.entry("irqs-off/BH-disabled", Column.IRQS),
          Map.entry("need-resched", Column.RESCHED),
          Map.entry("need-resched_lazy", Column.IGNORED),
          Map.entry("need-resched-lazy", Column.IGNORED),
          Map.entry("hardirq/softirq", Column.CONTEXT),
          Map.entry("preempt-depth", Column.DEPTH),
          Map.entry("preempt-lazy-depth", Column.IGNORED),
          Map.entry("migrate-disable", Column.MIGRATE));

  private static final Column[] FOUR = {Column.IRQS, Column.RESCHED, Column.CONTEXT, Column.DEPTH};
  private static final Column[] FIVE = {
    Column.IRQS, Column.RESCHED, Column.CONTEXT, Column.DEPTH, Column.MIGRATE
  };
  private static final Column[] SIX = {
    Column.IRQS, Column.RESCHED, Column.IGNORED, Column.CONTEXT, Column.DEPTH, Column.MIGRATE
  };
  private static final Column[] SEVEN = {
    Column.IRQS,
    Column.RESCHED,
    Column.IGNORED,
    Column.CONTEXT,
    Column.DEPTH,
    Column.IGNORED,
    Column.MIGRATE
  };

  private final List<Column> labelled = new ArrayList<>();
  private Column[] columns = new Column[0];

  /** Number of the header, which grows whenever the columns change. */
  private int header;

  private int flags;
  private int preempt;

  /** Characters seen before, as words, and what they mean; there are few different ones. */
  private final long[] seen = new long[SEEN];

  private final boolean[] understood = new boolean[SEEN];
  private final int[] seenFlags = new int[SEEN];
  private final int[] seenPreempts = new int[SEEN];

  /** Forgets the labels of an earlier header. */
  void clear() {
    labelled.clear();
    columns = new Column[0];
    changed();
  }

  private void changed() {
    header++;
    Arrays.fill(seen, 0);
  }

  /** Takes the next column's label from a header. {@code CPU#} is not one of the flags. */
  void label(String label) {
    if (!label.equals("CPU#")) {
      labelled.add(LABELS.getOrDefault(label, Column.IGNORED));
      columns = labelled.toArray(Column[]::new);
      changed();
    }
  }

  /** Flags byte of the latest {@link #read}, -1 if not recorded or not understood. */
  int flags() {
    return flags;
  }

  /** Preempt count of the latest {@link #read}, -1 if not recorded or not understood. */
  int preempt() {
    return preempt;
  }

  /**
   * Reads the characters of one line.
   *
   * @return false if there are characters that mean nothing
   */
  boolean read(byte[] b, TextRecord r) {
    ContextCache.Context context = r.context;
    if (context == null) {
      return read(b, r.flagsStart, r.flagsEnd);
    }
    if (context.header != header) {
      if (!read(b, r.flagsStart, r.flagsEnd)) {
        return false;
      }
      context.header = header;
      context.flags = flags;
      context.preempt = preempt;
    }
    flags = context.flags;
    preempt = context.preempt;
    return true;
  }

  /** Does the same with characters that may lie anywhere. */
  boolean read(byte[] b, int from, int to) {
    int length = to - from;
    if (length == 0 || length > Long.BYTES) {
      flags = -1;
      preempt = -1;
      return length == 0;
    }
    long word = Swar.first(Swar.word(b, from), length);
    int slot = Swar.hash(word, 0) & SEEN - 1;
    if (seen[slot] != word) {
      seen[slot] = word;
      understood[slot] = decode(b, from, length);
      seenFlags[slot] = flags;
      seenPreempts[slot] = preempt;
    }
    flags = seenFlags[slot];
    preempt = seenPreempts[slot];
    return understood[slot];
  }

  private boolean decode(byte[] b, int from, int length) {
    flags = -1;
    preempt = -1;
    Column[] layout = columns.length == length ? columns : usual(length);
    if (layout.length == 0) {
      return false;
    }
    int bits = 0;
    int low = -1;
    int high = 0;
    for (int i = 0; i < length; i++) {
      byte letter = b[from + i];
      switch (layout[i]) {
        case IRQS -> bits |= code(IRQS, letter);
        case RESCHED -> bits |= code(RESCHED, letter);
        case CONTEXT -> bits |= code(CONTEXT, letter);
        case DEPTH -> low = digit(letter);
        case MIGRATE -> high = digit(letter);
        case IGNORED -> {}
      }
    }
    if (bits < 0 || high < 0 || low < -1) {
      return false;
    }
    flags = bits;
    preempt = low < 0 ? -1 : high << 4 | low;
    return true;
  }

  private static Column[] usual(int length) {
    return switch (length) {
      case 4 -> FOUR;
      case 5 -> FIVE;
      case 6 -> SIX;
      case 7 -> SEVEN;
      default -> new Column[0];
    };
  }

  /** Bits of a letter; negative if it means nothing. */
  private static int code(byte[] codes, byte letter) {
    int code = letter < 0 ? NOTHING : codes[letter] & 0xff;
    return code == NOTHING ? Integer.MIN_VALUE : code;
  }

  /** Value of a hexadecimal digit, 0 for a dot, -2 if it is neither. */
  private static int digit(byte letter) {
    if (letter == '.') {
      return 0;
    }
    int digit = AsciiCursor.hexDigit(letter);
    return digit < 0 ? -2 : digit;
  }

  private static byte[] letters(String letters, int... codes) {
    byte[] table = new byte[LETTERS];
    Arrays.fill(table, (byte) NOTHING);
    for (int i = 0; i < codes.length; i++) {
      table[letters.charAt(i)] = (byte) codes[i];
    }
    return table;
  }
}
