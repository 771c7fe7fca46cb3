package org.vgictrace.replay;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.vgictrace.fixtures.Shipped;
import org.vgictrace.replay.rule.Reason;
import org.vgictrace.replay.verdict.Finding;
import org.vgictrace.replay.verdict.RuleCount;

/** INV-GIC: what the virtual CPU interface does, from the log of an emulated machine. */
class HardwareCasesTest {
  /** Two guest runs of a virtual CPU under KVM 7.2: the second acknowledges and ends INTID 39. */
  private static final String RUNS =
      """
      30839@1795169929.880574:gicv3_ich_vmcr_write GICv3 ICH_VMCR_EL2 write cpu 0x1 value 0xf84c020a
      30839@1795169929.880579:gicv3_ich_vtr_read GICv3 ICH_VTR read cpu 0x1 value 0x90b80003
      30839@1795169929.880581:gicv3_ich_ap_write GICv3 ICH_AP0R0 write cpu 0x1 value 0x0
      30839@1795169929.880587:gicv3_ich_ap_write GICv3 ICH_AP1R0 write cpu 0x1 value 0x0
      30839@1795169929.885542:gicv3_ich_hcr_write GICv3 ICH_HCR_EL2 write cpu 0x1 value 0x4197
      30839@1795169929.885548:gicv3_cpuif_virt_set_maint_irq GICv3 CPU i/f 0x1 virt HPPI update: setting maintenance-irq 1
      30839@1795169929.885552:gicv3_ich_lr_write GICv3 ICH_LR0_EL2 write cpu 0x1 value 0x5060000000000027
      30839@1795169929.885559:gicv3_ich_lr_write GICv3 ICH_LR1_EL2 write cpu 0x1 value 0x9040000000000025
      30839@1795169929.885563:gicv3_cpuif_virt_set_maint_irq GICv3 CPU i/f 0x1 virt HPPI update: setting maintenance-irq 0
      30839@1795169929.885567:gicv3_ich_lr_write GICv3 ICH_LR2_EL2 write cpu 0x1 value 0x9040020000000020
      30839@1795169929.885572:gicv3_ich_lr_write GICv3 ICH_LR3_EL2 write cpu 0x1 value 0x9050020000000026
      30839@1795169929.885768:gicv3_ich_elrsr_read GICv3 ICH_ELRSR read cpu 0x1 value 0x0
      30839@1795169929.885769:gicv3_ich_lr_read GICv3 ICH_LR0_EL2 read cpu 0x1 value 0x5060000000000027
      30839@1795169929.885771:gicv3_ich_lr_write GICv3 ICH_LR0_EL2 write cpu 0x1 value 0x0
      30839@1795169929.885777:gicv3_ich_lr_read GICv3 ICH_LR1_EL2 read cpu 0x1 value 0x9040000000000025
      30839@1795169929.885778:gicv3_ich_lr_write GICv3 ICH_LR1_EL2 write cpu 0x1 value 0x0
      30839@1795169929.885783:gicv3_ich_lr_read GICv3 ICH_LR2_EL2 read cpu 0x1 value 0x9040020000000020
      30839@1795169929.885785:gicv3_ich_lr_write GICv3 ICH_LR2_EL2 write cpu 0x1 value 0x0
      30839@1795169929.885788:gicv3_cpuif_virt_set_maint_irq GICv3 CPU i/f 0x1 virt HPPI update: setting maintenance-irq 1
      30839@1795169929.885791:gicv3_ich_lr_read GICv3 ICH_LR3_EL2 read cpu 0x1 value 0x9050020000000026
      30839@1795169929.885792:gicv3_ich_lr_write GICv3 ICH_LR3_EL2 write cpu 0x1 value 0x0
      30839@1795169929.885797:gicv3_ich_vmcr_read GICv3 ICH_VMCR_EL2 read cpu 0x1 value 0xf84c020a
      30839@1795169929.885799:gicv3_ich_hcr_read GICv3 ICH_HCR_EL2 read cpu 0x1 value 0x4097
      30839@1795169929.885800:gicv3_ich_hcr_write GICv3 ICH_HCR_EL2 write cpu 0x1 value 0x0
      30839@1795169929.885803:gicv3_cpuif_virt_set_maint_irq GICv3 CPU i/f 0x1 virt HPPI update: setting maintenance-irq 0
      30839@1795169929.885806:gicv3_ich_misr_read GICv3 ICH_MISR read cpu 0x1 value 0x0
      30839@1795169929.887406:gicv3_ich_hcr_write GICv3 ICH_HCR_EL2 write cpu 0x1 value 0x4197
      30839@1795169929.887410:gicv3_cpuif_virt_set_maint_irq GICv3 CPU i/f 0x1 virt HPPI update: setting maintenance-irq 1
      30839@1795169929.887413:gicv3_ich_lr_write GICv3 ICH_LR0_EL2 write cpu 0x1 value 0x5060000000000027
      30839@1795169929.887419:gicv3_ich_lr_write GICv3 ICH_LR1_EL2 write cpu 0x1 value 0x9040000000000025
      30839@1795169929.887423:gicv3_cpuif_virt_set_maint_irq GICv3 CPU i/f 0x1 virt HPPI update: setting maintenance-irq 0
      30839@1795169929.887426:gicv3_ich_lr_write GICv3 ICH_LR2_EL2 write cpu 0x1 value 0x9040020000000020
      30839@1795169929.887431:gicv3_ich_lr_write GICv3 ICH_LR3_EL2 write cpu 0x1 value 0x9050020000000026
      30839@1795169929.887523:gicv3_icv_iar_read GICv3 ICV_IAR1 read cpu 0x1 value 0x27
      30839@1795169929.887539:gicv3_icv_eoir_write GICv3 ICV_EOIR1 write cpu 0x1 value 0x27
      30839@1795169929.887667:gicv3_ich_elrsr_read GICv3 ICH_ELRSR read cpu 0x1 value 0x0
      30839@1795169929.887669:gicv3_ich_lr_read GICv3 ICH_LR0_EL2 read cpu 0x1 value 0x9060000000000027
      30839@1795169929.887670:gicv3_ich_lr_write GICv3 ICH_LR0_EL2 write cpu 0x1 value 0x0
      30839@1795169929.887676:gicv3_ich_lr_read GICv3 ICH_LR1_EL2 read cpu 0x1 value 0x9040000000000025
      30839@1795169929.887677:gicv3_ich_lr_write GICv3 ICH_LR1_EL2 write cpu 0x1 value 0x0
      30839@1795169929.887682:gicv3_ich_lr_read GICv3 ICH_LR2_EL2 read cpu 0x1 value 0x9040020000000020
      30839@1795169929.887683:gicv3_ich_lr_write GICv3 ICH_LR2_EL2 write cpu 0x1 value 0x0
      30839@1795169929.887686:gicv3_cpuif_virt_set_maint_irq GICv3 CPU i/f 0x1 virt HPPI update: setting maintenance-irq 1
      30839@1795169929.887690:gicv3_ich_lr_read GICv3 ICH_LR3_EL2 read cpu 0x1 value 0x9050020000000026
      30839@1795169929.887691:gicv3_ich_lr_write GICv3 ICH_LR3_EL2 write cpu 0x1 value 0x0
      30839@1795169929.887696:gicv3_ich_vmcr_read GICv3 ICH_VMCR_EL2 read cpu 0x1 value 0xf84c020a
      30839@1795169929.887697:gicv3_ich_hcr_read GICv3 ICH_HCR_EL2 read cpu 0x1 value 0x4097
      30839@1795169929.887698:gicv3_ich_hcr_write GICv3 ICH_HCR_EL2 write cpu 0x1 value 0x0
      30839@1795169929.887701:gicv3_cpuif_virt_set_maint_irq GICv3 CPU i/f 0x1 virt HPPI update: setting maintenance-irq 0
      30839@1795169929.887704:gicv3_ich_misr_read GICv3 ICH_MISR read cpu 0x1 value 0x0
      """;

