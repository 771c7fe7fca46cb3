package org.vgictrace.parser.ftracetext;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.vgictrace.parser.CaptureFormat.Match;
import org.vgictrace.parser.bind.BindingPacks;
import org.vgictrace.parser.ftracetext.Texts.Outcome;
import org.vgictrace.parser.input.Input;
import org.vgictrace.parser.input.Inputs;

class PerfScriptTest {
  private static final String ENTRY =
      "          vcpu-0   461 [001]    63.160278:                 kvm:kvm_entry: PC: 0x40\n";

  /** Each choice of fields gives the same row, as far as it tells. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      ignoreLeadingAndTrailingWhitespace = false,
      textBlock =
          """
                    vcpu-0   461 [001]    63.160278:       kvm:kvm_entry: PC: 0x40|63160278000 [1] vcpu-0/461
                    vcpu-0     461 [001]    63.160278123:  kvm:kvm_entry: PC: 0x40|63160278123 [1] vcpu-0/461
                 CPU 0/KVM   460/461   [001]    63.160278: kvm:kvm_entry: PC: 0x40|63160278000 [1] CPU 0/KVM/461
          a [1] 2 3.0 x 460/461 [001]    63.160278:        kvm:kvm_entry: PC: 0x40|63160278000 [1] a [1] 2 3.0 x/461
            461 [001]    63.160278:                        kvm:kvm_entry: PC: 0x40|63160278000 [1] -/461
                    vcpu-0   461    63.160278:             kvm:kvm_entry: PC: 0x40|63160278000 [-1] vcpu-0/461
                    vcpu-0 [001]    63.160278:             kvm:kvm_entry: PC: 0x40|63160278000 [1] vcpu-0/-1
          [001]    63.160278:                              kvm:kvm_entry: PC: 0x40|63160278000 [1] -/-1
             63.160278:                                    kvm:kvm_entry: PC: 0x40|63160278000 [-1] -/-1
                    vcpu-0   461 [001] K         63.160278: kvm:kvm_entry: PC: 0x40|63160278000 [1] vcpu-0/461
                    vcpu-0   461 [001]    63.160278:     1  kvm:kvm_entry: PC: 0x40|63160278000 [1] vcpu-0/461
                    vcpu-0   461 [001]    63.160278:     1  kvm:kvm_entry: PC: 0x40 ffff8000800 kvm_arch_vcpu_ioctl_run+0x18 ([kernel.kallsyms])|63160278000 [1] vcpu-0/461
          vcpu-0   461 [001]    63.160278: kvm:kvm_entry: PC: 0x40|63160278000 [1] vcpu-0/461
          VM: 1234 VCPU: 000           vcpu-0   461 [001]    63.160278: kvm:kvm_entry: PC: 0x40|63160278000 [1] vcpu-0/461
                    vcpu-0   461 [001] 2026-11-20 10:11:12.123456     63.160278: kvm:kvm_entry: PC: 0x40|63160278000 [1] vcpu-0/461
                    vcpu-0   461 [001] disabled    63.160278: kvm:kvm_entry: PC: 0x40|63160278000 [1] vcpu-0/461
                    vcpu-0   461 KU        63.160278:     kvm:kvm_entry: PC: 0x40|63160278000 [-1] vcpu-0/461
                 CPU 0/KVM   460/461   K        63.160278: kvm:kvm_entry: PC: 0x40|63160278000 [-1] CPU 0/KVM/461
                    vcpu-0 K        63.160278:            kvm:kvm_entry: PC: 0x40|63160278000 [-1] vcpu-0/-1
                  vcpu-0 K    63.160278:                  kvm:kvm_entry: PC: 0x40|63160278000 [-1] vcpu-0 K/-1
          >           vcpu-0   461 [001]    63.160278: kvm:kvm_entry: PC: 0x40|63160278000 [1] vcpu-0/461
                        :-1    -1 [001]    63.160278: kvm:kvm_entry: PC: 0x40|63160278000 [1] -/-1
                      :461   461 [001]    63.160278: kvm:kvm_entry: PC: 0x40|63160278000 [1] -/461
                      :461   462 [001]    63.160278: kvm:kvm_entry: PC: 0x40|63160278000 [1] :461/462
          """)
  void readsEveryChoiceOfFields(String line, String context) {
    Outcome outcome = read(line + "\n");
    assertThat(outcome.rows()).containsExactly(context + " -:- vcpu_entry pc=0x40");
    assertThat(outcome.counts().eventsByName()).isEqualTo(Map.of("kvm:kvm_entry", 1L));
    assertThat(outcome.counts().unparsed()).isZero();
  }

  /** With {@code -L}, in every line. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      ignoreLeadingAndTrailingWhitespace = false,
      textBlock =
          """
            vcpu-0   461   1 63.160278: kvm:kvm_entry: PC: 0x40|[1] vcpu-0/461
            vcpu-0   460/461     1 63.160278: kvm:kvm_entry: PC: 0x40|[1] vcpu-0/461
            vcpu-0   1 63.160278: kvm:kvm_entry: PC: 0x40|[1] vcpu-0/-1
            461   1 63.160278: kvm:kvm_entry: PC: 0x40|[1] -/461
            1 63.160278: kvm:kvm_entry: PC: 0x40|[1] -/-1
          """)
  void readsTheLatencyFormat(String line, String context) {
    String second = line.replace("  1 63", " 12 63");
    assertThat(read(line + "\n" + second + "\n").rows())
        .containsExactly(
            "63160278000 " + context + " -:- vcpu_entry pc=0x40",
            "63160278000 " + context.replace("[1]", "[12]") + " -:- vcpu_entry pc=0x40");
  }

  /** What perf prints behind an event's text is no part of it. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        " ffff800080012345",
        " ffff800080012345 handle_irq",
        " ffff800080012345 handle_irq+0x1c8",
        " ffff800080012345 handle_irq+0x1c8 ([kernel.kallsyms]) ilen: 4",
        " ffff800080012345 ([kernel.kallsyms])",
        " ilen: 4 insn: 1f 20 03 d5",
        "               0              17",
        "               0      1e05080021 |OP N/A|LVL N/A or N/A|SNP N/A|TLB N/A|LCK N/A|BLK  N/A"
            + "               0               0 ffff800080012345 handle_irq ([kernel.kallsyms])"
            + " ABI:2    X0:0x0    X1:0xffff800080012345  ABI:1    PC:0x8  ilen: 4"
            + "                0 N/A 2M",
        " 0xffff800080012345/0xffff800080012355/P/-/-/0  0xffff8000/0xffff8001/M/-/-/0 ",
      })
  void leavesOutWhatIsBehindTheText(String tail) {
    String head = "          vcpu-0   461 [001]    63.160278: ";
    Outcome outcome =
        read(
            head
                + "irq:irq_handler_entry: irq=13 name=arch_timer"
                + tail
                + "\n"
                + head
                + "mine:print: a 10 ([x])"
                + tail
                + "\n");
    assertThat(outcome.rows())
        .containsExactly(
            "63160278000 [1] vcpu-0/461 -:- host_irq irq=13 name=\"arch_timer\" point=entry",
            "63160278000 [1] vcpu-0/461 -:- other name=\"print\" payload=\"a 10 ([x])\"");
  }

  /** It is only behind the text if it is behind all. */
  @Test
  void leavesTextsThatEndLikeColumnsAsTheyAre() {
    String line = "          vcpu-0   461 [001]    63.160278: mine:print: %s\n";
    assertThat(read(line.formatted("at ffff800080012345 x") + line.formatted("4K")).rows())
        .containsExactly(
            "63160278000 [1] vcpu-0/461 -:- other name=\"print\""
                + " payload=\"at ffff800080012345 x\"",
            "63160278000 [1] vcpu-0/461 -:- other name=\"print\" payload=\"4K\"");
  }

