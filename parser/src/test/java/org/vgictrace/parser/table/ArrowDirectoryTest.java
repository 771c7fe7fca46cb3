package org.vgictrace.parser.table;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.vgictrace.parser.Capture;
import org.vgictrace.parser.CaptureMeta;
import org.vgictrace.parser.Captures;
import org.vgictrace.parser.event.Kind;

class ArrowDirectoryTest {
  @TempDir Path temp;

  @ParameterizedTest
  @CsvSource({"1, 0", "2, 1", "3, 999", "4, 70000", "5, 30000", "6, 30000"})
  void readsBackWhatWasWritten(long seed, int events) throws IOException {
    for (TableCompression compression : TableCompression.values()) {
      RandomCapture original = new RandomCapture(seed, events);
      Path directory = convert(original, "out-" + compression, compression);

      try (Capture copy = Captures.open(directory)) {
        assertThat(Rows.of(copy, RandomCapture.allKinds()))
            .isEqualTo(Rows.of(original, RandomCapture.allKinds()));
        CaptureMeta meta = original.meta();
        assertThat(copy.meta())
            .isEqualTo(
                new CaptureMeta(
                    directory.toString(),
                    "arrow",
                    meta.release(),
                    meta.arch(),
                    meta.clock(),
                    meta.nanoseconds(),
                    meta.cpus(),
                    meta.compression(),
                    meta.definedEvents(),
                    meta.wallOffsetNs()));
      }
    }
  }

  @Test
  void readsWantedKindsOnly() throws IOException {
    RandomCapture original = new RandomCapture(7, 20_000);
    Path directory = convert(original, "out", TableCompression.NONE);
    Files.delete(directory.resolve("other.arrow"));
    Files.writeString(directory.resolve("other.arrow"), "never opened");

    List<String> expected = Rows.of(original, RandomCapture.allKinds());
    expected.removeIf(line -> !line.matches("(?s)\\d+ (wfx|lost) .*|CaptureCounts.*"));
    try (Capture copy = Captures.open(directory)) {
      assertThat(Rows.of(copy, EnumSet.of(Kind.WFX, Kind.LOST))).isEqualTo(expected);
    }
  }

  @ParameterizedTest
  @EnumSource
  void equalInputGivesEqualBytes(TableCompression compression) throws IOException {
    Path first = convert(new RandomCapture(8, 30_000), "first", compression);
    Path second = convert(new RandomCapture(8, 30_000), "second", compression);

    assertThat(contents(second)).isEqualTo(contents(first));
    assertThat(contents(first)).containsKeys("capture.json", "order.arrow", "lr_image.arrow");
  }

  private Path convert(Capture capture, String name, TableCompression compression)
      throws IOException {
    Path target = temp.resolve(name);
    try (TableWriter writer =
        TableDirectory.create(target, false, TableLayout.ARROW, compression, capture.meta())) {
      writer.finish(capture.read(RandomCapture.allKinds(), writer));
    }
    return target;
  }

  /** The files of a directory as text with one character per byte. */
  private static SortedMap<String, String> contents(Path directory) throws IOException {
    SortedMap<String, String> contents = new TreeMap<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
      for (Path file : files) {
        contents.put(file.getFileName().toString(), Files.readString(file, ISO_8859_1));
      }
    }
    return contents;
  }
}
