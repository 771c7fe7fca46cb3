package org.vgictrace.replay.kvm;

import org.jspecify.annotations.Nullable;
import org.vgictrace.parser.event.LrImage;
import org.vgictrace.parser.event.Snapshot;
import org.vgictrace.replay.engine.Event;
import org.vgictrace.replay.engine.Ledger;
import org.vgictrace.replay.gic.Lr;
import org.vgictrace.replay.kvm.VcpuState.Phase;
import org.vgictrace.replay.rule.Generation;
import org.vgictrace.replay.rule.Observation;
import org.vgictrace.replay.rule.Transition;

/**
 * Follows each vCPU through its residencies, from the flush before an entry to the end of the fold
 * after the exit, and has every part judged when it is complete. The states are those of {@link
 * VcpuState}.
 */
final class Residencies {
  private final Machine machine;
  private final Ledger ledger;
  private final FlushChecks flush;
  private final EntryChecks entry;
  private final OverflowChecks overflow;
  private final ListChecks list;
  private final ResidencyChecks residency;
  private final FoldChecks fold;
  private final PendingChecks pendings;
  private final ImageReader images;
  private long imageSerial;

  Residencies(
      Machine machine,
      Reporter reporter,
      FlushChecks flush,
      OverflowChecks overflow,
      FoldChecks fold) {
    this.machine = machine;
    this.ledger = reporter.ledger();
    this.flush = flush;
    this.overflow = overflow;
    this.fold = fold;
    entry = new EntryChecks(machine, reporter);
    list = new ListChecks(machine, reporter);
    residency = new ResidencyChecks(machine, reporter);
    pendings = new PendingChecks(machine, reporter);
    images = new ImageReader(machine);
  }

  /** The guest is entered. */
  void entered(Event e, @Nullable VcpuState v) {
    machine.saw(Observation.VCPU_ENTRY);
    machine.entries++;
    VcpuState vcpu = v == null ? machine.vcpuInThread(e, 0) : v;
    if (vcpu.phase == Phase.GUEST || vcpu.phase == Phase.FOLDING) {
      if (vcpu.synced) {
        machine.gap(vcpu);
      }
      vcpu.entryValid = false;
    } else if (vcpu.phase != Phase.IMAGED) {
      if (vcpu.synced && machine.shows(Observation.ENTRY_IMAGE)) {
        machine.gap(vcpu);
      }
      vcpu.entryValid = false;
    }
    vcpu.phase = Phase.GUEST;
    vcpu.synced = true;
    machine.runs(vcpu);
  }

  /** The guest was left; its list registers were folded before. */
  void left(Event e, @Nullable VcpuState v) {
    machine.saw(Observation.VCPU_EXIT);
    if (v == null) {
      return;
    }
    switch (v.phase) {
      case FOLDING -> fold.end(e, v);
      case GUEST -> {
        boolean foldDue =
            v.entryValid
                && machine.shows(Observation.EXIT_IMAGE)
                && (v.used > 0 || machine.profile.isEoiCount());
        if (v.synced && foldDue) {
          machine.gap(v);
        }
      }
      case CANCELLED -> {
        // A cancelled entry has no exit: this was a real one whose entry is missing.
        v.cancelledDiffers = false;
        v.exitValid = false;
        machine.gap(v);
      }
      case IDLE, FLUSH, IMAGED -> {
        if (v.synced) {
          machine.gap(v);
        }
      }
    }
    v.phase = Phase.IDLE;
    v.entryValid = false;
    v.exitValid = false;
  }

  /** A vCPU is kicked. */
  void kicked(Event e) {
    residency.kick(e);
  }

  /** A list register is populated. */
  void populate(Event e, @Nullable VcpuState v) {
    newFlush(e, v);
    if ((e.present() >>> Snapshot.ON_LR & 1) != 0) {
      machine.profile.evidence(Generation.M72, "on_lr in the recording");
    }
    flush.populate(e);
  }

  /** An unused list register is cleared. */
  void cleared(Event e, @Nullable VcpuState v) {
    newFlush(e, v);
    flush.clear(e);
  }

  /** A flush after a fold without an exit in between: that entry was cancelled. */
  private void newFlush(Event e, @Nullable VcpuState v) {
    if (v != null && v.phase == Phase.CANCELLED) {
      cancelled(e, v);
    }
  }

  private void cancelled(Event e, VcpuState v) {
    residency.cancelledForSure(e, v);
    ledger.exercised(Transition.ENTRY_2);
    fold.end(e, v);
    v.phase = Phase.IDLE;
  }

  /** The list registers are recorded, before entry or after exit. */
  void image(Event e) {
    VcpuState v = machine.vcpuInThread(e, e.get(LrImage.VCPU, 0));
    machine.tie(v, e.get(LrImage.KVM, 0), e.getInt(LrImage.VCPU_ID, -1));
    int point = e.getInt(LrImage.POINT, -1);
    if (point == LrImage.POINT_ENTRY) {
      machine.saw(Observation.ENTRY_IMAGE);
      entryImage(e, v);
    } else if (point == LrImage.POINT_EXIT) {
      machine.saw(Observation.EXIT_IMAGE);
      exitImage(e, v);
    }
  }