  /** Records that are no events, and fields with a line of their own. */
  @Test
  void readsLinesThatContinueOthers() {
    Outcome outcome =
        read(
            "         swapper     0 [000]     0.000000: PERF_RECORD_NAMESPACES 1/1 - nr_namespaces:"
                + " 2\n\t\t[0/net: 0/0, 1/uts: 0/0, \n\t\t 2/ipc: 0/0]\n"
                + "PERF_RECORD_FINISHED_ROUND\n"
                + ENTRY
                + "  [kernel.kallsyms][ffffffff81000130]\n"
                + ENTRY
                + "\t           ee137 sched_setaffinity@@GLIBC_2.3.4+0x7\n"
                + "  sched_setaffinity.c:33\n\t  146f7c [unknown]\n  perf[146f7c]\n  :0\n ilen: 4\n\n");
    assertThat(outcome.rows()).hasSize(2);
    assertThat(outcome.counts().unparsed()).isZero();
    assertThat(outcome.counts().diagnostics()).isEmpty();
  }

  /** The last word of a name may be a number; it is no thread where other lines have none. */
  @Test
  void takesNumbersInNamesAsSuchWhereThereAreNoThreads() {
    assertThat(
            read("""
                    kworker/0:1 [001]    63.160278: kvm:kvm_entry: PC: 0x40
                      worker 12 [001]    63.160279: kvm:kvm_entry: PC: 0x41
                    """
                    .indent(5))
                .rows())
        .containsExactly(
            "63160278000 [1] kworker/0:1/-1 -:- vcpu_entry pc=0x40",
            "63160279000 [1] worker 12/-1 -:- vcpu_entry pc=0x41");
  }

