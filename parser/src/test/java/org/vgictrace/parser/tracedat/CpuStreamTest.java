package org.vgictrace.parser.tracedat;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.vgictrace.parser.diag.Diagnostics;
import org.vgictrace.parser.format.PageLayout;
import org.vgictrace.parser.input.MemoryBytes;

class CpuStreamTest {
  private static final int PAGE = 256;

  private final Diagnostics diagnostics = new Diagnostics();
  private boolean bigEndian;
  private int longBytes = 8;

  @ParameterizedTest
  @CsvSource({"false, 8", "false, 4", "true, 8", "true, 4"})
  void readsEveryTypeOfRecord(boolean big, int bytes) throws IOException {
    bigEndian = big;
    longBytes = bytes;
    byte[] page =
        page(1000)
            .record(5, 1, 0x01020304)
            .record(0, 28, 7)
            .longRecord(1, new byte[] {1, 2, 3, 4, 5})
            .extend(1L << 40)
            .record(2, 1, 0)
            .absolute(5_000_000_000L)
            .record(3, 1, 0)
            .done();
    String first = big ? "01020304" : "04030201";
    assertThat(items(page))
        .containsExactly(
            "1005 4 " + first,
            "1005 112 " + (big ? "00000007" : "07000000"),
            "1006 8 01020304",
            (1006 + (1L << 40) + 2) + " 4 00000000",
            "5000000003 4 00000000");
    assertThat(diagnostics.isEmpty()).isTrue();
  }

  @Test
  void skipsDiscardedRecords() throws IOException {
    byte[] page =
        page(1000)
            .record(1, 1, 1)
            .header(29, 1)
            .word(12)
            .word(-1)
            .word(-1)
            .record(1, 1, 2)
            .header(29, 10)
            .word(4)
            .record(1, 1, 3)
            .header(29, 0)
            .word(-1)
            .done();
    assertThat(items(page))
        .containsExactly("1001 4 01000000", "1002 4 02000000", "1013 4 03000000");
    assertThat(diagnostics.isEmpty()).isTrue();
  }

  @Test
  void restoresTheTopBitsOfAbsoluteTime() throws IOException {
    long top = 3L << 59;
    byte[] page =
        page(top + 100).absolute(200).record(1, 1, 0).absolute(150).record(1, 1, 0).done();
    assertThat(items(page))
        .containsExactly((top + 201) + " 4 00000000", (top + (1L << 59) + 151) + " 4 00000000");
  }

  @Test
  void startsEachPageFromItsOwnTime() throws IOException {
    byte[] pages =
        join(
            page(1000).record(7, 1, 0).done(), page(500).done(), page(2000).record(7, 1, 0).done());
    assertThat(items(pages)).containsExactly("1007 4 00000000", "2007 4 00000000");
  }

  @ParameterizedTest
  @CsvSource({"false, 8", "false, 4", "true, 8", "true, 4"})
  void marksLossesBeforeTheFirstRecord(boolean big, int bytes) throws IOException {
    bigEndian = big;
    longBytes = bytes;
    byte[] pages =
        join(
            page(1000).record(7, 1, 0).doneLost(291),
            page(2000).record(7, 1, 0).done(8, 1 << 31),
            page(3000).doneLost(5),
            page(4000).record(7, 1, 0).done());
    assertThat(items(pages))
        .containsExactly(
            "1007 lost 291",
            "1007 4 00000000",
            "2007 lost -1",
            "2007 4 00000000",
            "3000 lost 5",
            "4007 4 00000000");
    assertThat(diagnostics.isEmpty()).isTrue();
  }