  /** The runs as they were, and once more with one thing altered. */
  private static ReplayResult altered(String from, String to) {
    int at = RUNS.lastIndexOf(from);
    assertThat(at).isNotNegative();
    String second = RUNS.substring(0, at) + to + RUNS.substring(at + from.length());
    return Replays.text(RUNS + later(second, 1));
  }

  /** The same so many seconds later. */
  private static String later(String runs, int seconds) {
    return runs.replace("@1795169929.", "@" + (1_795_169_929 + seconds) + ".");
  }

  private static RuleCount count(ReplayResult result, String rule) {
    return result.rules().stream()
        .filter(count -> count.rule().id().equals(rule))
        .findFirst()
        .orElseThrow();
  }

  private static Map<String, Long> consistent(ReplayResult result) {
    Map<String, Long> counts = new TreeMap<>();
    for (RuleCount count : result.rules()) {
      if (count.rule().id().startsWith("INV-GIC")) {
        counts.put(count.rule().id(), count.consistent());
      }
    }
    return counts;
  }

  @Test
  void genuineRunsKeepEveryRule() {
    ReplayResult result = Replays.text(RUNS + later(RUNS, 1));

    assertThat(result.findings()).isEmpty();
    assertThat(consistent(result))
        .isEqualTo(
            new TreeMap<>(
                Map.of(
                    "INV-GIC-1",
                    32L,
                    "INV-GIC-2",
                    2L,
                    "INV-GIC-3",
                    16L,
                    "INV-GIC-4",
                    2L,
                    "INV-GIC-5",
                    88L,
                    "INV-GIC-6",
                    8L,
                    "INV-GIC-7",
                    4L,
                    "INV-GIC-8",
                    2L)));
  }

