package org.vgictrace.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.vgictrace.analysis.check.BatchObserver;
import org.vgictrace.analysis.check.CheckOptions;
import org.vgictrace.analysis.check.CheckReport;
import org.vgictrace.analysis.check.CheckRunner;
import org.vgictrace.analysis.check.Pairing;
import org.vgictrace.parser.Capture;
import org.vgictrace.parser.bind.BindingPacks;

/**
 * Checks captures one after the other; one that cannot be read is complained of and does not stop
 * the others.
 */
final class Checks {
  private final Console console;
  private final CheckOptions options;
  private final BindingPacks packs;
  private final CaptureOptions captures;
  private final List<CheckReport> reports = new ArrayList<>();
  private @Nullable Pairing pairing;
  private final Map<String, String> unreadable = new LinkedHashMap<>();

  Checks(Console console, CheckOptions options, BindingPacks packs, CaptureOptions captures) {
    this.console = console;
    this.options = options;
    this.packs = packs;
    this.captures = captures;
  }

  /** The captures of files; a host's and those of its guests are one. */
  List<List<Path>> together(List<Path> files) throws IOException {
    return CaptureOptions.together(files, packs);
  }

  /** From now on compares a capture of KVM with the log of its hardware if they are neighbours. */
  void pairNeighbours() {
    pairing = new Pairing(options);
  }

  /** Checks a capture; null if it could not be read. */
  @Nullable CheckReport run(List<Path> files, BatchObserver... more) throws IOException {
    Path file = files.get(0);
    try (Capture capture = captures.open(files, packs);
        Progress progress = new Progress(console, file.toString())) {
      List<BatchObserver> observers = new ArrayList<>(List.of(more));
      observers.add(progress);
      Pairing pairs = pairing;
      if (pairs != null) {
        observers.add(pairs.observer());
      }
      CheckReport report =
          CheckRunner.run(capture, options, observers.toArray(BatchObserver[]::new));
      if (pairs != null) {
        report = pairs.completed(report);
      }
      reports.add(report);
      return report;
    } catch (Output.OutputException | Output.ReaderGone e) {
      throw e;
    } catch (IOException e) {
      String line = Failures.line(e);
      console.complain(line);
      unreadable.put(file.toString(), line);
      return null;
    }
  }

  /** The reports so far. */
  List<CheckReport> reports() {
    return Collections.unmodifiableList(reports);
  }

  /** Error line by file. */
  Map<String, String> unreadable() {
    return Collections.unmodifiableMap(unreadable);
  }

  /** The exit code so far. */
  int exitCode(CheckSettings settings) {
    if (!unreadable.isEmpty()) {
      return ExitCode.UNREADABLE;
    }
    return reports.stream().anyMatch(settings::isFailure) ? ExitCode.FINDINGS : ExitCode.OK;
  }
}