  private void entryImage(Event e, VcpuState v) {
    if (v.phase == Phase.CANCELLED) {
      cancelled(e, v);
    }
    if (v.phase != Phase.FLUSH) {
      if (v.phase != Phase.IDLE && v.synced) {
        machine.gap(v);
      }
      v.clearFlush();
      v.flushTs = v.lastTs;
      v.beforeFlushTs = v.lastTs;
    }
    learnRegisters(v);
    boolean first = machine.host == 0;
    images.entry(e, v);
    if (first && machine.host != 0) {
      flush.predictLate(v);
    }
    v.imageSerial = ++imageSerial;
    machine.runs(v);
    if (v.used > 0 && v.vm != null) {
      v.vm.delivers = true;
    }
    v.phase = Phase.IMAGED;
    v.entryValid = true;
    v.exitValid = false;
    boolean complete =
        v.popMask == 0
            || v.populated() == v.used
            || machine.lrs >= 0 && Integer.bitCount(v.popMask | v.clearMask) == machine.lrs;
    int populated = v.popMask;
    if (!complete) {
      v.popMask = 0;
      v.entryValid = true;
    }
    flush.complete(v);
    pendings.entered(e, v);
    list.survey(v);
    entry.judge(e, v);
    overflow.judge(e, v);
    list.judge(e, v);
    unseen(v, v.in, v.inRecorded, populated);
  }

  /** A population that was not recorded moved an edge or a mapped line to its register. */
  private void unseen(VcpuState v, long[] image, int recorded, int populated) {
    int n = Math.min(Math.min(v.used, recorded), image.length);
    for (int k = 0; k < n; k++) {
      if ((populated >>> k & 1) == 0) {
        long intid = Lr.intid(image[k], machine.isV3(), machine.isV2Guest(v));
        IrqState irq = machine.known((int) intid, v);
        if (irq != null && !(irq.is(IrqState.LEVEL_SENSITIVE) && irq.isNot(IrqState.HW))) {
          irq.forget(IrqState.PENDING | IrqState.LEVEL);
          irq.belief.forget(IrqState.PENDING | IrqState.LEVEL);
        }
      }
    }
  }

  /** A complete pass clears up to the last register, which tells how many there are. */
  private void learnRegisters(VcpuState v) {
    if (v.clearMask != 0) {
      machine.lastRegisterCleared(Integer.SIZE - 1 - Integer.numberOfLeadingZeros(v.clearMask));
    }
  }

  private void exitImage(Event e, VcpuState v) {
    switch (v.phase) {
      case GUEST -> {
        images.exit(e, v);
        v.exitValid = true;
        pendings.left(v);
        fold.begin(v);
        v.phase = Phase.FOLDING;
        if (v.entryValid) {
          residency.judge(e, v);
        } else {
          v.used = e.getInt(LrImage.USED_LRS, 0);
          residency.undecided(v);
        }
      }
      case FLUSH -> {
        v.used = e.getInt(LrImage.USED_LRS, v.populated());
        images.exit(e, v);
        v.exitValid = true;
        v.entryValid = false;
        v.outTainted = 0;
        fold.begin(v);
        v.phase = Phase.CANCELLED;
        residency.cancelled(v);
        unseen(v, v.out, v.outRecorded, v.popMask);
      }
      case IDLE, IMAGED, FOLDING, CANCELLED -> strayExitImage(e, v);
    }
  }

  /** An exit image that no entry was seen for. */
  private void strayExitImage(Event e, VcpuState v) {
    boolean emptyCancelled =
        machine.profile.isEoiCount() && v.phase == Phase.IDLE && e.getInt(LrImage.USED_LRS, 0) == 0;
    if (v.synced && !emptyCancelled) {
      machine.gap(v);
    }
    v.used = e.getInt(LrImage.USED_LRS, 0);
    v.entryValid = false;
    images.exit(e, v);
    unseen(v, v.out, v.outRecorded, 0);
    v.exitValid = true;
    fold.begin(v);
    v.phase = v.synced ? Phase.CANCELLED : Phase.FOLDING;
    residency.undecided(v);
  }

  /** Something happens in the thread that cannot happen before the exit event. */
  void afterExit(Event e, @Nullable VcpuState v) {
    if (v != null && v.phase == Phase.FOLDING && isExitMissing(v)) {
      machine.gap(v);
    } else {
      outOfGuest(e, v);
    }
  }

  /** The vCPU is loaded or put, which no preemption does between the image and the exit event. */
  void switched(VcpuState v) {
    boolean inside = v.phase == Phase.GUEST || v.phase == Phase.FOLDING;
    if (inside && isExitMissing(v)) {
      machine.gap(v);
    }
  }

  private boolean isExitMissing(VcpuState v) {
    return v.synced && machine.shows(Observation.VCPU_EXIT);
  }

  /**
   * Something happens in the thread that cannot happen between the start of a flush and the fold.
   */
  void outOfGuest(Event e, @Nullable VcpuState v) {
    if (v == null) {
      return;
    }
    switch (v.phase) {
      case FLUSH -> {
        // An entry cancelled with nothing populated leaves no fold behind.
        if (v.popMask != 0) {
          machine.gap(v);
        }
        v.phase = Phase.IDLE;
        v.clearFlush();
      }
      case IMAGED -> machine.gap(v);
      case GUEST -> {
        if (v.entryValid && v.used > 0 && machine.shows(Observation.EXIT_IMAGE)) {
          machine.gap(v);
        }
      }
      case CANCELLED -> {
        if (v.exitValid) {
          cancelled(e, v);
        }
      }
      case IDLE, FOLDING -> {
        // Host interrupts are taken between the fold and the exit event.
      }
    }
  }
}
