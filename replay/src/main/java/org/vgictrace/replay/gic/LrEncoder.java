package org.vgictrace.replay.gic;

/**
 * The list register that a correct KVM writes for an interrupt, bit for bit: {@code
 * vgic_v2_populate_lr} and {@code vgic_v3_populate_lr} of 6.1 and 6.12, {@code vgic_v2_compute_lr}
 * and {@code vgic_v3_compute_lr} of 7.2, which agree (Linux 4.16 and later).
 *
 * <pre>
 *                           GICv2 host       GICv3 host, GICv3 guest   GICv3 host, GICv2 guest
 *  interrupt                9..0             31..0                     9..0
 *  source of an SGI         12..10           -                         12..10
 *  physical interrupt       19..10, HW=1     44..32, HW=1              44..32, HW=1
 *  EOI                      19, HW=0         41, HW=0                  41, HW=0
 *  priority                 27..23, p / 8    55..48                    55..48
 *  pending, active          28, 29           62, 63                    62, 63
 *  group                    30               60                        60
 *  HW                       31               61                        61
 * </pre>
 *
 * <p>A pending interrupt that is active too shows pending and active only if it is edge-triggered,
 * not hardware-mapped, and no GICv2 SGI with further instances. For the others the pending bit
 * waits until the active instance ends, which EOI (or, with HW, the physical distributor) reports.
 */
public final class LrEncoder {
  /**
   * Stands for no value: a GICv2 SGI is pending without a source, and the kernel warns and gives
   * up. No list register has all bits set.
   */
  public static final long NO_SOURCE = -1;

  private static final int CPUID_SHIFT = 10;

  private static final long V2_EOI = 1L << 19;
  private static final long V2_PENDING = 1L << 28;
  private static final long V2_ACTIVE = 1L << 29;
  private static final long V2_HW = 1L << 31;
  private static final int V2_PHYSICAL_SHIFT = 10;
  private static final int V2_PRIORITY_SHIFT = 23;
  private static final int V2_GROUP_SHIFT = 30;

  private static final long V3_EOI = 1L << 41;
  private static final long V3_PENDING = 1L << 62;
  private static final long V3_ACTIVE = 1L << 63;
  private static final long V3_HW = 1L << 61;
  private static final int V3_PHYSICAL_SHIFT = 32;
  private static final int V3_PRIORITY_SHIFT = 48;
  private static final int V3_GROUP_SHIFT = 60;

  private LrEncoder() {}

  /**
   * The value for an interrupt in this state. Fields wider than their place are not cut, as the
   * kernel does not cut them: the result then breaks INV-LRE-12.
   *
   * @param v3 GICv3 list registers
   * @param v2Guest the guest sees a GICv2; always with GICv2 list registers
   * @param intid virtual interrupt, unsigned
   * @param pendingLatch pending latch
   * @param active active
   * @param lineLevel line level, which counts only for a level-triggered interrupt
   * @param levelSensitive level-triggered
   * @param hw mapped to a physical interrupt that the list register deactivates, so not one with
   *     resampling in software
   * @param hwintid physical interrupt, unsigned; read only with {@code hw}
   * @param priority 0 to 255
   * @param group 0 or 1
   * @param source requesting vCPUs of an SGI of a GICv2 guest, one bit each; otherwise 0
   * @param activeSource requesting vCPU of its active instance
   * @return the register, or {@link #NO_SOURCE}
   */
  public static long computeLr(
      boolean v3,
      boolean v2Guest,
      int intid,
      boolean pendingLatch,
      boolean active,
      boolean lineLevel,
      boolean levelSensitive,
      boolean hw,
      int hwintid,
      int priority,
      int group,
      int source,
      int activeSource) {
    boolean v2Sgi = (v2Guest || !v3) && intid >= 0 && intid < 16;
    boolean moreInstances = isMultiSgi(intid, active, source) && active;
    boolean allowPending = !(active && (hw || levelSensitive || moreInstances));
    boolean pending = allowPending && (pendingLatch || levelSensitive && lineLevel);

    long lr = Integer.toUnsignedLong(intid);
    if (active) {
      lr |= v3 ? V3_ACTIVE : V2_ACTIVE;
      lr |= v2Sgi ? (long) activeSource << CPUID_SHIFT : 0;
    }
    if (pending) {
      lr |= v3 ? V3_PENDING : V2_PENDING;
      if (v2Sgi) {
        if (source == 0) {
          return NO_SOURCE;
        }
        lr |= (long) Integer.numberOfTrailingZeros(source) << CPUID_SHIFT;
        moreInstances = (source & source - 1) != 0;
      }
    }
    if (hw) {
      lr |= v3 ? V3_HW : V2_HW;
      lr |= Integer.toUnsignedLong(hwintid) << (v3 ? V3_PHYSICAL_SHIFT : V2_PHYSICAL_SHIFT);
    }
    if (!hw && levelSensitive || moreInstances) {
      lr |= v3 ? V3_EOI : V2_EOI;
    }
    lr |= (long) group << (v3 ? V3_GROUP_SHIFT : V2_GROUP_SHIFT);
    lr |= v3 ? (long) priority << V3_PRIORITY_SHIFT : (long) (priority >> 3) << V2_PRIORITY_SHIFT;
    return v3 ? lr : lr & 0xffff_ffffL;
  }

  /** Whether an SGI has more than one instance: one for each source, and the active one. */
  private static boolean isMultiSgi(int intid, boolean active, int source) {
    boolean sgi = intid >= 0 && intid < 16;
    return sgi && source != 0 && Integer.bitCount(source) + (active ? 1 : 0) > 1;
  }
}
