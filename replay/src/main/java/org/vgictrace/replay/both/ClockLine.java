package org.vgictrace.replay.both;

/**
 * How a guest's clock relates to the hypervisor's.
 *
 * @param guestOrigin time in the guest's capture at which {@code xenOrigin} holds
 * @param xenOrigin the same moment in the hypervisor's trace
 * @param rate units of the hypervisor's clock in one of the guest's
 */
public record ClockLine(long guestOrigin, long xenOrigin, double rate) {
  /** One clock on both sides. */
  static final ClockLine SAME = new ClockLine(0, 0, 1);

  /** Time in the hypervisor's trace of a time in the guest's capture. */
  public long toXen(long ts) {
    long since = ts - guestOrigin;
    return xenOrigin + (rate == 1 ? since : Math.round(since * rate));
  }

  /** The same, later by that much. */
  ClockLine shifted(long units) {
    return new ClockLine(guestOrigin, xenOrigin + units, rate);
  }

  /** The same around another moment and with another rate. */
  ClockLine turned(long around, double newRate) {
    return new ClockLine(around, toXen(around), newRate);
  }

  /** Whether it takes times as they are. */
  public boolean isSame() {
    return rate == 1 && guestOrigin == xenOrigin;
  }
}
