package org.vgictrace.analysis.probes;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.vgictrace.analysis.probes.ProbeOptions.Recorder;
import org.vgictrace.parser.Capture;
import org.vgictrace.parser.CaptureCounts;
import org.vgictrace.parser.Captures;
import org.vgictrace.parser.event.Batch;
import org.vgictrace.parser.event.Kind;

/** What the scripts hold, and that what the bpftrace script prints is a capture. */
class ScriptsTest {
  private static final Pattern PRINT = Pattern.compile("  printf\\(\"(.*)\\\\n\",");
  private static final Pattern NUMBER = Pattern.compile("%(?:ll)?[du]");

  @TempDir Path folder;

  private static ProbePlan plan(String release, ProbeOptions options) throws IOException {
    return ProbePlan.of(
        Kernels.btf(release), Kernels.symbols(release), MachineCode.UNKNOWN, options);
  }

  @Test
  void traceCmdScriptDefinesAndRecords() throws Exception {
    StringWriter out = new StringWriter();
    ProbeOptions minimal = new ProbeOptions(Level.MINIMAL, 2, 1, false, Recorder.KPROBE_EVENTS);
    ProbePlan plan = plan("6.1", minimal);
    new TraceCmdScript(out).write(plan);
    assertThat(out.toString())
        .isEqualTo(
            """
            #!/bin/sh
            # vGIC probes of the kernel in 6.1
            # level minimal, GICv2 host, 1 list registers, 10 probes; valid for this build of the kernel only
            # not available: configure_hcr: no function vgic_v2_configure_hcr (inlined, or of another release)
            # Usage: sh THIS_FILE [OPTIONS OF trace-cmd record] [COMMAND], as root.
            # BUFFER_KB is the size of the buffer of each CPU.
            tracing=/sys/kernel/tracing
            [ -e $tracing/kprobe_events ] || tracing=/sys/kernel/debug/tracing
            if ! [ -w $tracing/kprobe_events ]; then
              echo "cannot write $tracing/kprobe_events" >&2
              exit 1
            fi
            while read -r probe; do
              event=${probe%% *}
              # An earlier definition of the same name would stay and fire, too.
              echo "-:${event#*:}" 2>/dev/null >>$tracing/kprobe_events
              printf '%s\\n' "$probe" 2>/dev/null >>$tracing/kprobe_events ||
                echo "refused by the kernel: $probe" >&2
            done <<'PROBES'
            """
                + Kernels.definitions(plan)
                + """
                PROBES
                exec trace-cmd record -C mono_raw -b "${BUFFER_KB:-65536}" \\
                  -e kvm:kvm_entry \\
                  -e kvm:kvm_exit \\
                  -e kvm:vgic_update_irq_pending \\
                  -e kvm:kvm_irq_line \\
                  -e kvm:kvm_mmio \\
                  -e irq:irq_handler_entry \\
                  -e vgic \\
                  "$@"
                """);
  }

  @Test
  void probesThatOnlyLookAreDefinedButNotRecorded() throws Exception {
    StringWriter out = new StringWriter();
    new TraceCmdScript(out).write(plan("6.12", ProbeOptions.DEFAULT));
    assertThat(out.toString())
        .contains("\np:vgic/target_oracle vgic_target_oracle ")
        .endsWith(
            """
              -e vgic \\
              -v \\
              -e vgic:flush \\
              -e vgic:sync \\
              -e vgic:queue_irq_ret \\
              -e vgic:get_irq \\
              -e vgic:target_oracle \\
              -e vgic:inject_ret \\
              -e vgic:pending_irq \\
              -e vgic:pending_irq_ret \\
              "$@"
            """);
  }

