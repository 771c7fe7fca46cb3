package org.vgictrace.replay.xen.inside;

import static org.vgictrace.replay.engine.Ledger.index;

import org.vgictrace.parser.event.Kind;
import org.vgictrace.replay.engine.Event;
import org.vgictrace.replay.engine.Strength;
import org.vgictrace.replay.gic.Hcr;
import org.vgictrace.replay.rule.Reason;
import org.vgictrace.replay.rule.Transition;
import org.vgictrace.replay.rule.XenNewRules;
import org.vgictrace.replay.rule.XenOldRules;
import org.vgictrace.replay.rule.XenRules;

/**
 * Judges what is left on the way to the guest, who may sleep, and whom SGIs reach ({@code
 * vgic_sync_to_lrs}, {@code vgic_flush_lr_state}, {@code vcpu_block}, {@code vgic_mmio_write_sgir};
 * xen/arch/arm, 4.17 to 4.22).
 */
final class EntryChecks {
  private static final int XV_I10 = index(XenRules.XV_I10);
  private static final int OV_I09 = index(XenOldRules.OV_I09);
  private static final int OV_I10 = index(XenOldRules.OV_I10);
  private static final int OV_I15 = index(XenOldRules.OV_I15);
  private static final int OV_I16 = index(XenOldRules.OV_I16);
  private static final int NV_I10 = index(XenNewRules.NV_I10);
  private static final int NV_I11 = index(XenNewRules.NV_I11);
  private static final int NV_I12 = index(XenNewRules.NV_I12);
  private static final int NV_I13 = index(XenNewRules.NV_I13);
  private static final int NV_I18 = index(XenNewRules.NV_I18);

  private static final Kind ENTRY = Kind.XEN_VGIC_ENTRY;
  private static final int VGIC = ENTRY.column("vgic");
  private static final int LRS = ENTRY.column("lrs");
  private static final int USED = ENTRY.column("used");
  private static final int LEFT = ENTRY.column("left");
  private static final int WAITS = ENTRY.column("waits");
  private static final int LISTED = ENTRY.column("listed");
  private static final int HCR = ENTRY.column("hcr");
  private static final int BEST_LEFT = ENTRY.column("best_left");
  private static final int WORST_GIVEN = ENTRY.column("worst_given");
  private static final int LEFT_ACTIVE = ENTRY.column("left_active");

  private static final int IDLE_VGIC = Kind.XEN_VGIC_IDLE.column("vgic");
  private static final int UPCALL = Kind.XEN_VGIC_IDLE.column("upcall");
  private static final int IN_FLIGHT = Kind.XEN_VGIC_IDLE.column("in_flight");
  private static final int DELIVERABLE = Kind.XEN_VGIC_IDLE.column("deliverable");
  private static final int SLEEPS = Kind.XEN_VGIC_IDLE.column("sleeps");

  private static final int VCPUS = Kind.XEN_SGIR.column("vcpus");
  private static final int ASKED = Kind.XEN_SGIR.column("asked");
  private static final int REACHED = Kind.XEN_SGIR.column("reached");

  private static final int OLD = 0;
  private static final String ENTERS = "on the way to the guest";

  private final InsideReporter report;

  EntryChecks(InsideReporter report) {
    this.report = report;
  }

  /** The vGIC is done on the way to the guest. */
  void entered(Event e) {
    if (!e.has(VGIC) || !e.has(LRS) || !e.has(USED) || !e.has(LEFT) || !e.has(HCR)) {
      return;
    }
    int lrs = e.getInt(LRS, 0);
    int used = e.getInt(USED, 0);
    int left = e.getInt(LEFT, 0);
    long hcr = e.get(HCR, 0);
    String observed = used + " of " + lrs + " list registers in use, " + left + " left, HCR 0x";
    if (Hcr.has(hcr, Hcr.UIE) && !report.holds(XV_I10, used >= lrs)) {
      broken(
          XV_I10,
          Strength.HARD,
          "underflow is asked for with list registers free",
          "HCR.UIE with every list register in use only",
          observed + Long.toHexString(hcr));
    }
    if (e.getInt(VGIC, OLD) == OLD) {
      report.exercised(Transition.OV_T07);
      enteredOld(e, used >= lrs, left, hcr, observed + Long.toHexString(hcr));
    } else {
      report.exercised(Transition.NV_T06);
      enteredNew(e, used, used >= lrs, hcr, observed + Long.toHexString(hcr));
    }
  }

  private void broken(int rule, Strength how, String message, String expected, String observed) {
    report.broken(rule, how, ENTERS, null, message, expected, observed);
  }

