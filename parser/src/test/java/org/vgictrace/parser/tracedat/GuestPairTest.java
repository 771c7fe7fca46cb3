package org.vgictrace.parser.tracedat;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vgictrace.fixtures.event.EventFormat;
import org.vgictrace.fixtures.event.TracedEvent;
import org.vgictrace.fixtures.write.TraceDatWriter;
import org.vgictrace.parser.Capture;
import org.vgictrace.parser.Captures;
import org.vgictrace.parser.Rows;

/** A host and a guest that recorded at the same time, as trace-cmd agent makes them. */
class GuestPairTest {
  private static final EventFormat ENTRY =
      EventFormat.tracepoint("kvm", "kvm_entry", 0x66, "unsigned long vcpu_pc", "\"\"", e -> "");
  private static final EventFormat EXIT =
      EventFormat.tracepoint("kvm", "kvm_exit", 0x67, "unsigned long vcpu_pc", "\"\"", e -> "");

  /** Has the number of an event of the host. */
  private static final EventFormat TICK =
      EventFormat.tracepoint("sched", "tick", 0x66, "int n", "\"tick %d\", REC->n", e -> "");

  private static final long HOST_ID = 0x1111_2222_3333_4444L;
  private static final long GUEST_ID = 0x5555_6666_7777_8888L;
  private static final int TRACEID = 11;
  private static final int TIME_SHIFT = 12;
  private static final int GUEST = 13;

  /** The guest's clock is so far behind the host's. */
  private static final long BEHIND = 1_000_000;

  @TempDir Path temp;

  @Test
  void bothAreOnOneTimeLine() throws IOException {
    Path host = host(HOST_ID);
    Path guest = guest(GUEST_ID, HOST_ID, 150, 250, 320);
    Rows rows = together(host, guest);
    assertThat(rows.lines().stream().map(line -> line.replaceFirst(" payload=.*", "")))
        .containsExactly(
            "0 2000100 [3] vcpu-0-516 0/0 vcpu_entry pc=0x1",
            "1 2000150 [0] task-7 0/0 guest:vm other name=tick",
            "2 2000200 [3] vcpu-0-516 0/0 other name=kvm_exit",
            "3 2000250 [0] task-7 0/0 guest:vm other name=tick",
            "4 2000300 [3] vcpu-0-516 0/0 vcpu_entry pc=0x3",
            "5 2000320 [0] task-7 0/0 guest:vm other name=tick",
            "6 2000400 [3] vcpu-0-516 0/0 other name=kvm_exit");
    assertThat(rows.counts().eventsByName())
        .containsEntry("kvm:kvm_entry", 2L)
        .containsEntry("guest:vm/sched:tick", 3L);
    assertThat(rows.counts().eventsByCpu()).containsOnlyKeys(3);
    assertThat(rows.diagnostics())
        .containsExactly(
            "WARNING guest-time at byte 0: 1 of 3 events of guest:vm lie outside of guest mode;"
                + " the clocks do not agree");
  }

  @Test
  void clocksThatAgreeAreSaidTo() throws IOException {
    assertThat(together(host(HOST_ID), guest(GUEST_ID, HOST_ID, 110, 150, 320)).diagnostics())
        .containsExactly(
            "INFO guest-time at byte 0: 0 of 3 events of guest:vm lie outside of guest mode");
  }

