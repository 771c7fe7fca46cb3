package org.vgictrace.replay.kvm;

import java.util.EnumSet;
import java.util.Set;
import org.vgictrace.parser.event.Kind;
import org.vgictrace.parser.event.LrImage;
import org.vgictrace.parser.event.Names;
import org.vgictrace.parser.event.Snapshot;
import org.vgictrace.replay.engine.Event;
import org.vgictrace.replay.engine.Ledger;
import org.vgictrace.replay.engine.Part;
import org.vgictrace.replay.gic.Hcr;
import org.vgictrace.replay.gic.Lr;
import org.vgictrace.replay.kvm.VcpuState.Phase;
import org.vgictrace.replay.rule.Transition;

/**
 * Notes which steps of the model a capture exercises from population to prune. It reads what {@link
 * KvmModel} knows after the same event and judges nothing.
 */
public final class StepMarks implements Part {
  private static final EnumSet<Kind> USED =
      EnumSet.of(
          Kind.VCPU_ENTRY,
          Kind.VCPU_EXIT,
          Kind.LR_WRITE,
          Kind.LR_IMAGE,
          Kind.LR_FOLD,
          Kind.UNDERFLOW,
          Kind.HCR_CONFIG,
          Kind.IRQ_ACK,
          Kind.DEACTIVATE,
          Kind.VGIC_STEP);

  private static final int LR_WRITE_LR = Kind.LR_WRITE.column("lr");
  private static final int STEP = Kind.VGIC_STEP.column("step");
  private static final int STEP_UPDATE =
      Kind.VGIC_STEP.columns().get(STEP).labels().indexOf("update");

  private final Machine machine;
  private final Ledger ledger;

  /**
   * @param model stepped with each event before this part
   */
  public StepMarks(KvmModel model) {
    machine = model.machine();
    ledger = model.reporter().ledger();
  }

  @Override
  public Set<Kind> kinds() {
    return EnumSet.copyOf(USED);
  }

  @Override
  public void step(Kind kind, Event e, Names names) {
    if (kind == Kind.VGIC_STEP) {
      if (e.getInt(STEP, -1) == STEP_UPDATE) {
        ledger.exercised(Transition.PRUNE_6);
      }
      return;
    }
    VcpuState v = machine.vcpuOfThread(e.pid);
    if (v == null || v.nested) {
      return;
    }
    switch (kind) {
      case VCPU_ENTRY -> entered(v);
      case VCPU_EXIT -> left(v);
      case LR_WRITE -> populated(e, v);
      case LR_IMAGE -> image(e, v);
      case LR_FOLD -> folded(e, v);
      case UNDERFLOW -> ledger.exercised(Transition.FLUSH_6);
      case HCR_CONFIG -> {
        ledger.exercised(Transition.FLUSH_8);
        ledger.exercised(Transition.FLUSH_10);
      }
      case IRQ_ACK -> {
        if (FoldChecks.isFolding(v)) {
          ledger.exercised(Transition.FOLD_8);
        }
      }
      default -> ledger.exercised(Transition.DEACT_1);
    }
  }

  private void entered(VcpuState v) {
    if (v.entryValid) {
      ledger.exercised(Transition.ENTRY_1);
      if (v.used > 0 || machine.profile.isEoiCount()) {
        ledger.exercised(Transition.FLUSH_11);
      }
    }
  }

  private void left(VcpuState v) {
    if (v.foldSeen) {
      v.foldSeen = false;
      ledger.exercised(Transition.ENTRY_3);
      ledger.exercised(Transition.FOLD_10);
      if (machine.profile.isEoiCount() && v.used > 0 && v.used == machine.lrs) {
        ledger.exercised(Transition.PRUNE_5);
      }
    }
  }

  private void populated(Event e, VcpuState v) {
    int k = e.getInt(LR_WRITE_LR, -1);
    IrqState irq = k < 0 || k >= VcpuState.LRS_MAX ? null : v.popIrq[k];
    if (irq == null) {
      return;
    }
    int flags = v.popFlags[k] & v.popKnown[k];
    boolean active = (flags & IrqState.ACTIVE) != 0;
    boolean mapped = (flags & IrqState.HW) != 0;
    boolean level = (flags & IrqState.LEVEL_SENSITIVE) != 0;
    boolean pending = (flags & IrqState.PENDING) != 0 || level && (flags & IrqState.LEVEL) != 0;
    ledger.exercised(Transition.POP_1);
    if (irq.isLpi()) {
      ledger.exercised(Transition.POP_7);
    }
    if (mapped && active && pending) {
      ledger.exercised(Transition.POP_6);
    }
    boolean again = irq.imageSerial >= 0 && irq.imageSerial == v.imageSerial;
    if (e.has(Snapshot.ON_LR) && e.get(Snapshot.ON_LR, 1) == 0) {
      ledger.exercised(Transition.POP_8);
      if (again) {
        // The mark of the run before has gone.
        ledger.exercised(Transition.FOLD_9);
      }
    }
    if (active && v.popTarget[k] == 0) {
      ledger.exercised(Transition.PRUNE_4);
    }
    if (again && irq.listedUntil != 0 && irq.listedUntil < v.inTs) {
      // In the list registers of the run before, and on the list ever since.
      ledger.exercised(Transition.PRUNE_2);
    }
    boolean triggerKnown = (v.popKnown[k] & IrqState.LEVEL_SENSITIVE) != 0;
    if (pending && triggerKnown) {
      delivered(e, v, irq, level, mapped, active);
    }
  }

