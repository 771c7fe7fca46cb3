package org.vgictrace.replay;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.vgictrace.fixtures.scenario.ScenarioWriter;
import org.vgictrace.fixtures.write.FtraceTextWriter;
import org.vgictrace.fixtures.write.TraceDatWriter;
import org.vgictrace.parser.Capture;
import org.vgictrace.parser.Captures;
import org.vgictrace.replay.engine.ClockOrder;
import org.vgictrace.replay.rule.Severity;
import org.vgictrace.replay.verdict.EventRef;
import org.vgictrace.replay.verdict.Finding;

/** Replays files, texts and scenarios through the whole pipe: bytes, reader, batches, replay. */
final class Replays {

  private Replays() {}

  /** Replays a file; the profile is chosen from what the file says. */
  static ReplayResult file(Path file) {
    return file(file, null);
  }

  /** Replays a file with the given options, or those that fit it. */
  private static ReplayResult file(Path file, @Nullable ReplayOptions options) {
    try (Capture capture = Captures.open(file)) {
      ReplayOptions fitting = ReplayOptions.forCapture(capture.meta());
      Replay replay = new Replay(options == null ? fitting : options, finding -> {});
      capture.read(
          replay.kinds(),
          (batch, pool) -> {
            replay.accept(batch);
            pool.recycle(batch);
          });
      return replay.finish();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Replays a file without knowing its release, or under a profile that is forced. */
  static ReplayResult candidates(Path file, @Nullable String profile) {
    try (Capture capture = Captures.open(file)) {
      ReplayOptions options =
          new ReplayOptions(profile, null, ClockOrder.of(capture.meta()), Set.of(), Set.of());
      CandidateReplay replay = new CandidateReplay(options, finding -> {});
      capture.read(
          replay.kinds(),
          (batch, pool) -> {
            replay.accept(batch);
            pool.recycle(batch);
          });
      return replay.finish();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Replays a text capture. */
  static ReplayResult text(String text) {
    return bytes(text.getBytes(StandardCharsets.ISO_8859_1), null);
  }

  /** Replays a text capture with the given options. */
  static ReplayResult text(String text, ReplayOptions options) {
    return bytes(text.getBytes(StandardCharsets.ISO_8859_1), options);
  }

  /** Replays a scenario as the text that the kernel would print. */
  static ReplayResult text(ScenarioWriter vm) {
    return text(FtraceTextWriter.pipe().digits(9).write(vm.events()));
  }

  /** Replays a scenario as if it had been recorded on another release. */
  static ReplayResult text(ScenarioWriter vm, String release) {
    return text(
        FtraceTextWriter.pipe().digits(9).write(vm.events()), ReplayOptions.forRelease(release));
  }

  /** Replays a scenario as the file that trace-cmd would write. */
  static ReplayResult dat(ScenarioWriter vm) {
    return bytes(TraceDatWriter.v7().host(vm).bytes(), null);
  }

  private static ReplayResult bytes(byte[] bytes, @Nullable ReplayOptions options) {
    try {
      Path file = Files.createTempFile("replay", ".trace");
      try {
        Files.write(file, bytes);
        return file(file, options);
      } finally {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Findings of severity error, each on one line. */
  static List<String> errors(ReplayResult result) {
    return result.findings().stream()
        .filter(finding -> finding.rule().severity() == Severity.ERROR)
        .map(Replays::describe)
        .toList();
  }

  /** A finding in words, with everything a reader is told but times. */
  static String describe(Finding finding) {
    return """
    %s vcpu %s INTID %s x%d: %s
      at %s
      expected %s
      observed %s
    %s\
    """
        .formatted(
            finding.rule().id(),
            finding.vcpu(),
            finding.intid(),
            finding.repetitions(),
            finding.message(),
            finding.at().text(),
            finding.expected(),
            finding.observed(),
            finding.because().stream()
                .map(EventRef::text)
                .map(text -> "  because " + text + "\n")
                .collect(Collectors.joining()));
  }
}