  @ParameterizedTest
  @CsvSource({
    "INV-GIC-1, LR0_EL2 write cpu 0x1 value 0x5060000000000027, LR0_EL2 write cpu 0x1 value 0x5060e00000000027",
    "INV-GIC-1, LR0_EL2 write cpu 0x1 value 0x5060000000000027, LR0_EL2 write cpu 0x1 value 0x50600000000003ff",
    "INV-GIC-1, LR0_EL2 write cpu 0x1 value 0x5060000000000027, LR0_EL2 write cpu 0x1 value 0xf060002700000027",
    "INV-GIC-1, LR0_EL2 write cpu 0x1 value 0x5060000000000027, LR0_EL2 write cpu 0x1 value 0x7060000200000027",
    "INV-GIC-2, LR1_EL2 write cpu 0x1 value 0x9040000000000025, LR1_EL2 write cpu 0x1 value 0x9040000000000027",
    "INV-GIC-3, LR1_EL2 read cpu 0x1 value 0x9040000000000025, LR1_EL2 read cpu 0x1 value 0x9040000000000024",
    "INV-GIC-3, LR0_EL2 read cpu 0x1 value 0x9060000000000027, LR0_EL2 read cpu 0x1 value 0xd060000000000027",
    "INV-GIC-4, ICV_IAR1 read cpu 0x1 value 0x27, ICV_IAR1 read cpu 0x1 value 0x25",
    "INV-GIC-5, setting maintenance-irq 0, setting maintenance-irq 1",
    "INV-GIC-6, ICH_ELRSR read cpu 0x1 value 0x0, ICH_ELRSR read cpu 0x1 value 0x1",
    "INV-GIC-7, HCR_EL2 read cpu 0x1 value 0x4097, HCR_EL2 read cpu 0x1 value 0x8004097",
  })
  void oneAlteredValueBreaksTheRule(String rule, String from, String to) {
    ReplayResult result = altered(from, to);

    assertThat(result.findings()).extracting(finding -> finding.rule().id()).contains(rule);
  }

  /** A single line would explain it, were it not for what the hypervisor reads afterwards. */
  @Test
  void anInterruptIsWithheld() {
    String second =
        replaced(
            RUNS.replaceAll("(?m)^.*ICV_EOIR1.*\n", ""),
            Map.of(
                "IAR1 read cpu 0x1 value 0x27",
                "IAR1 read cpu 0x1 value 0x3ff",
                "value 0x9060000000000027",
                "value 0x5060000000000027"));

    ReplayResult result = Replays.text(RUNS + later(second, 1));

    assertThat(result.findings()).extracting(f -> f.rule().id()).containsExactly("INV-GIC-4");
    assertThat(result.gaps()).isZero();
    // Acknowledged after all: the line that says so may be missing.
    assertThat(altered("IAR1 read cpu 0x1 value 0x27", "IAR1 read cpu 0x1 value 0x3ff").findings())
        .isEmpty();
  }

  @Test
  void aStatusIsReadThatHasNoCause() {
    String misr =
        "30839@1795169929.887704:gicv3_ich_misr_read GICv3 ICH_MISR read cpu 0x1 value 0x";
    String hcr =
        "30839@1795169929.887705:gicv3_ich_hcr_read GICv3 ICH_HCR_EL2 read cpu 0x1 value 0x0\n";

    String second = RUNS.substring(0, RUNS.lastIndexOf("30839@")) + misr + "2\n" + hcr;

    ReplayResult result = Replays.text(RUNS + later(second, 1));

    assertThat(result.findings()).extracting(f -> f.rule().id()).containsExactly("INV-GIC-6");
  }

  /** Once it may be a line that is missing. */
  @Test
  void aListRegisterIsNeverReadBeforeItIsOverwritten() {
    String log = RUNS.replaceAll("(?m)^.*LR0_EL2 read.*\n", "");

    assertThat(Replays.text(RUNS + later(log, 1)).findings()).isEmpty();
    assertThat(Replays.text(log + later(log, 1) + later(log, 2) + later(log, 3)).findings())
        .extracting(f -> f.rule().id() + " x" + f.repetitions())
        .containsExactly("INV-GIC-8 x4");
  }

