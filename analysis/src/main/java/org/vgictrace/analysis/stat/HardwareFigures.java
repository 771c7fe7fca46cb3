package org.vgictrace.analysis.stat;

import java.util.List;

/**
 * What the virtual CPU interfaces of an emulated machine did.
 *
 * @param cpus per physical CPU, by number
 * @param interrupts per interrupt number of the guests, by number; guests are not told apart
 */
public record HardwareFigures(List<Cpu> cpus, List<Interrupt> interrupts) {
  /** A recording without a log of the hardware. */
  public static final HardwareFigures NONE = new HardwareFigures(List.of(), List.of());

  /**
   * One interface.
   *
   * @param cpu its CPU
   * @param written list registers written
   * @param read list registers read
   * @param acknowledged interrupts that the guest acknowledged
   * @param spurious acknowledgements that were given none
   * @param ended ends of interrupts
   * @param deactivated deactivations apart from the end
   * @param maintenance how often the maintenance interrupt's line rose
   */
  public record Cpu(
      int cpu,
      long written,
      long read,
      long acknowledged,
      long spurious,
      long ended,
      long deactivated,
      long maintenance) {}

  /**
   * One interrupt number.
   *
   * @param placed how often it was placed into a list register as pending, once until it is
   *     acknowledged or another virtual CPU is loaded
   * @param acknowledged how often a guest acknowledged it
   * @param ended how often a guest ended it
   * @param toAcknowledge from being placed to being acknowledged, while one virtual CPU was loaded
   * @param toEnd from there to its end
   */
  public record Interrupt(
      long intid,
      long placed,
      long acknowledged,
      long ended,
      LatencyFigures toAcknowledge,
      LatencyFigures toEnd) {}

  public HardwareFigures {
    cpus = List.copyOf(cpus);
    interrupts = List.copyOf(interrupts);
  }
}
