package org.vgictrace.analysis.check;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.vgictrace.parser.Capture;
import org.vgictrace.parser.CaptureCounts;
import org.vgictrace.parser.CaptureMeta;
import org.vgictrace.parser.event.Batch;
import org.vgictrace.parser.event.BatchPool;
import org.vgictrace.parser.event.Kind;
import org.vgictrace.replay.CandidateReplay;
import org.vgictrace.replay.ReplayOptions;
import org.vgictrace.replay.ReplayResult;

/**
 * Reads a capture once and checks it. The last {@value #RETAINED} batches are kept, so that the
 * events around a finding can be shown although nothing keeps the whole capture. One instance
 * serves one capture.
 */
public final class CheckRunner {
  /** Batches kept for the events before a finding. */
  static final int RETAINED = 8;

  private final Windows windows = new Windows();
  private final Deque<Batch> retained = new ArrayDeque<>();
  private final List<BatchObserver> observers;
  private final CandidateReplay replay;

  private CheckRunner(ReplayOptions options, List<BatchObserver> observers) {
    this.observers = observers;
    this.replay = new CandidateReplay(options, windows);
  }

  /**
   * Checks a capture.
   *
   * @param capture opened and not yet read
   * @param options what to judge by
   * @param observers also see every batch, before the replay does
   * @throws IOException if the capture cannot be read or an observer throws it
   * @throws IllegalArgumentException if the options name a profile or rule that does not exist
   */
  public static CheckReport run(Capture capture, CheckOptions options, BatchObserver... observers)
      throws IOException {
    CaptureMeta meta = capture.meta();
    CheckRunner runner = new CheckRunner(options.forCapture(meta), List.of(observers));
    Set<Kind> wanted = EnumSet.of(Kind.LOST);
    wanted.addAll(runner.replay.kinds());
    wanted.addAll(Window.KINDS);
    for (BatchObserver observer : observers) {
      wanted.addAll(observer.kinds());
    }
    CaptureCounts counts = capture.read(wanted, runner::accept);
    ReplayResult result = runner.replay.finish();
    return new CheckReport(
        meta, counts, result, runner.windows.around(meta.file(), result.findings()));
  }

  private void accept(Batch batch, BatchPool pool) throws IOException {
    for (BatchObserver observer : observers) {
      observer.observe(batch);
    }
    windows.observe(batch);
    retained.addLast(batch);
    replay.accept(batch);
    windows.collect(retained);
    if (retained.size() > RETAINED) {
      pool.recycle(retained.removeFirst());
    }
  }
}
