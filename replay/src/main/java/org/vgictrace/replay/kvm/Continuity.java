package org.vgictrace.replay.kvm;

import static org.vgictrace.replay.rule.EdgeRules.EDGE_1;
import static org.vgictrace.replay.rule.EdgeRules.EDGE_2;
import static org.vgictrace.replay.rule.EdgeRules.EDGE_3;
import static org.vgictrace.replay.rule.EdgeRules.LVL_1;
import static org.vgictrace.replay.rule.EdgeRules.LVL_2;
import static org.vgictrace.replay.rule.EdgeRules.LVL_3;
import static org.vgictrace.replay.rule.EntryImageRules.LRE_10;
import static org.vgictrace.replay.rule.EntryImageRules.LRE_11;
import static org.vgictrace.replay.rule.EntryImageRules.LRE_16;
import static org.vgictrace.replay.rule.EntryImageRules.LRE_17;
import static org.vgictrace.replay.rule.EntryImageRules.LRE_8;
import static org.vgictrace.replay.rule.EntryImageRules.LRE_9;
import static org.vgictrace.replay.rule.FoldRules.FOLD_7;

import org.jspecify.annotations.Nullable;
import org.vgictrace.parser.event.Kind;
import org.vgictrace.replay.engine.Event;
import org.vgictrace.replay.engine.Ledger;
import org.vgictrace.replay.engine.Strength;
import org.vgictrace.replay.rule.Observation;
import org.vgictrace.replay.rule.Reason;
import org.vgictrace.replay.verdict.EventRef;

/**
 * Judges every snapshot of an interrupt against what must still hold: no field changes without an
 * event that changes it, and what was written is there afterwards.
 *
 * <p>A snapshot taken under the interrupt's lock (queueing, population, fold) is in order with all
 * others. One taken when a reference is dropped may be read a little after its time stamp; what it
 * shows otherwise is only suspected, until the next snapshot comes without a cause in between.
 */
final class Continuity {
  private static final int E1 = Ledger.index(EDGE_1);
  private static final int E2 = Ledger.index(EDGE_2);
  private static final int E3 = Ledger.index(EDGE_3);
  private static final int L1 = Ledger.index(LVL_1);
  private static final int L3 = Ledger.index(LVL_3);
  private static final int L2 = Ledger.index(LVL_2);
  private static final int R8 = Ledger.index(LRE_8);
  private static final int R9 = Ledger.index(LRE_9);
  private static final int R10 = Ledger.index(LRE_10);
  private static final int R11 = Ledger.index(LRE_11);
  private static final int R16 = Ledger.index(LRE_16);
  private static final int R17 = Ledger.index(LRE_17);
  private static final int F7 = Ledger.index(FOLD_7);

  /** Fields that population and folding change. */
  private static final int MOVING = IrqState.PENDING | IrqState.ACTIVE | Belief.SOURCE;

  /** LPIs of a guest have 16 bits. */
  private static final int LPIS_END = 1 << 16;

  private static final int TIED = IrqState.HW | Belief.HWINTID;

  private final Machine machine;
  private final Reporter reporter;
  private final Ledger ledger;

  Continuity(Machine machine, Reporter reporter) {
    this.machine = machine;
    this.reporter = reporter;
    this.ledger = reporter.ledger();
  }

