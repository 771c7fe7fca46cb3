package org.vgictrace.replay.xen.inside;

import static org.vgictrace.replay.engine.Ledger.index;

import org.vgictrace.parser.event.Kind;
import org.vgictrace.replay.engine.Event;
import org.vgictrace.replay.engine.Strength;
import org.vgictrace.replay.rule.Reason;
import org.vgictrace.replay.rule.XenNewRules;
import org.vgictrace.replay.rule.XenRules;

/**
 * Judges each step of the new vGIC on an interrupt (xen/arch/arm/vgic/vgic.c, vgic-v2.c, 4.17 to
 * 4.22), under the lock of the interrupt. Whether the distributor is on is not under that lock.
 */
final class NewSteps {
  private static final Kind KIND = Kind.XEN_NEW_IRQ;
  private static final int XV_I04 = index(XenRules.XV_I04);
  private static final int NV_I03 = index(XenNewRules.NV_I03);
  private static final int NV_I04 = index(XenNewRules.NV_I04);
  private static final int NV_I05 = index(XenNewRules.NV_I05);
  private static final int NV_I06 = index(XenNewRules.NV_I06);
  private static final int NV_I07 = index(XenNewRules.NV_I07);
  private static final int NV_I08 = index(XenNewRules.NV_I08);
  private static final int NV_I09 = index(XenNewRules.NV_I09);
  private static final int NV_I14 = index(XenNewRules.NV_I14);
  private static final int NV_I16 = index(XenNewRules.NV_I16);
  private static final int NV_I17 = index(XenNewRules.NV_I17);

  private static final int STEP = KIND.column("step");
  private static final int VCPU = KIND.column("vcpu_id");
  private static final int INTID = KIND.column("intid");
  private static final int WAS_STATUS = KIND.column("was_status");
  private static final int WAS_FLAGS = KIND.column("was_flags");
  private static final int WAS_SOURCE = KIND.column("was_source");
  private static final int WAS_OWNER = KIND.column("was_owner");
  private static final int STATUS = KIND.column("status");
  private static final int FLAGS = KIND.column("irq_flags");
  private static final int SOURCE = KIND.column("source");
  private static final int OWNER = KIND.column("owner");
  private static final int TARGET = KIND.column("target");
  private static final int HOST_IRQ = KIND.column("host_irq");
  private static final int DESC_IRQ = KIND.column("desc_irq");

  private static final NewStep[] STEPS = NewStep.inOrderOf(KIND.columns().get(STEP).labels());
  private static final int SGIS = 16;

  private final InsideReporter report;

  /** The record that is judged. */
  private NewStep step = NewStep.INJECT;

  private NewState was = new NewState(0, 0, 0, -1);
  private NewState now = was;
  private int intid;

  NewSteps(InsideReporter report) {
    this.report = report;
  }

  void step(Event e) {
    int label = e.getInt(STEP, -1);
    intid = e.getInt(INTID, -1);
    if (label < 0
        || label >= STEPS.length
        || intid < 0
        || !e.has(WAS_STATUS)
        || !e.has(WAS_FLAGS)
        || !e.has(WAS_OWNER)
        || !e.has(STATUS)
        || !e.has(FLAGS)
        || !e.has(OWNER)) {
      return;
    }
    step = STEPS[label];
    was = state(e, WAS_STATUS, WAS_FLAGS, WAS_SOURCE, WAS_OWNER);
    now = state(e, STATUS, FLAGS, SOURCE, OWNER);
    report.exercised(step.transition());
    lists();
    switch (step) {
      case POPULATE -> populated(e);
      case FOLD -> folded(e);
      case KEEP, REMOVE, MOVE -> pruned(e);
      case SGI ->
          judge(
              NV_I17,
              !now.is(NewState.LATCH) || now.source() != 0,
              Strength.HARD,
              "is sent by nobody",
              "the CPU that sent it among its sources");
      default -> {}
    }
  }

  private static NewState state(Event e, int status, int flags, int source, int owner) {
    return new NewState(
        e.getInt(status, 0), e.getInt(flags, 0), e.getInt(source, 0), e.getInt(owner, -1));
  }

  private void judge(int rule, boolean holds, Strength how, String message, String expected) {
    if (!report.holds(rule, holds)) {
      report.broken(
          rule,
          how,
          step.label(),
          null,
          "interrupt " + intid + " " + message,
          expected,
          was.text() + "; then " + now.text());
    }
  }

