package org.vgictrace.replay;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.util.Map;
import java.util.TreeMap;
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
    return Replays.text(RUNS + second);
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
    ReplayResult result = Replays.text(RUNS + RUNS);

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
    "INV-GIC-4, ICV_IAR1 read cpu 0x1 value 0x27, ICV_IAR1 read cpu 0x1 value 0x3ff",
    "INV-GIC-5, setting maintenance-irq 0, setting maintenance-irq 1",
    "INV-GIC-6, ICH_ELRSR read cpu 0x1 value 0x0, ICH_ELRSR read cpu 0x1 value 0x1",
    "INV-GIC-6, ICH_MISR read cpu 0x1 value 0x0, ICH_MISR read cpu 0x1 value 0x2",
    "INV-GIC-7, HCR_EL2 read cpu 0x1 value 0x4097, HCR_EL2 read cpu 0x1 value 0x8004097",
    "INV-GIC-8, LR0_EL2 read cpu 0x1, LR1_EL2 read cpu 0x0",
  })
  void oneAlteredValueBreaksTheRule(String rule, String from, String to) {
    ReplayResult result = altered(from, to);

    assertThat(result.findings()).extracting(finding -> finding.rule().id()).contains(rule);
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
