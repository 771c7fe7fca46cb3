package org.vgictrace.parser.printfmt;

import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.vgictrace.parser.format.FormatException;
import org.vgictrace.parser.printfmt.Term.Num;

/** Numbers as C writes them, and names of constants that kernels leave in print fmts. */
final class Literals {
  /**
   * Enumerators that were not turned into numbers, in print fmts of Linux 6.1 to 7.2: {@code enum
   * hrtimer_mode} (include/linux/hrtimer.h), {@code enum exception_type}
   * (arch/arm64/include/asm/esr.h), {@code enum alarmtimer_type}, {@code enum zone_type} and the
   * like are not, because they depend on the configuration.
   */
  private static final Map<String, Long> NAMES =
      Map.ofEntries(
          Map.entry("NULL", 0L),
          Map.entry("true", 1L),
          Map.entry("false", 0L),
          Map.entry("HRTIMER_MODE_ABS", 0x00L),
          Map.entry("HRTIMER_MODE_REL", 0x01L),
          Map.entry("HRTIMER_MODE_ABS_PINNED", 0x02L),
          Map.entry("HRTIMER_MODE_REL_PINNED", 0x03L),
          Map.entry("HRTIMER_MODE_ABS_SOFT", 0x04L),
          Map.entry("HRTIMER_MODE_REL_SOFT", 0x05L),
          Map.entry("HRTIMER_MODE_ABS_PINNED_SOFT", 0x06L),
          Map.entry("HRTIMER_MODE_REL_PINNED_SOFT", 0x07L),
          Map.entry("HRTIMER_MODE_ABS_HARD", 0x08L),
          Map.entry("HRTIMER_MODE_REL_HARD", 0x09L),
          Map.entry("HRTIMER_MODE_ABS_PINNED_HARD", 0x0aL),
          Map.entry("HRTIMER_MODE_REL_PINNED_HARD", 0x0bL),
          Map.entry("except_type_sync", 0L),
          Map.entry("except_type_irq", 0x80L),
          Map.entry("except_type_fiq", 0x100L),
          Map.entry("except_type_serror", 0x180L));

  private Literals() {}

  /** The value of a name, null if it is not known. */
  static @Nullable Long named(String name) {
    return NAMES.get(name);
  }

  /** A number with its type (C11 6.4.4.1). */
  static Num number(String token, int longBytes) throws FormatException {
    String text = token.toLowerCase(Locale.ROOT);
    int end = text.length();
    while (end > 0 && (text.charAt(end - 1) == 'u' || text.charAt(end - 1) == 'l')) {
      end--;
    }
    String suffix = text.substring(end);
    boolean hex = text.startsWith("0x");
    boolean octal = !hex && end > 1 && text.charAt(0) == '0';
    String digits = text.substring(hex ? 2 : 0, end);
    long value;
    try {
      value = Long.parseUnsignedLong(digits, hex ? 16 : octal ? 8 : 10);
    } catch (NumberFormatException e) {
      throw new FormatException("print fmt has a number that is none");
    }
    boolean unsigned = suffix.indexOf('u') >= 0;
    int least = suffix.contains("ll") ? 64 : suffix.indexOf('l') >= 0 ? longBytes * Byte.SIZE : 32;
    boolean both = hex || octal;
    for (int bits = least; bits < Long.SIZE; bits = Long.SIZE) {
      if (!unsigned && value >>> bits - 1 == 0) {
        return Num.constant(new CType(bits, true), value);
      }
      if ((unsigned || both) && value >>> bits == 0) {
        return Num.constant(new CType(bits, false), value);
      }
    }
    return Num.constant(new CType(Long.SIZE, !unsigned && value >= 0), value);
  }
}
