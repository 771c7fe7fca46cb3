package org.vgictrace.replay.xen;

import org.vgictrace.replay.engine.Event;
import org.vgictrace.replay.gic.Hcr;
import org.vgictrace.replay.xen.Core.Context;
import org.vgictrace.replay.xen.Core.Stage;

/**
 * Finds context switches in the accesses of a CPU. Both vGICs make them in one order:
 *
 * <pre>
 *             save                                       restore
 *  GICv3      LRn-1..LR0, AP0R, AP1R, VMCR               VMCR, AP0R, AP1R, LRn-1..LR0
 *  GICv2      LR0..LRn-1, APR, VMCR, then HCR := 0       LR0..LRn-1, APR, VMCR, then HCR := 1
 * </pre>
 *
 * (gicv3_save_state, gicv3_restore_state in xen/arch/arm/gic-v3.c and gicv2_save_state,
 * gicv2_restore_state in gic-v2.c.) A sequence that is not complete is one of which lines are
 * missing: what was saved, or who was loaded, is then not known.
 */
final class Switches {
  private static final int BOTH_GROUPS = 3;

  private final Vcpus vcpus;
  private final Recognition recognition;
  private final XenReporter report;

  /** List registers there are, 0 as long as that is not known. */
  private int count;

  Switches(Vcpus vcpus, Recognition recognition, XenReporter report) {
    this.vcpus = vcpus;
    this.recognition = recognition;
    this.report = report;
  }

  /** Says how many list registers there are. */
  void setCount(int newCount) {
    count = newCount;
  }

  int count() {
    return count;
  }

  /**
   * Takes an access in.
   *
   * @param lr which list register, or which of the active priority registers of a group
   * @return whether it is part of a restore
   */
  boolean accessed(Event e, Core c, Register reg, boolean write, int lr, long value) {
    boolean restoring = write ? written(e, c, reg, lr, value) : read(e, c, reg, lr, value);
    c.lastRead = reg == Register.LR && !write ? lr : -1;
    c.afterHcrRead = reg == Register.HCR && !write;
    return restoring;
  }

  /** The hypervisor uses the physical interface. */
  void host(Core c) {
    c.lastRead = -1;
  }

  /** The guest uses its interface. */
  void guest(Event e, Core c) {
    end(e, c);
    c.lastRead = -1;
    c.afterHcrRead = false;
    if (c.context != Context.LOADED) {
      vcpus.doubt(c);
      c.enter(Context.LOADED, -1);
      c.used = -1;
    }
    c.maybeLeft = false;
  }

  private boolean read(Event e, Core c, Register reg, int lr, long value) {
    switch (reg) {
      case LR -> listRegisterRead(e, c, lr, value);
      case AP0, AP1 -> prioritiesRead(e, c, reg == Register.AP1 ? 1 : 0, lr, value);
      case VMCR -> {
        if (c.stage == Stage.SAVE_AP && (!c.v3 || c.groups == BOTH_GROUPS)) {
          c.image.vmcr = value;
          c.stage = Stage.SAVE_VMCR;
          if (c.v3) {
            saved(e, c);
          }
        } else if (c.stage == Stage.SAVE_LRS && !c.v3) {
          c.stage = Stage.SAVE_DOUBT;
        } else if (c.stage != Stage.SAVE_DOUBT) {
          end(e, c);
        }
      }
      default -> {
        end(e, c);
        c.maybeLeft &= reg != Register.HCR;
      }
    }
    return false;
  }

  private void listRegisterRead(Event e, Core c, int lr, long value) {
    boolean next = c.stage == Stage.SAVE_LRS && lr == c.expected && c.lastRead >= 0;
    if (next) {
      c.image.lrs[lr] = value;
      c.expected += c.v3 ? -1 : 1;
      return;
    }
    end(e, c);
    int first = c.v3 ? count - 1 : 0;
    if (lr == first && count > 0) {
      c.stage = Stage.SAVE_LRS;
      c.image = new Image(count);
      c.image.lrs[lr] = value;
      c.expected = c.v3 ? lr - 1 : lr + 1;
      c.groups = 0;
    }
  }

  private void prioritiesRead(Event e, Core c, int group, int index, long value) {
    boolean complete =
        c.stage == Stage.SAVE_LRS && c.expected == (c.v3 ? -1 : count) && c.lastRead >= 0;
    if (complete || c.stage == Stage.SAVE_AP) {
      c.stage = Stage.SAVE_AP;
      c.groups |= 1 << group;
      c.image.priorities(group, index, value);
    } else if (!c.v3) {
      end(e, c);
      c.stage = Stage.SAVE_DOUBT;
    } else {
      end(e, c);
      if (group == 0) {
        // Nothing but a save reads them.
        left(c);
      }
    }
  }

  private void saved(Event e, Core c) {
    c.stage = Stage.IDLE;
    c.image.seq = e.seq;
    c.image.ts = e.ts;
    c.image.cpu = e.cpu;
    if (c.context == Context.NONE) {
      // Who was loaded is not known.
      vcpus.doubt(c);
    }
    vcpus.saved(c, c.image);
    recognition.switched();
    c.enter(Context.NONE, -1);
  }

  /** A virtual CPU was saved, but not every step was seen. */
  private void left(Core c) {
    if (c.context != Context.NONE) {
      report.gap();
      vcpus.lost(c);
      c.enter(Context.NONE, -1);
    }
  }

  private boolean written(Event e, Core c, Register reg, int lr, long value) {
    return switch (reg) {
      case LR -> listRegisterWritten(e, c, lr, value);
      case AP0, AP1 -> prioritiesWritten(e, c, reg == Register.AP1 ? 1 : 0, lr, value);
      case VMCR -> {
        controlWritten(e, c, value);
        yield true;
      }
      case HCR -> {
        hypervisorControlWritten(e, c, value);
        yield false;
      }
      default -> {
        end(e, c);
        yield false;
      }
    };
  }

