package org.vgictrace.replay.xen;

import static org.vgictrace.replay.xen.XenReporter.lr;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.vgictrace.replay.engine.Event;
import org.vgictrace.replay.engine.Ledger;
import org.vgictrace.replay.engine.Strength;
import org.vgictrace.replay.gic.Hcr;
import org.vgictrace.replay.gic.Lr;
import org.vgictrace.replay.hw.VirtualInterface;
import org.vgictrace.replay.rule.Reason;
import org.vgictrace.replay.rule.XenNewRules;
import org.vgictrace.replay.rule.XenRules;
import org.vgictrace.replay.verdict.Finding;

/**
 * Judges the new vGIC of Xen: it fills the list registers from the first one upward on the way to
 * the guest, and reads and clears as many on the way back (xen/arch/arm/vgic).
 *
 * <pre>
 *  flush   LR0..LRk-1 written, HCR.UIE if more wait, HCR.En
 *  guest
 *  fold    HCR.UIE cleared, LR0 read and cleared .. LRk-1 read and cleared, HCR.En cleared
 * </pre>
 */
final class NewChecks {
  private static final int XV_I02 = Ledger.index(XenRules.XV_I02);
  private static final int NV_I01 = Ledger.index(XenNewRules.NV_I01);
  private static final int NV_I02 = Ledger.index(XenNewRules.NV_I02);
  private static final int NV_I09 = Ledger.index(XenNewRules.NV_I09);
  private static final int NV_I10 = Ledger.index(XenNewRules.NV_I10);
  private static final int NV_I12 = Ledger.index(XenNewRules.NV_I12);
  private static final int PPI_FIRST = 16;
  private static final int PPI_LAST = 31;

  private final XenReporter report;

  NewChecks(XenReporter report) {
    this.report = report;
  }

  /** A list register is read, perhaps by a save. */
  void read(Event e, Core c, int lr, long value) {
    unclear(e, c);
    if (c.used <= 0 || c.disabled) {
      return;
    }
    c.flushing = false;
    meet(c, value);
    if (lr == c.folded) {
      c.toClear = lr;
      c.toClearValue = value;
    } else {
      report.absent(
          NV_I02,
          report.finding(
              NV_I02,
              e,
              "read " + lr(c, lr, value),
              List.of(),
              -1,
              "list registers of CPU " + c.cpu + " are folded out of order",
              "LR" + c.folded,
              "LR" + lr));
      // A read may be missing, and the active interrupt with it.
      c.actives = 0;
      c.folded = lr;
      c.toClear = lr;
      c.toClearValue = value;
    }
  }

  /** Compares what is folded with what was active at the last fold. */
  private static void meet(Core c, long value) {
    long intid = Lr.intid(value, c.v3, false);
    for (int i = 0; i < c.actives; i++) {
      if (c.active[i] == intid) {
        c.met |= 1L << i;
      }
    }
    if (Lr.isActive(value, c.v3) && c.activesNow < c.activeNow.length) {
      c.activeNow[c.activesNow++] = intid;
    }
  }

  /** The fold is over: what was active at the last one has been in a list register since. */
  private void activeKept(Event e, Core c) {
    for (int i = 0; i < c.actives; i++) {
      if ((c.met >>> i & 1) != 0) {
        report.consistent(XV_I02);
      } else {
        report.contradicted(
            XV_I02,
            report.finding(
                XV_I02,
                e,
                "HCR write, end of the fold",
                List.of(),
                c.active[i],
                "an active interrupt on CPU " + c.cpu + " lost its list register",
                "INTID " + c.active[i] + " in a list register until it is ended",
                "other interrupts in LR0 to LR" + (c.used - 1)));
      }
    }
  }

  /** What this fold found active is what the next one has to meet. */
  private static void keepActive(Core c) {
    System.arraycopy(c.activeNow, 0, c.active, 0, c.activesNow);
    c.actives = c.activesNow;
    c.activesNow = 0;
    c.met = 0;
  }

