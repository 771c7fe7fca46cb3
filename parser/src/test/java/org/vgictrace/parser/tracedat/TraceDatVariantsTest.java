package org.vgictrace.parser.tracedat;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.vgictrace.fixtures.event.EventFormat;
import org.vgictrace.fixtures.event.TracedEvent;
import org.vgictrace.fixtures.write.Compression;
import org.vgictrace.fixtures.write.TraceDatWriter;
import org.vgictrace.parser.Rows;
import org.vgictrace.parser.event.Kind;

/** The same events in everything that a file may vary in. */
class TraceDatVariantsTest {
  private static final EventFormat IRQ =
      EventFormat.tracepoint(
          "irq", "irq_handler_entry", 0x65, "int irq; __data_loc char[] name", "\"\"", e -> "");
  private static final EventFormat ENTRY =
      EventFormat.tracepoint("kvm", "kvm_entry", 0x66, "unsigned long vcpu_pc", "\"\"", e -> "");
  private static final EventFormat ODD =
      EventFormat.tracepoint("odd", "odd_event", 0x67, "u8 a; u8 b", "\"\"", e -> "");

  private static final List<TracedEvent> EVENTS =
      List.of(
          irq(1_000_000_000L, 13, "virtio0").on(0, 515, "vcpu-0").inContext(0x09, 0x12),
          entry(1_000_000_010L, 0xffff800080001234L).on(1, 516, "CPU 1/KVM"),
          irq(1_000_000_010L, -1, "").on(0, 0, "<idle>").afterLoss(291),
          entry(1_000_000_005L, 1).on(2, 517, "late").afterLoss(-1),
          entry(9_000_000_000L, 2).on(1, 516, "CPU 1/KVM"));

  private static final List<String> ROWS =
      List.of(
          "0 1000000000 [2] ?--1 -1/-1 lost",
          "1 1000000000 [0] vcpu-0-515 9/18 host_irq irq=13 name=virtio0 point=0",
          "2 1000000005 [2] late-517 0/0 vcpu_entry pc=0x1",
          "3 1000000010 [0] ?--1 -1/-1 lost count=291",
          "4 1000000010 [0] <idle>-0 0/0 host_irq irq=-1 name= point=0",
          "5 1000000010 [1] CPU 1/KVM-516 0/0 vcpu_entry pc=0xffff800080001234",
          "6 9000000000 [1] CPU 1/KVM-516 0/0 vcpu_entry pc=0x2");

  @TempDir Path dir;

  static List<TraceDatWriter> writers() {
    List<TraceDatWriter> writers = new ArrayList<>();
    for (int commitBytes : new int[] {4, 8}) {
      writers.add(TraceDatWriter.v6().commitBytes(commitBytes));
      writers.add(TraceDatWriter.v6().commitBytes(commitBytes).bigEndian().absoluteStamps());
      writers.add(TraceDatWriter.v6().commitBytes(commitBytes).pageBytes(65536));
      for (Compression compression : Compression.values()) {
        writers.add(v7(compression, commitBytes));
        writers.add(v7(compression, commitBytes).bigEndian());
        writers.add(v7(compression, commitBytes).absoluteStamps());
        writers.add(v7(compression, commitBytes).subBufferBytes(16384));
        writers.add(v7(compression, commitBytes).pagesPerChunk(1).pageBytes(256));
      }
    }
    return writers;
  }

  private static TraceDatWriter v7(Compression compression, int commitBytes) {
    return TraceDatWriter.v7().compression(compression).commitBytes(commitBytes);
  }

