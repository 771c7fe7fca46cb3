package org.vgictrace.analysis.stat;

import java.util.List;

/**
 * The run states of one vCPU of a Xen host.
 *
 * @param domain its domain
 * @param vcpu its number
 * @param times time in each state, in units of the trace clock, in the order of {@link #STATES};
 *     only what the recording tells: from its first record on, not across losses, and not if it
 *     changed unseen meanwhile
 * @param runs how often it began to run
 * @param waited time from becoming runnable to running, in units of the trace clock
 */
public record RunStateFigures(
    int domain, int vcpu, List<Long> times, long runs, LatencyFigures waited) {

  /** The domain of the vCPUs that run where nothing else does. */
  public static final int IDLE_DOMAIN = 32767;

  /** Names of the states, in the order of their numbers. */
  public static final List<String> STATES = List.of("running", "runnable", "blocked", "offline");

  public RunStateFigures {
    times = List.copyOf(times);
  }

  /** Time of which the state is known. */
  public long total() {
    return times.stream().mapToLong(Long::longValue).sum();
  }
}
