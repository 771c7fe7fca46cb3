package org.vgictrace.parser.tracedat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.luben.zstd.ZstdInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vgictrace.fixtures.Shipped;
import org.vgictrace.parser.CaptureMeta;
import org.vgictrace.parser.Captures;
import org.vgictrace.parser.Rows;
import org.vgictrace.parser.diag.InputException;

/** Directories with raw pages, from a recording and damaged. */
class RawDirectoryTest {
  private static final Path RECORDED = Shipped.capture("6.12-gicv3-raw-pages");
  private static final String PAGES = "trace_pipe_raw.zst";

  @TempDir Path temp;

  @Test
  void saysWhatItIs() throws IOException {
    Rows rows = Rows.of(RECORDED);
    CaptureMeta meta = rows.meta();
    assertThat(meta.format()).isEqualTo("raw ring buffers");
    assertThat(meta.release()).isEqualTo("6.12.107+deb13-arm64");
    assertThat(meta.arch()).isEqualTo("aarch64");
    assertThat(meta.clock()).isEqualTo("local");
    assertThat(meta.cpus()).containsExactly(0, 1);
    assertThat(rows.counts().events()).isEqualTo(4746 + 2630);
    assertThat(rows.counts().eventsByCpu()).isEqualTo(new TreeMap<>(Map.of(0, 4149L, 1, 3227L)));
    assertThat(rows.counts().overwritten()).isZero();
    assertThat(rows.counts().unparsed()).isZero();
    assertThat(rows.diagnostics()).isEmpty();
  }

  @Test
  void tablesAreThoseOfTheTextOfEachBuffer() throws IOException {
    List<String> all = Rows.of(RECORDED).lines();
    List<String> top = all.stream().filter(line -> !isOfSide(line)).toList();
    List<String> side = all.stream().filter(RawDirectoryTest::isOfSide).toList();
    assertThat(top.stream().map(RawDirectoryTest::comparable))
        .containsExactlyElementsOf(text("trace.zst"));
    assertThat(side.stream().map(RawDirectoryTest::comparable))
        .containsExactlyElementsOf(text("instances/side/trace.zst"));
  }

  @Test
  void everyLayoutGivesTheSameRows() throws IOException {
    Path plain = temp.resolve("plain");
    unpack(plain, "per_cpu/cpu%d/trace_pipe_raw");
    copyFormats(plain.resolve("events"), true);
    Path bundled = temp.resolve("bundled");
    unpack(bundled, "cpu%d.raw");
    copyFormats(bundled.resolve("formats"), false);
    Path leftOver = temp.resolve("left-over");
    unpack(leftOver, "trace.dat.cpu%d");
    copyFormats(leftOver.resolve("formats"), true);
    Path unnamed = temp.resolve("unnamed");
    unpack(unnamed, "traces/cpu%d");
    copyFormats(unnamed.resolve("events"), false);

    List<String> expected = Rows.of(plain).lines();
    assertThat(expected).hasSize(4746);
    for (Path other : List.of(bundled, leftOver, unnamed)) {
      assertThat(Rows.of(other).lines()).as(other.toString()).containsExactlyElementsOf(expected);
    }
  }

  @Test
  void pagesWithoutFormatsAreRefused() throws IOException {
    unpack(temp, "per_cpu/cpu%d/trace_pipe_raw");
    assertThatThrownBy(() -> Captures.open(temp))
        .isInstanceOf(InputException.class)
        .hasMessage(
            temp
                + ": holds raw ring buffers but no formats of events (the directory events of"
                + " tracefs)");
  }

  @Test
  void filesThatOnlyLookLikePagesAreNone() throws IOException {
    Files.writeString(temp.resolve("cpu0"), "processor : 0\n".repeat(1000));
    Files.write(temp.resolve("cpu1"), new byte[8192]);
    copyFormats(temp.resolve("events"), true);
    assertThatThrownBy(() -> Captures.open(temp))
        .hasMessage(temp + ": directory is not a converted capture");
  }

