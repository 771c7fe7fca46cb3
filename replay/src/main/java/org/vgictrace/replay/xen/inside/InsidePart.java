package org.vgictrace.replay.xen.inside;

import java.util.EnumSet;
import java.util.Set;
import org.vgictrace.parser.event.Kind;
import org.vgictrace.parser.event.Names;
import org.vgictrace.replay.engine.Event;
import org.vgictrace.replay.engine.Ledger;
import org.vgictrace.replay.engine.Part;
import org.vgictrace.replay.kvm.Machine;
import org.vgictrace.replay.rule.Observation;

/**
 * Judges what an instrumented Xen on Arm records about its vGIC.
 *
 * <p>Almost every record is judged by itself: it holds the state of an interrupt before and after a
 * step, taken under the lock that protects it, so that no record that is missing makes another look
 * wrong. A state that was broken before the step is nobody's fault that shows and is left open. The
 * contents of list registers need the records before; those are counted by the hypervisor, so that
 * a missing one is noticed.
 */
public final class InsidePart implements Part {
  private static final EnumSet<Kind> USED =
      EnumSet.of(
          Kind.XEN_OLD_IRQ,
          Kind.XEN_NEW_IRQ,
          Kind.XEN_VGIC_ENTRY,
          Kind.XEN_VGIC_IDLE,
          Kind.XEN_SGIR,
          Kind.XEN_LOCK,
          Kind.XEN_LR);

  private final Machine machine;
  private final InsideReporter report;
  private final OldSteps old;
  private final NewSteps fresh;
  private final EntryChecks entries;
  private final ListRegisters registers;
  private final LockOrder locks;
  private boolean sawSteps;
  private boolean sawLocks;

  /**
   * @param machine told what was seen
   * @param ledger takes the verdicts
   */
  public InsidePart(Machine machine, Ledger ledger) {
    this.machine = machine;
    report = new InsideReporter(ledger);
    old = new OldSteps(report);
    fresh = new NewSteps(report);
    entries = new EntryChecks(report);
    registers = new ListRegisters(report);
    locks = new LockOrder(report);
  }

  @Override
  public Set<Kind> kinds() {
    return EnumSet.copyOf(USED);
  }

  @Override
  public void step(Kind kind, Event e, Names names) {
    if (kind == Kind.XEN_LOCK) {
      if (!sawLocks) {
        sawLocks = true;
        machine.saw(Observation.XEN_LOCKS);
      }
    } else if (!sawSteps) {
      sawSteps = true;
      machine.saw(Observation.XEN_STEPS);
    }
    report.begin(kind, e);
    switch (kind) {
      case XEN_OLD_IRQ -> old.step(e);
      case XEN_NEW_IRQ -> fresh.step(e);
      case XEN_VGIC_ENTRY -> {
        entries.entered(e);
        registers.entered(e);
      }
      case XEN_VGIC_IDLE -> entries.idles(e);
      case XEN_SGIR -> entries.sends(e);
      case XEN_LR -> registers.accessed(e);
      case XEN_LOCK -> locks.taken(e);
      default -> {}
    }
    report.end();
  }
}
