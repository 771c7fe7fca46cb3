package org.vgictrace.parser.event;

/** Column indexes of {@link Kind#LR_IMAGE}, which every consumer of list registers needs. */
public final class LrImage {
  /** Most list registers an image can hold (Arm IHI 0069: ICH_VTR_EL2.ListRegs). */
  public static final int LRS_MAX = 16;

  /** Code of column {@code point} for an image taken before entry. */
  public static final int POINT_ENTRY = 0;

  /** Code of column {@code point} for an image taken after exit. */
  public static final int POINT_EXIT = 1;

  /** Code of column {@code point} for the image that is about to be written to the hardware. */
  public static final int POINT_RESTORE = 2;

  /**
   * Code of column {@code point} for the image before it is overwritten with what the hardware has.
   */
  public static final int POINT_SAVE = 3;

  /** Code of column {@code point} for control registers seen while a list register is populated. */
  public static final int POINT_POPULATE = 4;

  /** Code of column {@code point} for control registers seen while a list register is folded. */
  public static final int POINT_FOLD = 5;

  public static final int POINT = 0;
  public static final int VCPU = 1;
  public static final int VCPU_ID = 2;
  public static final int KVM = 3;
  public static final int CPU_IF = 4;
  public static final int USED_LRS = 5;
  public static final int HCR = 6;
  public static final int VMCR = 7;
  public static final int SRE = 8;
  public static final int AP0R0 = 9;
  public static final int AP1R0 = 10;
  public static final int APR = 11;
  public static final int LR_BYTES = 12;

  /** Index of list register 0; register n is at {@code LR0 + n}. */
  public static final int LR0 = 13;

  private LrImage() {}
}