  @Test
  void doesNotKnowALossWithoutRoomForItsNumber() throws IOException {
    PageWriter page = page(1000);
    for (int i = 0; i < 30; i++) {
      page.record(1, 1, 0);
    }
    List<String> items = items(page.done(240, 3 << 30));
    assertThat(items.get(0)).isEqualTo("1001 lost -1");
    assertThat(items).hasSize(31);
    assertThat(diagnostics.counts()).containsOnlyKeys("lost-count");
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0, record of length 0 does not fit into its page",
    "0, 3, record of length 3 does not fit into its page",
    "0, -4, record of length 4294967292 does not fit into its page",
    "0, 100, record of length 100 does not fit into its page",
    "28, 0, record runs past the end of its page",
    "29, 3, discarded record of length 3",
    "29, 100, discarded record of length 100 does not fit into its page"
  })
  void givesUpThePageAtADamagedRecord(int type, int word, String what) throws IOException {
    byte[] pages =
        join(
            page(1000).record(1, 1, 9).header(type, 5).word(word).record(1, 1, 9).done(),
            page(2000).record(1, 1, 9).done());
    assertThat(items(pages)).containsExactly("1001 4 09000000", "2001 4 09000000");
    assertThat(diagnostics.entries())
        .singleElement()
        .satisfies(
            d -> {
              assertThat(d.message()).isEqualTo("CPU 3: " + what);
              assertThat(d.place().toString()).isEqualTo("byte 24");
            });
  }

  @Test
  void givesUpARecordHeaderThatCrossesTheEnd() throws IOException {
    assertThat(items(page(1000).record(1, 1, 9).record(1, 1, 8).done(10, 0)))
        .containsExactly("1001 4 09000000");
    assertThat(diagnostics.entries())
        .singleElement()
        .satisfies(
            d ->
                assertThat(d.message())
                    .isEqualTo("CPU 3: record header runs past the end of its page"));
  }

  @Test
  void takesZerosForSpaceThatWasNeverWritten() throws IOException {
    assertThat(items(page(1000).record(1, 1, 9).done(200, 0))).containsExactly("1001 4 09000000");
    assertThat(diagnostics.counts()).containsOnlyKeys("page-zeros");
  }

  @Test
  void dropsAPageWhoseCommitIsTooLarge() throws IOException {
    byte[] pages = join(page(1000).record(1, 1, 9).done(241, 0), page(2000).record(1, 1, 9).done());
    assertThat(items(pages)).containsExactly("2001 4 09000000");
    assertThat(diagnostics.entries())
        .singleElement()
        .satisfies(
            d ->
                assertThat(d.message())
                    .isEqualTo("CPU 3: page claims 241 bytes of records, has room for 240"));
  }

  @Test
  void readsACutPageAsFarAsItGoes() throws IOException {
    byte[] page = page(1000).record(1, 1, 1).record(1, 1, 2).record(1, 1, 3).done();
    assertThat(items(Arrays.copyOf(page, 16 + 8 + 8)))
        .containsExactly("1001 4 01000000", "1002 4 02000000");
    assertThat(diagnostics.counts()).containsOnlyKeys("page-cut");
    assertThat(items(Arrays.copyOf(page, 12))).isEmpty();
  }

  @Test
  void keepsTheOrderWhereTimeGoesBack() throws IOException {
    byte[] pages = join(page(2000).record(1, 1, 1).done(), page(1000).record(1, 1, 2).done());
    CpuStream stream = stream(pages, null);
    while (stream.next()) {
      assertThat(stream.isLost()).isFalse();
    }
    assertThat(stream.steppedBack()).isEqualTo(1);
    assertThat(String.valueOf(stream.firstStepBack())).isEqualTo("byte 276");
  }

  @Test
  void convertsCyclesToNanoseconds() throws IOException {
    byte[] page = page(64_642_415_116_610L).record(1, 1, 0).done();
    CpuStream stream = stream(page, new TimeScale(735_842_807L, 31, 0));
    assertThat(stream.next()).isTrue();
    assertThat(stream.ts()).isEqualTo(22_149_950_354_670L);
  }

  private PageWriter page(long time) {
    return new PageWriter(PAGE, bigEndian, longBytes, time);
  }

  private CpuStream stream(byte[] pages, @Nullable TimeScale scale) {
    return new CpuStream(
        3,
        0,
        new PlainPages(new MemoryBytes(pages, pages.length), 0, pages.length, PAGE, 3 * PAGE),
        bigEndian,
        PageLayout.standard(longBytes, PAGE),
        PAGE,
        null,
        scale,
        diagnostics);
  }

  /** Time, length and first word of each record, number of each loss. */
  private List<String> items(byte[] pages) throws IOException {
    CpuStream stream = stream(pages, null);
    List<String> items = new ArrayList<>();
    while (stream.next()) {
      items.add(
          stream.isLost()
              ? stream.ts() + " lost " + stream.lostCount()
              : stream.ts() + " " + stream.recordLength() + " " + firstWord(stream));
    }
    return items;
  }

  private static String firstWord(CpuStream stream) {
    return HexFormat.of().formatHex(stream.bytes(), stream.recordStart(), stream.recordStart() + 4);
  }

  private static byte[] join(byte[]... pages) throws IOException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (byte[] page : pages) {
      all.write(page);
    }
    return all.toByteArray();
  }
}
