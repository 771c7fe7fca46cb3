package org.vgictrace.replay;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.vgictrace.replay.rule.MaintenanceRules;
import org.vgictrace.replay.rule.NestedRules;
import org.vgictrace.replay.rule.Reason;
import org.vgictrace.replay.rule.Rule;
import org.vgictrace.replay.verdict.RuleCount;

/**
 * INV-NV, INV-V5 and INV-MAINT-4. No emulator records these, so the events are written by hand, as
 * probes on Linux 7.2 would print them:
 *
 * <ul>
 *   <li>{@code nload}, {@code nsync}, {@code nput}, {@code nflush}: vgic_v3_load_nested,
 *       vgic_v3_sync_nested (with the hardware's registers as they come back), vgic_v3_put_nested,
 *       vgic_v3_flush_nested
 *   <li>{@code inj}: kvm_vgic_inject_irq, called by vgic_v3_nested_update_mi with the vCPU as owner
 *   <li>{@code v5flush}, {@code v5fold}: vgic_v5_flush_ppi_state, vgic_v5_fold_ppi_state
 * </ul>
 */
class NestedCasesTest {
  private static final String V = "0xffff000005141000";
  private static final String KVM = "0xffff000004a68000";

  /** Often enough for what only repetition makes certain. */
  private static final int TIMES = 4;

  private static final String PENDING_33 = "0x50a0000000000021";
  private static final String ACTIVE_33 = "0x90a0000000000021";
  private static final String DONE_33 = "0x10a0000000000021";

  /** INTID 27, active, tied to the hypervisor's 27. */
  private static final String TIMER_OF_L1 = "0xb0a0001b0000001b";

  /** The same, tied to the host's 30. */
  private static final String TIMER_ON_HARDWARE = "0xb0a0001e0000001b";

  private final StringBuilder text = new StringBuilder("# tracer: nop\n#\n");
  private int micros;

  private NestedCasesTest line(String event) {
    text.append(
        String.format(
            Locale.ROOT, "          vcpu-0-901     [000] d..1.   100.%06d: %s%n", micros++, event));
    return this;
  }

  private NestedCasesTest nested(String name, String fields) {
    return line(name + ": (vgic_v3_nested+0x0/0x100) vcpu=" + V + " vcpu_id=0 " + fields);
  }

  /** The hypervisor's INTID 27 is tied to the host's {@code hwid}. */
  private NestedCasesTest timer(String bits, int hwid) {
    return line(
        "put: (vgic_put_irq+0x0/0x80) kvm="
            + KVM
            + " irq=0xffff000005143000 intid=27 bits="
            + bits
            + " rc=0 hwid="
            + hwid
            + " src=0 asrc=0 pr=0xa0 grp=1 own=0x0 tgt="
            + V);
  }

  private NestedCasesTest load(String map, int used, String lrs, String l1) {
    return nested("nload", "map=" + map + " used=" + used + " lr={" + lrs + "} l1={" + l1 + "}");
  }

  private NestedCasesTest entry() {
    return line("kvm_entry: PC: 0x0000000040000000");
  }

  private NestedCasesTest exit() {
    return line("kvm_exit: IRQ: HSR_EC: 0x0000 (UNKNOWN), PC: 0x0000000040000004");
  }

  private NestedCasesTest sync(String lrs) {
    return nested("nsync", "lr={" + lrs + "}");
  }

  private NestedCasesTest put(String l1) {
    return nested("nput", "l1={" + l1 + "}");
  }

  /** A nested residency in which the guest takes INTID 33 and finishes the timer's interrupt. */
  private NestedCasesTest residency() {
    timer("0x2a", 30);
    load("0x5", 2, PENDING_33 + "," + TIMER_ON_HARDWARE, PENDING_33 + ",0x0," + TIMER_OF_L1);
    entry().sync(ACTIVE_33 + ",0x30a0001e0000001b").exit();
    return put(ACTIVE_33 + ",0x0,0x30a0001b0000001b");
  }

  private ReplayResult replay() {
    return Replays.text(text.toString());
  }

  private RuleCount count(Rule rule) {
    return replay().rules().stream()
        .filter(count -> count.rule().equals(rule))
        .findFirst()
        .orElseThrow();
  }

  private void assertOnly(Rule rule, String message) {
    assertThat(replay().findings())
        .extracting(finding -> finding.rule().id() + ": " + finding.message())
        .containsExactly(rule.id() + ": " + message);
  }

  @Test
  void aNestedResidencyHolds() {
    residency().residency();

    assertThat(replay().findings()).isEmpty();
    assertThat(replay().gaps()).isZero();
    assertThat(count(NestedRules.NV_1)).isEqualTo(held(NestedRules.NV_1, 6));
    assertThat(count(NestedRules.NV_2)).isEqualTo(held(NestedRules.NV_2, 2));
    assertThat(count(NestedRules.NV_3)).isEqualTo(held(NestedRules.NV_3, 2));
    assertThat(steps()).isEqualTo("NV-1=2 NV-2=2 NV-3=2 NV-5=2");
  }

