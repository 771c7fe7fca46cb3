package org.vgictrace.analysis.stat;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How long the events of a guest of Xen take, from its own capture and that of Xen. All but the
 * first are of IPIs whose target sleeps: only there does Xen record what comes of an event.
 *
 * @param guest file of the guest's capture
 * @param why why it could not be laid beside the trace of Xen, null if it could
 * @param domain which domain the guest is
 * @param nanoseconds whether spans are nanoseconds; else units of the clock of Xen's trace
 * @param unsure by how much spans between the two captures may be wrong
 * @param toHypercall from the send until Xen takes the hypercall
 * @param toWake from there until the target is runnable
 * @param toRunning from there until it runs
 * @param toUpcall from there until it takes an upcall
 * @param targets from the send on, per vCPU that was woken, by number
 */
public record SendFigures(
    String guest,
    @Nullable String why,
    int domain,
    boolean nanoseconds,
    long unsure,
    LatencyFigures toHypercall,
    LatencyFigures toWake,
    LatencyFigures toRunning,
    LatencyFigures toUpcall,
    List<Target> targets) {

  public SendFigures {
    targets = List.copyOf(targets);
  }

  /**
   * Events for one vCPU.
   *
   * @param vcpu its number
   * @param sendToWake from the send until it is runnable
   * @param sendToUpcall from the send until it takes an upcall
   */
  public record Target(int vcpu, LatencyFigures sendToWake, LatencyFigures sendToUpcall) {}
}