  @Test
  void bpftraceReadsMembersAndBitFields() throws Exception {
    assertThat(bpftrace("7.2", 3))
        .contains(
            """

            kprobe:vgic_irq_set_phys_active
            {
              printf("{\\"ts\\":%llu,\\"cpu\\":%d,\\"pid\\":%d,\\"comm\\":\\"%s\\",\\"event\\":\\"vgic:set_phys_active\\",\\"irq\\":%llu,\\"intid\\":%u,\\"host_irq\\":%u,\\"active\\":%u}\\n",
                nsecs, cpu, tid, comm,
                (uint64)arg0,
                *(uint32*)(arg0 + 4),
                *(uint32*)(arg0 + 68),
                (uint8)arg1);
            }
            """)
        .contains("    (*(uint8*)(arg1 + 56) >> 4) & 1,\n");
  }

  /** bpftrace can do what return probes of this kernel cannot. */
  @Test
  void bpftraceRemembersArguments() throws Exception {
    assertThat(bpftrace("6.1", 3))
        .contains(
            """

            kprobe:kvm_read_guest
            {
              @its_cmd0[tid] = arg0;
              @its_cmd1[tid] = arg1;
              @its_cmd2[tid] = arg2;
              @its_cmd3[tid] = arg3;
            }
            """)
        .contains("    *(uint64*)(@its_cmd2[tid] + 24));\n  delete(@its_cmd0[tid]);\n");
  }

  private static String bpftrace(String release, int gic) throws IOException {
    StringWriter out = new StringWriter();
    ProbeOptions options = new ProbeOptions(Level.FULL, gic, 4, false, Recorder.BPFTRACE);
    new BpftraceScript(out).write(plan(release, options));
    return out.toString();
  }

  /** Prints every line once, as bpftrace would, one CPU after the other, and reads them. */
  @ParameterizedTest
  @CsvSource({"6.1, 2", "6.12, 3", "7.2, 3"})
  void whatBpftracePrintsIsACapture(String release, int gic) throws Exception {
    List<String> first = new ArrayList<>(List.of("Attaching 120 probes..."));
    List<String> second = new ArrayList<>();
    Matcher print = PRINT.matcher(bpftrace(release, gic));
    for (int ts = 1000; print.find(); ts++) {
      String text =
          print
              .group(1)
              .replace("\\\"", "\"")
              .replace("{\"ts\":%llu,\"cpu\":%d", "{\"ts\":" + ts + ",\"cpu\":" + ts % 2)
              .replace("\"comm\":\"%s\"", "\"comm\":\"CPU 0/KVM\"")
              .replace("\"name\":\"%s\"", "\"name\":\"arch_timer\"");
      (ts % 2 == 0 ? first : second).add(NUMBER.matcher(text).replaceAll("1"));
    }
    List<String> lines = new ArrayList<>(first);
    lines.addAll(second);
    lines.addAll(List.of("", "@its_cmd0[17]: 1"));
    int rows = lines.size() - 3;
    Path file = Files.write(folder.resolve("capture.jsonl"), lines);
    List<Long> times = new ArrayList<>();
    try (Capture capture = Captures.open(file)) {
      CaptureCounts counts =
          capture.read(
              EnumSet.allOf(Kind.class),
              (batch, pool) -> {
                times.addAll(times(batch));
                pool.recycle(batch);
              });
      assertThat(counts.events()).isEqualTo(rows);
      assertThat(counts.unparsed()).isZero();
      assertThat(counts.diagnosticCounts().keySet())
          .isSubsetOf("rows-sorted", "event-unbound", "field-unused");
      assertThat(counts.eventsModelled()).isGreaterThan(counts.events() - 7);
    }
    assertThat(times).hasSize(rows).isSorted();
    assertThat(lines).hasSizeGreaterThan(110);
  }

  private static List<Long> times(Batch batch) {
    List<Long> times = new ArrayList<>();
    int[] cursors = new int[Kind.values().length];
    for (int i = 0; i < batch.size(); i++) {
      int kind = batch.order()[i];
      times.add(batch.table(kind).ts()[cursors[kind]++]);
    }
    return times;
  }
}