  /**
   * Judges a snapshot that {@code irq} has just taken over. Call within a transition.
   *
   * @param thread the vCPU in whose thread it was taken, null if none
   */
  void judge(Kind kind, Event e, IrqState irq, @Nullable VcpuState thread) {
    int fields = Belief.fields(e);
    if (!irq.isLpi()) {
      itself(kind, e, irq, fields);
    } else if (irq.is(IrqState.LEVEL) && irq.intid > 0 && irq.intid < LPIS_END) {
      wrong(
          L2,
          Strength.HARD,
          e,
          irq,
          text(kind) + irq.text(),
          "An LPI has a line.",
          "line=0",
          irq.text());
    }
    Belief belief = irq.belief;
    belief.refresh(irq.vm);
    if (belief.writerPid != IrqState.NOBODY) {
      write(kind, e, irq, fields);
    }
    if (belief.injectorPid == e.pid) {
      // The injection is done: queueing is its last step, dropping the reference the one after.
      belief.injectorPid = IrqState.NOBODY;
    }
    int differs = belief.differing(irq, fields);
    if (belief.suspect != 0) {
      differs = settleSuspicion(kind, e, irq, differs, fields);
    }
    int certain = differs == 0 ? 0 : certain(kind, irq, thread, differs);
    if (certain != 0 && kind == Kind.IRQ_PUT) {
      // The next snapshot tells, if there is one before everything may have changed.
      ledger.indeterminate(rule(irq, Integer.lowestOneBit(certain), false), Reason.RACE_WINDOW);
      belief.suspect = certain;
      belief.suspectRef = Ledger.ref(e, text(kind) + irq.text());
    } else if (certain != 0) {
      changed(e, irq, Integer.lowestOneBit(certain), text(kind) + irq.text(), null);
    }
    count(kind, irq, fields, differs);
    belief.adopt(irq, adoptable(kind, irq, thread, fields) & ~belief.suspect, e);
    if (kind == Kind.LR_FOLD) {
      folded(irq);
    }
  }

  /** The next snapshot shows whether what an unlocked one showed was there. */
  private int settleSuspicion(Kind kind, Event e, IrqState irq, int differs, int fields) {
    Belief belief = irq.belief;
    EventRef ref = belief.suspectRef;
    int suspect = belief.suspect & fields;
    if (suspect == 0 || ref == null) {
      return differs;
    }
    belief.suspect = 0;
    boolean race = ref.cpu() != e.cpu && kind != Kind.IRQ_PUT;
    int reported = race ? suspect & ~MOVING : suspect;
    if (reported != 0) {
      changed(e, irq, Integer.lowestOneBit(reported), text(kind) + irq.text(), ref);
    }
    return differs & ~suspect;
  }

  /** What a snapshot shows to be wrong all by itself. */
  private void itself(Kind kind, Event e, IrqState irq, int fields) {
    if (irq.intid >= 16 && (fields & Belief.SOURCE) != 0) {
      if (irq.source != 0 || irq.activeSource != 0) {
        wrong(
            R17,
            Strength.HARD,
            e,
            irq,
            text(kind) + irq.text(),
            "An interrupt that is no SGI has a requesting vCPU.",
            "source=0x0 active_source=0",
            "source=0x" + Integer.toHexString(irq.source) + " active_source=" + irq.activeSource);
      }
      boolean physical = irq.hwintid >= 16;
      if ((fields & TIED) == TIED && irq.intid < 1020 && irq.is(IrqState.HW) != physical) {
        wrong(
            R11,
            kind == Kind.IRQ_PUT ? Strength.SOFT : Strength.HARD,
            e,
            irq,
            text(kind) + irq.text(),
            "An interrupt is tied to a physical one without its number, or the other way round.",
            "hw=" + (physical ? 1 : 0) + " with physical INTID " + irq.hwintid,
            irq.text());
      }
    }
  }

