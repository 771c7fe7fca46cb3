package org.vgictrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.vgictrace.fixtures.Shipped;
import org.vgictrace.fixtures.write.XentraceWriter;

/** The commands on traces of Xen hypervisors, end to end. */
class XenCommandsTest {
  private static final String LOST = Shipped.file("xen-4.20-x86-lost", "trace.bin.zst").toString();

  @TempDir Path folder;

  private String trace() throws IOException {
    byte[] bytes =
        new XentraceWriter(ByteOrder.LITTLE_ENDIAN)
            .window(1)
            .timed(0x21101, 100, 0x10000)
            .timed(0x20100d, 110, 0x20)
            .timed(0x800f001, 120, 0x1b, 1)
            .lost(150, 3, 1, 0, 130)
            .bytes();
    return Files.write(folder.resolve("trace"), bytes).toString();
  }

  @Test
  void showNamesDomainsAndVcpus() throws IOException {
    Run run = Run.of("show", trace());
    assertThat(run.code()).isZero();
    assertThat(run.out().lines().map(line -> line.replaceAll(" +", " ")))
        .containsExactly(
            " 0 100 [001] d1v0 xen_runstate d1v0 old=runnable new=running",
            " 1 110 [001] d1v0 xen_hypercall d1v0 via=pv op=32 call=event_channel_op timed=1",
            " 2 120 [001] d1v0 other xen:guest_1 20 bytes",
            " 3 130 [001] lost count=3");
  }

  @ParameterizedTest
  @CsvSource({
    "6.12-gicv3-mix, trace.dat.zst, kvm",
    "kvm-xen-7.2-mixed, host.dat.zst, kvm",
    "qemu-xen-4.20-gicv2, gic.log.zst, xen",
    "xen-4.20-x86-lost, trace.bin.zst, xen",
    "xen-guest-4.20-arm64, guest.txt.zst, xen",
    "qemu-kvm-6.12-gicv3, gic.log.zst, unknown"
  })
  void checkSaysWhichHypervisorACaptureIsAbout(String name, String file, String hypervisor) {
    Run run = Run.of("check", "--format", "json", Shipped.file(name, file).toString());
    assertThat(run.out()).contains("\"hypervisor\" : \"" + hypervisor + "\"");
  }

  @Test
  void checkJudgesTheInsideOfTheVgic() throws IOException {
    byte[] bytes =
        new XentraceWriter(ByteOrder.LITTLE_ENDIAN)
            .window(0)
            .timed(0x804009, 100, 0x10000, 27, 0xa0ff0808, 0xa002090c, 0xffff, 0xa0)
            .timed(0x804011, 110, 0x600, 4)
            .bytes();
    Run run = Run.of("check", Files.write(folder.resolve("inside"), bytes).toString());
    assertThat(run.code()).isEqualTo(1);
    assertThat(run.out())
        .contains(
            """
              steps        1 of 15 exercised; none seen of OV-L
            """,
            "XV-I15",
            "a CPU takes the lock desc while it holds the lock vgic");
  }

  @Test
  void checkJudgesADumpOfTheConsole() {
    String console = Shipped.file("xen-4.17-arm64-console", "console.txt").toString();
    Run run = Run.of("check", console);
    assertThat(run.code()).isZero();
    assertThat(run.out())
        .startsWith(console + ": consistent\n")
        .contains("  XV-I01                   7             0              0\n");
  }

  @Test
  void namesOfFurtherEventsComeFromAFormatsFile() throws IOException {
    Path formats =
        Files.writeString(
            folder.resolve("formats"),
            "0x0800f001  CPU%(cpu)d  %(tsc)d (+%(reltsc)8d)  my_irq  [ irq = %(1)d, level = %(2)d"
                + " ]\n");
    Run run = Run.of("show", "--kind", "other", "--formats", formats.toString(), trace());
    assertThat(run.out()).endsWith(" xen:my_irq my_irq  [ irq = 27, level = 1 ]\n");
    Run refused = Run.of("show", "--formats", trace(), trace());
    assertThat(refused.code()).isEqualTo(3);
    assertThat(refused.err()).endsWith("trace: at line 1: does not begin with an event id\n");
  }

  @Test
  void infoSaysWhatCanBeAnswered() throws IOException {
    Run run = Run.of("info", trace());
    assertThat(run.code()).isZero();
    String answers =
        run.out().substring(run.out().indexOf("  what it can answer")).replaceAll("\n {28}", " ");
    assertThat(answers)
        .startsWith(
            """
              what it can answer
                who runs where          yes, 1: run states and switches
                who sleeps and wakes    never seen: masked out, or nothing happened
                hypercalls              yes, 1: by number; of event_channel_op neither command nor port
                guest entries and exits never seen: masked out, or nothing happened; Arm hosts do not record it
                upcalls into HVM guests never seen: masked out, or nothing happened; Arm hosts do not record it
                physical interrupts     never seen: masked out, or nothing happened; Arm hosts do not record it
                list registers and vGIC no: Xen records nothing of its vGIC, unless it is instrumented for it
                event channel ports     no: Xen records nothing of event channels, unless it is instrumented for it
                whose records these are known on each CPU from its first run state or switch on, and after a loss again
                times                   in cycles of each CPU's counter; the trace does not say how many a second has
                missing CPUs            no record of CPU 0: not traced, or switched off
            """);
  }

