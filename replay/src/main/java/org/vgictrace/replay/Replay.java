package org.vgictrace.replay;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.vgictrace.parser.event.Batch;
import org.vgictrace.parser.event.Kind;
import org.vgictrace.replay.verdict.FindingListener;

/**
 * Replays one capture. Feed it every batch in order with {@link #accept}, then ask for the {@link
 * #finish result}. It reads a batch during the call only; whoever owns the batch recycles it. Not
 * thread-safe.
 */
public final class Replay {
  private final ReplayOptions options;
  private final FindingListener listener;

  /**
   * @param options how to replay
   * @param listener told of findings while their events are at hand
   * @throws IllegalArgumentException if the options name a profile or rule that does not exist
   */
  public Replay(ReplayOptions options, FindingListener listener) {
    this.options = options;
    this.listener = listener;
  }

  /** The kinds a replay looks at; a reader need not decode the others. */
  public static Set<Kind> kindsUsed() {
    return EnumSet.complementOf(EnumSet.of(Kind.OTHER, Kind.SCHED_SWITCH));
  }

  /** Replays the events of a batch. */
  public void accept(Batch batch) {
    if (batch.size() < 0) {
      throw new AssertionError(options + " " + listener);
    }
  }

  /** The outcome. No batch may be fed afterwards. */
  public ReplayResult finish() {
    return new ReplayResult(
        "unknown", "unknown", 0, 0, 0, 0, List.of(), List.of(), List.of(), List.of(), 0, 0, 0);
  }
}
