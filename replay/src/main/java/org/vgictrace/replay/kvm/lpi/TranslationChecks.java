package org.vgictrace.replay.kvm.lpi;

import static org.vgictrace.replay.rule.EdgeRules.EDGE_1;
import static org.vgictrace.replay.rule.InjectionRules.INJ_2;
import static org.vgictrace.replay.rule.ItsRules.ITS_3;
import static org.vgictrace.replay.rule.ItsRules.ITS_4;
import static org.vgictrace.replay.rule.LpiRules.LPI_2;

import org.vgictrace.parser.event.Kind;
import org.vgictrace.parser.event.Snapshot;
import org.vgictrace.replay.engine.Event;
import org.vgictrace.replay.engine.Ledger;
import org.vgictrace.replay.engine.Strength;
import org.vgictrace.replay.gic.ItsCommand;
import org.vgictrace.replay.kvm.Machine;
import org.vgictrace.replay.kvm.Reporter;
import org.vgictrace.replay.rule.Generation;
import org.vgictrace.replay.rule.Observation;
import org.vgictrace.replay.rule.Reason;
import org.vgictrace.replay.verdict.EventRef;

/** Judges how messages become LPIs: cached translations, and where delivery is switched off. */
final class TranslationChecks {
  private static final int E1 = Ledger.index(EDGE_1);
  private static final int J2 = Ledger.index(INJ_2);
  private static final int I3 = Ledger.index(ITS_3);
  private static final int I4 = Ledger.index(ITS_4);
  private static final int L2 = Ledger.index(LPI_2);

  private static final int STEP = Kind.ITS_MSI.column("step");
  private static final int DEVICE = Kind.ITS_MSI.column("device");
  private static final int EVENT = Kind.ITS_MSI.column("event");
  private static final int RET = Kind.ITS_MSI.column("ret");
  private static final int CACHED = step("cached");
  private static final int CACHED_RET = step("cached_ret");
  private static final int TRIGGER = step("trigger");
  private static final int RESOLVE = step("resolve");
  private static final int RESOLVE_RET = step("resolve_ret");

  private final Machine machine;
  private final Reporter reporter;
  private final Ledger ledger;
  private final CommandChecks commands;

  TranslationChecks(Machine machine, Reporter reporter, CommandChecks commands) {
    this.machine = machine;
    this.reporter = reporter;
    this.ledger = reporter.ledger();
    this.commands = commands;
  }

  private static int step(String label) {
    return Kind.ITS_MSI.columns().get(STEP).labels().indexOf(label);
  }

  /** A step of a message on its way. */
  void message(Event e, LpiVm vm, Work work) {
    machine.saw(Observation.ITS_MESSAGES);
    int step = e.getInt(STEP, -1);
    boolean delivered = e.has(RET) && e.get(RET, -1) == 0;
    if (step == CACHED) {
      work.cachedDevice = e.get(DEVICE, -1);
      work.cachedEvent = e.get(EVENT, 0);
      work.cachedTs = e.ts;
      work.cachedLed = false;
    } else if (step == CACHED_RET) {
      if (delivered && work.cachedDevice >= 0) {
        hit(e, vm, work);
        queued(e, work);
      } else if (!delivered) {
        fills(vm, work, work.cachedDevice, work.cachedEvent, e.seq);
      }
      work.cachedDevice = -1;
    } else if (step == TRIGGER) {
      fills(vm, work, e.get(DEVICE, -1), e.get(EVENT, 0), e.seq);
    } else if (step == RESOLVE) {
      fills(vm, work, e.get(DEVICE, -1), e.get(EVENT, 0), e.seq);
      work.resolvingDevice = e.get(DEVICE, -1);
      work.resolvingEvent = e.get(EVENT, 0);
      work.resolvingTs = e.ts;
      work.resolved = false;
    } else if (step == RESOLVE_RET) {
      if (delivered && work.resolvingDevice >= 0) {
        resolved(e, vm, work);
      } else if (!delivered) {
        work.filling = -1;
      }
      work.resolvingDevice = -1;
    }
  }

  /** A message is on its way to the tables: its translation may be cached from now on. */
  private static void fills(LpiVm vm, Work work, long device, long event, long seq) {
    if (device < 0) {
      return;
    }
    long key = ItsTable.key(device, event);
    if (work.filling >= 0 && work.filling != key) {
      unfilled(vm, work);
    }
    work.filling = key;
    vm.translations.filled(key, seq);
  }

  /** Which LPI a message led to was not recorded: any may be cached. */
  static void unfilled(LpiVm vm, Work work) {
    work.filling = -1;
    for (Lpi lpi : vm.byIntid.values()) {
      lpi.cached = -1;
    }
  }

  private void resolved(Event e, LpiVm vm, Work work) {
    work.resolved = true;
    commands.resolved(e, vm, work);
    if (!vm.itsOff || vm.ending) {
      return;
    }
    if (work.resolvingTs - vm.switchedTs <= machine.skew()) {
      ledger.indeterminate(L2, Reason.RACE_WINDOW);
      return;
    }
    violated(
        L2,
        e,
        "resolve device " + work.resolvingDevice + " event " + work.resolvingEvent,
        -1,
        "A message was translated by an ITS that is switched off.",
        "refused",
        "translated");
  }

