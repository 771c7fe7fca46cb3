package org.vgictrace.replay.gic;

/**
 * List register values in one form for both generations, so that a rule is written once.
 *
 * <p>GICv2 {@code GICH_LRn} (Arm IHI 0048 5.3.8), 32 bits:
 *
 * <pre>
 *  31  30   29..28  27..23    22..20  19..10                  9..0
 * +---+----+-------+---------+-------+-----------------------+-----------+
 * | HW| Grp1| State| Prio>>3 |  0    | PhysicalID (HW=1)      | VirtualID |
 * |   |    |       |         |       | EOI(19) CPUID(12..10)  |           |
 * +---+----+-------+---------+-------+-----------------------+-----------+
 * </pre>
 *
 * <p>GICv3 {@code ICH_LRn_EL2} (Arm IHI 0069 12.4.4), 64 bits:
 *
 * <pre>
 *  63..62  61  60    59   58..56  55..48    47..45  44..32                31..0
 * +------+---+-----+-----+-------+--------+-------+---------------------+--------+
 * | State| HW| Group| NMI |   0   | Prio   |   0   | pINTID (HW=1)       | vINTID |
 * |      |   |     |     |       |        |       | EOI(41) (HW=0)      |        |
 * +------+---+-----+-----+-------+--------+-------+---------------------+--------+
 * </pre>
 */
public final class Lr {
  /** Inactive. */
  public static final int STATE_INACTIVE = 0;

  /** Pending. */
  public static final int STATE_PENDING = 1;

  /** Active. */
  public static final int STATE_ACTIVE = 2;

  /** Pending and active. */
  public static final int STATE_PENDING_ACTIVE = 3;

  private static final long V2_STATE_MASK = 0x3000_0000L;
  private static final long V3_STATE_MASK = 0xc000_0000_0000_0000L;

  private Lr() {}

  /** State field. */
  public static int state(long lr, boolean v3) {
    return (int) (v3 ? lr >>> 62 : lr >>> 28 & 3);
  }

  /** Whether the pending bit is set. */
  public static boolean isPending(long lr, boolean v3) {
    return (state(lr, v3) & STATE_PENDING) != 0;
  }

  /** Whether the active bit is set. */
  public static boolean isActive(long lr, boolean v3) {
    return (state(lr, v3) & STATE_ACTIVE) != 0;
  }

  /** The mask of the state field. */
  public static long stateMask(boolean v3) {
    return v3 ? V3_STATE_MASK : V2_STATE_MASK;
  }

  /** Virtual interrupt number; {@code v2Guest} takes the low ten bits of a GICv3 register. */
  public static long intid(long lr, boolean v3, boolean v2Guest) {
    return v3 && !v2Guest ? lr & 0xffff_ffffL : lr & 0x3ff;
  }

  /** Whether the register is tied to a physical interrupt. */
  public static boolean isHw(long lr, boolean v3) {
    return (v3 ? lr >>> 61 & 1 : lr >>> 31 & 1) != 0;
  }

  /** Physical interrupt number; meaningful only with {@link #isHw}. */
  public static int physicalIntid(long lr, boolean v3) {
    return (int) (v3 ? lr >>> 32 & 0x1fff : lr >>> 10 & 0x3ff);
  }

  /** Whether end of interrupt asks for a maintenance interrupt; false with {@link #isHw}. */
  public static boolean isEoi(long lr, boolean v3) {
    return !isHw(lr, v3) && (v3 ? lr >>> 41 & 1 : lr >>> 19 & 1) != 0;
  }

  /** Requesting CPU of a GICv2 SGI. */
  public static int source(long lr) {
    return (int) (lr >>> 10 & 7);
  }

  /** Group bit. */
  public static int group(long lr, boolean v3) {
    return (int) (v3 ? lr >>> 60 & 1 : lr >>> 30 & 1);
  }

  /** Priority, scaled to 8 bits; GICv2 keeps the top five. */
  public static int priority(long lr, boolean v3) {
    return (int) (v3 ? lr >>> 48 & 0xff : lr >>> 20 & 0xf8);
  }

  /** {@code inactive}, {@code pending}, {@code active} or {@code pending+active}. */
  public static String stateName(int state) {
    return switch (state) {
      case STATE_INACTIVE -> "inactive";
      case STATE_PENDING -> "pending";
      case STATE_ACTIVE -> "active";
      default -> "pending+active";
    };
  }

  /**
   * The register in words, such as {@code 27 pending HW->27 prio a0 grp1}, {@code 32 active prio a0
   * grp1 EOI}.
   *
   * @param v2Guest whether the guest sees a GICv2, so that source CPUs of SGIs are shown
   */
  public static String text(long lr, boolean v3, boolean v2Guest) {
    if (lr == 0) {
      return "empty";
    }
    long intid = intid(lr, v3, v2Guest);
    StringBuilder text = new StringBuilder(48);
    text.append(intid).append(' ').append(stateName(state(lr, v3)));
    if (isHw(lr, v3)) {
      text.append(" HW->").append(physicalIntid(lr, v3));
    } else if (v2Guest && intid < 16) {
      text.append(" src ").append(source(lr));
    }
    int priority = priority(lr, v3);
    text.append(" prio ").append(Character.forDigit(priority >> 4, 16));
    text.append(Character.forDigit(priority & 15, 16));
    text.append(" grp").append(group(lr, v3));
    if (isEoi(lr, v3)) {
      text.append(" EOI");
    }
    return text.toString();
  }
}
