package org.vgictrace.parser.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.vgictrace.parser.Capture;
import org.vgictrace.parser.CaptureMeta;
import org.vgictrace.parser.Captures;
import org.vgictrace.parser.event.Batch;
import org.vgictrace.parser.event.Column;
import org.vgictrace.parser.event.Kind;
import org.vgictrace.parser.table.Converted.Way;

class TableDirectoryTest {
  @TempDir Path temp;

  @ParameterizedTest
  @CsvSource({"1, 0", "2, 1", "3, 999", "4, 40000", "5, 9000", "6, 9000"})
  void readsBackWhatWasWritten(long seed, int events) throws IOException {
    RandomCapture original = new RandomCapture(seed, events);
    List<String> expected = Rows.of(original, RandomCapture.allKinds());
    for (Way way : Way.values()) {
      Path directory = Converted.write(original, temp.resolve("out-" + way), way);

      try (Capture copy = Captures.open(directory)) {
        assertThat(Rows.of(copy, RandomCapture.allKinds())).as("%s", way).isEqualTo(expected);
        CaptureMeta meta = original.meta();
        assertThat(copy.meta())
            .isEqualTo(
                new CaptureMeta(
                    directory.toString(),
                    way.layout.label(),
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

  /** A record batch that is full of bytes has fewer rows than one that is full of rows. */
  @ParameterizedTest
  @EnumSource
  void readsBackLongPayloadsBeforeShortOnes(Way way) throws IOException {
    List<String> expected = Rows.of(new ShrinkingPayloads(), RandomCapture.allKinds());
    Path directory = Converted.write(new ShrinkingPayloads(), temp.resolve("out"), way);
    try (Capture copy = Captures.open(directory)) {
      assertThat(Rows.of(copy, RandomCapture.allKinds())).isEqualTo(expected);
    }
  }

  @ParameterizedTest
  @EnumSource
  void readsWantedKindsOnly(Way way) throws IOException {
    RandomCapture original = new RandomCapture(7, 9_000);
    Path directory = Converted.write(original, temp.resolve("out"), way);
    Files.writeString(directory.resolve("other." + way.layout.label()), "never opened");

    List<String> expected = Rows.of(original, EnumSet.of(Kind.WFX, Kind.LOST));
    try (Capture copy = Captures.open(directory)) {
      assertThat(Rows.of(copy, EnumSet.of(Kind.WFX, Kind.LOST))).isEqualTo(expected);
    }
  }

  @ParameterizedTest
  @EnumSource
  void equalInputGivesEqualBytes(Way way) throws IOException {
    Path first = Converted.write(new RandomCapture(8, 9_000), temp.resolve("first"), way);
    Path second = Converted.write(new RandomCapture(8, 9_000), temp.resolve("second"), way);

    assertThat(Converted.contents(second)).isEqualTo(Converted.contents(first));
    String ending = "." + way.layout.label();
    assertThat(Converted.contents(first))
        .containsKeys("capture.json", "order" + ending, "lr_image" + ending);
  }

  @Test
  void convertingAConvertedCaptureGivesTheSameTables() throws IOException {
    Path arrow = Converted.write(new RandomCapture(9, 5_000), temp.resolve("arrow"), Way.ARROW);
    Path csv;
    try (Capture capture = Captures.open(arrow)) {
      csv = Converted.write(capture, temp.resolve("csv"), Way.CSV);
    }
    Path again;
    try (Capture capture = Captures.open(csv)) {
      again = Converted.write(capture, temp.resolve("again"), Way.ARROW);
    }
    var expected = Converted.contents(arrow);
    var found = Converted.contents(again);
    expected.remove("capture.json");
    found.remove("capture.json");
    assertThat(found).isEqualTo(expected);
  }

  @ParameterizedTest
  @EnumSource
  void nothingIsLeftUnlessFinished(Way way) throws IOException {
    RandomCapture capture = new RandomCapture(10, 500);
    Path target = temp.resolve("out");
    try (TableWriter writer =
        TableDirectory.create(target, false, way.layout, way.compression, capture.meta())) {
      capture.read(RandomCapture.allKinds(), writer);
      assertThat(target).doesNotExist();
    }
    assertThat(temp).isEmptyDirectory();
  }

  @Test
  void replacesOnlyConvertedCapturesAndOnlyIfTold() throws IOException {
    RandomCapture capture = new RandomCapture(11, 500);
    Path target = Converted.write(new RandomCapture(12, 600), temp.resolve("out"), Way.CSV);

    assertThatThrownBy(() -> Converted.write(capture, target, Way.ARROW))
        .hasMessage(target + ": exists and is not empty");
    try (TableWriter writer =
        TableDirectory.create(
            target, true, TableLayout.ARROW, TableCompression.NONE, capture.meta())) {
      writer.finish(capture.read(RandomCapture.allKinds(), writer));
    }
    assertThat(Converted.contents(target))
        .isEqualTo(Converted.contents(Converted.write(capture, temp.resolve("fresh"), Way.ARROW)));

    Path precious = Files.createDirectory(temp.resolve("precious"));
    Files.writeString(precious.resolve("letter.txt"), "dear");
    assertThatThrownBy(() -> replace(precious))
        .hasMessage(precious + ": exists and is not a converted capture");
    Path file = precious.resolve("letter.txt");
    assertThatThrownBy(() -> replace(file)).hasMessage(file + ": exists and is not a directory");
    assertThat(Files.readString(file)).isEqualTo("dear");
  }

  @Test
  void writesIntoAnEmptyDirectory() throws IOException {
    Path target = Files.createDirectory(temp.resolve("out"));
    Converted.write(new RandomCapture(13, 10), target, Way.ARROW);

    assertThat(target.resolve("capture.json")).exists();
    try (var entries = Files.list(temp)) {
      assertThat(entries).containsExactly(target);
    }
  }

  @Test
  void memoryDoesNotDependOnTheLengthOfOneTable() throws IOException {
    // Every batch is given back before the next one is asked for.
    Set<Batch> batches = new HashSet<>();
    RandomCapture capture = new RandomCapture(14, 60_000);
    Path directory = Converted.write(capture, temp.resolve("out"), Way.ARROW);
    try (Capture copy = Captures.open(directory)) {
      copy.read(
          RandomCapture.allKinds(),
          (batch, pool) -> {
            batches.add(batch);
            pool.recycle(batch);
          });
    }
    assertThat(batches).hasSizeLessThanOrEqualTo(2);
  }

  @Test
  void noKindHasAColumnNamedLikeACommonOne() {
    for (Kind kind : Kind.values()) {
      List<String> names = TableColumns.of(kind).stream().map(Column::name).toList();
      assertThat(names).as(kind.tableName()).doesNotHaveDuplicates();
    }
  }

  private static void replace(Path target) throws IOException {
    TableDirectory.create(
            target, true, TableLayout.ARROW, TableCompression.NONE, new RandomCapture(1, 0).meta())
        .close();
  }
}
