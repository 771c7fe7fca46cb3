package org.vgictrace.parser.ftracetext;

import java.util.ArrayList;
import java.util.List;

/**
 * The columns that {@code perf script} prints behind an event's own text (process_event of
 * tools/perf/builtin-script.c, Linux 6.1 to 7.2; {@code -F +ip,sym} and the like):
 *
 * <pre>
 *   text  addr  data_src |OP N/A|..  weight  ip symbol (dso)  ABI:2 AX:0x0 ..  ilen: 4  phys  4K
 * </pre>
 *
 * Nothing separates them from the text, and their order is fixed, but all events of a kernel's
 * tracepoints have the same ones: those that the first lines have in common are what was asked for.
 * Numbers are told by their width of 16, which no text pads its own to.
 *
 * <p>Immutable.
 */
final class PerfScriptTail {
  /** What is recognised without other lines to compare with. */
  static final PerfScriptTail NONE = new PerfScriptTail(List.of());

  private static final int NUMBER_WIDTH = 16;
  private static final int COLUMNS_MAX = 64;
  private static final int SLASHES_OF_A_BRANCH = 4;
  private static final String REGISTERS = " ABI:";
  private static final String SOURCE = " |OP ";

  /** The last column comes first. */
  private final List<Column> columns;

  /** A kind of column. */
  private enum Column {
    REGISTERS,
    DATA_SOURCE,
    SYMBOL,
    NUMBER,
    INSTRUCTION,
    PAGE_SIZE,
    BRANCH
  }

  private PerfScriptTail(List<Column> columns) {
    this.columns = columns;
  }

  /** What seems to be behind the text of one event; it may be part of the text. */
  static PerfScriptTail of(byte[] b, int from, int end) {
    List<Column> found = new ArrayList<>();
    int p = trimmed(b, from, end);
    while (found.size() < COLUMNS_MAX) {
      int before = p;
      for (Column column : Column.values()) {
        before = before(column, b, from, p);
        if (before < p) {
          found.add(column);
          break;
        }
      }
      if (before == p) {
        break;
      }
      p = before;
    }
    return found.isEmpty() ? NONE : new PerfScriptTail(List.copyOf(found));
  }

  /** What both have. */
  PerfScriptTail common(PerfScriptTail other) {
    int most = Math.min(columns.size(), other.columns.size());
    int same = 0;
    while (same < most && columns.get(same) == other.columns.get(same)) {
      same++;
    }
    return same == 0 ? NONE : new PerfScriptTail(columns.subList(0, same));
  }

  /** End of the text without what is behind it. */
  int textEnd(byte[] b, int from, int end) {
    if (columns.isEmpty()) {
      return end - from >= 8 && b[end - 1] == ')' ? beforeObject(b, from, end) : end;
    }
    int p = trimmed(b, from, end);
    for (int i = 0; i < columns.size(); i++) {
      p = before(columns.get(i), b, from, p);
    }
    return p;
  }

  /** Where what is before a column ends; {@code end} if it is not there. */
  private static int before(Column column, byte[] b, int from, int end) {
    return switch (column) {
      case REGISTERS -> beforeWord(b, from, end, REGISTERS);
      case DATA_SOURCE -> {
        int source = beforeWord(b, from, end, SOURCE);
        int number = source < end ? beforeNumber(b, from, source) : source;
        yield number < source ? number : end;
      }
      case SYMBOL -> beforeSymbol(b, from, end);
      case NUMBER -> beforeNumber(b, from, end);
      case INSTRUCTION -> beforeInstruction(b, from, end);
      case PAGE_SIZE -> beforePageSize(b, from, end);
      case BRANCH -> beforeBranch(b, from, end);
    };
  }

  /**
   * Leaves out {@code ffffffff8129d1d2 pvclock_update_vm_gtod_copy ([kernel.kallsyms])}, which can
   * hardly be anything else.
   */
  private static int beforeObject(byte[] b, int from, int end) {
    int p = beforeDso(b, from, end);
    if (p == end) {
      return end;
    }
    int symbol = wordStart(b, from, p);
    p = trimmed(b, from, symbol);
    int address = wordStart(b, from, p);
    boolean found = symbol > p && p - address >= 4 && isHex(b, address, p);
    return found ? trimmed(b, from, address) : end;
  }

