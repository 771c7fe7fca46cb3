package org.vgictrace.analysis.probes;

import java.util.List;
import org.vgictrace.parser.btf.Btf;
import org.vgictrace.parser.diag.InputException;

/** Where functions find their arguments, as kprobe events name the registers. */
enum Registers {
  /** Procedure Call Standard for the Arm 64-bit Architecture: x0 to x7. */
  ARM64(8) {
    @Override
    String name(int number) {
      return "x" + number;
    }
  },

  /** System V Application Binary Interface, AMD64 Architecture Processor Supplement. */
  X86_64(6) {
    private static final List<String> NAMES = List.of("di", "si", "dx", "cx", "r8", "r9");

    @Override
    String name(int number) {
      return NAMES.get(number);
    }
  };

  private final int arguments;

  Registers(int arguments) {
    this.arguments = arguments;
  }

  /** Those of the machine that a kernel runs on. */
  static Registers of(Btf btf) throws InputException {
    int registers = btf.structure("pt_regs");
    return registers != 0 && btf.member(registers, "di") != null ? X86_64 : ARM64;
  }

  /** Number of arguments that are passed in registers. */
  int arguments() {
    return arguments;
  }

  /**
   * Name of a register.
   *
   * @param number that of an argument, from 0; on Arm any number of a register
   */
  abstract String name(int number);
}
