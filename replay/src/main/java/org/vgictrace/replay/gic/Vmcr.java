package org.vgictrace.replay.gic;

/**
 * The guest's CPU interface controls as the hypervisor sees them: {@code GICH_VMCR} (Arm IHI 0048)
 * and {@code ICH_VMCR_EL2} (Arm IHI 0069). Only the priority mask differs: 5 bits in GICv2, 8 in
 * GICv3.
 *
 * <pre>
 *  31..24              23..21  20..18        9              4      3      2       1       0
 * +-------------------+-------+-------+-----+---------+----+------+------+-------+-------+-------+
 * | PMR (v2: 31..27)  | BPR0  | BPR1  |  0  | EOImode | 0  | CBPR | FIQEn| AckCtl| Grp1En| Grp0En|
 * +-------------------+-------+-------+-----+---------+----+------+------+-------+-------+-------+
 * </pre>
 *
 * <p>KVM before 6.19 reads it only when the vCPU is put, so an image taken at an exit can be old.
 */
public final class Vmcr {
  private static final int ACKCTL = 1 << 2;
  private static final int FIQEN = 1 << 3;
  private static final int CBPR = 1 << 4;
  private static final int EOIMODE = 1 << 9;

  private Vmcr() {}

  /**
   * Whether the guest takes interrupts of a group.
   *
   * @param group 0 or 1
   */
  public static boolean isGroupEnabled(long vmcr, int group) {
    return (vmcr >>> group & 1) != 0;
  }

  /** Whether a group 1 acknowledge takes group 0 interrupts too; GICv2 guests only. */
  public static boolean isAckCtl(long vmcr) {
    return (vmcr & ACKCTL) != 0;
  }

  /** Whether group 0 is signalled as FIQ; always with a GICv3 guest. */
  public static boolean isFiqEnabled(long vmcr) {
    return (vmcr & FIQEN) != 0;
  }

  /** Whether BPR0 serves both groups. */
  public static boolean isCommonBinaryPoint(long vmcr) {
    return (vmcr & CBPR) != 0;
  }

  /** Whether the guest deactivates apart from its end of interrupt: EOImode 1. */
  public static boolean isSplitEoi(long vmcr) {
    return (vmcr & EOIMODE) != 0;
  }

  /** Binary point of group 0, 0 to 7. */
  public static int bpr0(long vmcr) {
    return (int) (vmcr >>> 21) & 7;
  }

  /** Binary point of group 1, 0 to 7. */
  public static int bpr1(long vmcr) {
    return (int) (vmcr >>> 18) & 7;
  }

  /** The priority mask scaled to 8 bits: interrupts of a smaller value are signalled. */
  public static int priorityMask(long vmcr, boolean v3) {
    return (int) (vmcr >>> 24) & (v3 ? 0xff : 0xf8);
  }

  /** The register in words, such as {@code Grp1En FIQEn EOImode1 BPR0=2 BPR1=3 PMR=f8}. */
  public static String text(long vmcr, boolean v3) {
    StringBuilder text = new StringBuilder(64);
    text.append(isGroupEnabled(vmcr, 0) ? "Grp0En " : "");
    text.append(isGroupEnabled(vmcr, 1) ? "Grp1En " : "");
    text.append(isAckCtl(vmcr) ? "AckCtl " : "");
    text.append(isFiqEnabled(vmcr) ? "FIQEn " : "");
    text.append(isCommonBinaryPoint(vmcr) ? "CBPR " : "");
    text.append(isSplitEoi(vmcr) ? "EOImode1 " : "");
    text.append("BPR0=").append(bpr0(vmcr)).append(" BPR1=").append(bpr1(vmcr)).append(" PMR=");
    int mask = priorityMask(vmcr, v3);
    text.append(Character.forDigit(mask >> 4, 16)).append(Character.forDigit(mask & 15, 16));
    return text.toString();
  }
}
