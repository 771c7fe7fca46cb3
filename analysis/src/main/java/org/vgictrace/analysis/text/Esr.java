package org.vgictrace.analysis.text;

/** Names of exception classes (Arm DDI 0487, ESR_EL2.EC) as the kernel prints them. */
final class Esr {
  private static final String[] NAMES = new String[64];

  static {
    NAMES[0x00] = "UNKNOWN";
    NAMES[0x01] = "WFx";
    NAMES[0x03] = "CP15_32";
    NAMES[0x04] = "CP15_64";
    NAMES[0x05] = "CP14_MR";
    NAMES[0x06] = "CP14_LS";
    NAMES[0x07] = "FP_ASIMD";
    NAMES[0x08] = "CP10_ID";
    NAMES[0x09] = "PAC";
    NAMES[0x0c] = "CP14_64";
    NAMES[0x0e] = "ILL";
    NAMES[0x11] = "SVC32";
    NAMES[0x12] = "HVC32";
    NAMES[0x13] = "SMC32";
    NAMES[0x15] = "SVC64";
    NAMES[0x16] = "HVC64";
    NAMES[0x17] = "SMC64";
    NAMES[0x18] = "SYS64";
    NAMES[0x19] = "SVE";
    NAMES[0x1a] = "ERET";
    NAMES[0x20] = "IABT_LOW";
    NAMES[0x21] = "IABT_CUR";
    NAMES[0x22] = "PC_ALIGN";
    NAMES[0x24] = "DABT_LOW";
    NAMES[0x25] = "DABT_CUR";
    NAMES[0x26] = "SP_ALIGN";
    NAMES[0x28] = "FP_EXC32";
    NAMES[0x2c] = "FP_EXC64";
    NAMES[0x2f] = "SERROR";
    NAMES[0x30] = "BREAKPT_LOW";
    NAMES[0x32] = "SOFTSTP_LOW";
    NAMES[0x34] = "WATCHPT_LOW";
    NAMES[0x38] = "BKPT32";
    NAMES[0x3c] = "BRK64";
  }

  private Esr() {}

  /** The name of an exception class, or its number in hexadecimal. */
  static String name(long exceptionClass) {
    if (exceptionClass >= 0 && exceptionClass < NAMES.length) {
      String name = NAMES[(int) exceptionClass];
      if (name != null) {
        return name;
      }
    }
    return Figures.hex(exceptionClass);
  }
}