  /** The list an interrupt is on, and the virtual CPU it names. */
  private void lists() {
    boolean before = was.has(NewState.LISTED) == was.owner() >= 0;
    if (before) {
      judge(
          NV_I03,
          now.has(NewState.LISTED) == now.owner() >= 0,
          Strength.HARD,
          "is on a list and names no virtual CPU, or the other way round",
          "a virtual CPU named exactly while on its list");
    } else {
      report.indeterminate(NV_I03, Reason.TRACE_START);
    }
    boolean moved = was.owner() >= 0 && now.owner() != was.owner();
    if (step == NewStep.QUEUE) {
      judge(
          NV_I04,
          !moved,
          Strength.HARD,
          "is queued while it is on the list of another virtual CPU",
          "left on the list it is on");
    }
    if (was.is(NewState.ACTIVE) && was.owner() >= 0) {
      judge(
          NV_I05,
          !moved,
          Strength.HARD,
          "leaves the list of its virtual CPU while it is active",
          "on that list until it is over");
    }
  }

  private void populated(Event e) {
    boolean pending = now.has(NewState.LR_PENDING);
    boolean mapped = now.has(NewState.LR_HW);
    if (mapped) {
      judge(
          XV_I04,
          !pending || !now.has(NewState.LR_ACTIVE),
          Strength.HARD,
          "is given pending and active with HW=1",
          "active only; the distributor holds what comes meanwhile");
      descriptor(e);
    }
    if (now.is(NewState.LEVEL)) {
      judge(
          NV_I09,
          now.has(NewState.LR_EOI) != mapped,
          Strength.HARD,
          "is given without telling its end",
          mapped ? "HW=1 alone" : "the EOI bit, for a level without hardware");
      if (mapped && pending) {
        judge(
            NV_I08,
            !now.is(NewState.LINE),
            Strength.HARD,
            "is given pending, and its line stays up",
            "the line down until the fold samples it");
      }
    } else if (pending) {
      boolean again = intid < SGIS && now.source() != 0;
      judge(
          NV_I07,
          !now.is(NewState.LATCH) || again,
          Strength.HARD,
          "is given pending, and stays latched",
          "the latch cleared");
    }
    if (intid < SGIS && pending) {
      judge(
          NV_I17,
          was.source() != 0,
          Strength.HARD,
          "is given, and nobody has sent it",
          "a source for each pending SGI");
    }
    int vcpu = e.getInt(VCPU, -1);
    if (vcpu >= 0) {
      judge(
          NV_I03,
          now.owner() == vcpu,
          Strength.HARD,
          "is given to virtual CPU " + vcpu + ", on whose list it is not",
          "interrupts of the list of the virtual CPU");
    }
  }

  private void descriptor(Event e) {
    int host = e.getInt(HOST_IRQ, -1);
    int desc = e.getInt(DESC_IRQ, -1);
    if (host < 0 || desc < 0) {
      report.indeterminate(NV_I14, Reason.NO_IRQ_SNAPSHOT);
      return;
    }
    judge(
        NV_I14,
        host == desc,
        Strength.HARD,
        "is mapped to physical " + host + " with the descriptor of " + desc,
        "the descriptor of physical " + host);
  }

  private void folded(Event e) {
    if (!now.is(NewState.MAPPED)) {
      return;
    }
    descriptor(e);
    if (!now.has(NewState.LR_PENDING) && !now.has(NewState.LR_ACTIVE)) {
      judge(
          NV_I16,
          !now.is(NewState.IN_PROGRESS),
          Strength.ABSENCE,
          "is over, and its descriptor is in progress",
          "no longer in progress, unless it has fired again on another CPU");
    }
  }

  /** What stays on a list is due there, what goes is due nowhere. */
  private void pruned(Event e) {
    if (was.is(NewState.ACTIVE)) {
      return;
    }
    int target = e.getInt(TARGET, -1);
    boolean due = now.isDue() && target >= 0;
    boolean on = now.is(NewState.DISTRIBUTOR);
    switch (step) {
      case KEEP -> {
        Strength how = due && target == now.owner() ? Strength.ABSENCE : Strength.HARD;
        judge(
            NV_I06,
            due && on && target == now.owner(),
            how,
            "stays on a list, where it is not due",
            due && on ? "on the list of virtual CPU " + target : "on no list");
      }
      case REMOVE ->
          judge(
              NV_I06,
              !due || !on,
              Strength.ABSENCE,
              "is taken off its list, and is due",
              "on the list of virtual CPU " + target);
      case MOVE ->
          judge(
              NV_I06,
              target == now.owner(),
              Strength.HARD,
              "moves to the list of virtual CPU " + now.owner(),
              "to that of virtual CPU " + target);
      default -> {}
    }
  }
}
