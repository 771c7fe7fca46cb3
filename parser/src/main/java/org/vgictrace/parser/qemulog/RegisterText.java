package org.vgictrace.parser.qemulog;

import java.util.List;
import java.util.Locale;
import org.vgictrace.parser.event.Kind;

/**
 * Reads the text of GICv3's system register events, which is of one shape whatever the register:
 *
 * <pre>
 * GICv3 ICH_LR0_EL2 write cpu 0x0 value 0x70a0001b0000001b
 * GICv3 ICV_IAR1 read cpu 0x0 value 0x1b
 * GICv3 ICH_AP0R0 read cpu 0x0 value 0x0
 * </pre>
 *
 * <p>Hot code.
 */
final class RegisterText {
  private static final int OP = Kind.HW_ICH.column("op");
  private static final int GIC = Kind.HW_ICH.column("gic");
  private static final int REG = Kind.HW_ICH.column("reg");
  private static final int INDEX = Kind.HW_ICH.column("index");
  private static final int VALUE = Kind.HW_ICH.column("value");
  private static final int GROUP = Kind.HW_ICV.column("group");

  private static final Shape ICH = rest(Kind.HW_ICH);
  private static final Shape ICV = rest(Kind.HW_ICV);
  private static final Shape ICC = rest(Kind.HW_ICC);

  private static final List<String> ICH_LABELS = Kind.HW_ICH.columns().get(REG).labels();
  private static final List<String> INTERFACE_LABELS = Kind.HW_ICV.columns().get(REG).labels();
  private static final int LR = ICH_LABELS.indexOf("lr");
  private static final int LR_LOW = ICH_LABELS.indexOf("lr_low");
  private static final int LR_HIGH = ICH_LABELS.indexOf("lr_high");
  private static final int AP0R = ICH_LABELS.indexOf("ap0r");
  private static final int AP1R = ICH_LABELS.indexOf("ap1r");

  private static final String[] ICH_NAMES = {"HCR", "VMCR", "VTR", "MISR", "ELRSR", "EISR"};
  private static final String[] INTERFACE_NAMES = {
    "IAR", "EOIR", "DIR", "PMR", "BPR", "CTLR", "IGRPEN", "RPR", "HPPIR", "NMIAR", "AP"
  };
  private static final long[] ICH_KEYS = keys(ICH_NAMES);
  private static final int[] ICH_CODES = codes(ICH_NAMES, ICH_LABELS);
  private static final long[] INTERFACE_KEYS = keys(INTERFACE_NAMES);
  private static final int[] INTERFACE_CODES = codes(INTERFACE_NAMES, INTERFACE_LABELS);
  private static final long KEY_LR = key("LR");
  private static final long KEY_LRC = key("LRC");
  private static final long KEY_AP = key("AP");

  /** Longest register name looked at. */
  private static final int LETTERS_MAX = Long.BYTES;

  private long letters;
  private int first;
  private int second;
  private boolean suffixed;

  static {
    if (Kind.HW_ICV.column("reg") != REG
        || Kind.HW_ICV.column("op") != OP
        || Kind.HW_ICV.column("value") != VALUE) {
      throw new AssertionError("the register kinds have their common columns in one order");
    }
  }

  private static Shape rest(Kind kind) {
    return Shape.of(kind, " cpu 0x{cpu:x} value 0x{value:x}");
  }

  private static long[] keys(String[] names) {
    long[] keys = new long[names.length];
    for (int i = 0; i < names.length; i++) {
      keys[i] = key(names[i]);
    }
    return keys;
  }

  private static int[] codes(String[] names, List<String> labels) {
    int[] codes = new int[names.length];
    for (int i = 0; i < names.length; i++) {
      codes[i] = labels.indexOf(names[i].toLowerCase(Locale.ROOT));
    }
    return codes;
  }

  private static long key(String name) {
    long key = 0;
    for (int i = 0; i < name.length(); i++) {
      key = key << 8 | name.charAt(i);
    }
    return key;
  }

  /**
   * Reads a text.
   *
   * @return false if it is of another shape
   */
  boolean read(byte[] b, int start, int end, LogRow row) {
    int p = start;
    if (end - p < 16
        || b[p] != 'G'
        || b[p + 1] != 'I'
        || b[p + 2] != 'C'
        || b[p + 3] != 'v'
        || b[p + 4] != '3'
        || b[p + 5] != ' '
        || b[p + 6] != 'I'
        || b[p + 7] != 'C'
        || b[p + 9] != '_') {
      return false;
    }
    byte side = b[p + 8];
    p = name(b, p + 10);
    if (p < 0 || b[p++] != ' ') {
      return false;
    }
    boolean write = b[p] == 'w';
    p = write ? word(b, p, "write") : word(b, p, "read");
    if (p < 0) {
      return false;
    }
    Shape rest = side == 'H' ? ICH : side == 'V' ? ICV : ICC;
    if (side != 'H' && side != 'V' && side != 'C' || !rest.read(b, p, end, row)) {
      return false;
    }
    row.put(GIC, 3);
    row.put(OP, write ? 1 : 0);
    if (side == 'H') {
      ich(row);
    } else {
      cpuInterface(row);
    }
    return true;
  }

  private static int word(byte[] b, int from, String word) {
    int p = from;
    for (int i = 0; i < word.length(); i++) {
      if (b[p++] != word.charAt(i)) {
        return -1;
      }
    }
    return p;
  }

  /** Letters, a number, R and a second number, and _EL and a digit; all but letters optional. */
  private int name(byte[] b, int from) {
    int p = from;
    letters = 0;
    first = -1;
    second = -1;
    suffixed = false;
    for (; b[p] >= 'A' && b[p] <= 'Z' && p - from < LETTERS_MAX; p++) {
      letters = letters << 8 | b[p];
    }
    if (p == from) {
      return -1;
    }
    if (LinePrefix.isDigit(b[p])) {
      first = b[p++] - '0';
      if (LinePrefix.isDigit(b[p])) {
        first = first * 10 + b[p++] - '0';
      }
      if (b[p] == 'R' && LinePrefix.isDigit(b[p + 1])) {
        second = b[p + 1] - '0';
        p += 2;
      }
    }
    if (b[p] == '_' && b[p + 1] == 'E' && b[p + 2] == 'L' && LinePrefix.isDigit(b[p + 3])) {
      suffixed = true;
      p += 4;
    }
    return p;
  }

  private void ich(LogRow row) {
    if (letters == KEY_LR || letters == KEY_LRC) {
      row.put(REG, letters == KEY_LRC ? LR_HIGH : suffixed ? LR : LR_LOW);
      putIndex(row, first);
    } else if (letters == KEY_AP) {
      row.put(REG, first == 0 ? AP0R : AP1R);
      putIndex(row, second);
    } else {
      row.put(REG, code(ICH_KEYS, ICH_CODES, ICH_LABELS));
    }
  }

  private void cpuInterface(LogRow row) {
    boolean other = suffixed;
    row.put(
        REG,
        other
            ? INTERFACE_LABELS.size() - 1
            : code(INTERFACE_KEYS, INTERFACE_CODES, INTERFACE_LABELS));
    if (first >= 0 && !other) {
      row.put(GROUP, first);
    }
    putIndex(row, second);
  }

  private int code(long[] keys, int[] codes, List<String> labels) {
    for (int i = 0; i < keys.length; i++) {
      if (keys[i] == letters) {
        return codes[i];
      }
    }
    return labels.size() - 1;
  }

  private static void putIndex(LogRow row, int index) {
    if (index >= 0) {
      row.put(INDEX, index);
    }
  }
}