  private static RuleCount held(Rule rule, long times) {
    return new RuleCount(rule, times, 0, java.util.Map.of());
  }

  private String steps() {
    return replay().steps().stream()
        .filter(step -> step.times() > 0)
        .map(step -> step.transition().id() + "=" + step.times())
        .collect(Collectors.joining(" "));
  }

  @Test
  void emptyRegistersAreNotLoaded() {
    load("0x3", 2, PENDING_33 + "," + DONE_33, PENDING_33 + "," + DONE_33);
    assertOnly(
        NestedRules.NV_1,
        "A nested guest is given a list register that is neither pending nor active.");
  }

  @Test
  void theMapHasABitPerLoadedRegister() {
    load("0x7", 2, PENDING_33 + "," + TIMER_ON_HARDWARE, PENDING_33 + ",0x0," + TIMER_OF_L1);
    assertOnly(
        NestedRules.NV_1,
        "The number of loaded list registers differs from that of the registers they are of.");
  }

  @Test
  void theMapNamesThePendingAndActiveRegisters() {
    load("0x3", 2, PENDING_33 + "," + TIMER_ON_HARDWARE, PENDING_33 + ",0x0," + TIMER_OF_L1);
    assertOnly(
        NestedRules.NV_1,
        "The map of loaded list registers is not that of the pending and active ones.");
  }

  @Test
  void aLoadedRegisterIsTheHypervisors() {
    load("0x1", 1, "0x5080000000000021", PENDING_33 + ",0x0");
    assertOnly(NestedRules.NV_1, "A nested guest's list register is not the hypervisor's.");
  }

  @Test
  void hardwareMayDropTheHwBitButNotInventIt() {
    load("0x1", 1, "0x90a0000000000021", "0xb0a0002100000021,0x0").put("0xb0a0002100000021,0x0");
    assertThat(replay().findings()).isEmpty();
    load("0x1", 1, "0xb0a0002100000021", "0x90a0000000000021,0x0");
    assertThat(replay().findings()).extracting(finding -> finding.rule().id()).contains("INV-NV-1");
  }

  @Test
  void aStateThatHardwareCannotReachIsFoundIfItRepeats() {
    for (int i = 0; i < TIMES; i++) {
      load("0x1", 1, ACTIVE_33, ACTIVE_33 + ",0x0").entry().sync(PENDING_33).exit();
      put(ACTIVE_33 + ",0x0");
    }
    assertOnly(
        NestedRules.NV_1, "A nested guest's list register changed as hardware cannot change it.");
  }

  /** The defect that 6.16 fixed: the write-back goes to the register of the hardware's index. */
  @Test
  void aWriteBackToTheWrongRegisterIsFoundIfItRepeats() {
    for (int i = 0; i < TIMES; i++) {
      load("0x2", 1, PENDING_33, "0x0," + PENDING_33).entry().sync(ACTIVE_33).exit();
      put("0x8000000000000000," + PENDING_33);
    }
    assertOnly(
        NestedRules.NV_1,
        "A list register of the hypervisor changed that its guest does not have.");
  }

  @Test
  void aLostWriteBackIsFoundIfItRepeats() {
    for (int i = 0; i < TIMES; i++) {
      load("0x2", 1, PENDING_33, "0x0," + PENDING_33).entry().sync(ACTIVE_33).exit();
      put("0x0," + PENDING_33);
    }
    assertOnly(
        NestedRules.NV_1,
        "The state of a nested guest's list register did not reach its hypervisor's.");
  }

  @Test
  void onceMayBeALossWithoutAMark() {
    load("0x2", 1, PENDING_33, "0x0," + PENDING_33).entry().sync(ACTIVE_33).exit();
    put("0x0," + PENDING_33);
    assertThat(replay().findings()).isEmpty();
  }

  @Test
  void twoLoadsInARowAreALossWithoutAMark() {
    load("0x1", 1, ACTIVE_33, ACTIVE_33 + ",0x0").load("0x1", 1, ACTIVE_33, ACTIVE_33 + ",0x0");
    assertThat(replay().gaps()).isEqualTo(1);
    put(ACTIVE_33 + ",0x0").put(ACTIVE_33 + ",0x0");
    assertThat(replay().gaps()).isEqualTo(2);
  }

  @Test
  void whatIsNotRecordedIsNotDecided() {
    nested("nload", "map=0x1 used=1").nested("nsync", "used=1").nested("nput", "used=1");
    assertThat(replay().findings()).isEmpty();
    assertThat(count(NestedRules.NV_1).indeterminate()).containsOnlyKeys(Reason.NO_LR_IMAGE);
    assertThat(count(NestedRules.NV_1).consistent()).isZero();
  }