  /** A snapshot in the thread that writes shows what was written. */
  private void write(Kind kind, Event e, IrqState irq, int fields) {
    Belief belief = irq.belief;
    if (!machine.accesses.isOpen(belief.writerPid, belief.writtenSeq)) {
      if ((belief.writing & IrqState.PENDING) != 0) {
        irq.raised(e);
      }
      if (belief.written != 0) {
        belief.applyWrite();
      } else {
        belief.endWrite();
      }
      return;
    }
    boolean own = e.pid == belief.writerPid && (kind == Kind.QUEUE || kind == Kind.IRQ_PUT);
    // A timer's interrupt may be looked at in the middle, when the vCPU is loaded anew.
    boolean isTimer = irq.isPrivate() && !irq.isSgi() && !irq.isNot(IrqState.HW);
    if (!own || isTimer) {
      return;
    }
    if (belief.ignored) {
      if (kind == Kind.QUEUE) {
        wrong(
            E2,
            Strength.PAIR,
            e,
            irq,
            "queue " + irq.text(),
            "A write that must be ignored makes an SGI pending.",
            "no effect of the pending registers on an SGI of a GICv2",
            irq.text());
      }
      belief.endWrite();
      return;
    }
    if (belief.written == 0) {
      // Either nothing certain was written, or an injection came in between.
      return;
    }
    int written = belief.written;
    if ((written & IrqState.ACTIVE) != 0) {
      unhalted(e, irq, belief.writtenSeq);
    }
    boolean undisturbed = isUndisturbed(irq, belief.writtenSeq);
    belief.applyWrite();
    if ((written & IrqState.PENDING) != 0) {
      irq.raised(e);
    }
    boolean cleared = (belief.bits & IrqState.PENDING) == 0;
    if (kind == Kind.IRQ_PUT && (written & IrqState.PENDING) != 0 && !(cleared && undisturbed)) {
      // By now another CPU may have served it, or raised it again.
      written &= ~(IrqState.PENDING | Belief.SOURCE);
      belief.forget(IrqState.PENDING);
    }
    int differs = belief.differing(irq, fields & written);
    if (differs != 0) {
      int field = Integer.lowestOneBit(differs);
      String expected = belief.text(field);
      boolean lost = field == IrqState.PENDING && irq.isNot(IrqState.PENDING);
      belief.forget(differs);
      wrong(
          rule(irq, field, lost),
          Strength.PAIR,
          e,
          irq,
          text(kind) + irq.text(),
          "A register write did not have its effect.",
          expected + ", as just written",
          observed(irq, field));
    } else if ((written & fields) != 0) {
      ledger.consistent(rule(irq, Integer.lowestOneBit(written & fields), false));
    }
  }

  /**
   * Whether nobody but the write at that position may have changed the pending latch: no other
   * write, no injection and no fold.
   */
  private boolean isUndisturbed(IrqState irq, long writtenSeq) {
    return irq.inLrOf == null
        && irq.isNot(IrqState.HW)
        && !irq.isSgi()
        && !irq.isLpi()
        && machine.showsInject
        && machine.shows(Observation.FOLD_SNAPSHOT)
        && irq.isRaisedBy(writtenSeq, machine.skewNs);
  }

  /** The active state is written by now; no vCPU may still have the interrupt in hardware. */
  private void unhalted(Event e, IrqState irq, long writtenSeq) {
    VcpuState v = irq.inLrOf;
    boolean inside =
        v != null
            && v.phase == VcpuState.Phase.GUEST
            && v.haltSeq == writtenSeq
            && v.haltSerial == v.imageSerial
            && v.hasInRegisters(irq.intid, machine);
    if (v != null && inside) {
      v.unhaltedIntid = irq.intid;
      v.unhaltedTs = e.ts;
      v.unhaltedInside = false;
    } else if (irq.isSpi()) {
      ledger.consistent(F7);
    }
  }

  /** The fields whose difference nothing that was recorded explains. */
  private int certain(Kind kind, IrqState irq, @Nullable VcpuState thread, int differs) {
    VmState vm = irq.vm;
    if (irq.isLpi() || vm == null || !machine.isRunning(vm)) {
      return 0;
    }
    int certain = differs & TIED;
    boolean accesses = machine.shows(Observation.DISTRIBUTOR) && machine.showsAccesses;
    if (accesses && !machine.isAnyWriteUnknown(vm)) {
      certain |= differs & Belief.CONFIGURED;
      certain |= moving(kind, irq, thread, differs);
    }
    boolean injecting = kind == Kind.QUEUE && irq.belief.openInjection;
    if ((differs & IrqState.LEVEL) != 0 && isLineSettled(kind, irq) && !injecting) {
      certain |= IrqState.LEVEL;
    }
    return certain;
  }

