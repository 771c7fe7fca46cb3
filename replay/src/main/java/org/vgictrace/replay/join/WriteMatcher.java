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

  /** How much closer they must be where nothing else tells which write it is, at least. */
  private static final long CLOSE_NS = 1_000_000L;

  private final Writes written;
  private final Writes seen;
  private final ClockFit fit;
  private final long close;
  private final int endOfWritten;
  private final int endOfSeen;
  private int i;
  private int j;

  /**
   * Whether writes may be missing since the latest that both have: events were lost, or there was
   * none yet. Equal values may then be of other writes; their times tell.
   */
  private boolean open = true;

  /** Whether events were lost since then. */
  private boolean lost;

  /**
   * @param fromWritten first write of the hypervisor within the time of the log
   * @param toWritten end of those
   * @param fromSeen first write in the log within the time of the trace
   * @param toSeen end of those
   */
  WriteMatcher(
      Writes written,
      int fromWritten,
      int toWritten,
      Writes seen,
      int fromSeen,
      int toSeen,
      ClockFit fit) {
    this.written = written;
    this.seen = seen;
    this.fit = fit;
    this.i = fromWritten;
    this.endOfWritten = toWritten;
    this.j = fromSeen;
    this.endOfSeen = toSeen;
    this.close =
        fit.pairs() == 0 ? APART_NS : Math.min(Math.max(2 * fit.residual99(), CLOSE_NS), APART_NS);
  }

  void run(Outcome outcome) {
    while (i < endOfWritten && j < endOfSeen) {
      if (written.isLossBefore(i) || seen.isLossBefore(j)) {
        open = true;
        lost = true;
      }
      if (!open && written.isSame(i, seen, j) && Math.abs(apart(i, j)) <= APART_NS) {
        outcome.same(i++, j++);
      } else {
        apart(outcome);
      }
    }
    alone(outcome, endOfWritten, endOfSeen);
  }

  /** How much later the log shows a write than it should. */
  private long apart(int written1, int seen1) {
    return seen.ts(seen1) - fit.toLog(written.ts(written1));
  }

  private void apart(Outcome outcome) {
    long best = Long.MAX_VALUE;
    int nextI = -1;
    int nextJ = -1;
    for (int ahead = 0; ahead <= LOOK_AHEAD && (nextI < 0 || open); ahead++) {
      for (int a = 0; a <= ahead; a++) {
        long cost = cost(i + a, j + ahead - a);
        if (cost < best) {
          best = cost;
          nextI = i + a;
          nextJ = j + ahead - a;
        }
      }
    }
    if (nextI < 0) {
      byTime(outcome);
      return;
    }
    // The closest need not be the first of those that agree in a row.
    while (nextI > i
        && nextJ > j
        && written.isSame(nextI - 1, seen, nextJ - 1)
        && Math.abs(apart(nextI - 1, nextJ - 1)) <= APART_NS) {
      nextI--;
      nextJ--;
    }
    pairs(outcome, nextI, nextJ);
    alone(outcome, nextI, nextJ);
    open = false;
    lost = false;
    outcome.same(i++, j++);
  }

  /** How far apart two writes are from which on both agree; the greatest number if they do not. */
  private long cost(int nextI, int nextJ) {
    if (nextI >= endOfWritten
        || nextJ >= endOfSeen
        || !written.isSameRun(nextI, endOfWritten, seen, nextJ, endOfSeen, AGREE)) {
      return Long.MAX_VALUE;
    }
    long apart = Math.abs(apart(nextI, nextJ));
    return apart <= (open ? close : APART_NS) ? apart : Long.MAX_VALUE;
  }

  /** Of a stretch that differs: writes of the same registers in the same order are one another. */
  private void pairs(Outcome outcome, int endI, int endJ) {
    boolean alike = endI - i == endJ - j && !open && !isLoss(endI, endJ);
    for (int k = 0; alike && k < endI - i; k++) {
      alike = written.lr(i + k) == seen.lr(j + k) && Math.abs(apart(i + k, j + k)) <= close;
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
    return lost || written.isLossIn(i, endI) || seen.isLossIn(j, endJ);
  }

  private void byTime(Outcome outcome) {
    if (apart(i, j) >= 0) {
      outcome.onlyWritten(i++, lost);
    } else {
      outcome.onlySeen(j++, lost);
    }
  }

  private void alone(Outcome outcome, int endI, int endJ) {
    boolean loss = isLoss(endI, endJ);
    while (i < endI) {
      outcome.onlyWritten(i++, loss);
    }
    while (j < endJ) {
      outcome.onlySeen(j++, loss);
    }
  }
}
