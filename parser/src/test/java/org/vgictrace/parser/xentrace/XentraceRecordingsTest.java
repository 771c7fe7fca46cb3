package org.vgictrace.parser.xentrace;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vgictrace.fixtures.Shipped;
import org.vgictrace.parser.Capture;
import org.vgictrace.parser.CaptureCounts;
import org.vgictrace.parser.Captures;
import org.vgictrace.parser.Rows;
import org.vgictrace.parser.event.Kind;

/** Recordings of real hypervisors. */
class XentraceRecordingsTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "xen-4.17-arm64-memory",
        "xen-4.17-x86-pv",
        "xen-4.17-x86-pvh",
        "xen-4.20-arm64",
        "xen-4.20-x86-lost"
      })
  void countsWhatTheFileHas(String name) throws IOException {
    Path file = Shipped.plain(name, "trace.bin");
    Map<Integer, Long> expected = new TreeMap<>();
    long lost = count(Files.readAllBytes(file), expected);
    CaptureCounts counts = Rows.of(file).counts();
    Map<Integer, Long> actual = new TreeMap<>();
    counts
        .eventsByName()
        .forEach((event, times) -> actual.put(EventCatalogue.named(event.substring(4)).id, times));
    assertThat(actual).isEqualTo(expected);
    assertThat(counts.events()).isEqualTo(counts.eventsModelled());
    assertThat(counts.lost()).isEqualTo(lost);
    assertThat(counts.unparsed()).isZero();
  }

  /** Counts records by their ids; returns how many were lost. */
  private static long count(byte[] bytes, Map<Integer, Long> byId) {
    ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    long lost = 0;
    for (int at = 0; at < bytes.length; ) {
      int header = in.getInt(at);
      int id = header & 0xfffffff;
      if (id == 0x1f001) {
        lost += in.getInt(at + 12);
      } else if (id != 0x1f002 && id != 0x1f003) {
        byId.merge(id, 1L, Long::sum);
      }
      at += 4 + (header < 0 ? 8 : 0) + (header >>> 28 & 7) * 4;
    }
    return lost;
  }

  @Test
  void readsTheSameFromTheBinaryAndFromItsDump() throws IOException {
    EnumSet<Kind> kinds =
        EnumSet.of(Kind.XEN_RUNSTATE, Kind.XEN_SCHED, Kind.XEN_PV, Kind.XEN_HVM_ENTRY);
    Rows text = Rows.of(Shipped.file("xen-4.17-x86-pvh", "dump.txt.zst"), kinds);
    Rows binary = Rows.of(Shipped.file("xen-4.17-x86-pvh", "trace.bin.zst"), kinds);
    assertThat(text.lines()).hasSize(694);
    assertThat(text.lines().stream().map(XentraceRecordingsTest::withoutContext))
        .containsExactlyElementsOf(
            binary.lines().stream()
                .limit(694)
                .map(XentraceRecordingsTest::withoutContext)
                .toList());
    assertThat(text.diagnostics())
        .containsExactly("INFO remarks at line 1: 286 lines are remarks of xenalyze, not records");
  }

  /**
   * CPU, kind and values: the text has other times and knows the vCPU a record earlier or later.
   */
  private static String withoutContext(String line) {
    int cpu = line.indexOf('[');
    return line.substring(cpu, line.indexOf(']') + 1) + line.substring(line.indexOf(" -1/-1 "));
  }

  @Test
  void readsNothingThatNobodyWants() throws IOException {
    try (Capture capture = Captures.open(Shipped.file("xen-4.17-x86-pv", "trace.bin.zst"))) {
      CaptureCounts counts =
          capture.read(
              EnumSet.noneOf(Kind.class),
              (batch, pool) -> {
                throw new AssertionError("a batch of " + batch.size());
              });
      assertThat(counts.events()).isEqualTo(26_631);
    }
  }
}
