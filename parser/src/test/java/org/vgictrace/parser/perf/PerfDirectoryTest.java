package org.vgictrace.parser.perf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vgictrace.fixtures.event.EventFormat;
import org.vgictrace.fixtures.event.TracedEvent;
import org.vgictrace.fixtures.write.PerfDataWriter;
import org.vgictrace.parser.Rows;
import org.vgictrace.parser.diag.InputException;

/**
 * Directories of {@code perf record --threads}, and context switches of {@code --switch-events}.
 */
class PerfDirectoryTest {
  private static final EventFormat ENTRY =
      EventFormat.tracepoint("kvm", "kvm_entry", 0x66, "unsigned long vcpu_pc", "\"\"", e -> "");
  private static final EventFormat SWITCH =
      EventFormat.tracepoint("sched", "sched_switch", 0x67, "int prev_pid", "\"\"", e -> "");

  private static final List<TracedEvent> EVENTS =
      List.of(
          entry(10, 1).on(0, 515, "vcpu-0"),
          entry(20, 2).on(1, 516, "vcpu-1"),
          entry(30, 3).on(0, 515, "vcpu-0"),
          entry(30, 4).on(1, 516, "vcpu-1"),
          entry(35, 5).on(1, 516, "vcpu-1").afterLoss(7),
          entry(40, 6).on(0, 515, "vcpu-0"));

  private static final List<String> ROWS =
      List.of(
          "0 10 [0] vcpu-0-515 0/0 vcpu_entry pc=0x1",
          "1 20 [1] vcpu-1-516 0/0 vcpu_entry pc=0x2",
          "2 30 [0] vcpu-0-515 0/0 vcpu_entry pc=0x3",
          "3 30 [1] vcpu-1-516 0/0 vcpu_entry pc=0x4",
          "4 35 [1] ?--1 -1/-1 lost count=7",
          "5 35 [1] vcpu-1-516 0/0 vcpu_entry pc=0x5",
          "6 40 [0] vcpu-0-515 0/0 vcpu_entry pc=0x6");

  @TempDir Path dir;

  @Test
  void readsTheFilesOfAllCpusInTheOrderOfTime() throws IOException {
    Rows rows = read(writer().events(EVENTS));
    assertThat(rows.lines()).isEqualTo(ROWS);
    assertThat(rows.diagnostics()).isEmpty();
    assertThat(rows.meta().format()).isEqualTo("perf.data directory");
    assertThat(rows.counts().events()).isEqualTo(6);
    assertThat(rows.counts().eventsByCpu()).isEqualTo(Map.of(0, 3L, 1, 3L));
    assertThat(rows.counts().lostByCpu()).isEqualTo(Map.of(1, 7L));
  }

  /** Each file is a zstd stream of its own. */
  @Test
  void unpacksEachFileByItself() throws IOException {
    Rows rows = read(writer().compressed(40).events(EVENTS));
    assertThat(rows.lines()).isEqualTo(ROWS);
    assertThat(rows.diagnostics()).isEmpty();
  }

  /** Files that are read in many pieces, one of them later than the rest of the other. */
  @Test
  void keepsTheOrderOverManyPieces() throws IOException {
    List<TracedEvent> events = new ArrayList<>();
    for (int i = 0; i < 20_000; i++) {
      int cpu = i < 12_000 ? i % 2 : i % 3;
      events.add(entry(1000 + 3L * i, i).on(cpu, 500 + cpu, "vcpu"));
    }
    Rows rows = read(writer().cpus(3).events(events));
    List<String> expected = new ArrayList<>();
    for (int i = 0; i < events.size(); i++) {
      TracedEvent event = events.get(i);
      expected.add(
          i
              + (" " + (1000 + 3L * i))
              + (" [" + event.cpu() + "] vcpu-" + event.pid())
              + (" 0/0 vcpu_entry pc=0x" + Integer.toHexString(i)));
    }
    assertThat(rows.lines()).isEqualTo(expected);
    assertThat(rows.diagnostics()).isEmpty();
  }

  @Test
  void saysWhereTheSamplesAreIfGivenTheHeadAlone() throws IOException {
    Map<String, byte[]> files = writer().events(EVENTS).directory();
    Rows rows = Rows.of(Files.write(dir.resolve("data"), files.get("data")));
    assertThat(rows.lines()).isEmpty();
    assertThat(rows.diagnostics())
        .containsExactly(
            "ERROR directory-part at byte 0: the samples are in the files data.0 and so on beside"
                + " this one; give their directory");
  }

  @Test
  void readsWhatIsThereOfFilesThatAreCutOrMissing() throws IOException {
    Map<String, byte[]> files = writer().events(EVENTS).directory();
    byte[] second = Objects.requireNonNull(files.get("data.1"));
    files.put("data.1", Arrays.copyOf(second, second.length - 10));
    files.put("data.x", new byte[64]);
    Rows rows = read(files);
    List<String> expected = new ArrayList<>(ROWS);
    expected.set(6, ROWS.get(6).replace("6 40", "5 40"));
    expected.remove(5);
    assertThat(rows.lines()).isEqualTo(expected);
    assertThat(rows.diagnostics()).hasSize(1);
    assertThat(rows.diagnostics().get(0))
        .matches(
            "ERROR record-cut at byte \\d+ of data\\.1: the last record is cut after \\d+ bytes");
    assertThat(rows.counts().unparsed()).isEqualTo(1);
  }

