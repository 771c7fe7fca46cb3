package org.vgictrace.replay.kvm.lock;

import java.util.Arrays;
import org.vgictrace.parser.event.Column;
import org.vgictrace.parser.event.Kind;
import org.vgictrace.parser.event.LrImage;
import org.vgictrace.replay.engine.Event;
import org.vgictrace.replay.engine.Ledger;
import org.vgictrace.replay.engine.Strength;
import org.vgictrace.replay.kvm.Machine;
import org.vgictrace.replay.kvm.Reporter;
import org.vgictrace.replay.rule.LockRules;
import org.vgictrace.replay.rule.Reason;

/**
 * INV-LOCK-7 and 8: the context in which the vGIC's functions run, from the flags of their events.
 *
 * <p>A kprobe on a breakpoint is recorded with interrupts off whatever they were, so that only the
 * tracepoints {@code kvm_entry} and {@code kvm_ack_irq} confirm that they were off; an event of any
 * kind that shows them on contradicts it.
 */
final class ContextChecks {
  private static final int LOCK_7 = Ledger.index(LockRules.LOCK_7);
  private static final int LOCK_8 = Ledger.index(LockRules.LOCK_8);

  private static final int MAP_OP = Kind.IRQ_MAP.column("op");
  private static final Column MAP_OP_COLUMN = Kind.IRQ_MAP.columns().get(MAP_OP);
  private static final int OP_MAP = MAP_OP_COLUMN.labels().indexOf("map");
  private static final int OP_RESET = MAP_OP_COLUMN.labels().indexOf("reset");
  private static final int MAP_INTID = Kind.IRQ_MAP.column("intid");
  private static final int STEP = Kind.VGIC_STEP.column("step");
  private static final Column STEP_COLUMN = Kind.VGIC_STEP.columns().get(STEP);
  private static final int STEP_FLUSH = STEP_COLUMN.labels().indexOf("flush");
  private static final int STEP_SYNC = STEP_COLUMN.labels().indexOf("sync");
  private static final int STEP_PRUNE = STEP_COLUMN.labels().indexOf("prune");
  private static final int WORK_STEP = Kind.ITS_WORK.column("step");
  private static final int STEP_COMMANDS =
      Kind.ITS_WORK.columns().get(WORK_STEP).labels().indexOf("commands");
  private static final int NOBODY = -1;

  /** CPUs beyond are not followed; more than Linux supports on arm64. */
  private static final int CPUS_MOST = 8192;

  private final Machine machine;
  private final Reporter reporter;
  private final Ledger ledger;

  /** Thread whose list registers are being folded, by CPU. */
  private int[] folding = new int[0];

  ContextChecks(Machine machine, Reporter reporter) {
    this.machine = machine;
    this.reporter = reporter;
    this.ledger = reporter.ledger();
  }

  void image(Event e) {
    inWindow(e, "list register image");
    if (e.getInt(LrImage.POINT, -1) == LrImage.POINT_EXIT && e.cpu >= 0 && e.cpu < CPUS_MOST) {
      if (e.cpu >= folding.length) {
        int known = folding.length;
        folding = Arrays.copyOf(folding, Math.max(e.cpu + 1, known * 2));
        Arrays.fill(folding, known, folding.length, NOBODY);
      }
      folding[e.cpu] = e.pid;
    }
  }

  void step(Event e) {
    int step = e.getInt(STEP, -1);
    if (step == STEP_FLUSH || step == STEP_SYNC || step == STEP_PRUNE) {
      inWindow(e, STEP_COLUMN.labels().get(step));
    }
  }

  /** The end of a residency's window: entry, or the exit event after interrupts were let in. */
  void endFold(Event e) {
    if (e.cpu >= 0 && e.cpu < folding.length) {
      folding[e.cpu] = NOBODY;
    }
  }

  /** An event that the kernel makes with interrupts off only. */
  void inWindow(Event e, String what) {
    if (Context.interrupts(e, machine.profile()) == Context.ON) {
      violated(e, what, Strength.HARD);
    }
  }

  /** A guest entry: the end of a flush. */
  void entered(Event e) {
    endFold(e);
    tracepoint(e, "guest entry", Strength.HARD);
  }

  /** The end of a level interrupt is notified. */
  void acknowledged(Event e) {
    boolean folds = e.cpu >= 0 && e.cpu < folding.length && folding[e.cpu] == e.pid;
    if (folds && !Context.isInterrupt(e)) {
      tracepoint(e, "end-of-interrupt notification in a fold", Strength.SOFT);
    }
  }

  private void tracepoint(Event e, String what, Strength strength) {
    switch (Context.interrupts(e, machine.profile())) {
      case Context.OFF -> ledger.consistent(LOCK_7);
      case Context.ON -> violated(e, what, strength);
      default -> {
        // Without the column there is nothing to decide; with an X in it there is.
        if (e.flags() >= 0) {
          ledger.indeterminate(LOCK_7, Reason.NO_CONTEXT);
        }
      }
    }
  }

  private void violated(Event e, String what, Strength strength) {
    ledger.beginTransition();
    reporter.violated(
        LOCK_7,
        strength,
        e,
        what,
        machine.vcpuOfThread(e.pid),
        -1,
        "Interrupts are on between flush and sync",
        what + " with interrupts off",
        what + " with interrupts on");
    ledger.endTransition();
  }

  /** A guest interrupt is tied to a physical one, or untied. */
  void mapped(Event e) {
    int op = e.getInt(MAP_OP, OP_RESET);
    if (op == OP_MAP) {
      byTask(e, e.getInt(MAP_INTID, -1), "tie to a physical interrupt");
    } else if (op != OP_RESET) {
      byTask(e, e.getInt(MAP_INTID, -1), "end of a tie to a physical interrupt");
    }
  }

  /** A step of the ITS. */
  void itsWork(Event e) {
    if (e.getInt(WORK_STEP, -1) == STEP_COMMANDS) {
      byTask(e, -1, "execution of ITS commands");
    }
  }

  /**
   * What only a task may do.
   *
   * @param intid interrupt it is about, -1 for none
   */
  void byTask(Event e, int intid, String what) {
    if (Context.isInterrupt(e)) {
      ledger.beginTransition();
      reporter.violated(
          LOCK_8,
          Strength.HARD,
          e,
          what,
          machine.vcpuOfThread(e.pid),
          intid,
          "An interrupt handler does what only a task may",
          what + " by a task",
          what + " in an interrupt handler");
      ledger.endTransition();
    } else if (e.flags() >= 0) {
      ledger.consistent(LOCK_8);
    }
  }
}