  @ParameterizedTest
  @MethodSource("writers")
  void readsTheSameRows(TraceDatWriter writer) throws IOException {
    Rows rows = read(writer.formats(List.of(IRQ, ENTRY, ODD)).cpus(4).buffer("", EVENTS));
    assertThat(rows.lines()).isEqualTo(ROWS);
    assertThat(rows.diagnostics()).isEmpty();
    assertThat(rows.counts().events()).isEqualTo(5);
    assertThat(rows.counts().eventsModelled()).isEqualTo(5);
    assertThat(rows.counts().eventsByName())
        .isEqualTo(Map.of("irq:irq_handler_entry", 2L, "kvm:kvm_entry", 3L));
    assertThat(rows.counts().eventsByCpu()).isEqualTo(Map.of(0, 2L, 1, 2L, 2, 1L));
    assertThat(rows.counts().lostByCpu()).isEqualTo(Map.of(0, 291L, 2, 0L));
    assertThat(rows.counts().lostMarks()).isEqualTo(2);
    assertThat(rows.counts().firstTs()).isEqualTo(1_000_000_000L);
    assertThat(rows.counts().lastTs()).isEqualTo(9_000_000_000L);
    assertThat(rows.meta().release()).isEqualTo("6.12.107+deb13-arm64");
    assertThat(rows.meta().arch()).isEqualTo("aarch64");
    assertThat(rows.meta().clock()).isEqualTo("local");
    assertThat(rows.meta().nanoseconds()).isTrue();
    assertThat(rows.meta().cpus()).containsExactly(0, 1, 2, 3);
    assertThat(rows.meta().definedEvents())
        .containsExactly("irq:irq_handler_entry", "kvm:kvm_entry", "odd:odd_event");
  }

  @Test
  void mergesBuffersByTimeAndNamesThem() throws IOException {
    for (TraceDatWriter writer : List.of(TraceDatWriter.v6(), TraceDatWriter.v7())) {
      Rows rows =
          read(
              writer
                  .formats(List.of(IRQ, ENTRY))
                  .buffer("", List.of(entry(10, 1), entry(30, 3)))
                  .buffer("second", List.of(entry(10, 2).on(1, 7, "x"), entry(20, 4))));
      assertThat(rows.lines())
          .containsExactly(
              "0 10 [0] <idle>-0 0/0 vcpu_entry pc=0x1",
              "1 10 [1] x-7 0/0 second vcpu_entry pc=0x2",
              "2 20 [0] <idle>-0 0/0 second vcpu_entry pc=0x4",
              "3 30 [0] <idle>-0 0/0 vcpu_entry pc=0x3");
    }
  }

  @Test
  void countsWhatNobodyWants() throws IOException {
    TraceDatWriter writer =
        TraceDatWriter.v7().formats(List.of(IRQ, ENTRY, ODD)).cpus(3).buffer("", EVENTS);
    Path file = Files.write(dir.resolve("trace.dat"), writer.bytes());
    Rows rows = Rows.of(file, EnumSet.of(Kind.VCPU_ENTRY));
    assertThat(rows.lines()).containsExactly(ROWS.get(2), ROWS.get(5), ROWS.get(6));
    assertThat(rows.counts().events()).isEqualTo(5);
    assertThat(rows.counts().lostMarks()).isEqualTo(2);
  }

  @Test
  void keepsEventsThatNoKindStandsFor() throws IOException {
    TracedEvent odd = TracedEvent.of(ODD, Map.of("a", 1L, "b", 2L)).at(5);
    Rows rows = read(TraceDatWriter.v7().formats(List.of(ODD)).buffer("", List.of(odd)));
    assertThat(rows.lines())
        .containsExactly(
            "0 5 [0] <idle>-0 0/0 other name=odd_event payload=670000000000000001020000");
    assertThat(rows.counts().eventsModelled()).isZero();
  }

