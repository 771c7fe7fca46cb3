package org.vgictrace.replay.xen;

import static org.vgictrace.replay.xen.XenReporter.lr;

import java.util.Arrays;
import java.util.List;
import org.vgictrace.replay.engine.Event;
import org.vgictrace.replay.engine.Ledger;
import org.vgictrace.replay.engine.Strength;
import org.vgictrace.replay.gic.Lr;
import org.vgictrace.replay.hw.VirtualInterface;
import org.vgictrace.replay.rule.Reason;
import org.vgictrace.replay.rule.XenLimitRules;
import org.vgictrace.replay.rule.XenRules;

/**
 * Follows physical interrupts of guests: Xen acknowledges them and drops their priority, and the
 * guest's end of the interrupt deactivates them through the list register.
 */
final class PhysicalIrqs {
  private static final int XV_I06 = Ledger.index(XenRules.XV_I06);
  private static final int XV_K01 = Ledger.index(XenLimitRules.XV_K01);
  private static final int COUNT = 8192;

  private static final byte UNKNOWN = 0;
  private static final byte TAKEN = 1;
  private static final byte DONE = 2;

  private final List<Core> cores;
  private final Interfaces interfaces;
  private final XenReporter report;
  private final byte[] states = new byte[COUNT];

  PhysicalIrqs(List<Core> cores, Interfaces interfaces, XenReporter report) {
    this.cores = cores;
    this.interfaces = interfaces;
    this.report = report;
  }

  /** Lines are missing. */
  void forget() {
    Arrays.fill(states, UNKNOWN);
  }

  /** The hypervisor acknowledges a physical interrupt. */
  void acknowledged(Event e, long intid, int count) {
    if (intid < 32 || intid >= COUNT || VirtualInterface.isSpecial(intid)) {
      return;
    }
    if (states[(int) intid] == DONE) {
      refired(e, intid, count);
    }
    states[(int) intid] = TAKEN;
  }

  /** It fired again, on another CPU, before the end of the one before was noticed. */
  private void refired(Event e, long intid, int count) {
    for (Core other : cores) {
      VirtualInterface v = interfaces.of(other.cpu);
      if (v == null || other.cpu == e.cpu || other.context != Core.Context.LOADED) {
        continue;
      }
      for (int lr = 0; lr < count; lr++) {
        if (v.isKnown(lr)
            && v.isUnseen(lr)
            && Lr.isHw(v.value(lr), v.isV3())
            && Lr.physicalIntid(v.value(lr), v.isV3()) == intid
            && Lr.state(v.value(lr), v.isV3()) == Lr.STATE_INACTIVE) {
          report.violated(
              XV_K01,
              Strength.SOFT,
              report.finding(
                  XV_K01,
                  e,
                  "physical acknowledge of " + intid,
                  List.of(),
                  intid,
                  "physical interrupt " + intid + " fires again before its end is noticed",
                  "the fold on CPU " + other.cpu + " first",
                  lr(other, lr, v.value(lr))));
          return;
        }
      }
    }
  }

  /** The hypervisor deactivates a physical interrupt. */
  void deactivated(long intid) {
    if (intid >= 0 && intid < COUNT) {
      states[(int) intid] = DONE;
    }
  }

  /** The guest deactivates an interrupt. */
  void deactivated(VirtualInterface v, long intid, int count) {
    int lr = v.active(intid, count);
    if (lr >= 0 && Lr.isHw(v.value(lr), v.isV3())) {
      deactivated(Lr.physicalIntid(v.value(lr), v.isV3()));
    }
  }

  /** A list register is given a physical interrupt. */
  void given(Event e, Core c, int lr, long value) {
    if (!Lr.isHw(value, c.v3) || Lr.state(value, c.v3) != Lr.STATE_PENDING) {
      return;
    }
    int physical = Lr.physicalIntid(value, c.v3);
    switch (states[physical]) {
      case UNKNOWN -> report.indeterminate(XV_I06, Reason.TRACE_START);
      case TAKEN -> report.consistent(XV_I06);
      default ->
          report.absent(
              XV_I06,
              report.finding(
                  XV_I06,
                  e,
                  "write " + lr(c, lr, value),
                  List.of(),
                  Lr.intid(value, c.v3, false),
                  "physical interrupt " + physical + " is given to a guest without having fired",
                  "a physical acknowledge since its last deactivation",
                  lr(c, lr, value)));
    }
  }
}
