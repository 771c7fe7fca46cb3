package org.vgictrace.replay.xen.inside;

import static org.vgictrace.replay.engine.Ledger.index;

import org.vgictrace.parser.event.Kind;
import org.vgictrace.replay.engine.Event;
import org.vgictrace.replay.engine.Strength;
import org.vgictrace.replay.rule.Reason;
import org.vgictrace.replay.rule.XenOldRules;

/**
 * Judges each step of the original vGIC on an interrupt (xen/arch/arm/vgic.c, gic-vgic.c, 4.17 to
 * 4.22): what holds of its state is not broken by the step.
 *
 * <p>An SPI without a physical interrupt, or an LPI, that is retargeted in flight stays where it
 * is, and is then changed under the locks of two virtual CPUs (a known limit, OV-K01 and OV-K08);
 * so is one that is marked as moving. What is recorded of those is taken for a race unless it comes
 * again and again.
 */
final class OldSteps {
  private static final Kind KIND = Kind.XEN_OLD_IRQ;
  private static final int OV_I01 = index(XenOldRules.OV_I01);
  private static final int OV_I02 = index(XenOldRules.OV_I02);
  private static final int OV_I03 = index(XenOldRules.OV_I03);
  private static final int OV_I04 = index(XenOldRules.OV_I04);
  private static final int OV_I05 = index(XenOldRules.OV_I05);
  private static final int OV_I06 = index(XenOldRules.OV_I06);
  private static final int OV_I07 = index(XenOldRules.OV_I07);
  private static final int OV_I08 = index(XenOldRules.OV_I08);
  private static final int OV_I12 = index(XenOldRules.OV_I12);
  private static final int OV_I13 = index(XenOldRules.OV_I13);
  private static final int OV_I14 = index(XenOldRules.OV_I14);
  private static final int OV_I17 = index(XenOldRules.OV_I17);
  private static final int OV_I18 = index(XenOldRules.OV_I18);
  private static final int OV_I19 = index(XenOldRules.OV_I19);

  private static final int STEP = KIND.column("step");
  private static final int VCPU = KIND.column("vcpu_id");
  private static final int INTID = KIND.column("intid");
  private static final int WAS_STATUS = KIND.column("was_status");
  private static final int WAS_FLAGS = KIND.column("was_flags");
  private static final int WAS_LR = KIND.column("was_lr");
  private static final int WAS_PRIORITY = KIND.column("was_priority");
  private static final int STATUS = KIND.column("status");
  private static final int FLAGS = KIND.column("irq_flags");
  private static final int LR = KIND.column("lr");
  private static final int PRIORITY = KIND.column("priority");
  private static final int HOST_IRQ = KIND.column("host_irq");
  private static final int TARGET = KIND.column("target");
  private static final int AHEAD = KIND.column("ahead");
  private static final int BEHIND = KIND.column("behind");
  private static final int WAIT_AHEAD = KIND.column("wait_ahead");
  private static final int WAIT_BEHIND = KIND.column("wait_behind");
  private static final int FOLDED_LR = KIND.column("folded_lr");
  private static final int FOLDED_STATE = KIND.column("folded_state");
  private static final int PHYSICAL_CPU = KIND.column("physical_cpu");
  private static final int TARGET_CPU = KIND.column("target_cpu");
  private static final int ASKED_TARGET = KIND.column("asked_target");
  private static final int WAS_TARGET = KIND.column("was_target");

  private static final OldStep[] STEPS = OldStep.inOrderOf(KIND.columns().get(STEP).labels());
  private static final int SPI_FIRST = 32;
  private static final int LPI_FIRST = 8192;
  private static final int NO_CPU = 255;
  private static final int INACTIVE = 0;

  private final InsideReporter report;

  /** The record that is judged. */
  private OldStep step = OldStep.INJECT;

  private OldState was = new OldState(0, 0, 0, 0);
  private OldState now = was;
  private Strength strength = Strength.HARD;
  private int intid;
  private boolean isPhysical;

