package org.vgictrace.parser.perf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.vgictrace.fixtures.Shipped;
import org.vgictrace.parser.Rows;
import org.vgictrace.parser.diag.InputException;

/** Genuine recordings, and damaged ones. */
class PerfRecordingsTest {

  /** Samples, those that are modelled, samples per CPU. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          6.12-gicv3-perf           | 12267 | 10545 | {0=8262, 1=4005} | {}               | perf.data        | none
          6.12-gicv3-perf-pipe      | 4435  | 3927  | {0=1766, 1=2669} | {}               | perf.data stream | none
          6.12-gicv3-perf-zstd-lost | 13280 | 11510 | {0=9068, 1=4212} | {0=1534, 1=258}  | perf.data        | zstd
          """)
  void readsARecordingOfAProbedKernel(
      String name,
      long events,
      long modelled,
      String byCpu,
      String lost,
      String format,
      String compression)
      throws IOException {
    Rows rows = Rows.of(Shipped.file(name, "perf.data.zst"));
    assertThat(rows.diagnostics()).isEmpty();
    assertThat(rows.counts().events()).isEqualTo(events);
    assertThat(rows.counts().eventsModelled()).isEqualTo(modelled);
    assertThat(rows.counts().eventsByCpu().toString()).isEqualTo(byCpu);
    assertThat(rows.counts().lostByCpu().toString()).isEqualTo(lost);
    assertThat(rows.counts().unparsed()).isZero();
    assertThat(rows.meta().format()).isEqualTo(format);
    assertThat(rows.meta().compression()).isEqualTo(compression);
    assertThat(rows.meta().release()).isEqualTo("6.12.117+deb13-arm64");
    assertThat(rows.meta().arch()).isEqualTo("aarch64");
    assertThat(rows.meta().cpus()).containsExactly(0, 1);
  }

  /**
   * Every row of the text is a row of the binary, in the same order. perf forgets the name of a
   * thread with its end.
   */
  @ParameterizedTest
  @CsvSource({
    "6.12-gicv3-perf, 759, 759",
    "6.12-gicv3-perf-pipe, 646, 646",
    "6.12-gicv3-perf-zstd-lost, 847, 854"
  })
  void textHasTheRowsOfTheBinary(String name, long events, int rowCount) throws IOException {
    boolean nanoseconds = !name.endsWith("pipe");
    Rows text = Rows.of(Shipped.file(name, "script.txt.zst"));
    Rows binary = Rows.of(Shipped.file(name, "perf.data.zst"));
    assertThat(text.counts().events()).isEqualTo(events);
    assertThat(text.counts().unparsed()).isZero();
    assertThat(text.counts().lostByCpu()).isEqualTo(binary.counts().lostByCpu());
    assertThat(text.counts().diagnosticCounts()).containsOnlyKeys("guest-samples-missing");
    List<String> rows = text.lines().stream().filter(row -> !row.endsWith(" lost")).toList();
    assertThat(rows).hasSize(rowCount);
    assertThat(text.lines()).hasSize(rowCount + (int) events);
    List<String> all = binary.lines().stream().map(row -> shared(row, nanoseconds)).toList();
    int at = 0;
    for (String row : rows) {
      String wanted = shared(row, nanoseconds);
      while (at < all.size()
          && !all.get(at).equals(wanted)
          && !all.get(at).replaceFirst("\\] \\S+-(?=\\d)", "] ?-").equals(wanted)) {
        at++;
      }
      assertThat(at).as(wanted).isLessThan(all.size());
      at++;
    }
  }

  /**
   * What both have of a row: no number, and the time as far as the text has it; no flags; no values
   * that the text or the record alone shows.
   */
  private static String shared(String row, boolean nanoseconds) {
    String[] words = row.split(" ");
    List<String> kept = new ArrayList<>();
    kept.add(nanoseconds ? words[1] : words[1].substring(0, words[1].length() - 3));
    for (int i = 2; i < words.length; i++) {
      if (words[i].startsWith("payload=")) {
        break;
      }
      if (!words[i].matches("-?\\d+/-?\\d+")) {
        kept.add(words[i]);
      }
    }
    return String.join(" ", kept);
  }