  @Test
  void readsHeaderCallChainsAndNotes() {
    Outcome outcome =
        read(
            """
            # ========
            # captured on    : Fri Nov 20 18:23:20 2026
            # os release : 6.12.107+deb13-arm64
            # arch : aarch64
            # nrcpus avail : 4
            # cmdline : /usr/bin/perf record -g -e kvm:*
            # ========
            #
            swapper     0 [000]     0.000000: PERF_RECORD_MMAP -1/0: [0xffff(0x1) @ 0]: x [kernel]_text
            vcpu-0 461 [001]    63.160278: kvm:kvm_entry: PC: 0x40
            \tffff800080012345 kvm_arch_vcpu_ioctl_run+0x18 ([kernel.kallsyms])
            \t    7f10b9594ec5 [unknown] (/lib/libc.so)

            vcpu-0 461 [001]    63.160300: PERF_RECORD_LOST lost 27
            vcpu-0 461 [001]    63.160378: kvm:kvm_exit: TRAP: HSR_EC: 0x0024 (DABT_LOW), PC: 0x48

            swapper     0 [000]    63.170000: cycles:ppp:
            """);
    assertThat(outcome.rows())
        .containsExactly(
            "63160278000 [1] vcpu-0/461 -:- vcpu_entry pc=0x40",
            "63160300000 [1] -/-1 -:- lost count=27",
            "63160378000 [1] vcpu-0/461 -:- vcpu_exit reason=2 esr_ec=36 pc=0x48",
            "63170000000 [0] swapper/0 -:- other name=\"cycles:ppp\" payload=\"\"");
    assertThat(outcome.counts().eventsByName())
        .isEqualTo(Map.of("cycles:ppp", 1L, "kvm:kvm_entry", 1L, "kvm:kvm_exit", 1L));
    assertThat(outcome.counts().lostByCpu()).isEqualTo(Map.of(1, 27L));
    assertThat(outcome.counts().unparsed()).isZero();
    assertThat(outcome.counts().diagnostics()).isEmpty();
    assertThat(outcome.meta().format()).isEqualTo("perf script");
    assertThat(outcome.meta().release()).isEqualTo("6.12.107+deb13-arm64");
    assertThat(outcome.meta().arch()).isEqualTo("aarch64");
    assertThat(outcome.meta().cpus()).containsExactly(0, 1, 2, 3);
  }

  /** Two events of one name in different systems stay apart. */
  @Test
  void bindsByTheTraceSystem() {
    Outcome outcome = read(ENTRY + ENTRY.replace("kvm:", "mine:"));
    assertThat(outcome.rows())
        .containsExactly(
            "63160278000 [1] vcpu-0/461 -:- vcpu_entry pc=0x40",
            "63160278000 [1] vcpu-0/461 -:- other name=\"kvm_entry\" payload=\"PC: 0x40\"");
    assertThat(outcome.counts().eventsByName())
        .isEqualTo(Map.of("kvm:kvm_entry", 1L, "mine:kvm_entry", 1L));
  }

  /** perf leaves out what an arm64 host records in a vCPU, guest entries among it. */
  @Test
  void expectsGapsWhereAnArmHostHasNoGuestEntries() {
    String inject =
        ENTRY.replace("kvm_entry: PC: 0x40", "vgic_update_irq_pending: VCPU: 0, IRQ 27, level: 1");
    Outcome outcome = read(inject + inject);
    assertThat(outcome.rows())
        .containsExactly(
            "63160278000 [1] -/-1 -:- lost",
            "63160278000 [1] vcpu-0/461 -:- irq_pending vcpu_id=0 intid=27 level=1",
            "63160278000 [1] -/-1 -:- lost",
            "63160278000 [1] vcpu-0/461 -:- irq_pending vcpu_id=0 intid=27 level=1");
    assertThat(outcome.counts().diagnosticCounts()).isEqualTo(Map.of("guest-samples-missing", 1L));
    assertThat(read(inject + ENTRY).rows()).hasSize(2);
  }

  @Test
  void sumsUpTimeDifferences() {
    String line = "          vcpu-0   461 [001]     0.%s: kvm:kvm_entry: PC: 0x40\n";
    Outcome delta =
        read(line.formatted("000000") + line.formatted("000007") + line.formatted("000002"));
    assertThat(delta.rows().stream().map(row -> row.split(" ")[0]))
        .containsExactly("0", "7000", "9000");
    assertThat(delta.counts().diagnostics().get(0).message())
        .isEqualTo("times are summed up from differences (perf script --deltatime)");
    Outcome relative =
        read(line.formatted("000000") + line.formatted("000007") + line.formatted("000009"));
    assertThat(relative.rows().stream().map(row -> row.split(" ")[0]))
        .containsExactly("0", "7000", "9000");
    assertThat(relative.counts().diagnostics().get(0).message())
        .isEqualTo("times count from the first event (perf script --reltime)");
  }