  @Test
  void aForeignPhysicalInterruptIsFoundIfItRepeats() {
    for (int i = 0; i < TIMES; i++) {
      timer("0x2a", 30).load("0x1", 1, TIMER_OF_L1, TIMER_OF_L1 + ",0x0").put(TIMER_OF_L1 + ",0x0");
    }
    assertOnly(
        NestedRules.NV_2,
        "A nested guest's list register is tied to a physical interrupt that is not its own.");
  }

  @Test
  void anUntiedInterruptOfTheHypervisorTiesNothing() {
    for (int i = 0; i < TIMES; i++) {
      timer("0x0a", 0).load("0x1", 1, TIMER_OF_L1, TIMER_OF_L1 + ",0x0").put(TIMER_OF_L1 + ",0x0");
    }
    assertThat(replay().findings())
        .extracting(finding -> finding.rule().id() + " " + finding.expected())
        .containsExactly("INV-NV-2 HW=0, INTID 27 of the hypervisor has none");
  }

  @Test
  void theHypervisorsInterruptsAreLeftAloneMeanwhile() {
    for (int i = 0; i < TIMES; i++) {
      load("0x1", 1, PENDING_33, PENDING_33 + ",0x0");
      line(
          "pop: (vgic_v3_populate_lr+0x0/0x100) vcpu="
              + V
              + " irq=0xffff000005143000 lr=0"
              + " intid=27 bits=0x2f hwid=30 src=0 asrc=0 pr=0xa0 grp=1 own="
              + V
              + " tgt="
              + V);
      put(PENDING_33 + ",0x0");
    }
    assertThat(replay().findings())
        .extracting(finding -> finding.rule().id())
        .containsExactly("INV-NV-3");
  }

  @Test
  void imagesOfNestedStateAreNotJudgedAsTheHypervisors() {
    load("0x1", 1, PENDING_33, PENDING_33 + ",0x0");
    line(
        "lrin: (__vgic_v3_restore_state+0x0/0x100) cif=0xffff00000514f000 used=1 hcr=0x1 vmcr=0x0"
            + " lr={"
            + TIMER_OF_L1
            + ",0x0,0x1,0x0}");
    entry().exit().put(PENDING_33 + ",0x0");
    assertThat(replay().findings()).isEmpty();
    assertThat(replay().gaps()).isZero();
    assertThat(
            replay().rules().stream()
                .filter(count -> count.indeterminate().containsKey(Reason.NESTED))
                .map(count -> count.rule().id()))
        .isEqualTo(List.of("INV-LRE-15"));
  }

  private NestedCasesTest maintenance(String l1, int intid, int level) {
    nested("nflush", "hcr=0x3 vmcr=0x0 l1={" + l1 + "}");
    return line(
        "inj: (kvm_vgic_inject_irq+0x0/0x200) kvm="
            + KVM
            + " vcpu="
            + V
            + " intid="
            + intid
            + " level="
            + level
            + " owner="
            + V);
  }

  @Test
  void theMaintenanceInterruptFollowsTheHypervisorsRegisters() {
    // HCR = En and UIE: at most one valid register asks for it, two do not.
    maintenance(PENDING_33 + ",0x0", 25, 1).maintenance(PENDING_33 + "," + TIMER_OF_L1, 25, 0);
    assertThat(replay().findings()).isEmpty();
    assertThat(count(MaintenanceRules.MAINT_4)).isEqualTo(held(MaintenanceRules.MAINT_4, 2));
    assertThat(steps()).isEqualTo("FLUSH-2=2 NV-4=2");
  }

  @Test
  void aWrongLevelIsFoundIfItRepeats() {
    for (int i = 0; i < TIMES; i++) {
      maintenance(PENDING_33 + "," + TIMER_OF_L1, 25, 1);
    }
    assertOnly(
        MaintenanceRules.MAINT_4,
        "The maintenance interrupt of a guest hypervisor has the wrong level.");
  }

  @Test
  void itsNumberIsAPpi() {
    maintenance(PENDING_33 + ",0x0", 40, 1);
    assertOnly(
        MaintenanceRules.MAINT_4,
        "The maintenance interrupt of a guest hypervisor has another number.");
  }

  @Test
  void withoutTheHypervisorsRegistersTheLevelIsUndecided() {
    nested("nflush", "hcr=0x3");
    line(
        "inj: (kvm_vgic_inject_irq+0x0/0x200) kvm="
            + KVM
            + " vcpu="
            + V
            + " intid=25 level=1 owner="
            + V);
    assertThat(count(MaintenanceRules.MAINT_4).indeterminate())
        .containsOnlyKeys(Reason.NO_LR_IMAGE);
  }
}