  private boolean listRegisterWritten(Event e, Core c, int lr, long value) {
    if (!c.v3) {
      return listRegisterWrittenV2(e, c, lr, value);
    }
    boolean first = c.stage == Stage.RESTORE_AP && c.groups == BOTH_GROUPS && lr == count - 1;
    if (first || c.stage == Stage.RESTORE_LRS && lr == c.expected) {
      c.stage = Stage.RESTORE_LRS;
      c.image.lrs[lr] = value;
      c.expected = lr - 1;
      if (lr == 0) {
        restored(e, c);
      }
      return true;
    }
    if (c.stage == Stage.IDLE || c.stage.compareTo(Stage.RESTORE_VMCR) < 0) {
      end(e, c);
      return false;
    }
    c.stage = Stage.RESTORE_BROKEN;
    if (lr == 0) {
      end(e, c);
    }
    return true;
  }

  /** Only a virtual CPU that is not loaded yet can be restored; others are given interrupts. */
  private boolean listRegisterWrittenV2(Event e, Core c, int lr, long value) {
    if (c.stage == Stage.SAVE_VMCR) {
      end(e, c);
    }
    if (c.context == Context.LOADED && !c.maybeLeft) {
      end(e, c);
      return false;
    }
    if (lr == 0 && count > 0 && c.stage != Stage.RESTORE_BROKEN) {
      c.stage = Stage.RESTORE_LRS;
      c.image = new Image(count);
      c.image.lrs[0] = value;
      c.expected = 1;
      c.groups = 0;
    } else if (c.stage == Stage.RESTORE_LRS && lr == c.expected && lr < count) {
      c.image.lrs[lr] = value;
      c.expected++;
    } else {
      c.stage = Stage.RESTORE_BROKEN;
    }
    return true;
  }

  private boolean prioritiesWritten(Event e, Core c, int group, int index, long value) {
    boolean expected =
        c.v3
            ? c.stage == Stage.RESTORE_VMCR || c.stage == Stage.RESTORE_AP
            : c.stage == Stage.RESTORE_LRS && c.expected == count;
    if (expected) {
      c.stage = Stage.RESTORE_AP;
      c.groups |= 1 << group;
      c.image.priorities(group, index, value);
    } else {
      if (c.stage.compareTo(Stage.RESTORE_VMCR) < 0) {
        end(e, c);
      }
      c.stage = Stage.RESTORE_BROKEN;
    }
    return true;
  }

  private void controlWritten(Event e, Core c, long value) {
    if (c.v3) {
      end(e, c);
      c.stage = count > 0 ? Stage.RESTORE_VMCR : Stage.RESTORE_BROKEN;
      c.image = new Image(count);
      c.image.vmcr = value;
      c.groups = 0;
    } else if (c.stage == Stage.RESTORE_AP) {
      c.image.vmcr = value;
      restored(e, c);
    } else {
      if (c.stage.compareTo(Stage.RESTORE_VMCR) < 0) {
        end(e, c);
      }
      c.stage = Stage.RESTORE_BROKEN;
    }
  }

  private void hypervisorControlWritten(Event e, Core c, long value) {
    boolean enabled = Hcr.has(value, Hcr.EN);
    if (!c.v3 && !enabled && c.stage == Stage.SAVE_VMCR) {
      saved(e, c);
    } else if (!c.v3 && !enabled && c.stage == Stage.RESTORE_BROKEN) {
      c.stage = Stage.IDLE;
    } else if (!c.v3 && !enabled && (c.stage == Stage.SAVE_AP || c.stage == Stage.SAVE_DOUBT)) {
      // The end of a save of which a step is missing.
      c.stage = Stage.IDLE;
      left(c);
    } else if (c.stage == Stage.RESTORE_VMCR) {
      // A CPU comes up.
      c.stage = Stage.IDLE;
    } else {
      end(e, c);
    }
  }

  private void restored(Event e, Core c) {
    c.stage = Stage.IDLE;
    c.image.seq = e.seq;
    c.image.ts = e.ts;
    c.image.cpu = e.cpu;
    if (c.context != Context.NONE) {
      if (c.context == Context.LOADED) {
        vcpus.lost(c);
      }
      c.enter(Context.NONE, -1);
    }
    recognition.switched();
    int vcpu = vcpus.restored(e, c, c.image);
    c.enter(Context.LOADED, vcpu);
    c.fresh = -1L;
    c.own = -1L;
    c.restored = true;
  }

  /** A switch in progress does not go on. */
  private void end(Event e, Core c) {
    Stage stage = c.stage;
    c.stage = Stage.IDLE;
    switch (stage) {
      case SAVE_AP -> {
        if (c.v3) {
          left(c);
        }
      }
      case SAVE_VMCR -> {
        c.maybeLeft = c.context == Context.LOADED;
        vcpus.maybeSaved(c.maybeLeft);
      }
      case RESTORE_LRS -> {
        if (!c.v3 && c.context == Context.NONE && !c.maybeLeft) {
          report.writtenWhileIdle(e, c);
        }
        broken(c);
      }
      case RESTORE_AP, RESTORE_BROKEN -> broken(c);
      default -> {}
    }
  }

  /** A virtual CPU was restored, but not every step was seen. */
  private void broken(Core c) {
    report.gap();
    if (c.context == Context.LOADED) {
      vcpus.lost(c);
    }
    vcpus.doubt(c);
    c.enter(Context.LOADED, -1);
    c.used = -1;
  }
}
