package org.vgictrace.replay.both;

/**
 * A record of one side near a finding.
 *
 * @param xen whether it is the hypervisor's
 * @param seq its position in its capture
 * @param ts when it was, time in the hypervisor's trace
 * @param cpu CPU of its side
 * @param text the record in words
 * @param marked whether it is one of those that contradict each other
 */
public record SideLine(boolean xen, long seq, long ts, int cpu, String text, boolean marked) {
  /** Name of the side it is of. */
  public String side() {
    return xen ? "xen" : "guest";
  }
}
