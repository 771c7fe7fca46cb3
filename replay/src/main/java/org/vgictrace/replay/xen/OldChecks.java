package org.vgictrace.replay.xen;

import static org.vgictrace.replay.xen.XenReporter.lr;

import java.util.List;
import org.vgictrace.replay.engine.Event;
import org.vgictrace.replay.engine.Ledger;
import org.vgictrace.replay.gic.Hcr;
import org.vgictrace.replay.gic.Lr;
import org.vgictrace.replay.hw.VirtualInterface;
import org.vgictrace.replay.rule.Reason;
import org.vgictrace.replay.rule.XenOldRules;
import org.vgictrace.replay.rule.XenRules;
import org.vgictrace.replay.verdict.Finding;

/**
 * Judges the original vGIC of Xen: list registers keep their contents, are read at every exit and
 * written one by one (xen/arch/arm/gic-vgic.c).
 */
final class OldChecks {
  private static final int XV_I02 = Ledger.index(XenRules.XV_I02);
  private static final int XV_I14 = Ledger.index(XenRules.XV_I14);
  private static final int OV_I02 = Ledger.index(XenOldRules.OV_I02);
  private static final int OV_I03 = Ledger.index(XenOldRules.OV_I03);
  private static final int OV_I09 = Ledger.index(XenOldRules.OV_I09);
  private static final int OV_I11 = Ledger.index(XenOldRules.OV_I11);
  private static final int LPI_FIRST = 8192;

  /** Priority bits that every implementation keeps. */
  private static final int PRIORITY_MASK = 0xf8;

  private final XenReporter report;

  OldChecks(XenReporter report) {
    this.report = report;
  }

  /** A list register is written by no context switch. */
  void written(Event e, Core c, VirtualInterface v, int lr, long value) {
    boolean free = v.isKnown(lr) && Lr.state(v.value(lr), c.v3) == Lr.STATE_INACTIVE;
    if (!free && (!v.isKnown(lr) || !c.isFresh(lr))) {
      report.indeterminate(XV_I02, v.isKnown(lr) ? Reason.UNMARKED_LOSS : Reason.TRACE_START);
      return;
    }
    long before = v.value(lr);
    long intid = Lr.intid(before, c.v3, false);
    boolean same = Lr.intid(value, c.v3, false) == intid;
    int state = Lr.state(value, c.v3);
    boolean cleared = state == Lr.STATE_INACTIVE;
    if (cleared && intid >= LPI_FIRST) {
      // Of an LPI that was unmapped.
      return;
    }
    switch (Lr.state(before, c.v3)) {
      case Lr.STATE_INACTIVE -> report.consistent(XV_I02);
      case Lr.STATE_PENDING -> {
        if (cleared) {
          report.contradicted(OV_I02, lostInterrupt(e, c, lr, before, value));
        } else if (same) {
          report.contradicted(OV_I03, given(e, c, lr, before, value));
        } else {
          evicted(e, c, lr, before, value);
        }
      }
      default -> {
        if (same && Lr.isActive(value, c.v3)) {
          report.consistent(XV_I02);
          priority(e, c, lr, before, value);
        } else {
          overwritten(e, c, lr, before, value);
        }
      }
    }
  }

  private Finding lostInterrupt(Event e, Core c, int lr, long before, long value) {
    return report.finding(
        OV_I02,
        e,
        "write " + lr(c, lr, value),
        List.of(),
        Lr.intid(before, c.v3, false),
        "LR" + lr + " of CPU " + c.cpu + " is cleared with an interrupt pending in it",
        lr(c, lr, before),
        lr(c, lr, value));
  }

  private Finding given(Event e, Core c, int lr, long before, long value) {
    return report.finding(
        OV_I03,
        e,
        "write " + lr(c, lr, value),
        List.of(),
        Lr.intid(before, c.v3, false),
        "LR" + lr + " of CPU " + c.cpu + " is given the interrupt that is pending in it",
        "an interrupt that is in a list register waits for no other",
        lr(c, lr, before) + "; then " + lr(c, lr, value));
  }