  @Test
  void refusesMoreFilesThanItHasMemoryFor() throws IOException {
    Map<String, byte[]> files = writer().events(EVENTS).directory();
    for (int i = 2; i <= 256; i++) {
      files.put("data." + i, new byte[0]);
    }
    assertThatThrownBy(() -> read(files))
        .isInstanceOf(InputException.class)
        .hasMessage(dir + ": has 257 files of samples, at most 256");
  }

  @Test
  void makesRowsOfContextSwitchesOfAllTasks() throws IOException {
    Rows rows =
        Rows.of(
            file(
                writer()
                    .events(EVENTS)
                    .record(1, contextSwitch(15, true, 516, 1 << 13, 515, 0))
                    .record(1, contextSwitch(17, true, 515, 0, 516, 0))));
    assertThat(rows.lines().subList(0, 3))
        .containsExactly(
            ROWS.get(0),
            "1 15 [0] vcpu-0-515 -1/-1 sched_switch prev_comm=vcpu-0 prev_pid=515 next_comm=vcpu-1"
                + " next_pid=516",
            ROWS.get(1).replace("1 20", "2 20"));
    assertThat(rows.counts().eventsByName())
        .isEqualTo(Map.of("kvm:kvm_entry", 6L, "perf:context_switch", 1L));
    assertThat(rows.counts().events()).isEqualTo(7);
    assertThat(rows.counts().eventsModelled()).isEqualTo(7);
    assertThat(rows.diagnostics()).isEmpty();
  }

  /** Where the record of who leaves is missing, that of who comes stands for both. */
  @Test
  void makesRowsOfContextSwitchesWhoseFirstRecordIsMissing() throws IOException {
    Rows rows =
        Rows.of(
            file(
                writer()
                    .events(EVENTS)
                    .record(1, contextSwitch(11, true, 516, 0, 515, 0))
                    .record(1, contextSwitch(12, true, 7, 1 << 13, 515, 0))
                    .record(1, contextSwitch(13, true, 515, 0, 7, 0))
                    .record(1, contextSwitch(14, true, 7, 0, 515, 0))));
    assertThat(rows.lines().subList(1, 4))
        .containsExactly(
            "1 11 [0] vcpu-0-515 -1/-1 sched_switch prev_comm=vcpu-1 prev_pid=516"
                + " next_comm=vcpu-0 next_pid=515",
            "2 12 [0] vcpu-0-515 -1/-1 sched_switch prev_comm=vcpu-0 prev_pid=515 next_pid=7",
            "3 14 [0] vcpu-0-515 -1/-1 sched_switch prev_pid=7 next_comm=vcpu-0 next_pid=515");
    assertThat(rows.counts().eventsByName())
        .isEqualTo(Map.of("kvm:kvm_entry", 6L, "perf:context_switch", 3L));
    assertThat(rows.diagnostics()).isEmpty();
  }

  /** Of one task only its own part is known. */
  @Test
  void makesRowsOfContextSwitchesOfOneTask() throws IOException {
    Rows rows =
        Rows.of(
            file(
                writer()
                    .events(EVENTS)
                    .record(1, contextSwitch(15, false, 0, 1 << 13, 515, 0))
                    .record(1, contextSwitch(17, false, 0, 0, 515, 1))));
    assertThat(rows.lines().subList(1, 3))
        .containsExactly(
            "1 15 [0] vcpu-0-515 -1/-1 sched_switch prev_comm=vcpu-0 prev_pid=515",
            "2 17 [1] vcpu-0-515 -1/-1 sched_switch next_comm=vcpu-0 next_pid=515");
    assertThat(rows.diagnostics()).isEmpty();
  }

  @Test
  void takesTheSchedulersOwnEventRatherThanBoth() throws IOException {
    Rows rows =
        Rows.of(
            file(
                writer()
                    .formats(List.of(SWITCH))
                    .events(EVENTS)
                    .record(1, contextSwitch(15, true, 516, 1 << 13, 515, 0))));
    assertThat(rows.lines()).isEqualTo(ROWS);
    assertThat(rows.diagnostics())
        .containsExactly(
            "INFO switch-records at byte 0: 1 records of context switches (perf record"
                + " --switch-events) say what others say too, or lack a time, and are left out");
  }

  private static PerfDataWriter writer() {
    return PerfDataWriter.file().formats(List.of(ENTRY));
  }

  private Path file(PerfDataWriter writer) throws IOException {
    return Files.write(dir.resolve("perf.data"), writer.bytes());
  }

  private Rows read(PerfDataWriter writer) throws IOException {
    return read(writer.directory());
  }

  private Rows read(Map<String, byte[]> files) throws IOException {
    for (Map.Entry<String, byte[]> file : files.entrySet()) {
      Files.write(dir.resolve(file.getKey()), file.getValue());
    }
    return Rows.of(dir);
  }

  /**
   * A record of a context switch: of all tasks with the other thread, and the trailer that goes
   * with the writer's samples.
   *
   * @param misc 1 &lt;&lt; 13 for a thread that leaves
   */
  private static byte[] contextSwitch(
      long time, boolean wide, int other, int misc, int tid, int cpu) {
    int size = 8 + (wide ? 8 : 0) + 32;
    ByteBuffer record = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    record.putInt(wide ? 15 : 14).putShort((short) misc).putShort((short) size);
    if (wide) {
      record.putInt(other).putInt(other);
    }
    record.putInt(tid).putInt(tid).putLong(time).putLong(1000).putInt(cpu).putInt(0);
    return record.array();
  }

  private static TracedEvent entry(long time, long pc) {
    return TracedEvent.of(ENTRY, Map.of("vcpu_pc", pc)).at(time);
  }
}