  private void enteredOld(Event e, boolean full, int left, long hcr, String observed) {
    boolean waits = e.getInt(WAITS, 0) == 1;
    boolean asks = Hcr.has(hcr, Hcr.UIE);
    if (waits && full && !report.holds(OV_I09, asks)) {
      broken(
          OV_I09,
          Strength.HARD,
          "interrupts wait, and nothing tells when there is room again",
          "HCR.UIE, for every list register is in use",
          observed);
    }
    if (asks && full && !report.holds(XV_I10, waits)) {
      broken(
          XV_I10,
          Strength.HARD,
          "underflow is asked for, and nothing waits",
          "HCR.UIE while interrupts wait only",
          observed);
    }
    if (left == 0) {
      return;
    }
    // A left-over of an LPI's earlier mapping makes the search pass over free ones (rare).
    if (!report.holds(OV_I09, full)) {
      broken(
          OV_I09,
          Strength.ABSENCE,
          "interrupts wait with list registers free",
          "every list register in use",
          observed);
    }
    urgency(OV_I10, e, "only the least urgent wait");
  }

  private void urgency(int rule, Event e, String expected) {
    int worst = e.getInt(WORST_GIVEN, 0);
    int best = e.getInt(BEST_LEFT, 0);
    if (!e.has(WORST_GIVEN) || !e.has(BEST_LEFT)) {
      report.indeterminate(rule, Reason.NO_IRQ_SNAPSHOT);
    } else if (!report.holds(rule, best >= worst)) {
      broken(
          rule,
          Strength.ABSENCE,
          "a less urgent interrupt has the list register of one that waits",
          expected,
          "priority "
              + Integer.toHexString(best)
              + " waits, "
              + Integer.toHexString(worst)
              + " is pending in a list register");
    }
  }

  private void enteredNew(Event e, int used, boolean full, long hcr, String observed) {
    boolean asks = Hcr.has(hcr, Hcr.UIE);
    int left = e.getInt(LEFT, 0);
    if (!report.holds(NV_I12, asks == left > 0 && (left == 0 || full))) {
      broken(
          NV_I12,
          Strength.HARD,
          asks ? "underflow is asked for, and nothing is left" : "interrupts are left unnoticed",
          "HCR.UIE exactly if the flush stopped early, with every list register in use",
          observed);
    }
    if (e.has(LISTED) && e.getInt(LISTED, 0) == 0) {
      if (!report.holds(NV_I13, used == 0)) {
        broken(
            NV_I13,
            Strength.HARD,
            "list registers are in use and the list is empty",
            "no list register in use",
            observed);
      }
    }
    if (used > 0 && !report.holds(NV_I10, Hcr.has(hcr, Hcr.EN))) {
      broken(
          NV_I10,
          Strength.HARD,
          "the guest runs with list registers in use and the interface off",
          "HCR.En",
          observed);
    }
    if (left == 0) {
      return;
    }
    int active = e.getInt(LEFT_ACTIVE, 0);
    if (active > 0) {
      // Interrupts change between the sort of the list and the flush.
      broken(
          NV_I11,
          Strength.ABSENCE,
          "active interrupts are left without a list register",
          "active ones first",
          observed);
    } else {
      urgency(NV_I11, e, "the most urgent in list registers");
    }
  }

  /** A vCPU is let sleep or not. An upcall may come after it was decided, and wakes it then. */
  void idles(Event e) {
    if (!e.has(SLEEPS) || e.getInt(IDLE_VGIC, 1) != OLD) {
      return;
    }
    report.exercised(Transition.OV_T22);
    boolean sleeps = e.getInt(SLEEPS, 0) == 1;
    if (e.getInt(UPCALL, 0) == 1 && e.has(IN_FLIGHT)) {
      boolean delivered = e.getInt(IN_FLIGHT, 0) == 1;
      if (!report.holds(OV_I15, delivered || !sleeps)) {
        report.broken(
            OV_I15,
            Strength.ABSENCE,
            "the vCPU sleeps",
            null,
            "the vCPU sleeps with an upcall pending and no interrupt for it",
            "awake until the interrupt is injected again",
            "upcall pending, its interrupt not in flight");
      }
    }
    if (e.getInt(DELIVERABLE, 0) == 1 && !report.holds(OV_I16, !sleeps)) {
      report.broken(
          OV_I16,
          Strength.ABSENCE,
          "the vCPU sleeps",
          null,
          "the vCPU sleeps with an interrupt to deliver",
          "awake",
          "an enabled interrupt in flight that its interface would deliver");
    }
  }

  /** An SGI is sent through the distributor. */
  void sends(Event e) {
    int vcpus = e.getInt(VCPUS, -1);
    if (vcpus < 0 || !e.has(REACHED)) {
      return;
    }
    report.exercised(Transition.OV_T14);
    long reached = e.get(REACHED, 0);
    if (!report.holds(NV_I18, vcpus >= Integer.SIZE || reached >>> vcpus == 0)) {
      report.broken(
          NV_I18,
          Strength.HARD,
          "SGI",
          null,
          "an SGI is sent to virtual CPUs that do not exist",
          "targets among the " + vcpus + " virtual CPUs of the domain",
          "asked for 0x"
              + Long.toHexString(e.get(ASKED, 0))
              + ", sent to 0x"
              + Long.toHexString(reached));
    }
  }
}