  /** Two guests of several CPUs, each of which has a clock of its own rate. */
  @Test
  void everyCpuOfEveryGuestHasItsOwnClock() throws IOException {
    Random random = new Random(11);
    List<TracedEvent> onHost = new ArrayList<>();
    List<String> expected = new ArrayList<>();
    List<Path> guests = new ArrayList<>();
    TraceDatWriter host =
        TraceDatWriter.v7()
            .cpus(4)
            .formats(List.of(ENTRY, EXIT))
            .option(TRACEID, bytes(Long.BYTES).putLong(HOST_ID).array());
    int thread = 516;
    for (int vm = 0; vm < 2; vm++) {
      int cpus = 2 - vm;
      List<Clock> clocks = new ArrayList<>();
      List<TracedEvent> ticks = new ArrayList<>();
      byte[] guestOption = new byte[3 + 8 + 4 + 8 * cpus];
      ByteBuffer link = ByteBuffer.wrap(guestOption).order(ByteOrder.LITTLE_ENDIAN);
      link.put(("v" + vm + "\0").getBytes(StandardCharsets.US_ASCII));
      link.putLong(GUEST_ID + vm).putInt(cpus);
      for (int cpu = 0; cpu < cpus; cpu++, thread++) {
        link.putInt(cpu).putInt(thread);
        Clock clock = Clock.random(random);
        clocks.add(clock);
        for (long time = 1_000_000; time < 4_000_000; time += 1000 + random.nextInt(100_000)) {
          ticks.add(TracedEvent.of(TICK, Map.of("n", time)).at(time).on(cpu, 7 + cpu, "task"));
          long there = clock.host(time);
          expected.add(
              there
                  + " ["
                  + cpu
                  + "] task-"
                  + (7 + cpu)
                  + " 0/0 guest:v"
                  + vm
                  + " other name=tick");
          int on = thread - 516;
          onHost.add(
              TracedEvent.of(ENTRY, Map.of("vcpu_pc", 1L)).at(there - 2).on(on, thread, "v"));
          onHost.add(TracedEvent.of(EXIT, Map.of("vcpu_pc", 1L)).at(there + 2).on(on, thread, "v"));
        }
      }
      host.option(GUEST, guestOption);
      ticks.sort(Comparator.comparingLong(TracedEvent::timeNs));
      byte[] guest =
          TraceDatWriter.v7()
              .cpus(cpus)
              .formats(List.of(TICK))
              .option(TRACEID, bytes(Long.BYTES).putLong(GUEST_ID + vm).array())
              .option(TIME_SHIFT, Clock.option(clocks))
              .buffer("", ticks)
              .bytes();
      guests.add(Files.write(temp.resolve("guest-" + vm + ".dat"), guest));
    }
    onHost.sort(Comparator.comparingLong(TracedEvent::timeNs));
    Path both = Files.write(temp.resolve("host.dat"), host.buffer("", onHost).bytes());
    try (Capture capture = Captures.open(both)) {
      for (Path guest : guests) {
        assertThat(capture.join(Captures.open(guest))).isTrue();
      }
      Rows rows = Rows.of(capture);
      assertThat(rows.lines().stream().map(line -> Long.parseLong(line.split(" ")[1]))).isSorted();
      assertThat(
              rows.lines().stream()
                  .filter(line -> line.contains("guest:"))
                  .map(line -> line.replaceFirst("^\\d+ ", "").replaceFirst(" payload=.*", "")))
          .containsExactlyInAnyOrderElementsOf(expected);
      assertThat(rows.diagnostics()).hasSize(2);
      assertThat(rows.diagnostics())
          .allMatch(line -> line.matches("INFO .* 0 of \\d+ events of guest:v[01] lie outside .*"));
    }
    assertThat(expected).hasSizeGreaterThan(150);
  }

  /** Samples of how a guest's clock differs; between them the offset is a straight line. */
  private static final class Clock {
    private final long[] times;
    private final long[] offsets;
    private final long[] scalings;
    private final long[] fractions;

    private Clock(int samples) {
      times = new long[samples];
      offsets = new long[samples];
      scalings = new long[samples];
      fractions = new long[samples];
    }

    static Clock random(Random random) {
      int samples = 2 + random.nextInt(3);
      Clock clock = new Clock(samples);
      long scaling = (1L << 31) + random.nextInt(1 << 20);
      for (int i = 0; i < samples; i++) {
        clock.times[i] = 500_000 + 1_000_000L * i + random.nextInt(100_000);
        clock.offsets[i] = 9_000_000L + random.nextInt(200);
        clock.scalings[i] = scaling;
        clock.fractions[i] = 31;
      }
      return clock;
    }

    /** As trace-cmd's documentation of the option has it, in numbers without bounds. */
    long host(long time) {
      int at = 0;
      while (at < times.length - 2 && time >= times[at + 1]) {
        at++;
      }
      BigInteger scaled =
          BigInteger.valueOf(time)
              .multiply(BigInteger.valueOf(scalings[at]))
              .shiftRight((int) fractions[at]);
      long run = times[at + 1] - times[at];
      long rise = (time - times[at]) * (offsets[at + 1] - offsets[at]);
      return scaled.longValueExact() + offsets[at] + Math.floorDiv(rise + run / 2, run);
    }