  /**
   * Whether only injections drive the line, and both of their events are recorded. The line of a
   * mapped interrupt is sampled, but not between its population and its fold.
   */
  private boolean isLineSettled(Kind kind, IrqState irq) {
    boolean driven =
        irq.isNot(IrqState.LEVEL_SENSITIVE) || irq.isNot(IrqState.HW) || kind == Kind.LR_FOLD;
    return driven && machine.showsInjectionsTwice();
  }

  private int moving(Kind kind, IrqState irq, @Nullable VcpuState thread, int differs) {
    boolean own = thread != null && thread.pointer != 0 && irq.own == thread.pointer;
    boolean locked = kind == Kind.LR_WRITE || kind == Kind.QUEUE;
    if (irq.inLrOf != null || !irq.isNot(IrqState.HW) || !(locked || own && kind == Kind.IRQ_PUT)) {
      return 0;
    }
    int certain = 0;
    Belief belief = irq.belief;
    if ((differs & IrqState.PENDING) != 0) {
      boolean lost = (belief.bits & IrqState.PENDING) != 0;
      certain |= lost || kind == Kind.LR_WRITE && raisesShown(irq) ? IrqState.PENDING : 0;
    }
    if ((differs & Belief.SOURCE) != 0 && irq.isSgi()) {
      boolean lost = (belief.source & ~irq.source) != 0;
      certain |= lost || kind == Kind.LR_WRITE && raisesShown(irq) ? Belief.SOURCE : 0;
    }
    // Since 6.19 the guest also deactivates what is in no list register.
    if (machine.profile.isLegacy() && machine.shows(Observation.FOLD_SNAPSHOT)) {
      certain |= differs & IrqState.ACTIVE;
    }
    return certain;
  }

  /** Whether whatever makes the interrupt pending is recorded, twice. */
  private boolean raisesShown(IrqState irq) {
    return machine.shows(Observation.QUEUE)
        && (irq.isSgi() ? machine.showsSgis : machine.showsInject);
  }

  private void changed(
      Event e, IrqState irq, int field, String text, @Nullable EventRef suspected) {
    Belief belief = irq.belief;
    boolean lost =
        field == IrqState.PENDING && (belief.bits & IrqState.PENDING) != 0
            || field == Belief.SOURCE && (belief.source & ~irq.source) != 0;
    EventRef before = new EventRef(belief.seq, belief.ts, belief.cpu, belief.text(field));
    EventRef[] because =
        suspected == null ? new EventRef[] {before} : new EventRef[] {before, suspected};
    reporter.violated(
        rule(irq, field, lost),
        Strength.SOFT,
        e,
        text,
        machine.vcpuAt(irq.target),
        Integer.toUnsignedLong(irq.intid),
        message(field, lost),
        belief.text(field) + ", as before",
        suspected == null ? observed(irq, field) : suspected.text(),
        because);
  }

  private static String message(int field, boolean lost) {
    return switch (field) {
      case IrqState.PENDING, Belief.SOURCE ->
          lost
              ? "A pending interrupt is gone without having been delivered or cleared."
              : "An interrupt is pending that nobody made pending.";
      case IrqState.LEVEL -> "A line changed that nobody drove.";
      case IrqState.ACTIVE -> "The active state changed outside a fold and without a write.";
      case IrqState.HW, Belief.HWINTID ->
          "The tie to a physical interrupt changed without being made or undone.";
      default -> "The configuration of an interrupt changed without a write.";
    };
  }

