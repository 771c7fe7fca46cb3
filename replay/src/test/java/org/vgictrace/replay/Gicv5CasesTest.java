package org.vgictrace.replay;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.vgictrace.replay.rule.NestedRules;
import org.vgictrace.replay.rule.Reason;
import org.vgictrace.replay.rule.Rule;
import org.vgictrace.replay.verdict.RuleCount;

/**
 * INV-V5: guests with a GICv5. No emulator records these, so the events are written by hand, as
 * probes on Linux 7.2 would print them: {@code v5flush} and {@code v5fold} on
 * vgic_v5_flush_ppi_state and vgic_v5_fold_ppi_state, {@code inj} on kvm_vgic_inject_irq, {@code
 * queue} on vgic_queue_irq_unlock, and the tracepoint kvm_get_timer_map.
 */
class Gicv5CasesTest {
  private static final String V = "0xffff000005141000";
  private static final String KVM = "0xffff000004a68000";
  private static final int TIMES = 4;

  /** The virtual timer: PPI 0x1b. */
  private static final long CNTV = 0x2000001bL;

  /** The EL2 physical timer: PPI 0x1a. */
  private static final long CNTHP = 0x2000001aL;

  /** The software PPI, the only edge-triggered one. */
  private static final long SW_PPI = 0x20000003L;

  private static final String SW_PPI_BIT = "0x8";
  private static final String EDGE = "0x08";
  private static final String EDGE_PENDING = "0x09";
  private static final String EDGE_ACTIVE = "0x18";
  private static final String LEVEL = "0x0a";

  private final StringBuilder text = new StringBuilder("# tracer: nop\n#\n");
  private int micros;

  private Gicv5CasesTest line(String event) {
    text.append(
        String.format(
            Locale.ROOT, "          vcpu-0-901     [000] d..1.   100.%06d: %s%n", micros++, event));
    return this;
  }

  private Gicv5CasesTest flush(String pendr, String activer) {
    return line(ppis("v5flush: (vgic_v5_flush_ppi_state+0x0/0x100)", pendr, activer));
  }

  private Gicv5CasesTest fold(String pendr, String activer) {
    return line(ppis("v5fold: (vgic_v5_fold_ppi_state+0x0/0x100)", pendr, activer));
  }

  private static String ppis(String event, String pendr, String activer) {
    return event + " vcpu=" + V + " vcpu_id=0 pendr=" + pendr + " activer=" + activer;
  }

  private Gicv5CasesTest state(long intid, String bits, String own) {
    return line(
        "queue: (vgic_queue_irq_unlock+0x0/0x100) kvm="
            + KVM
            + " irq=0xffff000005143000 intid="
            + intid
            + " bits="
            + bits
            + " hwid=0 src=0 asrc=0 pr=0x0 grp=1 own="
            + own
            + " tgt="
            + V);
  }

  private Gicv5CasesTest state(long intid, String bits) {
    return state(intid, bits, "0x0");
  }

  private Gicv5CasesTest inject(long intid) {
    return line(
        "inj: (kvm_vgic_inject_irq+0x0/0x200) kvm="
            + KVM
            + " vcpu="
            + V
            + " intid="
            + intid
            + " level=1 owner=0x0");
  }

  private Gicv5CasesTest timers(int vtimer, int ptimer) {
    return line(
        "kvm_get_timer_map: VCPU: 0, dv: " + vtimer + ", dp: " + ptimer + ", ev: -1, ep: -1");
  }