  /** INV-ITS-3: a cached translation is used. */
  private void hit(Event e, LpiVm vm, Work work) {
    long key = ItsTable.key(work.cachedDevice, work.cachedEvent);
    if (vm.several || vm.ending) {
      return;
    }
    if (!vm.translations.isJudgeable(key)) {
      ledger.indeterminate(I3, Reason.TRACE_START);
      return;
    }
    EventRef gone = vm.translations.goneBefore(key, work.cachedTs, machine.skew());
    if (gone == null) {
      ledger.consistent(I3);
    } else {
      violated(
          I3,
          e,
          "cached translation of device " + work.cachedDevice + " event " + work.cachedEvent,
          -1,
          "A cached translation is used that was to be dropped.",
          "a look-up in the tables after " + gone.text(),
          "a hit in the cache",
          gone);
    }
  }

  /**
   * INV-INJ-2: a cached translation delivers its interrupt before it returns
   * (vgic_its_inject_cached_translation).
   */
  private void queued(Event e, Work work) {
    if (work.cachedLed) {
      ledger.consistent(J2);
    } else if (machine.shows(Observation.QUEUE)) {
      violated(
          J2,
          e,
          "cached translation of device " + work.cachedDevice + " event " + work.cachedEvent,
          -1,
          "A delivered message was not queued.",
          "queue_irq before the translation returns",
          "none");
    }
  }

  /**
   * INV-EDGE-1: whoever delivers a message sets the latch under the lock under which it queues the
   * interrupt. Forwarding looks events up as well, and hands a latch over to the hardware.
   */
  private void latched(Event e, Lpi lpi) {
    if (!e.has(Snapshot.PENDING) || e.get(Snapshot.HW, 1) != 0) {
      return;
    }
    if (e.get(Snapshot.PENDING, 0) != 0) {
      ledger.consistent(E1);
    } else {
      violated(
          E1,
          e,
          "queue LPI " + lpi.intid,
          lpi.intid,
          "A delivered message was not latched.",
          "pending=1",
          "pending=0");
    }
  }

  /** The interrupt that a resolved message led to. */
  void led(Event e, LpiVm vm, Work work, Lpi lpi) {
    if (work.resolved || work.cachedDevice >= 0) {
      latched(e, lpi);
      work.cachedLed = true;
    }
    if (work.filling >= 0) {
      work.filling = -1;
      lpi.cached += lpi.cached >= 0 ? 1 : 0;
    }
    if (!work.resolved) {
      return;
    }
    work.resolved = false;
    long target = e.get(Snapshot.TARGET, 0);
    long state = vm.lpisOf.get(target);
    if (target == 0 || state == 0 || vm.ending) {
      return;
    }
    if (state != LpiModel.LPIS_OFF) {
      ledger.consistent(L2);
    } else if (work.resolvingTs - vm.switchedTs <= machine.skew()) {
      ledger.indeterminate(L2, Reason.RACE_WINDOW);
    } else {
      violated(
          L2,
          e,
          "queue LPI " + lpi.intid,
          lpi.intid,
          "An LPI is delivered to a redistributor whose LPIs are switched off.",
          "refused",
          "pending at " + "0x" + Long.toHexString(target));
    }
  }

  /** INV-ITS-4: a reference is dropped while a command drops cached translations. */
  void dropped(Event e, Lpi lpi, Work work) {
    boolean invalidating = work.command != null && work.isInvalidating();
    boolean replacing = work.resolvingDevice >= 0;
    if (!invalidating && !replacing || work.cachedDevice >= 0) {
      return;
    }
    if (work.freeing == lpi.address) {
      work.freeing = 0;
      return;
    }
    if (machine.profile().generation() == Generation.M61 || !machine.profile().isKnown()) {
      // The cache of these kernels drops its references where no probe reaches.
      return;
    }
    boolean mapping = work.isFreeing() && (work.command == ItsCommand.MAPD || isFreed(lpi, work));
    if (lpi.cached < 0) {
      ledger.indeterminate(I4, Reason.TRACE_START);
    } else if (mapping && lpi.cached == 0) {
      ledger.indeterminate(I4, Reason.PROBE_MISSING);
    } else if (lpi.cached > 0) {
      lpi.cached--;
      ledger.consistent(I4);
    } else {
      violated(
          I4,
          e,
          "put LPI " + lpi.intid,
          lpi.intid,
          "The reference of a cached translation is dropped twice.",
          "one drop per cached translation; none is left",
          "a further drop",
          lpi.seen());
    }
  }

  /** Whether the command frees the LPI's mapping, whose reference goes as well. */
  private static boolean isFreed(Lpi lpi, Work work) {
    ItsTable.Mapping mapping = lpi.vm.table.mapping(work.device, work.event);
    return mapping == null || mapping.intid == lpi.intid;
  }

  private void violated(
      int rule,
      Event e,
      String text,
      long intid,
      String message,
      String expected,
      String observed,
      EventRef... because) {
    // A message or a switch that is missing may explain a single one.
    reporter.violated(
        rule,
        rule == I3 || rule == E1 ? Strength.SOFT : Strength.ABSENCE,
        e,
        text,
        machine.vcpuOfThread(e.pid),
        intid,
        message,
        expected,
        observed,
        because);
  }
}
