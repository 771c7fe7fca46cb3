package org.vgictrace.analysis.probes;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A call that machine code makes, with what it passes, read from the few instructions before it.
 * Compilers prepare arguments right there, as:
 *
 * <pre>
 *   add x2, sp, #40      third argument: a buffer on the stack
 *   mov x3, #32          fourth argument: its length
 *   mov x0, x21          first argument: kept in a register that calls preserve
 *   bl  kvm_read_guest
 * </pre>
 *
 * Encodings: Arm ARM (DDI 0487), C4.1 and C6.2.
 *
 * @param returnOffset bytes from the start of the function to where the call returns
 * @param keptIn register that holds the first argument even after the call
 * @param stackOffset third argument as an offset from the stack pointer
 * @param length fourth argument
 */
record CallSite(int returnOffset, int keptIn, int stackOffset, int length) {
  private static final int INSTRUCTION_BYTES = 4;

  /** Arguments are prepared within so many instructions. */
  private static final int WINDOW = 12;

  private static final int PRESERVED_FIRST = 19;
  private static final int PRESERVED_LAST = 28;
  private static final int STACK_POINTER = 31;

  /**
   * Finds the first call of a function that passes its arguments like this.
   *
   * @param code instructions of the calling function
   * @param start address of the first one
   * @param target address of the function called
   * @return null if there is none that can be understood
   */
  static @Nullable CallSite find(List<Integer> code, long start, long target) {
    for (int i = 0; i < code.size(); i++) {
      long address = start + (long) i * INSTRUCTION_BYTES;
      if (isCall(code.get(i)) && address + callOffset(code.get(i)) == target) {
        CallSite site = before(code, i);
        if (site != null) {
          return site;
        }
      }
    }
    return null;
  }

  private static @Nullable CallSite before(List<Integer> code, int call) {
    int keptIn = -1;
    int stackOffset = -1;
    int length = -1;
    for (int i = call - 1; i >= 0 && i >= call - WINDOW; i--) {
      int word = code.get(i);
      if (isBranch(word)) {
        break;
      }
      int to = word & 0x1f;
      if (to == 0 && keptIn < 0 && isRegisterMove(word)) {
        keptIn = word >>> 16 & 0x1f;
      } else if (to == 2 && stackOffset < 0 && isAddToStackPointer(word)) {
        stackOffset = word >>> 10 & 0xfff;
      } else if (to == 3 && length < 0 && isConstant(word)) {
        length = word >>> 5 & 0xffff;
      }
    }
    return keptIn >= PRESERVED_FIRST && keptIn <= PRESERVED_LAST && stackOffset >= 0 && length > 0
        ? new CallSite((call + 1) * INSTRUCTION_BYTES, keptIn, stackOffset, length)
        : null;
  }

  private static boolean isCall(int word) {
    return word >>> 26 == 0x25;
  }

  /** BL: a signed number of instructions. */
  private static long callOffset(int word) {
    return (long) (word << 6 >> 6) * INSTRUCTION_BYTES;
  }

  /** Branches, exceptions and system instructions: what was prepared before may not hold. */
  private static boolean isBranch(int word) {
    return (word >>> 26 & 0x7) == 0x5;
  }

  /** MOV Xd, Xm, which is ORR with the zero register. */
  private static boolean isRegisterMove(int word) {
    return (word & 0xffe0ffe0) == 0xaa0003e0;
  }

  /** ADD Xd, SP, #imm without shift. */
  private static boolean isAddToStackPointer(int word) {
    return (word & 0xffc003e0) == (0x91000000 | STACK_POINTER << 5);
  }

  /** MOVZ Wd or Xd, #imm without shift. */
  private static boolean isConstant(int word) {
    return (word & 0x7fe00000) == 0x52800000;
  }
}
