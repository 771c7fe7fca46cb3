package org.vgictrace.parser.perf;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.vgictrace.fixtures.event.EventFormat;
import org.vgictrace.fixtures.event.TracedEvent;
import org.vgictrace.fixtures.write.PerfDataWriter;
import org.vgictrace.parser.Rows;
import org.vgictrace.parser.event.Kind;

/** The same events in everything that a file may vary in. */
class PerfDataVariantsTest {
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
          entry(1_000_000_012L, 0xffff800080001234L).on(1, 516, "CPU 1/KVM"),
          irq(1_000_000_010L, -1, "").on(0, 0, "<idle>").afterLoss(291),
          entry(1_000_000_020L, 1).on(1, 517, "late"),
          irq(1_000_000_015L, 27, "timer").on(0, 515, "vcpu-0"),
          entry(9_000_000_000L, 2).on(1, 516, "CPU 1/KVM"));

  private static final List<String> ROWS =
      List.of(
          "0 1000000000 [0] vcpu-0-515 9/18 host_irq irq=13 name=virtio0 point=0",
          "1 1000000010 [0] ?--1 -1/-1 lost count=291",
          "2 1000000010 [0] swapper-0 0/0 host_irq irq=-1 name= point=0",
          "3 1000000012 [1] CPU 1/KVM-516 0/0 vcpu_entry pc=0xffff800080001234",
          "4 1000000015 [0] vcpu-0-515 0/0 host_irq irq=27 name=timer point=0",
          "5 1000000020 [1] late-517 0/0 vcpu_entry pc=0x1",
          "6 9000000000 [1] CPU 1/KVM-516 0/0 vcpu_entry pc=0x2");

  @TempDir Path dir;

  static List<PerfDataWriter> writers() {
    List<PerfDataWriter> writers = new ArrayList<>();
    List<Supplier<PerfDataWriter>> forms =
        List.of(
            PerfDataWriter::file,
            PerfDataWriter::pipe,
            () -> PerfDataWriter.file().bigEndian(),
            () -> PerfDataWriter.pipe().bigEndian());
    for (Supplier<PerfDataWriter> form : forms) {
      writers.add(form.get());
      writers.add(form.get().roundEvents(0));
      writers.add(form.get().compressed(3000));
      writers.add(form.get().compressed(7));
      writers.add(form.get().compressed2(13));
      writers.add(form.get().identifiers());
      writers.add(form.get().callchains().branchStacks());
      for (long format : new long[] {0, 3, 4, 7, 20, 31, 12, 8}) {
        writers.add(form.get().counts(format).callchains());
      }
      writers.add(form.get().attrBytes(64));
      writers.add(form.get().attrBytes(136));
      writers.add(form.get().attrBytes(400));
    }
    return writers;
  }

  @ParameterizedTest
  @MethodSource("writers")
  void readsTheSameRows(PerfDataWriter writer) throws IOException {
    Rows rows = read(writer.formats(List.of(IRQ, ENTRY, ODD)).events(EVENTS));
    assertThat(rows.lines()).isEqualTo(ROWS);
    assertThat(rows.diagnostics()).isEmpty();
    assertThat(rows.counts().events()).isEqualTo(6);
    assertThat(rows.counts().eventsModelled()).isEqualTo(6);
    assertThat(rows.counts().eventsByName())
        .isEqualTo(Map.of("irq:irq_handler_entry", 3L, "kvm:kvm_entry", 3L));
    assertThat(rows.counts().eventsByCpu()).isEqualTo(Map.of(0, 3L, 1, 3L));
    assertThat(rows.counts().lostByCpu()).isEqualTo(Map.of(0, 291L));
    assertThat(rows.counts().lostMarks()).isEqualTo(1);
    assertThat(rows.counts().unparsed()).isZero();
    assertThat(rows.counts().firstTs()).isEqualTo(1_000_000_000L);
    assertThat(rows.counts().lastTs()).isEqualTo(9_000_000_000L);
    assertThat(rows.meta().release()).isEqualTo("6.12.107+deb13-arm64");
    assertThat(rows.meta().arch()).isEqualTo("aarch64");
    assertThat(rows.meta().clock()).isEqualTo("perf");
    assertThat(rows.meta().nanoseconds()).isTrue();
    assertThat(rows.meta().cpus()).containsExactly(0, 1);
    assertThat(rows.meta().definedEvents())
        .containsExactly("irq:irq_handler_entry", "kvm:kvm_entry", "odd:odd_event");
  }

  @Test
  void namesTheForm() throws IOException {
    assertThat(read(small(PerfDataWriter.file())).meta().format()).isEqualTo("perf.data");
    assertThat(read(small(PerfDataWriter.pipe())).meta().format()).isEqualTo("perf.data stream");
    assertThat(read(small(PerfDataWriter.pipe())).meta().recorder())
        .isEqualTo("host: perf record -a");
    assertThat(read(small(PerfDataWriter.file())).meta().compression()).isEqualTo("none");
    assertThat(read(small(PerfDataWriter.file().compressed(99))).meta().compression())
        .isEqualTo("zstd");
  }

  @Test
  void tellsTheClockAndTheWallOffset() throws IOException {
    for (PerfDataWriter writer :
        List.of(
            PerfDataWriter.file().clockId(4),
            PerfDataWriter.pipe().clockId(4),
            PerfDataWriter.file().bigEndian().clockId(4))) {
      Rows rows = read(small(writer));
      assertThat(rows.meta().clock()).isEqualTo("mono_raw");
      assertThat(rows.meta().wallOffsetNs()).isEqualTo(1_700_000_000_000_000_000L - 500);
    }
    assertThat(read(small(PerfDataWriter.file().clockId(1))).meta().clock()).isEqualTo("mono");
    assertThat(read(small(PerfDataWriter.file().clockId(9))).meta().clock()).isNull();
  }

  @Test
  void countsWhatNobodyWants() throws IOException {
    PerfDataWriter writer = PerfDataWriter.file().formats(List.of(IRQ, ENTRY, ODD)).events(EVENTS);
    Path file = Files.write(dir.resolve("perf.data"), writer.bytes());
    Rows rows = Rows.of(file, EnumSet.of(Kind.VCPU_ENTRY));
    assertThat(rows.lines()).containsExactly(ROWS.get(3), ROWS.get(5), ROWS.get(6));
    assertThat(rows.counts().events()).isEqualTo(6);
    assertThat(rows.counts().lostMarks()).isEqualTo(1);
  }

  @Test
  void keepsEventsThatNoKindStandsFor() throws IOException {
    TracedEvent odd = TracedEvent.of(ODD, Map.of("a", 1L, "b", 2L)).at(5);
    Rows rows = read(PerfDataWriter.file().formats(List.of(ODD)).events(List.of(odd)));
    assertThat(rows.lines())
        .containsExactly(
            "0 5 [0] swapper-0 0/0 other name=odd_event payload=670000000000000001020000");
    assertThat(rows.counts().eventsModelled()).isZero();
  }

  @Test
  void takesNamesFromDescriptionsWhereFormatsAreMissing() throws IOException {
    Rows rows = read(small(PerfDataWriter.file().withoutTracingData()));
    assertThat(rows.lines())
        .containsExactly(
            "0 5 [0] swapper-0 0/0 other name=kvm_entry payload=66000000000000000700000000000000"
                + "00000000");
    assertThat(rows.counts().eventsByName()).isEqualTo(Map.of("kvm:kvm_entry", 1L));
    assertThat(rows.diagnostics())
        .containsExactly(
            "WARNING unknown-event at byte 264: samples of kvm:kvm_entry come without a format");
  }

  /** Without a trailer a loss has neither time nor CPU. */
  @Test
  void putsALossWithoutATimeWhereItStands() throws IOException {
    Rows rows =
        read(
            PerfDataWriter.file()
                .withoutTrailers()
                .formats(List.of(IRQ, ENTRY))
                .events(
                    List.of(
                        entry(5, 1).on(1, 7, "a"),
                        entry(8, 2).on(1, 7, "a").afterLoss(3),
                        entry(9, 3).on(1, 7, "a"))));
    assertThat(rows.lines())
        .containsExactly(
            "0 5 [1] a-7 0/0 vcpu_entry pc=0x1",
            "1 5 [-1] ?--1 -1/-1 lost count=3",
            "2 8 [1] a-7 0/0 vcpu_entry pc=0x2",
            "3 9 [1] a-7 0/0 vcpu_entry pc=0x3");
  }

  static PerfDataWriter small(PerfDataWriter writer) {
    return writer.formats(List.of(ENTRY)).events(List.of(entry(5, 7)));
  }

  private Rows read(PerfDataWriter writer) throws IOException {
    return Rows.of(Files.write(dir.resolve("perf.data"), writer.bytes()));
  }

  private static TracedEvent irq(long time, long irq, String name) {
    return TracedEvent.of(IRQ, Map.of("irq", irq, "name", name)).at(time);
  }

  private static TracedEvent entry(long time, long pc) {
    return TracedEvent.of(ENTRY, Map.of("vcpu_pc", pc)).at(time);
  }
}