  private Gicv5CasesTest entry() {
    return line(
        "enter: (kvm_arch_vcpu_ctxflush_fp+0x0/0x90) vcpu="
            + V
            + " vcpu_id=0 kvm="
            + KVM
            + " used_lrs=0 hcr=0x0 vmcr=0x0");
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

  private static RuleCount held(Rule rule, long times) {
    return new RuleCount(rule, times, 0, Map.of());
  }

  private void assertOnly(Rule rule, String message) {
    assertThat(replay().findings())
        .extracting(finding -> finding.rule().id() + ": " + finding.message())
        .containsExactly(rule.id() + ": " + message);
  }

  @Test
  void anEdgeGoesToTheHardwareAndWhatIsLeftComesBack() {
    inject(SW_PPI).state(SW_PPI, EDGE_PENDING);
    flush(SW_PPI_BIT, "0x0").state(SW_PPI, EDGE);
    fold(SW_PPI_BIT, "0x0").state(SW_PPI, EDGE_PENDING);
    flush(SW_PPI_BIT, "0x0").fold("0x0", SW_PPI_BIT).state(SW_PPI, EDGE_ACTIVE);

    assertThat(replay().findings()).isEmpty();
    // The first snapshot is before any flush: whose interrupt it is was not known then.
    assertThat(count(NestedRules.V5_1)).isEqualTo(held(NestedRules.V5_1, 3));
    assertThat(count(NestedRules.V5_2)).isEqualTo(held(NestedRules.V5_2, 3));
  }

  @Test
  void anEdgeInjectedMeanwhileIsPendingAfterTheFold() {
    for (int i = 0; i < TIMES; i++) {
      flush("0x0", "0x0").inject(SW_PPI).fold("0x0", "0x0").state(SW_PPI, EDGE_PENDING);
    }
    assertThat(replay().findings()).isEmpty();
    assertThat(count(NestedRules.V5_2)).isEqualTo(held(NestedRules.V5_2, TIMES));
  }

  @Test
  void aDroppedEdgeIsFoundIfItRepeats() {
    for (int i = 0; i < TIMES; i++) {
      flush(SW_PPI_BIT, "0x0").fold(SW_PPI_BIT, "0x0").state(SW_PPI, EDGE);
    }
    assertOnly(NestedRules.V5_2, "An edge that the guest has not taken was dropped in the fold.");
  }

  @Test
  void anEdgeFromNowhereIsFoundIfItRepeats() {
    inject(CNTHP);
    for (int i = 0; i < TIMES; i++) {
      flush("0x0", "0x0").fold("0x0", "0x0").state(SW_PPI, EDGE_PENDING);
    }
    assertOnly(NestedRules.V5_2, "A PPI is pending after the fold without an edge.");
  }

  @Test
  void withoutInjectionsAnEdgeFromNowhereIsUndecided() {
    flush("0x0", "0x0").fold("0x0", "0x0").state(SW_PPI, EDGE_PENDING);
    assertThat(count(NestedRules.V5_2))
        .isEqualTo(new RuleCount(NestedRules.V5_2, 0, 0, Map.of(Reason.PROBE_MISSING, 1L)));
  }

  @Test
  void anEdgeInBothPlacesIsFoundIfItRepeats() {
    for (int i = 0; i < TIMES; i++) {
      flush(SW_PPI_BIT, "0x0").state(SW_PPI, EDGE_PENDING).fold("0x0", "0x0");
    }
    assertOnly(
        NestedRules.V5_2, "An edge that was handed to the hardware is still pending in software.");
  }

  @Test
  void aFlushWithoutItsFoldIsALossWithoutAMark() {
    for (int i = 0; i < TIMES; i++) {
      flush(SW_PPI_BIT, "0x0").state(SW_PPI, EDGE_PENDING);
    }
    assertThat(replay().findings()).isEmpty();
    assertThat(replay().gaps()).isEqualTo(TIMES - 1);
  }

  @Test
  void aLostActiveStateIsFoundIfItRepeats() {
    for (int i = 0; i < TIMES; i++) {
      flush("0x0", "0x0").fold("0x0", "0x8000000").state(CNTV, LEVEL);
    }
    assertOnly(
        NestedRules.V5_2, "The active state of a PPI after the fold is not that of the exit.");
  }

  @Test
  void anInterruptOnAListIsFoundAtOnce() {
    flush("0x0", "0x0").state(CNTV, LEVEL, V);
    assertOnly(NestedRules.V5_1, "An interrupt of a GICv5 guest is on an ap_list.");
  }

  @Test
  void aListRegisterInUseIsFoundAtOnce() {
    entry().flush("0x0", "0x0").fold("0x0", "0x0").entry();
    assertThat(replay().findings()).isEmpty();
    line(
        "lrin: (__vgic_v3_restore_state+0x0/0x100) cif=0xffff00000514f000 used=1 hcr=0x1 vmcr=0x0"
            + " lr={0x50a0000000000021,0x0,0x0,0x0}");
    assertThat(replay().findings()).extracting(finding -> finding.rule().id()).contains("INV-V5-1");
  }

  @Test
  void directTimersAreLeftToTheHardware() {
    entry();
    for (int i = 0; i < TIMES; i++) {
      timers(1, 0).inject(CNTHP);
    }
    assertThat(replay().findings()).isEmpty();
    assertThat(count(NestedRules.V5_3)).isEqualTo(held(NestedRules.V5_3, TIMES));
    inject(CNTV).inject(CNTV).inject(CNTV);
    assertOnly(NestedRules.V5_3, "A timer that has its hardware is injected by software.");
  }

  @Test
  void beforeTheFirstTimerMapNothingIsKnown() {
    inject(CNTV);
    assertThat(count(NestedRules.V5_3))
        .isEqualTo(new RuleCount(NestedRules.V5_3, 0, 0, Map.of(Reason.TRACE_START, 1L)));
  }
}