  @Test
  void checkJudgesTheScheduler() {
    Run run = Run.of("check", LOST);
    assertThat(run.code()).isZero();
    assertThat(run.out())
        .startsWith(LOST + ": consistent\n")
        .contains(
            """
              model Xen's scheduler; the trace shows no list register, interrupt or event
              channel
            """,
            """
              rule            consistent  inconsistent  indeterminate  mostly because
              XT-I04                 754             0              4  trace_start
              XT-I05                 758             0              0
              XT-I06                1516             0              7  trace_start

              Nothing to judge for: XT-I07
            """)
        .endsWith(
            """
                - with a larger ring buffer (xentrace -S PAGES, once after boot), because
                  events were lost
            """);
  }

  @Test
  void statShowsTheTimeInEachRunState() {
    assertThat(Run.of("stat", LOST).out())
        .endsWith(
            """
              run states  (then runnable to running: median and maximum)
                            running  runnable   blocked   offline    runs      p50       max
              d0v0            3.5 %     1.4 %    95.0 %     0.0 %     121    35071    326934
              d0v1            3.9 %     0.7 %    95.3 %     0.0 %      63    35071    423884
              d0v2            1.9 %     0.4 %    97.5 %     0.0 %      75    14015    103876
              d0v3            2.9 %     1.7 %    95.2 %     0.0 %     122    34559    763558
              d32767v0       96.4 %     3.5 %     0.0 %     0.0 %     120    34559   4359124
              d32767v1       96.6 %     3.3 %     0.0 %     0.0 %      61   115711   6782310
              d32767v2       97.9 %     2.0 %     0.0 %     0.0 %      75    69119   2211444
              d32767v3       96.9 %     3.0 %     0.0 %     0.0 %     122   114687    796142
            """);
  }

  @Test
  void statOfAVcpuThatRunsElsewhereUnseen() throws IOException {
    byte[] bytes =
        new XentraceWriter(ByteOrder.LITTLE_ENDIAN)
            .window(1)
            .timed(0x21101, 100, 0x10000)
            .timed(0x21021, 150, 0x10000)
            .timed(0x21101, 400, 0x10000)
            .timed(0x21011, 410, 0x10000)
            .timed(0x21101, 450, 0x10000)
            .bytes();
    String trace = Files.write(folder.resolve("trace"), bytes).toString();
    assertThat(Run.of("stat", "--format", "json", trace).out())
        .endsWith(
            """
              "run_states" : [
                {
                  "domain" : 1,
                  "vcpu" : 0,
                  "running" : 60,
                  "runnable" : 40,
                  "blocked" : 0,
                  "offline" : 0,
                  "runs" : 3,
                  "runnable_to_running" : {
                    "count" : 1,
                    "p50" : 40,
                    "p90" : 40,
                    "p99" : 40,
                    "max" : 40
                  }
                }
              ],
              "interfaces" : [ ],
              "interface_interrupts" : [ ]
            }
            """);
  }

  @Test
  void diffComparesHowGuestsSpendTheirTime() {
    String other = Shipped.file("xen-4.17-x86-pv", "trace.bin.zst").toString();
    assertThat(Run.of("diff", other, LOST).out())
        .endsWith(
            """
              figures                              A           B      change    relative
              time running %                    10.6         3.1        -7.5     -70.8 %
              time runnable %                    2.8         1.1        -1.7     -61.3 %
              time blocked %                    86.6        95.8        +9.2     +10.7 %
              time offline %                     0.0         0.0         0.0           -
            """);
  }

  /** Nobody is told to record list registers of a machine that has none. */
  @Test
  void ofAnX86HostNothingIsAskedFor() throws IOException {
    String text =
        """
        # tracer: nop
        #
           CPU 0/KVM-10 [000] d..1. 1.000001: kvm_entry: vcpu 0, rip 0xffffffff81000000
           CPU 0/KVM-10 [000] d..1. 1.000003: kvm_inj_virq: IRQ 0xec
        """;
    String file = Files.writeString(folder.resolve("x86.txt"), text).toString();
    assertThat(Run.of("check", file).out())
        .isEqualTo(
            file
                + """
                : indeterminate
                  ftrace text, kernel not recorded, clock not recorded, host unknown
                  2 events (2 modelled) in 2.000 us on 1 CPU; 0 VMs, 0 vCPUs
                  model none for x86 but KVM's emulation of Xen, of which nothing shows

                  transitions  0: 0 consistent, 0 inconsistent, 0 indeterminate
                  decided      nothing

                  No rule had anything to judge; vgictrace info says what the capture shows.
                """);
  }

  @Test
  void convertedTablesAreReadBackAlike() {
    String tables = folder.resolve("tables").toString();
    assertThat(Run.of("convert", LOST, "--to", "arrow", "-o", tables).code()).isZero();
    assertThat(Run.of("show", tables).out()).isEqualTo(Run.of("show", LOST).out());
    assertThat(Run.of("check", tables).out()).contains("model Xen's scheduler;");
    assertThat(Run.of("stat", tables).out().lines().skip(2))
        .containsExactlyElementsOf(Run.of("stat", LOST).out().lines().skip(2).toList());
  }

  @Test
  void batchCountsNoStepsThatTracesOfXenCannotShow() {
    Path memory = Shipped.file("xen-4.17-arm64-memory", "trace.bin.zst");
    Run run = Run.of("batch", LOST, memory.toString());

    assertThat(run.out()).doesNotContain("steps of the model").endsWith("0 other files skipped\n");
  }
}