    static byte[] option(List<Clock> clocks) {
      int samples = clocks.stream().mapToInt(clock -> clock.times.length).sum();
      byte[] bytes = new byte[16 + 4 * clocks.size() + 32 * samples];
      ByteBuffer option = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
      option.putLong(HOST_ID).putInt(1).putInt(clocks.size());
      for (Clock clock : clocks) {
        option.putInt(clock.times.length);
        for (long[] values : List.of(clock.times, clock.offsets, clock.scalings)) {
          option.asLongBuffer().put(values);
          option.position(option.position() + Long.BYTES * values.length);
        }
      }
      for (Clock clock : clocks) {
        option.asLongBuffer().put(clock.fractions);
        option.position(option.position() + Long.BYTES * clock.fractions.length);
      }
      return bytes;
    }
  }

  @Test
  void eventsAreToldWithTheFormatsOfTheirKernel() throws IOException {
    try (Capture capture = Captures.open(host(HOST_ID))) {
      assertThat(capture.join(Captures.open(guest(GUEST_ID, HOST_ID, 150)))).isTrue();
      byte[] record = bytes(12).putShort((short) 0x66).putInt(8, 42).array();
      StringBuilder ofGuest = new StringBuilder();
      assertThat(capture.payloadText().append("guest:vm", record, 0, 12, ofGuest)).isTrue();
      assertThat(ofGuest).hasToString("tick 42");
      StringBuilder ofHost = new StringBuilder();
      assertThat(capture.payloadText().append("", record, 0, 12, ofHost)).isTrue();
      assertThat(ofHost.toString()).isEmpty();
    }
  }

  @Test
  void strangersAreNotJoined() throws IOException {
    try (Capture host = Captures.open(host(HOST_ID));
        Capture other = Captures.open(guest(GUEST_ID + 1, HOST_ID + 1, 150))) {
      assertThat(host.join(other)).isFalse();
      assertThat(other.join(host)).isFalse();
      assertThat(host.join(host)).isFalse();
    }
  }

  private static Rows together(Path host, Path guest) throws IOException {
    try (Capture capture = Captures.open(host)) {
      assertThat(capture.join(Captures.open(guest))).isTrue();
      return Rows.of(capture);
    }
  }

  private Path host(long id) throws IOException {
    TraceDatWriter writer =
        TraceDatWriter.v7()
            .cpus(4)
            .formats(List.of(ENTRY, EXIT))
            .option(TRACEID, bytes(Long.BYTES).putLong(id).array())
            .option(GUEST, guestOption())
            .buffer(
                "",
                List.of(
                    host(ENTRY, 2_000_100, 1),
                    host(EXIT, 2_000_200, 2),
                    host(ENTRY, 2_000_300, 3),
                    host(EXIT, 2_000_400, 4)));
    return Files.write(temp.resolve("host.dat"), writer.bytes());
  }

  private static TracedEvent host(EventFormat format, long ts, long pc) {
    return TracedEvent.of(format, Map.of("vcpu_pc", pc)).at(ts).on(3, 516, "vcpu-0");
  }

  /** The guest is called vm, and its CPU 0 is the host's thread 516. */
  private static byte[] guestOption() {
    return bytes(3 + 8 + 4 + 8)
        .put("vm\0".getBytes(StandardCharsets.US_ASCII))
        .putLong(GUEST_ID)
        .putInt(1)
        .putInt(0)
        .putInt(516)
        .array();
  }

  /** Ticks at times after 2 ms of the host's clock, stamped with the guest's. */
  private Path guest(long id, long host, long... times) throws IOException {
    List<TracedEvent> ticks = new ArrayList<>();
    for (long time : times) {
      ticks.add(
          TracedEvent.of(TICK, Map.of("n", (long) ticks.size() + 1))
              .at(2_000_000 - BEHIND + time)
              .on(0, 7, "task"));
    }
    byte[] shift =
        bytes(8 + 4 + 4 + 4 + 3 * 8)
            .putLong(host)
            .putInt(0)
            .putInt(1)
            .putInt(1)
            .putLong(0)
            .putLong(BEHIND)
            .putLong(1)
            .array();
    TraceDatWriter writer =
        TraceDatWriter.v7()
            .cpus(1)
            .formats(List.of(TICK))
            .option(TRACEID, bytes(Long.BYTES).putLong(id).array())
            .option(TIME_SHIFT, shift)
            .buffer("", ticks);
    return Files.write(temp.resolve("guest-" + id + ".dat"), writer.bytes());
  }

  private static ByteBuffer bytes(int count) {
    return ByteBuffer.allocate(count).order(ByteOrder.LITTLE_ENDIAN);
  }
}
