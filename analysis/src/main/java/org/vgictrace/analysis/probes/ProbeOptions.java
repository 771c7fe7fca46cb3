package org.vgictrace.analysis.probes;

/**
 * What is wanted, and what a kernel does not say about the machine it will run on.
 *
 * @param target what to record
 * @param level how much to record
 * @param gic version of the host's interrupt controller, 2 or 3; it decides which functions run
 * @param listRegisters number of list registers to record, 1 to {@value #LIST_REGISTERS_MAX}
 * @param array whether to record them as one array instead of one field each
 * @param recorder what the probes are for
 */
public record ProbeOptions(
    Target target, Level level, int gic, int listRegisters, boolean array, Recorder recorder) {
  /** What sets the probes. */
  public enum Recorder {
    /** The kernel's own trace events. */
    KPROBE_EVENTS,

    /** A bpftrace program, which remembers the arguments of a function until it returns. */
    BPFTRACE
  }

  /** List registers of the architecture. */
  public static final int LIST_REGISTERS_MAX = 16;

  /** What most hosts have. */
  public static final ProbeOptions DEFAULT =
      new ProbeOptions(Level.FULL, 3, 4, false, Recorder.KPROBE_EVENTS);

  /** For the vGIC. */
  public ProbeOptions(Level level, int gic, int listRegisters, boolean array, Recorder recorder) {
    this(Target.VGIC, level, gic, listRegisters, array, recorder);
  }

  /** For something that has no list registers. */
  public ProbeOptions(Target target, Level level, Recorder recorder) {
    this(target, level, DEFAULT.gic, DEFAULT.listRegisters, false, recorder);
  }

  public ProbeOptions {
    if (gic != 2 && gic != 3) {
      throw new IllegalArgumentException("GIC version " + gic);
    }
    if (listRegisters < 1 || listRegisters > LIST_REGISTERS_MAX) {
      throw new IllegalArgumentException(listRegisters + " list registers");
    }
  }
}
