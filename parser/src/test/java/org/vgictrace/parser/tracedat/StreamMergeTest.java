package org.vgictrace.parser.tracedat;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vgictrace.parser.diag.Diagnostics;
import org.vgictrace.parser.format.PageLayout;
import org.vgictrace.parser.input.MemoryBytes;

class StreamMergeTest {
  private static final int PAGE = 128;

  private record Item(long time, int stream) {}

  /** Against sorting everything; small times make many ties. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 17, 200})
  void mergesByTimeThenStream(int count) throws IOException {
    Random random = new Random(count);
    List<Item> expected = new ArrayList<>();
    List<CpuStream> streams = new ArrayList<>();
    for (int stream = 0; stream < count; stream++) {
      PageWriter page = new PageWriter(PAGE, false, 8, 100);
      long time = 100;
      for (int i = random.nextInt(14); i > 0; i--) {
        int delta = random.nextInt(4);
        time += delta;
        page.record(delta, 1, 0);
        expected.add(new Item(time, stream));
      }
      streams.add(stream(stream, page.done()));
    }
    expected.sort(Comparator.comparingLong(Item::time));
    assertThat(merged(streams)).isEqualTo(expected);
  }

  @Test
  void followsAStreamWhoseTimeGoesBack() throws IOException {
    byte[] back = new byte[2 * PAGE];
    System.arraycopy(new PageWriter(PAGE, false, 8, 50).record(0, 1, 0).done(), 0, back, 0, PAGE);
    System.arraycopy(
        new PageWriter(PAGE, false, 8, 10).record(0, 1, 0).record(50, 1, 0).done(),
        0,
        back,
        PAGE,
        PAGE);
    byte[] steady = new PageWriter(PAGE, false, 8, 40).record(0, 1, 0).record(15, 1, 0).done();
    assertThat(merged(List.of(stream(0, back), stream(1, steady))))
        .containsExactly(
            new Item(40, 1), new Item(50, 0), new Item(10, 0), new Item(55, 1), new Item(60, 0));
  }

  @Test
  void mergesNothing() throws IOException {
    assertThat(new StreamMerge(List.of()).hasItem()).isFalse();
  }

  private static CpuStream stream(int cpu, byte[] pages) {
    return new CpuStream(
        cpu,
        0,
        new PlainPages(new MemoryBytes(pages, pages.length), 0, pages.length, PAGE, PAGE),
        false,
        PageLayout.standard(8, PAGE),
        PAGE,
        null,
        null,
        new Diagnostics());
  }

  private static List<Item> merged(List<CpuStream> streams) throws IOException {
    List<Item> items = new ArrayList<>();
    StreamMerge merge = new StreamMerge(streams);
    while (merge.hasItem()) {
      items.add(new Item(merge.first().ts(), merge.first().cpu));
      merge.advance();
    }
    return items;
  }
}
