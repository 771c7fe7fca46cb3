package org.vgictrace.replay.evtchn;

import java.util.List;
import org.agrona.collections.Int2IntHashMap;
import org.vgictrace.parser.event.Kind;
import org.vgictrace.parser.event.Names;

/**
 * The handlers that Linux gives each CPU on Xen, known by their names (arch/x86/xen/smp.c, time.c):
 * {@code resched0}, {@code callfunc0}, {@code callfuncsingle0}, {@code irqwork0}, {@code timer0},
 * {@code debug0}. Names are read once and remembered.
 */
final class HandlerNames {
  /** The name of no handler that belongs to a CPU. */
  static final int NONE = -1;

  private static final int UNKNOWN = -2;
  private static final int CPU_BITS = 16;
  private static final int CPU_DIGITS_MAX = 4;

  /** Handlers of a CPU that are no IPI have this in place of its number. */
  private static final int OTHER = 0x3f;

  private static final List<String> IPIS =
      Kind.GUEST_SEND.columns().get(Kind.GUEST_SEND.column("vector")).labels();
  private static final List<String> OTHERS = List.of("timer", "debug", "pmu");

  private final Int2IntHashMap known = new Int2IntHashMap(UNKNOWN);

  /** The code of a name; {@link #NONE} if it is not that of a CPU's handler. */
  int code(int id, Names names) {
    if (id < 0) {
      return NONE;
    }
    int code = known.get(id);
    if (code == UNKNOWN) {
      code = read(names.text(id));
      known.put(id, code);
    }
    return code;
  }

  /** The CPU that a handler belongs to. */
  static int cpu(int code) {
    return code & (1 << CPU_BITS) - 1;
  }

  /** Which IPI it handles, as column {@code vector} numbers them; -1 for none. */
  static int vector(int code) {
    int vector = code >>> CPU_BITS;
    return vector == OTHER ? NONE : vector;
  }

  private static int read(String name) {
    int digits = name.length();
    while (digits > 0 && Character.isDigit(name.charAt(digits - 1))) {
      digits--;
    }
    int length = name.length() - digits;
    if (length == 0 || length > CPU_DIGITS_MAX) {
      return NONE;
    }
    String what = name.substring(0, digits);
    int vector = IPIS.indexOf(what);
    if (vector < 0 && !OTHERS.contains(what)) {
      return NONE;
    }
    return (vector < 0 ? OTHER : vector) << CPU_BITS | Integer.parseInt(name.substring(digits));
  }
}