  /** A list register that was read has not been cleared before the next access. */
  private void unclear(Event e, Core c) {
    int lr = c.toClear;
    if (lr < 0) {
      return;
    }
    c.toClear = -1;
    c.folded = lr + 1;
    report.suspected(
        c,
        new Suspicion(
            NV_I02,
            report.finding(
                NV_I02,
                e,
                "the next access after the read of LR" + lr,
                List.of(),
                Lr.intid(c.toClearValue, c.v3, false),
                "LR" + lr + " of CPU " + c.cpu + " is folded and not cleared",
                "a write of 0 after the read",
                lr(c, lr, c.toClearValue)),
            lr,
            -1L,
            c.toClearValue,
            Strength.ABSENCE));
  }

  /** A list register is written by no context switch. */
  void written(Event e, Core c, @Nullable VirtualInterface v, int lr, long value) {
    if (value == 0 && lr == c.toClear) {
      c.toClear = -1;
      c.folded = lr + 1;
      report.consistent(NV_I02);
      return;
    }
    unclear(e, c);
    if (Lr.state(value, c.v3) == Lr.STATE_INACTIVE) {
      lost(e, c, v, lr, value);
      return;
    }
    flushed(e, c, lr, value);
    told(e, c, lr, value);
  }

  /** A list register is cleared outside a fold. */
  private void lost(Event e, Core c, @Nullable VirtualInterface v, int lr, long value) {
    if (v == null || !v.isPinned(lr)) {
      return;
    }
    Finding finding =
        report.finding(
            XV_I02,
            e,
            "write " + lr(c, lr, value),
            List.of(),
            Lr.intid(v.value(lr), c.v3, false),
            "LR" + lr + " of CPU " + c.cpu + " is cleared unread",
            lr(c, lr, v.value(lr)),
            lr(c, lr, value));
    report.absent(XV_I02, finding);
  }

  private void flushed(Event e, Core c, int lr, long value) {
    if (c.mustDisable) {
      stillEnabled(e, c);
    }
    if (!c.flushing) {
      if (c.used > 0 && !c.disabled && c.folded == 0) {
        report.contradicted(NV_I01, between(e, c, lr, value));
      } else if (c.used >= 0) {
        report.consistent(NV_I01);
      } else {
        report.indeterminate(NV_I01, Reason.TRACE_START);
      }
      c.flushing = true;
      c.filled = 0;
      c.folded = 0;
      c.early = false;
    }
    if (lr < c.filled) {
      report.contradicted(NV_I01, between(e, c, lr, value));
    } else if (lr == c.filled) {
      report.consistent(NV_I02);
    } else {
      report.absent(
          NV_I02,
          report.finding(
              NV_I02,
              e,
              "write " + lr(c, lr, value),
              List.of(),
              Lr.intid(value, c.v3, false),
              "list registers of CPU " + c.cpu + " are filled with gaps",
              "LR" + c.filled,
              lr(c, lr, value)));
    }
    c.filled = lr + 1;
    c.used = c.filled;
    c.disabled = false;
  }

  private Finding between(Event e, Core c, int lr, long value) {
    return report.finding(
        NV_I01,
        e,
        "write " + lr(c, lr, value),
        List.of(),
        Lr.intid(value, c.v3, false),
        "LR" + lr + " of CPU " + c.cpu + " is written outside a flush",
        "all of them written once, in order, right before the guest runs",
        "LR" + lr + " written after " + c.filled + " were filled");
  }

  /** The end of a level interrupt without hardware has to be told. */
  private void told(Event e, Core c, int lr, long value) {
    long intid = Lr.intid(value, c.v3, false);
    if (Lr.isHw(value, c.v3) || intid < PPI_FIRST || intid > PPI_LAST) {
      return;
    }
    if (Lr.isEoi(value, c.v3)) {
      report.consistent(NV_I09);
    } else {
      report.impossible(
          NV_I09,
          report.finding(
              NV_I09,
              e,
              "write " + lr(c, lr, value),
              List.of(),
              intid,
              "the end of the level interrupt in LR" + lr + " of CPU " + c.cpu + " is not told",
              "the EOI bit, for PPIs are level interrupts",
              lr(c, lr, value)));
    }
  }