  private void overwritten(Event e, Core c, int lr, long before, long value) {
    report.contradicted(
        XV_I02,
        report.finding(
            XV_I02,
            e,
            "write " + lr(c, lr, value),
            List.of(),
            Lr.intid(before, c.v3, false),
            "LR" + lr + " of CPU " + c.cpu + " is overwritten while its interrupt is active",
            lr(c, lr, before),
            lr(c, lr, value)));
  }

  private void priority(Event e, Core c, int lr, long before, long value) {
    if (c.v3) {
      return;
    }
    if (Lr.priority(before, false) == Lr.priority(value, false)) {
      report.consistent(XV_I14);
    } else {
      report.contradicted(
          XV_I14,
          report.finding(
              XV_I14,
              e,
              "write " + lr(c, lr, value),
              List.of(),
              Lr.intid(value, false, false),
              "the interrupt in LR" + lr + " of CPU " + c.cpu + " changes its priority",
              lr(c, lr, before),
              lr(c, lr, value)));
    }
  }

  /** A pending interrupt makes room for another. */
  private void evicted(Event e, Core c, int lr, long before, long value) {
    c.evicted++;
    int victim = Lr.priority(before, c.v3) & PRIORITY_MASK;
    int winner = Lr.priority(value, c.v3) & PRIORITY_MASK;
    if (winner < victim) {
      report.consistent(OV_I11);
    } else if (winner == victim) {
      report.indeterminate(OV_I11, Reason.NO_IRQ_SNAPSHOT);
    } else {
      report.contradicted(
          OV_I11,
          report.finding(
              OV_I11,
              e,
              "write " + lr(c, lr, value),
              List.of(),
              Lr.intid(before, c.v3, false),
              "a pending interrupt in LR"
                  + lr
                  + " of CPU "
                  + c.cpu
                  + " makes room for a less urgent",
              "only a more urgent interrupt takes its place",
              lr(c, lr, before) + "; then " + lr(c, lr, value)));
    }
  }

  /** An exit: the list registers in use have to be read. */
  void exited(Core c, VirtualInterface v, int count) {
    c.folding = true;
    c.due = 0;
    c.fresh = 0;
    for (int lr = 0; lr < count; lr++) {
      if (c.isOwn(lr) && (v.isPinned(lr) || v.isKnown(lr) && v.isUnseen(lr))) {
        c.due |= 1L << lr;
      }
    }
  }

  /** A list register is read. */
  void read(Core c, int lr) {
    if (c.folding && (c.due >>> lr & 1) != 0) {
      c.due &= ~(1L << lr);
      report.consistent(OV_I02);
    }
  }

  /** The fold after an exit is over. */
  void folded(Event e, Core c) {
    if (c.folding && c.due != 0) {
      int lr = Long.numberOfTrailingZeros(c.due);
      // A missing restore would make it so at every exit.
      c.own &= ~c.due;
      report.absent(
          OV_I02,
          report.finding(
              OV_I02,
              e,
              "the next access after the fold",
              List.of(),
              -1,
              "LR" + lr + " of CPU " + c.cpu + " is in use, and not read after the exit",
              "a read of each list register in use",
              "none of LR" + lr));
    }
    c.folding = false;
    c.due = 0;
  }

  /** The guest runs: if an interrupt had to make room, one waits. */
  void runs(Event e, Core c, VirtualInterface v) {
    if (c.evicted == 0) {
      return;
    }
    c.evicted = 0;
    if (v.hasControl(Hcr.UIE)) {
      report.consistent(OV_I09);
    } else if (!v.lacksControl(Hcr.UIE)) {
      report.indeterminate(OV_I09, Reason.TRACE_START);
    } else {
      report.absent(
          OV_I09,
          report.finding(
              OV_I09,
              e,
              "the guest uses its interface",
              List.of(),
              -1,
              "the guest of CPU " + c.cpu + " runs, and nothing tells when there is room again",
              "HCR.UIE, for an interrupt had to make room for another",
              "HCR.UIE clear"));
    }
  }
}
