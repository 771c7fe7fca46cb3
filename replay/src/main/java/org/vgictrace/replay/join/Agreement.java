package org.vgictrace.replay.join;

/**
 * How the writes of one vCPU's list registers compare.
 *
 * @param vcpu number of the vCPU, -1 if it is not known
 * @param pid its thread, -1 if it is not known
 * @param agree writes that both recordings have
 * @param differ writes that the hardware saw with another value
 * @param missing writes that only one of them has
 * @param undecided writes next to lost events, or that only one recording reaches
 */
public record Agreement(int vcpu, int pid, long agree, long differ, long missing, long undecided) {

  /** Both together, of the same vCPU number. */
  public Agreement plus(Agreement other) {
    return new Agreement(
        vcpu,
        pid == other.pid ? pid : -1,
        agree + other.agree,
        differ + other.differ,
        missing + other.missing,
        undecided + other.undecided);
  }

  /** Writes of which it is known whether both have them. */
  public long compared() {
    return agree + differ + missing;
  }
}
