package org.vgictrace.replay.hw;

import java.util.List;
import org.vgictrace.replay.engine.Event;
import org.vgictrace.replay.engine.Ledger;
import org.vgictrace.replay.engine.Strength;
import org.vgictrace.replay.gic.Hcr;
import org.vgictrace.replay.gic.Lr;
import org.vgictrace.replay.gic.Vmcr;
import org.vgictrace.replay.rule.Catalogue;
import org.vgictrace.replay.rule.Reason;
import org.vgictrace.replay.rule.Rule;
import org.vgictrace.replay.verdict.EventRef;
import org.vgictrace.replay.verdict.Finding;

/** Turns contradictions of the hardware layer into findings. */
final class HardwareReporter {
  private static final List<Rule> RULES = Catalogue.rules();

  private final Ledger ledger;

  /** Whether the log shows what guests do, so that a contradiction is one. */
  private boolean followed;

  HardwareReporter(Ledger ledger) {
    this.ledger = ledger;
  }

  /** Says whether the log shows what guests do to their interfaces. */
  void setFollowed(boolean shown) {
    followed = shown;
  }

  void consistent(int rule) {
    ledger.consistent(rule);
  }

  void indeterminate(int rule, Reason reason) {
    ledger.indeterminate(rule, reason);
  }

  /**
   * Reports a broken rule whose contradiction rests on all accesses of the guest being recorded.
   *
   * @param lr list register whose history matters, -1 for none
   */
  void contradicted(
      int rule,
      Event at,
      String atText,
      VirtualInterface v,
      int lr,
      long intid,
      String message,
      String expected,
      String observed) {
    if (!followed) {
      ledger.indeterminate(rule, Reason.PROBE_MISSING);
      return;
    }
    EventRef[] because = lr >= 0 && v.isKnown(lr) ? new EventRef[] {set(v, lr)} : new EventRef[0];
    violated(rule, Strength.SOFT, at, atText, v, intid, message, expected, observed, because);
  }

  /** Reports a broken rule. */
  void violated(
      int rule,
      Strength strength,
      Event at,
      String atText,
      VirtualInterface v,
      long intid,
      String message,
      String expected,
      String observed,
      EventRef... because) {
    Finding finding =
        new Finding(
            RULES.get(rule),
            message,
            Ledger.ref(at, atText),
            List.of(because),
            at.pid,
            null,
            null,
            intid < 0 ? null : intid,
            expected,
            observed,
            "host-gic=" + (v.v3 ? "v3" : "v2") + ", residency " + v.residency + " of CPU " + v.cpu,
            1);
    ledger.violated(rule, strength, finding);
  }

  private static EventRef set(VirtualInterface v, int lr) {
    return new EventRef(
        v.setSeq[lr], v.setTs[lr], v.cpu, "LR" + lr + " last written or read by the hypervisor");
  }

  /** {@code LR2 = 27 pending HW->27 prio a0 grp1 (0x70a0001b0000001b)}. */
  static String lr(VirtualInterface v, int index, long value) {
    return "LR" + index + " = " + Lr.text(value, v.v3, !v.v3) + " (" + hex(value) + ")";
  }

  /** All registers in words. */
  static String image(VirtualInterface v, int count) {
    StringBuilder text = new StringBuilder(128);
    text.append("HCR ").append(Hcr.text(v.hcr, v.v3));
    text.append("; VMCR ").append(Vmcr.text(v.vmcr, v.v3));
    for (int lr = 0; lr < count; lr++) {
      if (Lr.state(v.lrs[lr], v.v3) != Lr.STATE_INACTIVE || Lr.isEoi(v.lrs[lr], v.v3)) {
        text.append("; ").append(lr(v, lr, v.lrs[lr]));
      }
    }
    return text.toString();
  }

  static String hex(long value) {
    return "0x" + Long.toHexString(value);
  }
}
