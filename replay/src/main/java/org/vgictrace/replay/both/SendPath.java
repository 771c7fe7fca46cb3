package org.vgictrace.replay.both;

/**
 * How an event went from the guest that sent it through Xen to the vCPU it is for. Times are those
 * of the hypervisor's trace; {@link #UNKNOWN} for what was not recorded or did not have to happen,
 * as a wake of a vCPU that runs.
 *
 * <pre>
 *  guest   sent                                                  upcall
 *  Xen            hypercall    blocked -&gt; runnable    running
 * </pre>
 *
 * @param vcpu vCPU that slept in SCHEDOP_block and was woken by it, -1 for events that woke none
 * @param sent when the sender recorded it
 * @param hypercall when Xen got it
 * @param woken when the vCPU became runnable
 * @param ran when it ran
 * @param upcall when it took its first upcall then
 */
public record SendPath(int vcpu, long sent, long hypercall, long woken, long ran, long upcall) {
  /** Stands for a time that is not known. */
  public static final long UNKNOWN = Long.MIN_VALUE;

  /** An event of which no more is known than that Xen got it. */
  static SendPath toXen(long sent, long hypercall) {
    return new SendPath(-1, sent, hypercall, UNKNOWN, UNKNOWN, UNKNOWN);
  }

  SendPath onTo(int target, long wokenAt, long ranAt, long upcallAt) {
    return new SendPath(target, sent, hypercall, wokenAt, ranAt, upcallAt);
  }
}
