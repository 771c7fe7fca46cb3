package org.vgictrace.replay.both;

/**
 * Whether the wake of a vCPU may be that of a poll it has left already.
 *
 * <pre>
 *  vCPU       poll ... woken by another | runs | SCHEDOP_block       | woken without an event
 *  other CPU  chooses the poller .......................... unblocks it
 * </pre>
 *
 * <p>{@code evtchn_check_pollers} (xen/common/event_channel.c) and {@code poll_timer_fn}
 * (xen/common/sched/core.c) take a vCPU out of the pollers first and unblock it then, holding no
 * lock; so in 4.17 and 4.20.
 */
final class Polls {
  private final HypervisorRecords xen;
  private final Timeline vcpu;

  /** Whether it ever polled. */
  private boolean polled;

  /** Whether it ran since, and when that began. */
  private boolean left;

  private long leftAt;

  Polls(HypervisorRecords xen, Timeline vcpu) {
    this.xen = xen;
    this.vcpu = vcpu;
  }

  /** Takes a stretch in, the next one. */
  void ran(int stretch) {
    if (vcpu.state(stretch) != Timeline.RUNNING) {
      return;
    }
    if (polled && !left) {
      left = true;
      leftAt = vcpu.begin(stretch);
    }
    if (xen.calls().polls(vcpu, stretch)) {
      polled = true;
      left = false;
    }
  }

  /** Whether a CPU may still be about to end a poll when a stretch of sleep begins. */
  boolean mayWake(int sleep) {
    return polled && !(left && xen.allWentOn(leftAt, vcpu.begin(sleep)));
  }
}
