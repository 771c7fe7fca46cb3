package org.vgictrace.analysis.batch;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.vgictrace.analysis.check.CheckOptions;
import org.vgictrace.analysis.check.CheckReport;
import org.vgictrace.analysis.check.CheckRunner;
import org.vgictrace.parser.Capture;
import org.vgictrace.parser.Captures;
import org.vgictrace.parser.bind.BindingPacks;
import org.vgictrace.parser.diag.InputException;

/** Checks many captures, several at a time. Memory is that of as many checks as run at once. */
public final class BatchRunner {
  private final CheckOptions options;
  private final BindingPacks packs;
  private final Function<IOException, String> complaint;

  /**
   * @param complaint the one line that says why an input could not be read
   */
  public BatchRunner(
      CheckOptions options, BindingPacks packs, Function<IOException, String> complaint) {
    this.options = options;
    this.packs = packs;
    this.complaint = complaint;
  }

  /**
   * Checks every capture below the given paths.
   *
   * @param jobs how many at a time, at least 1
   * @param done told of each capture, in order, as soon as it and all before it are finished
   * @throws IOException if a directory cannot be listed
   */
  public BatchReport run(List<Path> paths, int jobs, Consumer<Outcome> done) throws IOException {
    List<Candidate> candidates = CaptureWalk.find(paths);
    ExecutorService pool = Executors.newFixedThreadPool(jobs);
    try {
      List<Future<@Nullable Outcome>> running = new ArrayList<>();
      for (Candidate candidate : candidates) {
        running.add(pool.submit(() -> check(candidate)));
      }
      List<Outcome> outcomes = new ArrayList<>();
      List<String> skipped = new ArrayList<>();
      for (int i = 0; i < running.size(); i++) {
        Outcome outcome = running.get(i).get();
        if (outcome == null) {
          skipped.add(candidates.get(i).path().toString());
        } else {
          outcomes.add(outcome);
          done.accept(outcome);
        }
      }
      return new BatchReport(outcomes, skipped);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    } catch (ExecutionException e) {
      throw failure(e.getCause());
    } finally {
      pool.shutdownNow();
    }
  }

  /** Null if it is no capture and nobody said so. */
  private @Nullable Outcome check(Candidate candidate) {
    String file = candidate.path().toString();
    try (Capture capture = Captures.open(candidate.path(), packs)) {
      CheckReport report = CheckRunner.run(capture, options);
      return new Outcome(file, report, null);
    } catch (InputException e) {
      return e.isUnrecognised() && !candidate.named()
          ? null
          : new Outcome(file, null, complaint.apply(e));
    } catch (IOException e) {
      return new Outcome(file, null, complaint.apply(e));
    }
  }

  private static RuntimeException failure(@Nullable Throwable cause) {
    if (cause instanceof Error error) {
      throw error;
    }
    return cause instanceof RuntimeException runtime ? runtime : new IllegalStateException(cause);
  }
}
