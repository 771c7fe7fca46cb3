package org.vgictrace.analysis.batch;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vgictrace.analysis.check.CheckOptions;
import org.vgictrace.analysis.check.Verdict;
import org.vgictrace.fixtures.Shipped;
import org.vgictrace.parser.bind.BindingPacks;

class BatchRunnerTest {
  @TempDir Path folder;

  @BeforeEach
  void captures() throws IOException {
    Files.createDirectories(folder.resolve("b"));
    Files.copy(Shipped.file("6.1-gicv2-mix", "trace.txt.zst"), folder.resolve("b/z.any"));
    Files.copy(Shipped.file("6.12-gicv2-mix", "trace.dat.zst"), folder.resolve("b/a.any"));
    Files.copy(
        Shipped.root().resolve("malformed/b32-unknown-compression.dat.zst"),
        folder.resolve("c.dat"));
    Files.writeString(folder.resolve("a-notes.txt"), "nothing to see\n");
    Files.writeString(folder.resolve("empty"), "");
  }

  @Test
  void capturesAreFoundByContentAndReportedInTheOrderOfNames() throws IOException {
    List<String> told = new ArrayList<>();
    BatchReport report = run(List.of(folder), told);

    assertThat(report.outcomes())
        .extracting(outcome -> folder.relativize(Path.of(outcome.file())).toString())
        .containsExactly("b/a.any", "b/z.any", "c.dat");
    assertThat(told)
        .containsExactlyElementsOf(report.outcomes().stream().map(Outcome::file).toList());
    assertThat(report.skipped())
        .containsExactly(
            folder.resolve("a-notes.txt").toString(), folder.resolve("empty").toString());
    assertThat(report.reports())
        .extracting(check -> check.verdict())
        .containsExactly(Verdict.CONSISTENT, Verdict.CONSISTENT);
    assertThat(report.outcomes().get(2).error())
        .isEqualTo(folder.resolve("c.dat") + ": at byte 18: compression 'lz99' is not supported");
    assertThat(report.unreadable()).isEqualTo(1);
  }

  @Test
  void whatTheUserNamesMustBeACapture() throws IOException {
    Path notes = folder.resolve("a-notes.txt");
    assertThat(run(List.of(notes), new ArrayList<>()).outcomes())
        .containsExactly(
            new Outcome(notes.toString(), null, notes + ": at byte 0: format not recognised"));
  }

  @Test
  void howManyRunAtOnceDoesNotShow() throws IOException {
    BatchRunner runner =
        new BatchRunner(
            CheckOptions.DEFAULT, BindingPacks.builtin(), e -> String.valueOf(e.getMessage()));
    List<Path> paths = List.of(folder);
    assertThat(runner.run(paths, 1, outcome -> {})).isEqualTo(runner.run(paths, 4, outcome -> {}));
  }

  private static BatchReport run(List<Path> paths, List<String> told) throws IOException {
    return new BatchRunner(
            CheckOptions.DEFAULT, BindingPacks.builtin(), e -> String.valueOf(e.getMessage()))
        .run(paths, 2, outcome -> told.add(outcome.file()));
  }
}