  private static String replaced(String text, Map<String, String> changes) {
    String result = text;
    for (Map.Entry<String, String> change : changes.entrySet()) {
      assertThat(result).contains(change.getKey());
      result = result.replace(change.getKey(), change.getValue());
    }
    return result;
  }

  /** What is pasted into a mail may lack any line; no line's absence is the hypervisor's fault. */
  @Test
  void missingLinesAreNoFindings() throws IOException {
    Random random = new Random(20261120);
    for (String name : Shipped.namesWith("gic.log.zst")) {
      List<String> lines = Files.readAllLines(Shipped.plain(name, "gic.log"));
      for (int round = 0; round < 40; round++) {
        double rate = Math.pow(10, -0.1 * (round + 1));

        String log =
            lines.stream()
                .filter(line -> random.nextDouble() >= rate)
                .collect(Collectors.joining("\n", "", "\n"));

        assertThat(Replays.text(log).findings()).as("%s without %.4f", name, rate).isEmpty();
      }
    }
  }

  @Test
  void noSingleMissingLineIsAFinding() {
    List<String> lines = (RUNS + later(RUNS, 1)).lines().toList();
    for (int i = 0; i < lines.size(); i++) {
      List<String> rest = new ArrayList<>(lines);
      String removed = rest.remove(i);

      assertThat(Replays.text(String.join("\n", rest) + "\n").findings()).as(removed).isEmpty();
    }
  }

  @Test
  void aLineThatIsNotUnderstoodMakesEverythingUnknown() {
    String mark = "gicv3_ich_lr_write GICv3 ICH_LR0_EL2 wr\n";

    ReplayResult result = altered("IAR1 read cpu 0x1 value 0x27", "IAR1 read cpu 0x1 value 0x25");
    ReplayResult marked =
        Replays.text(
            RUNS + mark + later(RUNS.substring(RUNS.indexOf("30839@1795169929.887523")), 1));

    assertThat(result.findings()).hasSize(1);
    assertThat(marked.findings()).isEmpty();
    assertThat(count(marked, "INV-GIC-4").indeterminate())
        .isEqualTo(Map.of(Reason.TRACE_START, 1L));
  }

  @Test
  void findingSaysWhatWasExpectedAndSeen() {
    Finding finding =
        altered("IAR1 read cpu 0x1 value 0x27", "IAR1 read cpu 0x1 value 0x25").findings().get(0);

    assertThat(finding.rule().id()).isEqualTo("INV-GIC-4");
    assertThat(finding.message())
        .isEqualTo("the guest of CPU 1 is given an interrupt that is not the one to deliver");
    assertThat(finding.expected()).isEqualTo("LR0 = 39 pending prio 60 grp1 (0x5060000000000027)");
    assertThat(finding.switches()).isEqualTo("host-gic=v3, residency 2 of CPU 1");
  }

  @Test
  void withoutTheGuestsAccessesAContradictionIsUndecided() {
    String log = RUNS.replaceAll("(?m)^.*gicv3_icv_.*\n", "");

    ReplayResult result = Replays.text(log);

    assertThat(result.findings()).isEmpty();
    assertThat(count(result, "INV-GIC-3").indeterminate())
        .isEqualTo(Map.of(Reason.PROBE_MISSING, 1L));
  }

  /** Without threads the accesses of GICv2's control block name no CPU. */
  @Test
  void withoutThreadsNothingIsHeldAgainstTheLog() throws IOException {
    String log = Files.readString(Shipped.plain("qemu-kvm-6.1-gicv2", "gic.log"));

    ReplayResult result = Replays.text(log.replaceAll("(?m)^[0-9]+@[0-9.]+:", ""));

    assertThat(result.findings()).isEmpty();
    assertThat(count(result, "INV-GIC-1").consistent()).isEqualTo(60);
  }

  @Test
  void withoutTheBeginningNothingIsKnown() {
    String log = RUNS.substring(RUNS.indexOf("30839", RUNS.indexOf("value 0x9050020000000026")));

    ReplayResult result = Replays.text(log.lines().limit(1).toList().get(0) + "\n");

    assertThat(result.findings()).isEmpty();
    assertThat(count(result, "INV-GIC-6").indeterminate())
        .isEqualTo(Map.of(Reason.TRACE_START, 1L));
  }
}