  private static int rule(IrqState irq, int field, boolean lost) {
    return switch (field) {
      case IrqState.PENDING -> irq.is(IrqState.LEVEL_SENSITIVE) ? L2 : lost ? E1 : E2;
      case Belief.SOURCE -> lost ? E1 : E2;
      case IrqState.LEVEL -> L2;
      case IrqState.ACTIVE -> F7;
      case IrqState.HW, Belief.HWINTID -> R11;
      case IrqState.LEVEL_SENSITIVE -> R8;
      case Belief.GROUP -> R9;
      case Belief.PRIORITY -> R10;
      default -> R16;
    };
  }

  private static String observed(IrqState irq, int field) {
    return switch (field) {
      case Belief.SOURCE -> "source 0x" + Integer.toHexString(irq.source);
      case Belief.TARGET -> "target " + Reporter.hex(irq.target);
      case Belief.HWINTID -> "physical INTID " + irq.hwintid;
      default -> irq.text();
    };
  }

  /** Instances of the end-to-end rules: what a population finds is what was left there. */
  private void count(Kind kind, IrqState irq, int fields, int differs) {
    if (kind != Kind.LR_WRITE || (fields & IrqState.PENDING) == 0) {
      return;
    }
    Belief belief = irq.belief;
    if (irq.isNot(IrqState.LEVEL_SENSITIVE)) {
      if ((belief.known & IrqState.PENDING) == 0) {
        ledger.indeterminate(E2, Reason.NO_IRQ_SNAPSHOT);
      } else if ((differs & IrqState.PENDING) == 0) {
        ledger.consistent(E1);
        ledger.consistent(E2);
        if (irq.is(IrqState.PENDING)) {
          ledger.consistent(E3);
        }
      }
    } else if (irq.isNot(IrqState.HW)) {
      if ((belief.known & IrqState.LEVEL) == 0) {
        ledger.indeterminate(L2, Reason.NO_IRQ_SNAPSHOT);
      } else if ((differs & IrqState.LEVEL) == 0) {
        ledger.consistent(L2);
        if (irq.isPending()) {
          ledger.consistent(L1);
          ledger.consistent(L3);
        }
      }
    }
  }

  /** What a snapshot proves for what comes next. */
  private static int adoptable(Kind kind, IrqState irq, @Nullable VcpuState thread, int fields) {
    boolean own = thread != null && thread.pointer != 0 && irq.own == thread.pointer;
    boolean settled = kind == Kind.LR_WRITE || kind == Kind.QUEUE || kind == Kind.LR_FOLD || own;
    int adoptable = (settled ? fields : fields & ~MOVING) & ~irq.belief.writing;
    return irq.belief.injectorPid == IrqState.NOBODY
        ? adoptable
        : adoptable & ~(IrqState.PENDING | IrqState.LEVEL);
  }

  /** Resampling and the sources are still to come. */
  private static void folded(IrqState irq) {
    int unsettled = Belief.SOURCE;
    if (!irq.isNot(IrqState.HW)) {
      unsettled |= IrqState.LEVEL;
    }
    irq.belief.forget(unsettled);
  }

  /**
   * A list register was populated from the interrupt.
   *
   * @param certain whether {@code irq} holds what that leaves behind
   */
  void populated(IrqState irq, boolean certain, Event e) {
    int fields = IrqState.PENDING | Belief.SOURCE | IrqState.LEVEL;
    if (certain) {
      irq.belief.adopt(irq, fields & ~(irq.source < 0 ? Belief.SOURCE : 0), e);
    } else {
      irq.belief.forget(fields);
    }
  }

  private static String text(Kind kind) {
    return switch (kind) {
      case LR_WRITE -> "populate ";
      case LR_FOLD -> "fold ";
      case QUEUE -> "queue ";
      case IRQ_PUT -> "put ";
      default -> "state ";
    };
  }

  private void wrong(
      int rule,
      Strength strength,
      Event e,
      IrqState irq,
      String text,
      String message,
      String expected,
      String observed) {
    reporter.violated(
        rule,
        strength,
        e,
        text,
        machine.vcpuAt(irq.target),
        Integer.toUnsignedLong(irq.intid),
        message,
        expected,
        observed);
  }
}