  /** HCR is written. */
  void control(Event e, Core c, int count, long value) {
    unclear(e, c);
    if (Hcr.has(value, Hcr.EN) || c.flushing && Hcr.has(value, Hcr.UIE)) {
      enabled(e, c, count, value);
    } else if (c.context == Core.Context.LOADED) {
      if (c.used > 0) {
        foldEnds(e, c, count);
        report.consistent(NV_I10);
      }
      c.used = 0;
      c.folded = 0;
      c.flushing = false;
      c.disabled = true;
      c.mustDisable = false;
    }
  }

  private void enabled(Event e, Core c, int count, long value) {
    if (c.flushing && Hcr.has(value, Hcr.UIE)) {
      if (c.filled < count) {
        c.early = true;
      } else {
        report.consistent(NV_I12);
      }
    }
    if (c.mustDisable) {
      stillEnabled(e, c);
    }
    if (c.used == 0 && c.disabled) {
      c.disabled = false;
    }
  }

  private void foldEnds(Event e, Core c, int count) {
    if (c.early && c.folded == c.used) {
      report.contradicted(
          NV_I12,
          report.finding(
              NV_I12,
              e,
              "HCR write, end of the fold",
              List.of(),
              -1,
              "CPU " + c.cpu + " asked for underflow with list registers free",
              "UIE only if more wait than the " + count + " list registers hold",
              "UIE with " + c.used + " filled"));
    }
    c.early = false;
    if (c.folded == c.used) {
      report.consistent(NV_I02);
      if (c.used < count) {
        activeKept(e, c);
      }
      keepActive(c);
    } else {
      c.actives = 0;
      c.activesNow = 0;
      report.absent(
          NV_I02,
          report.finding(
              NV_I02,
              e,
              "HCR write, end of the fold",
              List.of(),
              -1,
              "not the list registers that were filled on CPU " + c.cpu + " are folded",
              "LR0 to LR" + (c.used - 1),
              c.folded + " of them"));
    }
  }

  /** A fold is complete, and something else than the clearing of HCR.En follows. */
  private void stillEnabled(Event e, Core c) {
    c.mustDisable = false;
    report.suspected(
        c,
        new Suspicion(
            NV_I10,
            report.finding(
                NV_I10,
                e,
                "the next access after the fold",
                List.of(),
                -1,
                "CPU " + c.cpu + " leaves its interface enabled in the hypervisor",
                "HCR.En cleared after the fold",
                "HCR.En still set"),
            -1,
            Hcr.EN,
            Hcr.EN,
            Strength.SOFT));
  }

  /** The last list register of a fold has been cleared. */
  void cleared(Core c) {
    c.mustDisable = c.used > 0 && c.folded == c.used && !c.flushing;
  }

  /** The guest runs. */
  void runs(Event e, Core c, VirtualInterface v) {
    unclear(e, c);
    if (c.mustDisable) {
      stillEnabled(e, c);
    }
    boolean flushed = c.flushing;
    c.flushing = false;
    if (!flushed || c.used <= 0) {
      return;
    }
    if (v.hasControl(Hcr.EN)) {
      report.consistent(NV_I10);
    } else if (v.lacksControl(Hcr.EN)) {
      report.suspected(
          c,
          new Suspicion(
              NV_I10,
              report.finding(
                  NV_I10,
                  e,
                  "the guest uses its interface",
                  List.of(),
                  -1,
                  "the guest of CPU " + c.cpu + " runs with its interface switched off",
                  "HCR.En, for list registers are in use",
                  "HCR.En clear"),
              -1,
              Hcr.EN,
              0,
              Strength.SOFT));
    }
  }
}