  @Test
  void readsRowsWithAllTheirValues() throws IOException {
    Rows rows = Rows.of(Shipped.file("6.12-gicv3-perf", "perf.data.zst"));
    assertThat(rows.lines().stream().filter(row -> row.contains(" lr_image ")).limit(2))
        .containsExactly(
            "359 30266725536 [1] vcpu-1-279 1/0 lr_image point=0 vcpu=0xffff756143be52b0 vcpu_id=1"
                + " kvm=0xffff8000800bd000 used_lrs=0 hcr=0x1 vmcr=0x0 sre=0x7 ap0r0=0x0"
                + " ap1r0=0x0 lr_bytes=8 lr0=0x0 lr1=0x0 lr2=0x0 lr3=0x0",
            "429 30269883376 [0] vcpu-0-278 1/0 lr_image point=0 vcpu=0xffff756143be3720 vcpu_id=0"
                + " kvm=0xffff8000800bd000 used_lrs=0 hcr=0x1 vmcr=0x4c0008 sre=0x7 ap0r0=0x0"
                + " ap1r0=0x0 lr_bytes=8 lr0=0x0 lr1=0x0 lr2=0x0 lr3=0x0");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          ok-perf                    | 363 | 265 | 0 |
          p01-record-size-zero       | 362 | 265 | 1 | ERROR record-size at byte 1680: size of a record cannot be; read on at byte 1768
          p02-record-size-4          | 362 | 265 | 1 | ERROR record-size at byte 1680: size of a record cannot be; read on at byte 1768
          p04-raw-size-huge          | 362 | 265 | 1 | ERROR sample-damaged at byte 1680: a part of the sample is longer than the sample
          p10-ids-size-huge          | 363 | 265 | 0 | WARNING event-ids at byte 296: ids of event 0 lie outside the file; they are left out
          p11-tracing-data-size-huge | 363 | 265 | 0 | WARNING features at byte 33880: feature 1 lies partly or wholly outside the file
          p13-header-page-size-huge  | 363 | 265 | 0 | WARNING header-page at byte 34268: page layout cannot be read: header of more than 65536 bytes
          """)
  void readsAllButTheDamage(
      String name, long events, long modelled, long unparsed, String diagnostic)
      throws IOException {
    Rows rows = Rows.of(Shipped.file("malformed", name + ".data.zst"));
    assertThat(rows.counts().events()).isEqualTo(events);
    assertThat(rows.counts().eventsModelled()).isEqualTo(modelled);
    assertThat(rows.counts().unparsed()).isEqualTo(unparsed);
    assertThat(rows.diagnostics()).isEqualTo(diagnostic == null ? List.of() : List.of(diagnostic));
  }

  /** Killed before the header was written: no formats, but all samples. */
  @Test
  void readsAnUnfinishedRecording() throws IOException {
    Rows rows = Rows.of(Shipped.file("malformed", "p08-data-size-zero.data.zst"));
    assertThat(rows.counts().eventsByName())
        .isEqualTo(Map.of("#110", 98L, "#38", 132L, "#42", 133L));
    assertThat(rows.counts().diagnosticCounts())
        .containsOnlyKeys("data-unfinished", "record-size", "unknown-event");
  }

  @Test
  void findsTheFormatsAmongFeaturesThatAreNotThere() throws IOException {
    Rows rows = Rows.of(Shipped.file("malformed", "p14-all-feature-bits.data.zst"));
    assertThat(rows.counts().events()).isEqualTo(363);
    assertThat(rows.counts().eventsModelled()).isEqualTo(265);
    assertThat(rows.counts().diagnosticCounts()).containsOnlyKeys("features");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          p05-attr-size-zero       | at byte 16: attribute entries of 0 bytes
          p07-data-offset-past-end | at byte 40: data lie outside the file
          """)
  void refusesWhatCannotBeRead(String name, String reason) {
    var file = Shipped.file("malformed", name + ".data.zst");
    assertThatThrownBy(() -> Rows.of(file))
        .isInstanceOf(InputException.class)
        .hasMessage(file + ": " + reason);
  }
}