  /** Records that are no events count too, and an event that perf was late with steps back. */
  @Test
  void sumsUpTimeDifferencesOfAllRecords() {
    String[] times = {"0.000007", "0.000009", "0.000002", "18446744073.709550"};
    StringBuilder text = new StringBuilder();
    for (int round = 0; round < 4; round++) {
      text.append("  vcpu-0   461 [001]     0.000100: PERF_RECORD_COMM: vcpu-0:461/461\n");
      for (String time : times) {
        text.append("  vcpu-0   461 [001]     " + time + ": kvm:kvm_entry: PC: 0x40\n");
      }
    }
    assertThat(read(text.toString()).rows().stream().limit(5).map(row -> row.split(" ")[0]))
        .containsExactly("107000", "116000", "118000", "116384", "223384");
    Outcome absolute = read(ENTRY + ENTRY.replace("   63.160278", "18446744073.709550"));
    assertThat(absolute.rows()).hasSize(1);
    assertThat(absolute.counts().unparsed()).isEqualTo(1);
    assertThat(absolute.counts().diagnosticCounts()).isEqualTo(Map.of("time-unreadable", 1L));
  }

  @Test
  void namesTheFieldsThatAreMissing() {
    String header = "# cmdline : perf record -e kvm:*\n";
    Outcome nameless = read(header + "   vcpu-0   461 [001]    63.160278: irq=13\n");
    assertThat(nameless.rows()).isEmpty();
    assertThat(nameless.counts().unparsed()).isEqualTo(1);
    assertThat(nameless.counts().diagnostics().get(0).message())
        .isEqualTo("does not tell the event (field event of perf script -F)");
    Outcome textless = read(ENTRY.replace(" PC: 0x40", ""));
    assertThat(textless.counts().diagnostics().stream().map(d -> d.message()))
        .contains("lines do not tell what the events say (field trace of perf script -F)");
  }

  @Test
  void countsLinesWithoutATime() {
    Outcome outcome =
        read(
            """
            # cmdline : perf record -F 99
            func_ab 15294 cpu-clock:
            \t400570 func_b (/root/func_ab)

            func_ab 15294/15295 [001] cpu-clock:
            """);
    assertThat(outcome.counts().eventsByName()).isEqualTo(Map.of("cpu-clock", 2L));
    assertThat(outcome.counts().diagnosticCounts()).isEqualTo(Map.of("no-context", 1L));
  }

  @Test
  void countsWhatItCannotRead() {
    Outcome outcome = read(ENTRY + "some words\n" + ENTRY);
    assertThat(outcome.rows()).hasSize(2);
    assertThat(outcome.counts().unparsed()).isEqualTo(1);
    assertThat(outcome.counts().diagnosticCounts()).isEqualTo(Map.of("line-unparsed", 1L));
  }

  @Test
  void tellsItsTextFromThatOfFtrace() {
    assertThat(match(ENTRY)).isEqualTo(Match.YES);
    assertThat(match("# captured on : x\n# cmdline : perf\n")).isEqualTo(Match.YES);
    for (String other :
        List.of(
            "          vcpu-0-461     [000] d..1.    63.160278: kvm_entry: PC: 0x40\n",
            "cpus=2\n          vcpu-0-461   [000]    63.160278: kvm_entry:            PC: 0x40\n",
            "# tracer: nop\n#\n" + ENTRY,
            "     0.025 ( 0.002 ms): true/12598 brk() = 0x558f30a93000\n",
            "hello\n",
            "")) {
      assertThat(match(other)).as(other).isEqualTo(Match.NO);
    }
  }

  /** Never fails, and every line is an event, a mark, or accounted for otherwise. */
  @Test
  void survivesDamagedLines() {
    Random random = new Random(4711);
    byte[] good = ENTRY.getBytes(StandardCharsets.UTF_8);
    for (int round = 0; round < 5000; round++) {
      byte[] bad = good.clone();
      for (int i = 0; i <= random.nextInt(4); i++) {
        bad[random.nextInt(bad.length - 1)] =
            (byte) " \t[]:/.-0123456789azP_\0\377".charAt(random.nextInt(24));
      }
      Outcome outcome = read(ENTRY + new String(bad, StandardCharsets.ISO_8859_1));
      assertThat(outcome.counts().events() + outcome.counts().unparsed()).isLessThanOrEqualTo(2);
      assertThat(outcome.rows()).isNotEmpty();
    }
  }

  private static Match match(String text) {
    try (Input input = input(text)) {
      while (!input.longerHead().complete()) {
        // Reads on to the end.
      }
      return new PerfScript().match(input.head());
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static Outcome read(String text) {
    try (Input input = input(text)) {
      return Texts.read(new PerfScript().open(input, BindingPacks.builtin()));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static Input input(String text) throws IOException {
    return Inputs.open("test", new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)));
  }
}
