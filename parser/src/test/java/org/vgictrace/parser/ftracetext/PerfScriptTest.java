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