  /** Leaves out an address with its symbol or object; one alone is a number. */
  private static int beforeSymbol(byte[] b, int from, int end) {
    int p = beforeDso(b, from, end);
    if (p < end) {
      int alone = beforeNumber(b, from, p);
      if (alone < p) {
        return alone;
      }
    }
    int symbol = trimmed(b, from, wordStart(b, from, p));
    int address = beforeNumber(b, from, symbol);
    return address < symbol ? address : end;
  }

  /** Leaves out {@code ([kernel.kallsyms])} or {@code (/usr/bin/x)}. */
  private static int beforeDso(byte[] b, int from, int end) {
    if (end - from < 3 || b[end - 1] != ')') {
      return end;
    }
    int p = end - 2;
    while (p > from && b[p] != '(' && b[p] != ' ') {
      p--;
    }
    return b[p] == '(' && (b[p + 1] == '[' || b[p + 1] == '/') ? trimmed(b, from, p) : end;
  }

  private static int beforeNumber(byte[] b, int from, int end) {
    int p = end;
    while (p > from && AsciiCursor.hexDigit(b[p - 1]) >= 0) {
      p--;
    }
    int before = trimmed(b, from, p);
    boolean apart = p == from || AsciiCursor.isBlank(b[p - 1]);
    return p < end && apart && end - before >= NUMBER_WIDTH ? before : end;
  }

  /** Leaves out {@code ilen: 4}, {@code ilen: 4 insn: 01 02 03 04} or {@code insn: 01}. */
  private static int beforeInstruction(byte[] b, int from, int end) {
    int p = end;
    while (p > from && !isWord(b, p, end, "ilen:") && !isWord(b, p, end, "insn:")) {
      p = wordStart(b, from, trimmed(b, from, p));
      if (b[p] != 'i' && !isHex(b, p, Math.min(end, p + 2))) {
        return end;
      }
    }
    if (p == from) {
      return end;
    }
    int before = trimmed(b, from, p);
    int length = trimmed(b, from, wordStart(b, from, before));
    int label = wordStart(b, from, length);
    return isWord(b, label, end, "ilen:") ? trimmed(b, from, label) : before;
  }

  /** Leaves out {@code 4K} or {@code N/A}. */
  private static int beforePageSize(byte[] b, int from, int end) {
    int word = wordStart(b, from, end);
    boolean found = isWord(b, word, end, "N/A") && end - word == 3;
    if (!found && end - word >= 2 && "KMG".indexOf(b[end - 1]) >= 0) {
      int p = word;
      while (AsciiCursor.isDigit(b[p])) {
        p++;
      }
      found = p == end - 1;
    }
    return found && word > from ? trimmed(b, from, word) : end;
  }

  /** Leaves out {@code 0xffff800080012345/0xffff800080012355/P/-/-/0}. */
  private static int beforeBranch(byte[] b, int from, int end) {
    int word = wordStart(b, from, end);
    int slashes = 0;
    for (int p = word; p < end; p++) {
      slashes += b[p] == '/' ? 1 : 0;
    }
    return slashes >= SLASHES_OF_A_BRANCH && word > from && b[word] != '/'
        ? trimmed(b, from, word)
        : end;
  }

  /** Where a text begins that is followed by a digit or a letter, the first time. */
  private static int beforeWord(byte[] b, int from, int end, String text) {
    for (int p = from; p < end; p++) {
      if (b[p] == ' ' && isWord(b, p, end, text)) {
        return trimmed(b, from, p);
      }
    }
    return end;
  }

  private static boolean isWord(byte[] b, int from, int end, String text) {
    if (end - from < text.length()) {
      return false;
    }
    for (int i = 0; i < text.length(); i++) {
      if (b[from + i] != text.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  private static boolean isHex(byte[] b, int from, int end) {
    for (int p = from; p < end; p++) {
      if (AsciiCursor.hexDigit(b[p]) < 0) {
        return false;
      }
    }
    return from < end;
  }

  private static int wordStart(byte[] b, int from, int end) {
    int p = end;
    while (p > from && !AsciiCursor.isBlank(b[p - 1])) {
      p--;
    }
    return p;
  }

  private static int trimmed(byte[] b, int from, int end) {
    int p = end;
    while (p > from && AsciiCursor.isBlank(b[p - 1])) {
      p--;
    }
    return p;
  }
}