  /** What becomes of the pending state of an interrupt that is populated. */
  private void delivered(
      Event e, VcpuState v, IrqState irq, boolean level, boolean mapped, boolean active) {
    if (level) {
      if (!mapped) {
        ledger.exercised(Transition.POP_4);
      } else if (!active) {
        ledger.exercised(Transition.POP_3);
      }
      return;
    }
    boolean v2Sgi = irq.isSgi() && machine.isV2Guest(v);
    if (v2Sgi && e.has(Snapshot.SOURCE)) {
      boolean sourced = e.get(Snapshot.SOURCE, 0) != 0;
      ledger.exercised(sourced ? Transition.POP_5 : Transition.POP_9);
    }
    if (!(mapped && active)) {
      ledger.exercised(Transition.POP_2);
    }
  }

  private void image(Event e, VcpuState v) {
    int point = e.getInt(LrImage.POINT, -1);
    if (point == LrImage.POINT_ENTRY && v.phase == Phase.IMAGED) {
      flushed(v);
    } else if (point == LrImage.POINT_EXIT && v.exitValid) {
      ledger.exercised(Transition.EXIT_1);
      v.foldSeen = v.phase == Phase.FOLDING;
      if (v.foldSeen) {
        saved(v);
      }
    }
  }

  private void flushed(VcpuState v) {
    boolean full = v.used > 0 && v.used == machine.lrs;
    if (v.used > 0 || v.clearMask != 0) {
      ledger.exercised(Transition.FLUSH_7);
    }
    if (machine.profile.isEoiCount()) {
      if (v.popMask != 0) {
        ledger.exercised(Transition.FLUSH_9);
      }
      return;
    }
    if (!machine.profile.isLegacy()) {
      return;
    }
    if (v.popMask != 0) {
      ledger.exercised(Transition.FLUSH_4);
    } else if (v.used == 0 && v.clearMask == 0 && machine.lrs > 0) {
      // A pass over a list, however short, clears what it leaves over.
      ledger.exercised(Transition.FLUSH_1);
    }
    if (full) {
      ledger.exercised(Transition.FLUSH_5);
    }
    if (v.multiSource || full && v.firstOutside != null) {
      ledger.exercised(Transition.FLUSH_3);
    }
  }

  private void saved(VcpuState v) {
    if (v.used > 0 || machine.profile.isEoiCount()) {
      if (machine.host != 0) {
        ledger.exercised(machine.isV3() ? Transition.SAVE_HW_2 : Transition.SAVE_HW_1);
      }
    }
    if (!v.entryValid) {
      return;
    }
    if (machine.profile.isLegacy() && v.inHcr >= 0 && (v.inHcr & Hcr.UIE) != 0) {
      ledger.exercised(Transition.FOLD_1);
    }
    if (v.outHcr >= 0 && Hcr.eoiCount(v.outHcr) > 0) {
      ledger.exercised(Transition.RUN_4);
    }
    boolean v3 = machine.isV3();
    int n = Math.min(v.used, Math.min(v.inRecorded, v.outRecorded));
    for (int k = 0; k < n; k++) {
      if (((v.inTainted | v.outTainted) >>> k & 1) == 0) {
        served(v.in[k], v.out[k], v3);
      }
    }
  }

  private void served(long in, long out, boolean v3) {
    ledger.exercised(Transition.RUN_2);
    if (in == out) {
      return;
    }
    ledger.exercised(Transition.RUN_1);
    int to = Lr.state(out, v3);
    boolean ended =
        to == Lr.STATE_INACTIVE
            || to == Lr.STATE_PENDING && Lr.state(in, v3) == Lr.STATE_PENDING_ACTIVE;
    if (ended) {
      ledger.exercised(Transition.RUN_3);
      if (Lr.isHw(in, v3)) {
        ledger.exercised(Transition.RUN_5);
      }
    }
  }

  private void folded(Event e, VcpuState v) {
    IrqState irq = FoldChecks.isFolding(v) ? machine.irqOf(e, v, 0) : null;
    if (irq == null) {
      return;
    }
    int k = v.lastFolded;
    boolean ofRegister =
        k >= 0
            && Lr.intid(v.out[k], machine.isV3(), machine.isV2Guest(v))
                == Integer.toUnsignedLong(irq.intid);
    if (ofRegister) {
      register(irq, v, k);
    } else if (machine.profile.isEoiCount()
        && v.outHcr >= 0
        && v.extraFolds > 0
        && v.extraFolds <= Hcr.eoiCount(v.outHcr)) {
      ledger.exercised(Transition.FOLD_11);
    }
  }

  private void register(IrqState irq, VcpuState v, int k) {
    boolean v3 = machine.isV3();
    long out = v.out[k];
    boolean pending = Lr.isPending(out, v3);
    boolean inactive = Lr.state(out, v3) == Lr.STATE_INACTIVE;
    ledger.exercised(Transition.FOLD_2);
    if (irq.isKnown(IrqState.ACTIVE)) {
      ledger.exercised(Transition.FOLD_3);
    }
    if (irq.isSgi() && machine.isV2Guest(v) && Lr.isActive(out, v3)) {
      ledger.exercised(Transition.FOLD_4);
    }
    if (irq.isNot(IrqState.LEVEL_SENSITIVE) && pending) {
      ledger.exercised(Transition.FOLD_5);
    }
    if (irq.is(IrqState.LEVEL_SENSITIVE)) {
      if (inactive) {
        ledger.exercised(Transition.FOLD_6);
      }
      boolean wasActive = v.entryValid && Lr.isActive(v.in[k], v3);
      boolean ended = wasActive && !Lr.isActive(out, v3) && irq.is(IrqState.LEVEL);
      if (irq.is(IrqState.HW) && (pending || ended)) {
        ledger.exercised(Transition.FOLD_7);
      }
    }
  }
}