  @Test
  void cutPagesGiveWhatIsLeft() throws IOException {
    unpack(temp, "cpu%d.raw");
    copyFormats(temp.resolve("events"), true);
    Path file = temp.resolve("cpu1.raw");
    byte[] content = Files.readAllBytes(file);
    Files.write(file, Arrays.copyOf(content, 3 * 4096 + 1000));
    Rows rows = Rows.of(temp);
    assertThat(rows.counts().eventsByCpu().get(0)).isEqualTo(2776);
    assertThat(rows.counts().eventsByCpu().get(1)).isBetween(50L, 500L);
    assertThat(rows.diagnostics())
        .containsExactly(
            "ERROR page-cut at byte 12288: CPU 1: page is cut off after 1000 bytes",
            "ERROR page-record at byte 13212: CPU 1: record runs past the end of its page");
  }

  @Test
  void damageIsReportedOrHarmless() throws IOException {
    unpack(temp, "cpu%d.raw");
    copyFormats(temp.resolve("formats"), false);
    Random random = new Random(5);
    List<Path> files;
    try (Stream<Path> walk = Files.walk(temp)) {
      files = walk.filter(Files::isRegularFile).sorted().toList();
    }
    for (int round = 0; round < 60; round++) {
      Path file = files.get(random.nextInt(files.size()));
      byte[] good = Files.readAllBytes(file);
      byte[] bad = good.clone();
      for (int i = 0; i < 1 + random.nextInt(40); i++) {
        bad[random.nextInt(bad.length)] = (byte) random.nextInt(256);
      }
      Files.write(file, random.nextInt(4) == 0 ? Arrays.copyOf(bad, bad.length / 2) : bad);
      try {
        Rows rows = Rows.of(temp);
        assertThat(rows.counts().events()).isLessThan(100_000);
      } catch (InputException e) {
        assertThat(e).hasMessageStartingWith(temp.toString());
      }
      Files.write(file, good);
    }
  }

  private static boolean isOfSide(String line) {
    return line.matches("\\S+ \\S+ \\[\\d+] .*?-?\\d+ [-\\d]+/[-\\d]+ side .*");
  }

  private static List<String> text(String file) throws IOException {
    return Rows.of(RECORDED.resolve(file)).lines().stream()
        .map(RawDirectoryTest::comparable)
        .toList();
  }

  /** Without number, instance and payload, and with the time in microseconds as text has it. */
  private static String comparable(String line) {
    String[] words = line.split(" ", 3);
    String rest = words[2].replaceFirst(" payload=.*", "").replaceFirst("(\\d/\\d+) side ", "$1 ");
    return (Long.parseLong(words[1]) + 500) / 1000 + " " + rest;
  }

  /** Copies the pages of the top buffer, uncompressed, with names that have the CPU's number. */
  private static void unpack(Path target, String name) throws IOException {
    for (int cpu = 0; cpu < 2; cpu++) {
      Path from = RECORDED.resolve("per_cpu/cpu" + cpu).resolve(PAGES);
      Path to = target.resolve(name.formatted(cpu));
      Files.createDirectories(to.getParent());
      try (InputStream in = new ZstdInputStream(Files.newInputStream(from))) {
        Files.write(to, in.readAllBytes());
      }
    }
    Files.copy(RECORDED.resolve("saved_cmdlines"), target.resolve("saved_cmdlines"));
  }

  /** Copies the formats, one file for each event, or one for each system. */
  private static void copyFormats(Path target, boolean tree) throws IOException {
    Path events = RECORDED.resolve("events");
    List<Path> files;
    try (Stream<Path> walk = Files.walk(events)) {
      files = walk.filter(file -> file.endsWith("format")).sorted().toList();
    }
    for (Path file : files) {
      Path event = events.relativize(file);
      Path to = tree ? target.resolve(event) : target.resolve(event.getName(0) + ".txt");
      Files.createDirectories(to.getParent());
      String text = tree ? "" : "# " + event.getName(0) + "\n";
      Files.writeString(
          to,
          text + Files.readString(file),
          StandardCharsets.UTF_8,
          StandardOpenOption.CREATE,
          StandardOpenOption.APPEND);
    }
  }
}
