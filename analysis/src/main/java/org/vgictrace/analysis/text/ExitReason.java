package org.vgictrace.analysis.text;

/**
 * Why a vCPU left the guest, as a small number and a name: interrupt, SError, one of 64 trap
 * classes, or something else.
 */
public final class ExitReason {
  /** Host interrupt. */
  public static final int IRQ = 0;

  /** First trap class; class n is at {@code TRAP + n}. */
  public static final int TRAP = 2;

  /** Number of different reasons. */
  public static final int COUNT = TRAP + 64 + 1;

  private static final int SERROR = 1;
  private static final int OTHER = COUNT - 1;

  private ExitReason() {}

  /**
   * The reason as one number below {@link #COUNT}.
   *
   * @param code exit code of the kernel: 0 interrupt, 1 SError, 2 trap
   * @param exceptionClass exception class of a trap
   */
  public static int of(long code, long exceptionClass) {
    if (code == IRQ || code == SERROR) {
      return (int) code;
    }
    boolean trap = code == TRAP && exceptionClass >= 0 && exceptionClass < 64;
    return trap ? TRAP + (int) exceptionClass : OTHER;
  }

  /** {@code IRQ}, {@code SERROR}, {@code TRAP DABT_LOW} ... */
  public static String name(int reason) {
    return switch (reason) {
      case IRQ -> "IRQ";
      case SERROR -> "SERROR";
      case OTHER -> "OTHER";
      default -> "TRAP " + Esr.name(reason - TRAP);
    };
  }
}