  OldSteps(InsideReporter report) {
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
        || !e.has(WAS_LR)
        || !e.has(STATUS)
        || !e.has(FLAGS)
        || !e.has(LR)) {
      return;
    }
    step = STEPS[label];
    was = state(e, WAS_STATUS, WAS_FLAGS, WAS_LR, WAS_PRIORITY);
    now = state(e, STATUS, FLAGS, LR, PRIORITY);
    isPhysical = e.getInt(HOST_IRQ, -1) >= 0;
    boolean moves = was.is(OldState.MIGRATING) || now.is(OldState.MIGRATING);
    boolean oneLock = intid < SPI_FIRST || isPhysical && !moves;
    strength = oneLock ? Strength.HARD : Strength.ABSENCE;
    report.exercised(step.transition(intid >= LPI_FIRST));
    owner(e);
    if (step == OldStep.ONLINE) {
      // Takes it off all lists and leaves its marks as they were (OV-K07).
      return;
    }
    invariants();
    order(e);
    switch (step) {
      case INJECT -> injected();
      case FOLD -> folded(e);
      case MIGRATE -> migrated(e);
      default -> {}
    }
  }

  private static OldState state(Event e, int status, int flags, int lr, int priority) {
    return new OldState(
        e.getInt(status, 0), e.getInt(flags, 0), e.getInt(lr, 0), e.getInt(priority, 0));
  }

  private void invariants() {
    kept(
        OV_I02,
        was.isRegisterKnown(),
        now.isRegisterKnown(),
        "is marked visible without a list register, or has one unmarked",
        "visible exactly while in a list register");
    kept(
        OV_I03,
        was.isVisibleInFlight(),
        now.isVisibleInFlight(),
        "is in a list register, and waits for one or is not in flight",
        "what is in a list register is in flight and does not wait");
    // An interrupt that was disabled in its list register may have to make room.
    boolean evicted = step == OldStep.EVICT && !now.is(OldState.ENABLED);
    kept(
        OV_I04,
        was.isWaitingRightly() && !evicted,
        now.isWaitingRightly(),
        "waits for a list register and should not",
        "what waits is queued, enabled and not visible");
    kept(
        OV_I08,
        was.isOnItsWay(),
        now.isOnItsWay(),
        "is in flight, enabled and queued, and nothing will deliver it",
        "a list register, or a place among those that wait");
    boolean waitsInFlight = !now.has(OldState.WAITS) || now.has(OldState.IN_FLIGHT);
    kept(
        OV_I01,
        !was.has(OldState.WAITS) || was.has(OldState.IN_FLIGHT),
        waitsInFlight,
        "waits for a list register and is not in flight",
        "what waits is in flight");
    if (now.is(OldState.PRISTINE)) {
      kept(
          OV_I17,
          true,
          intid >= LPI_FIRST && !now.is(OldState.VISIBLE),
          "is marked as a pristine LPI",
          "an LPI that was in no list register since it was mapped");
    }
    if (intid >= LPI_FIRST && (now.has(OldState.IN_FLIGHT) || now.has(OldState.WAITS))) {
      kept(
          OV_I18,
          true,
          now.has(OldState.MAPPED),
          "is on a list, and no event is mapped to it",
          "LPIs of mapped events");
    }
    if (now.is(OldState.MIGRATING)) {
      moving();
    }
  }

  /** Judges what the step must not break; what was broken before is left open. */
  private void kept(int rule, boolean before, boolean after, String message, String expected) {
    if (!before) {
      report.indeterminate(rule, Reason.TRACE_START);
    } else if (!report.holds(rule, after)) {
      broken(rule, strength, message, expected);
    }
  }

  private void broken(int rule, Strength how, String message, String expected) {
    report.broken(
        rule,
        how,
        step.label(),
        null,
        "interrupt " + intid + " " + message,
        expected,
        was.text() + "; then " + now.text());
  }

  /** The mark of a move. It is set under the lock that also clears it, by a request only. */
  private void moving() {
    boolean right = now.is(OldState.VISIBLE) && isPhysical;
    boolean before = !was.is(OldState.MIGRATING) || was.is(OldState.VISIBLE);
    if (!before) {
      report.indeterminate(OV_I12, Reason.TRACE_START);
    } else if (!report.holds(OV_I12, right)) {
      broken(
          OV_I12,
          step == OldStep.MIGRATE ? Strength.HARD : strength,
          "is marked as moving",
          "a physical interrupt that is in a list register");
    }
  }

  /** Private interrupts have lists of their own virtual CPU only. */
  private void owner(Event e) {
    int vcpu = e.getInt(VCPU, -1);
    int target = e.getInt(TARGET, -1);
    if (intid >= SPI_FIRST || vcpu < 0 || target < 0) {
      return;
    }
    if (!report.holds(OV_I06, vcpu == target)) {
      broken(
          OV_I06,
          Strength.HARD,
          "of virtual CPU " + target + " is changed as one of virtual CPU " + vcpu,
          "a private interrupt under the lock of its virtual CPU");
    }
  }

  /** Places in the lists: behind those as urgent, ahead of the less urgent. */
  private void order(Event e) {
    if (!e.has(AHEAD) || !e.has(BEHIND) || !e.has(WAIT_AHEAD) || !e.has(WAIT_BEHIND)) {
      return;
    }
    if (now.has(OldState.IN_FLIGHT) && !was.has(OldState.IN_FLIGHT)) {
      boolean followed = now.has(OldState.FOLLOWED);
      placed("in flight", e.getInt(AHEAD, 0), followed, e.getInt(BEHIND, 0));
    }
    if (now.has(OldState.WAITS) && !was.has(OldState.WAITS)) {
      boolean followed = now.has(OldState.WAIT_FOLLOWED);
      placed("among those that wait", e.getInt(WAIT_AHEAD, 0), followed, e.getInt(WAIT_BEHIND, 0));
    }
  }

  private void placed(String where, int ahead, boolean followed, int behind) {
    int own = now.priority();
    if (report.holds(OV_I01, ahead <= own && (!followed || own < behind))) {
      return;
    }
    report.broken(
        OV_I01,
        strength,
        step.label(),
        null,
        "interrupt " + intid + " is put in the wrong place " + where,
        "behind those as urgent, ahead of the less urgent",
        "priority "
            + Integer.toHexString(own)
            + " behind "
            + Integer.toHexString(ahead)
            + (followed ? " and ahead of " + Integer.toHexString(behind) : ""));
  }

  private void injected() {
    if (now.has(OldState.OFFLINE) || intid >= LPI_FIRST && !now.has(OldState.MAPPED)) {
      return;
    }
    if (!was.is(OldState.ENABLED)) {
      boolean given = now.is(OldState.VISIBLE) && !was.is(OldState.VISIBLE);
      boolean waits = now.has(OldState.WAITS) && !was.has(OldState.WAITS);
      if (!report.holds(OV_I07, !given && !waits)) {
        broken(
            OV_I07,
            strength,
            "is disabled, and is delivered when it is injected",
            "in flight only, until it is enabled");
      }
    }
    // On its own CPU a second instance may already be in the list register.
    boolean merged = now.has(OldState.HERE) && now.is(OldState.VISIBLE);
    boolean latched = now.is(OldState.QUEUED) || merged;
    if (!report.holds(OV_I08, latched && now.has(OldState.IN_FLIGHT))) {
      broken(
          OV_I08,
          strength,
          "is injected and forgotten",
          "in flight, and queued or in a list register");
    }
  }

  private void folded(Event e) {
    int lr = e.getInt(FOLDED_LR, -1);
    int state = e.getInt(FOLDED_STATE, -1);
    if (lr < 0 || state < 0 || was.is(OldState.PRISTINE)) {
      return;
    }
    boolean stale = was.is(OldState.VISIBLE) && !was.has(OldState.IN_FLIGHT);
    if (stale || intid >= LPI_FIRST) {
      report.indeterminate(OV_I02, Reason.TRACE_START);
    } else if (!report.holds(OV_I02, was.is(OldState.VISIBLE) && was.lr() == lr)) {
      broken(
          OV_I02,
          Strength.ABSENCE,
          "is folded from LR" + lr + ", which is not its list register",
          "the list register it is marked to be in");
    }
    if (state != INACTIVE) {
      return;
    }
    if (!was.is(OldState.ENABLED) && !now.is(OldState.ENABLED)) {
      if (!report.holds(OV_I07, !now.is(OldState.VISIBLE) && !now.has(OldState.WAITS))) {
        broken(OV_I07, strength, "is disabled and goes on being delivered", "off all lists");
      }
    }
    if (!isPhysical) {
      return;
    }
    if (!report.holds(OV_I14, !now.has(OldState.IN_PROGRESS))) {
      broken(
          OV_I14,
          Strength.ABSENCE,
          "is over, and its descriptor is in progress",
          "no longer in progress, unless it has fired again on another CPU");
    }
    affinity(e);
  }

  /** The end of an interrupt that moved: the physical one follows. */
  private void affinity(Event e) {
    int physical = e.getInt(PHYSICAL_CPU, NO_CPU);
    int target = e.getInt(TARGET_CPU, NO_CPU);
    boolean moved = was.is(OldState.MIGRATING) && !now.is(OldState.MIGRATING);
    if (!moved || physical == NO_CPU || target == NO_CPU) {
      return;
    }
    if (!report.holds(OV_I13, physical == target)) {
      broken(
          OV_I13,
          Strength.ABSENCE,
          "has moved, and the physical one is routed to CPU " + physical,
          "CPU " + target + ", where the virtual CPU it targets is");
    }
  }

  private void migrated(Event e) {
    int asked = e.getInt(ASKED_TARGET, -1);
    int before = e.getInt(WAS_TARGET, -1);
    int target = e.getInt(TARGET, -1);
    if (asked < 0 || before < 0 || target < 0) {
      return;
    }
    boolean changed = target != before;
    if (was.is(OldState.MIGRATING)) {
      if (!report.holds(OV_I19, !changed)) {
        broken(
            OV_I19,
            Strength.HARD,
            "is given target " + target + " while an earlier move is in progress",
            "the move refused: target " + before);
      }
      return;
    }
    if (changed && isPhysical && was.is(OldState.VISIBLE)) {
      if (!report.holds(OV_I05, now.is(OldState.MIGRATING) || !now.is(OldState.VISIBLE))) {
        broken(
            OV_I05,
            Strength.HARD,
            "targets another virtual CPU, and nothing tells it is in a list register of this one",
            "marked as moving until it is over");
      }
    } else if (changed && isPhysical && was.has(OldState.WAITS)) {
      if (!report.holds(OV_I05, !now.has(OldState.WAITS) && !now.has(OldState.IN_FLIGHT))) {
        broken(
            OV_I05,
            Strength.HARD,
            "targets another virtual CPU and stays on the lists of this one",
            "taken off and injected there");
      }
    }
  }
}
