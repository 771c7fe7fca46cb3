package org.vgictrace.parser.perf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.vgictrace.fixtures.event.EventFormat;
import org.vgictrace.fixtures.event.TracedEvent;
import org.vgictrace.fixtures.mutate.BinaryMutator;
import org.vgictrace.fixtures.write.PerfDataWriter;
import org.vgictrace.parser.Capture;
import org.vgictrace.parser.Rows;
import org.vgictrace.parser.bind.BindingPacks;
import org.vgictrace.parser.diag.InputException;
import org.vgictrace.parser.input.Inputs;

/** Whatever is wrong with a file, it is read in part or refused with a reason. */
class PerfDataDamageTest {
  private static final int ROUNDS = 1500;
  private static final EventFormat ENTRY =
      EventFormat.tracepoint("kvm", "kvm_entry", 0x66, "unsigned long vcpu_pc", "\"\"", e -> "");
  private static final EventFormat IRQ =
      EventFormat.tracepoint(
          "irq", "irq_handler_entry", 0x65, "int irq; __data_loc char[] name", "\"\"", e -> "");

  static List<PerfDataWriter> writers() {
    return List.of(
        PerfDataWriter.file(),
        PerfDataWriter.file().bigEndian().callchains(),
        PerfDataWriter.pipe().counts(31),
        PerfDataWriter.pipe().bigEndian(),
        PerfDataWriter.file().compressed(100),
        PerfDataWriter.pipe().compressed2(50));
  }

  /** Cut anywhere, what is read is true, and something is said unless nothing is missing. */
  @ParameterizedTest
  @MethodSource("writers")
  void readsWhatComesBeforeACut(PerfDataWriter writer) throws IOException {
    byte[] whole = bytes(writer);
    Set<String> times = times(read(whole, "whole"));
    for (int length = 0; length < whole.length; length++) {
      String what = "cut to " + length;
      Rows rows = read(Arrays.copyOf(whole, length), what);
      if (rows != null) {
        assertThat(times).as(what).containsAll(times(rows));
        if (rows.counts().events() < 12 && !isStream(whole)) {
          assertThat(rows.diagnostics()).as(what).isNotEmpty();
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("writers")
  void survivesDamageAnywhere(PerfDataWriter writer) throws IOException {
    BinaryMutator mutator = new BinaryMutator(bytes(writer), 20_261_120);
    for (int i = 0; i < ROUNDS; i++) {
      BinaryMutator.Damaged damaged = mutator.flipByte();
      Rows rows = read(damaged.bytes(), damaged.what());
      if (rows != null) {
        assertThat(rows.counts().events()).as(damaged.what()).isLessThanOrEqualTo(20);
      }
    }
  }

  /** A stream that ends between two records is a whole stream. */
  private static boolean isStream(byte[] whole) {
    return whole[8] == 16 || whole[15] == 16;
  }

  private static byte[] bytes(PerfDataWriter writer) {
    List<TracedEvent> events = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      events.add(
          TracedEvent.of(ENTRY, Map.of("vcpu_pc", (long) i)).at(100 + i).on(i % 2, 7, "vcpu"));
      events.add(
          TracedEvent.of(IRQ, Map.of("irq", 3L, "name", "timer")).at(200 + i).on(i % 2, 7, "vcpu"));
    }
    return writer.formats(List.of(ENTRY, IRQ)).events(events).roundEvents(4).bytes();
  }

  private static Set<String> times(@Nullable Rows rows) {
    Set<String> times = new HashSet<>();
    if (rows != null) {
      rows.lines().forEach(line -> times.add(line.split(" ", 3)[1]));
    }
    return times;
  }

  private static @Nullable Rows read(byte[] bytes, String what) throws IOException {
    InputStream in = new ByteArrayInputStream(bytes);
    try (Capture capture =
        new PerfDataFormat().open(Inputs.open("damaged", in), BindingPacks.builtin())) {
      return Rows.of(capture);
    } catch (InputException e) {
      assertThat(e.getMessage()).startsWith("damaged: at byte ").doesNotContain("\n");
      return null;
    } catch (RuntimeException | AssertionError e) {
      return fail(what, e);
    }
  }
}