  @Test
  void convertsCyclesAndKeepsTheWallOffset() throws IOException {
    byte[] scale =
        ByteBuffer.allocate(16)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putInt(3)
            .putInt(1)
            .putLong(7)
            .array();
    Rows rows =
        read(
            TraceDatWriter.v7()
                .formats(List.of(ENTRY))
                .clock("tsc2nsec")
                .option(14, scale)
                .option(7, "-5\0".getBytes(StandardCharsets.US_ASCII))
                .date(1_700_000_000_000_000L)
                .buffer("", List.of(entry(1000, 1))));
    assertThat(rows.lines()).containsExactly("0 1507 [0] <idle>-0 0/0 vcpu_entry pc=0x1");
    assertThat(rows.meta().clock()).isEqualTo("tsc2nsec");
    assertThat(rows.meta().nanoseconds()).isTrue();
    assertThat(rows.meta().wallOffsetNs()).isEqualTo(1_700_000_000_000_000_000L - 5);
  }

  @Test
  void leavesOtherClocksAsTheyAre() throws IOException {
    for (String clock : List.of("counter", "uptime", "x86-tsc")) {
      Rows rows =
          read(
              TraceDatWriter.v6()
                  .formats(List.of(ENTRY))
                  .clock(clock)
                  .buffer("", List.of(entry(1000, 1))));
      assertThat(rows.lines()).containsExactly("0 1000 [0] <idle>-0 0/0 vcpu_entry pc=0x1");
      assertThat(rows.meta().clock()).isEqualTo(clock);
      assertThat(rows.meta().nanoseconds()).isFalse();
    }
  }

  @Test
  void shiftsAGuestToItsHostsTime() throws IOException {
    ByteBuffer shift = ByteBuffer.allocate(16 + 4 + 24 + 8).order(ByteOrder.LITTLE_ENDIAN);
    shift.putLong(1).putInt(0).putInt(1).putInt(1).putLong(0).putLong(-400).putLong(1).putLong(0);
    Rows rows =
        read(
            TraceDatWriter.v7()
                .formats(List.of(ENTRY))
                .option(12, shift.array())
                .buffer("", List.of(entry(1000, 1), entry(1100, 2).on(1, 9, "a"))));
    assertThat(rows.lines())
        .containsExactly(
            "0 600 [0] <idle>-0 0/0 vcpu_entry pc=0x1", "1 700 [1] a-9 0/0 vcpu_entry pc=0x2");
  }

  /** Cut anywhere, a file is read in part or refused; what is read is true. */
  @ParameterizedTest
  @MethodSource("smallWriters")
  void readsWhatComesBeforeACut(TraceDatWriter writer) throws IOException {
    byte[] whole = writer.formats(List.of(IRQ, ENTRY)).cpus(3).buffer("", EVENTS).bytes();
    List<String> times = ROWS.stream().map(row -> row.split(" ", 3)[1]).toList();
    for (int length = 0; length < whole.length; length++) {
      Rows rows = DamageTest.read(Arrays.copyOf(whole, length), "cut to " + length);
      if (rows != null) {
        assertThat(rows.diagnostics()).as("cut to %d", length).isNotEmpty();
        assertThat(rows.lines())
            .as("cut to %d", length)
            .allSatisfy(line -> assertThat(times).contains(line.split(" ", 3)[1]));
      }
    }
  }

  static List<TraceDatWriter> smallWriters() {
    return List.of(
        TraceDatWriter.v6().pageBytes(256),
        v7(Compression.NONE, 8).pageBytes(256),
        v7(Compression.NONE, 4).pageBytes(256).bigEndian(),
        v7(Compression.ZSTD, 8).pageBytes(256),
        v7(Compression.ZLIB, 8).pageBytes(256));
  }

  private Rows read(TraceDatWriter writer) throws IOException {
    return Rows.of(Files.write(dir.resolve("trace.dat"), writer.bytes()));
  }

  private static TracedEvent irq(long time, long irq, String name) {
    return TracedEvent.of(IRQ, Map.of("irq", irq, "name", name)).at(time);
  }

  private static TracedEvent entry(long time, long pc) {
    return TracedEvent.of(ENTRY, Map.of("vcpu_pc", pc)).at(time);
  }
}
