package org.vgictrace.replay.join;

/**
 * Lays the writes of one CPU in two recordings side by side, in order.
 *
 * <p>Where they differ it looks for the nearest place at which they agree again, by their values
 * and then by their times; so each write ends up beside its like or alone.
 */
final class WriteMatcher {
  /** How far two times of one write may be apart: the emulator's thread may have to wait. */
  static final long APART_NS = 50_000_000L;

  /** How far to look for a place where both agree again, in writes of both together. */
  private static final int LOOK_AHEAD = 24;

  /** Writes that must agree there. */
  private static final int AGREE = 3;

  /** Is told what became of every write, in order. */
  interface Outcome {
    /** A write is in both recordings. */
    void same(int i, int j);

    /** Both have a write of that list register there, of different values. */
    void different(int i, int j);

    /**
     * Only the hypervisor's recording has it.
     *
     * @param lost whether events are missing around there
     */
    void onlyWritten(int i, boolean lost);

    /** Only the hardware's log has it. */
    void onlySeen(int j, boolean lost);
  }

  private final Writes written;
  private final Writes seen;
  private final ClockFit fit;
  private int i;
  private int j;

  WriteMatcher(Writes written, Writes seen, ClockFit fit) {
    this.written = written;
    this.seen = seen;
    this.fit = fit;
  }

  void run(Outcome outcome) {
    while (i < written.size() && j < seen.size()) {
      boolean loss = written.isLossBefore(i) || seen.isLossBefore(j);
      if (written.isSame(i, seen, j) && Math.abs(apart(i, j)) <= APART_NS && !loss) {
        outcome.same(i++, j++);
      } else {
        apart(outcome, loss);
      }
    }
    alone(outcome, written.size(), seen.size());
  }

  /** How much later the log shows a write than it should. */
  private long apart(int written1, int seen1) {
    return seen.ts(seen1) - fit.toLog(written.ts(written1));
  }

  private void apart(Outcome outcome, boolean loss) {
    long best = Long.MAX_VALUE;
    int nextI = -1;
    int nextJ = -1;
    for (int ahead = 0; ahead <= LOOK_AHEAD && (nextI < 0 || loss); ahead++) {
      for (int a = 0; a <= ahead; a++) {
        int b = ahead - a;
        boolean agrees =
            i + a < written.size()
                && j + b < seen.size()
                && Math.abs(apart(i + a, j + b)) <= APART_NS
                && written.isSameRun(i + a, seen, j + b, AGREE);
        // Next to lost events equal values may be of other writes: the times tell.
        long cost = agrees ? Math.abs(apart(i + a, j + b)) : Long.MAX_VALUE;
        if (cost < best) {
          best = cost;
          nextI = i + a;
          nextJ = j + b;
        }
      }
    }
    if (nextI < 0) {
      byTime(outcome);
      return;
    }
    pairs(outcome, nextI, nextJ);
    alone(outcome, nextI, nextJ);
    outcome.same(i++, j++);
  }

  /** Of a stretch that differs: writes of the same registers in the same order are one another. */
  private void pairs(Outcome outcome, int endI, int endJ) {
    boolean alike = endI - i == endJ - j && !isLoss(endI, endJ);
    for (int k = 0; alike && k < endI - i; k++) {
      alike = written.lr(i + k) == seen.lr(j + k) && Math.abs(apart(i + k, j + k)) <= APART_NS;
    }
    while (alike && i < endI) {
      if (written.isSame(i, seen, j)) {
        outcome.same(i++, j++);
      } else {
        outcome.different(i++, j++);
      }
    }
  }

  private boolean isLoss(int endI, int endJ) {
    return written.isLossIn(i, endI) || seen.isLossIn(j, endJ);
  }

  private void byTime(Outcome outcome) {
    boolean lost = written.isLossBefore(i) || seen.isLossBefore(j);
    if (apart(i, j) >= 0) {
      outcome.onlyWritten(i++, lost);
    } else {
      outcome.onlySeen(j++, lost);
    }
  }

  private void alone(Outcome outcome, int endI, int endJ) {
    boolean lost = isLoss(endI, endJ);
    while (i < endI) {
      outcome.onlyWritten(i++, lost);
    }
    while (j < endJ) {
      outcome.onlySeen(j++, lost);
    }
  }
}
