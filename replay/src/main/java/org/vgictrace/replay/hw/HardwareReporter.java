package org.vgictrace.replay.hw;

import java.util.List;
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
   * Reports a contradiction that no single missing line explains, if all accesses of guests are
   * recorded.
   */
  void contradicted(Contradiction c) {
    violated(c, Strength.SOFT);
  }

  /** Reports that something is missing, which a missing line explains unless it is systematic. */
  void absent(Contradiction c) {
    violated(c, Strength.ABSENCE);
  }

  private void violated(Contradiction c, Strength strength) {
    if (followed) {
      ledger.violated(c.rule(), strength, finding(c));
    } else {
      ledger.indeterminate(c.rule(), Reason.PROBE_MISSING);
    }
  }

  /**
   * Notes a contradiction that one missing line would explain, until reads show whether there was
   * such a line.
   *
   * @param lrs list registers that must be read as they are believed to be, as bits
   * @param controls control registers that must be
   */
  void suspected(Contradiction c, long lrs, int controls) {
    if (!followed) {
      ledger.indeterminate(c.rule(), Reason.PROBE_MISSING);
    } else if (c.v().suspicion != null) {
      gap(c.rule());
    } else {
      c.v().suspicion = new Suspicion(c.rule(), finding(c), lrs, controls);
    }
  }

  /** One line is missing that would explain what an access shows. */
  void gap(int rule) {
    if (followed) {
      ledger.hardwareGap();
      ledger.indeterminate(rule, Reason.UNMARKED_LOSS);
    } else {
      ledger.indeterminate(rule, Reason.PROBE_MISSING);
    }
  }

  /** Registers were read and are as they were believed to be. */
  void confirmed(VirtualInterface v, long lrs, int controls) {
    Suspicion suspicion = v.suspicion;
    if (suspicion == null || !suspicion.restsOn(lrs, controls)) {
      return;
    }
    suspicion.lrs &= ~lrs;
    suspicion.controls &= ~controls;
    if (suspicion.isCertain()) {
      v.suspicion = null;
      ledger.violated(suspicion.rule, Strength.SOFT, suspicion.finding);
    }
  }

  /** Registers change: whether they were as believed will not be known. */
  void changed(VirtualInterface v, long lrs, int controls) {
    Suspicion suspicion = v.suspicion;
    if (suspicion == null) {
      return;
    }
    suspicion.fresh = false;
    if (suspicion.restsOn(lrs, controls)) {
      v.suspicion = null;
      gap(suspicion.rule);
    }
  }

  /** Reports a value that contradicts itself. */
  void impossible(Contradiction c) {
    ledger.violated(c.rule(), Strength.HARD, finding(c));
  }

  private static Finding finding(Contradiction c) {
    VirtualInterface v = c.v();
    return new Finding(
        RULES.get(c.rule()),
        c.message(),
        Ledger.ref(c.at(), c.atText()),
        c.lr() >= 0 && v.isKnown(c.lr()) ? List.of(set(v, c.lr())) : List.of(),
        c.at().pid,
        null,
        null,
        c.intid() < 0 ? null : c.intid(),
        c.expected(),
        c.observed(),
        "host-gic=" + (v.v3 ? "v3" : "v2") + ", residency " + v.residency + " of CPU " + v.cpu,
        1);
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
