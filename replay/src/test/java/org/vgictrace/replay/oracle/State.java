package org.vgictrace.replay.oracle;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * The whole state of the tiny hypervisor and its guest.
 *
 * @param phase where the vCPU's thread is
 * @param step next list register of the phase at hand
 * @param irqs the interrupts, in the order of {@link TinyKernel}'s declaration
 * @param list ap_list, indexes into {@code irqs}
 * @param plan what the flush at hand populates, in order
 * @param lrs list registers
 * @param used list registers in use
 * @param underflow whether the underflow interrupt is requested
 * @param queued interrupt whose queueing has begun and not ended, -1 for none
 */
record State(
    Phase phase,
    int step,
    List<Irq> irqs,
    List<Integer> list,
    List<Integer> plan,
    List<Lr> lrs,
    int used,
    boolean underflow,
    int queued) {

  enum Phase {
    HOST,
    POPULATE,
    CLEAR,
    READY,
    IMAGED,
    GUEST,
    FOLD,
    /** The fold of an entry that was cancelled. */
    FOLD_CANCELLED,
    FOLDED
  }

  /** One interrupt; edges have no line, level interrupts no latch. */
  record Irq(boolean pending, boolean active, boolean line, boolean listed) {
    Irq pending(boolean value) {
      return new Irq(value, active, line, listed);
    }

    Irq active(boolean value) {
      return new Irq(pending, value, line, listed);
    }

    Irq line(boolean value) {
      return new Irq(pending, active, value, listed);
    }

    Irq listed(boolean value) {
      return new Irq(pending, active, line, value);
    }

    boolean isDeliverable() {
      return pending || line || active;
    }
  }

  /**
   * One list register.
   *
   * @param irq interrupt, -1 for an empty register
   * @param pending bit 62
   * @param active bit 63
   */
  record Lr(int irq, boolean pending, boolean active) {
    static final Lr EMPTY = new Lr(-1, false, false);
  }

  State {
    irqs = List.copyOf(irqs);
    list = List.copyOf(list);
    plan = List.copyOf(plan);
    lrs = List.copyOf(lrs);
  }

  State in(Phase newPhase, int newStep) {
    return new State(newPhase, newStep, irqs, list, plan, lrs, used, underflow, queued);
  }

  State irq(int index, UnaryOperator<Irq> change) {
    List<Irq> changed = new ArrayList<>(irqs);
    changed.set(index, change.apply(changed.get(index)));
    return new State(phase, step, changed, list, plan, lrs, used, underflow, queued);
  }

  State lr(int index, Lr lr) {
    List<Lr> changed = new ArrayList<>(lrs);
    changed.set(index, lr);
    return new State(phase, step, irqs, list, plan, changed, used, underflow, queued);
  }

  State list(List<Integer> newList) {
    return new State(phase, step, irqs, newList, plan, lrs, used, underflow, queued);
  }

  State flush(List<Integer> newPlan, boolean newUnderflow) {
    return new State(phase, step, irqs, list, newPlan, lrs, newPlan.size(), newUnderflow, queued);
  }

  State queued(int index) {
    return new State(phase, step, irqs, list, plan, lrs, used, underflow, index);
  }
}
