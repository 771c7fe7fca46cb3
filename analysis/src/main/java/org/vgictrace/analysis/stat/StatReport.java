package org.vgictrace.analysis.stat;

import java.util.List;
import org.vgictrace.parser.CaptureCounts;
import org.vgictrace.parser.CaptureMeta;

/**
 * The figures of a capture.
 *
 * @param meta what the capture says of itself
 * @param counts what was read
 * @param vms VMs seen
 * @param hostIrqsSeen whether host interrupts were recorded; without them maintenance exits cannot
 *     be told
 * @param unattributed injections of which the VM or vCPU is unknown
 * @param total all vCPUs together
 * @param vcpus per vCPU, by VM and number
 * @param interrupts per interrupt to which something happened, by VM, number and vCPU
 * @param runStates per vCPU of a Xen host, by domain and number
 * @param hardware of the log of an emulated machine
 * @param sends of the guests of a Xen host whose captures were read with it
 */
public record StatReport(
    CaptureMeta meta,
    CaptureCounts counts,
    int vms,
    boolean hostIrqsSeen,
    long unattributed,
    VcpuFigures total,
    List<VcpuFigures> vcpus,
    List<InterruptFigures> interrupts,
    List<RunStateFigures> runStates,
    HardwareFigures hardware,
    List<SendFigures> sends) {

  public StatReport {
    vcpus = List.copyOf(vcpus);
    interrupts = List.copyOf(interrupts);
    runStates = List.copyOf(runStates);
    sends = List.copyOf(sends);
  }

  /** The same with what guests sent. */
  public StatReport with(List<SendFigures> more) {
    return new StatReport(
        meta,
        counts,
        vms,
        hostIrqsSeen,
        unattributed,
        total,
        vcpus,
        interrupts,
        runStates,
        hardware,
        more);
  }
}
