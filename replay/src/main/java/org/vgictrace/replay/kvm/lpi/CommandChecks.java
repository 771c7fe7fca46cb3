package org.vgictrace.replay.kvm.lpi;

import static org.vgictrace.replay.rule.ItsRules.ITS_1;
import static org.vgictrace.replay.rule.ItsRules.ITS_2;
import static org.vgictrace.replay.rule.ItsRules.ITS_5;
import static org.vgictrace.replay.rule.QuirkRules.MOVALL;

import org.jspecify.annotations.Nullable;
import org.vgictrace.parser.event.Kind;
import org.vgictrace.parser.event.Snapshot;
import org.vgictrace.replay.engine.Event;
import org.vgictrace.replay.engine.Ledger;
import org.vgictrace.replay.engine.Strength;
import org.vgictrace.replay.gic.ItsCommand;
import org.vgictrace.replay.kvm.Machine;
import org.vgictrace.replay.kvm.Reporter;
import org.vgictrace.replay.kvm.VcpuState;
import org.vgictrace.replay.kvm.lpi.ItsTable.Mapping;
import org.vgictrace.replay.rule.Observation;
import org.vgictrace.replay.rule.Reason;
import org.vgictrace.replay.verdict.EventRef;

/**
 * Follows the command queue, applies what each command does to the mappings, and judges the queue's
 * offsets, mappings that must not be made, and targets.
 */
final class CommandChecks {
  private static final int I1 = Ledger.index(ITS_1);
  private static final int I2 = Ledger.index(ITS_2);
  private static final int I5 = Ledger.index(ITS_5);
  private static final int QM = Ledger.index(MOVALL);

  private static final int LPI_FIRST = 8192;
  private static final int LPI_END = 65536;
  private static final int EVENTS_MAX_BITS = 16;
  private static final int VCPUS_MAX = 0xffff;
  private static final long QUEUE_ADDRESS = 0x000f_ffff_ffff_f000L;
  private static final int QUEUE_PAGE = 4096;

  private static final int GPA = Kind.ITS_READ.column("gpa");
  private static final int OPCODE = Kind.ITS_READ.column("opcode");
  private static final int DEVICE = Kind.ITS_READ.column("device");
  private static final int EVENT = Kind.ITS_READ.column("event");
  private static final int INTID = Kind.ITS_READ.column("intid");
  private static final int COLLECTION = Kind.ITS_READ.column("collection");
  private static final int TARGET = Kind.ITS_READ.column("target");
  private static final int TARGET2 = Kind.ITS_READ.column("target2");
  private static final int VALID = Kind.ITS_READ.column("valid");
  private static final int DW1 = Kind.ITS_READ.column("dw1");
  private static final int CREADR = Kind.ITS_WORK.column("creadr");
  private static final int CWRITER = Kind.ITS_WORK.column("cwriter");
  private static final int CBASER = Kind.ITS_WORK.column("cbaser");

  private final Machine machine;
  private final Reporter reporter;
  private final Ledger ledger;

  /** Whether MOVALL of this kernel may move LPIs of other vCPUs. */
  private final boolean movallQuirk;

  CommandChecks(Machine machine, Reporter reporter, boolean movallQuirk) {
    this.machine = machine;
    this.reporter = reporter;
    this.ledger = reporter.ledger();
    this.movallQuirk = movallQuirk;
  }

  /** The commands between two offsets are about to be executed. */
  void run(Event e, LpiVm vm, Work work) {
    long cbaser = e.get(CBASER, 0);
    long from = e.get(CREADR, -1);
    if (vm.cbaser != 0 && cbaser != 0 && cbaser != vm.cbaser) {
      vm.several = true;
    }
    vm.cbaser = cbaser;
    work.runEnd = e.get(CWRITER, -1);
    if (vm.several) {
      vm.nextCommand = -1;
      return;
    }
    long last = vm.runEnd;
    if (last >= 0 && vm.nextCommand >= 0 && from >= 0) {
      if (last == from) {
        ledger.consistent(I5);
      } else {
        broken(e, vm, "run from offset " + hex(from), hex(last), hex(from));
      }
    }
    vm.nextCommand = from;
    vm.runEnd = work.runEnd;
    vm.walker = work;
  }

  /** The thread has left the command queue; every command of it must have been read. */
  void left(LpiVm vm, Work work) {
    if (vm.walker == work) {
      vm.walker = null;
      if (vm.nextCommand >= 0 && vm.nextCommand != vm.runEnd) {
        vm.miss();
      }
    }
  }

  /** A command was read. */
  void read(Event e, LpiVm vm, Work work) {
    machine.saw(Observation.ITS_COMMANDS);
    ItsCommand command = ItsCommand.of(e.get(OPCODE, -1));
    offset(e, vm, work);
    if (command == null) {
      return;
    }
    work.begin(e, command);
    work.device = e.get(DEVICE, 0);
    work.event = e.get(EVENT, 0);
    work.intid = command == ItsCommand.MAPI ? work.event : e.get(INTID, 0);
    work.collection = e.getInt(COLLECTION, 0);
    work.target = e.get(TARGET, 0);
    work.target2 = e.get(TARGET2, 0);
    work.valid = e.get(VALID, 0) != 0;
    work.eventBits = ItsCommand.eventBits(e.get(DW1, 0));
    vm.running = work;
  }

  /** INV-ITS-5: commands are read one behind the other, to the end of the run. */
  private void offset(Event e, LpiVm vm, Work work) {
    if (vm.several || vm.nextCommand < 0 || vm.cbaser == 0) {
      if (e.has(GPA)) {
        ledger.indeterminate(I5, Reason.TRACE_START);
      }
      return;
    }
    long size = ((vm.cbaser & 0xff) + 1) * QUEUE_PAGE;
    boolean beyond = vm.nextCommand == work.runEnd;
    long base = vm.cbaser & QUEUE_ADDRESS;
    long expected = base + vm.nextCommand;
    long gpa = e.get(GPA, expected);
    vm.nextCommand = (gpa - base + ItsCommand.BYTES) % size;
    if (gpa != expected || beyond) {
      broken(e, vm, "command at " + hex(gpa), beyond ? "none" : hex(expected), hex(gpa));
    } else {
      ledger.consistent(I5);
    }
  }

  private void broken(Event e, LpiVm vm, String text, String expected, String observed) {
    violated(
        I5,
        Strength.ABSENCE,
        e,
        text,
        -1,
        "The command queue of the ITS is not read one command after the other.",
        "next command at " + expected,
        observed);
    vm.miss();
  }

  /** The thread goes on: the command it executed is complete, and has its effect. */
  void settle(Event e, Work work, LpiVm vm) {
    ItsCommand command = work.command;
    if (command == null) {
      return;
    }
    apply(e, work, vm, command);
    work.command = null;
    work.freeing = 0;
    vm.running = null;
    vm.settledTs = e.ts;
  }

  private void apply(Event e, Work work, LpiVm vm, ItsCommand command) {
    ItsTable table = vm.table;
    switch (command) {
      case MAPD -> {
        boolean known = table.eventBits(work.device) >= 0;
        if (!work.valid || work.eventBits <= EVENTS_MAX_BITS) {
          table.mapDevice(work.device, work.valid, work.eventBits);
        }
        if (known && !work.valid) {
          vm.translations.deviceGone(work.device, work.commandRef(), e.ts);
        }
      }
      case MAPC -> {
        int target = work.valid && work.target <= VCPUS_MAX ? (int) work.target : Lpi.TARGET_NONE;
        if (work.valid) {
          table.forLpisOf(work.collection, intid -> expect(vm, intid, Lpi.TARGET_UNKNOWN));
        }
        table.mapCollection(work.collection, work.valid, target);
      }
      case MAPTI, MAPI -> {
        boolean fresh = table.mapping(work.device, work.event) == null;
        table.mapEvent(
            work.device, work.event, (int) work.intid, work.collection, work.mapped && fresh);
      }
      case DISCARD -> {
        table.discard(work.device, work.event);
        vm.translations.gone(ItsTable.key(work.device, work.event), work.commandRef(), e.ts);
      }
      case MOVI -> {
        Mapping mapping = table.mapping(work.device, work.event);
        if (mapping != null) {
          int target = table.targetOf(work.collection);
          boolean moves = mapping.certain && exists(vm, target);
          if (moves) {
            mapping.collection = work.collection;
          }
          expect(vm, mapping.intid, moves ? target : Lpi.TARGET_UNKNOWN);
        }
      }
      case MOVALL -> movall(e, work, vm);
      case INT, CLEAR, SYNC, INV, INVALL -> {
        // No mapping changes.
      }
    }
  }

  /** Moves the LPIs of one vCPU; before 7.2.10 those of all vCPUs of the VM (Q-MOVALL). */
  private void movall(Event e, Work work, LpiVm vm) {
    int from = (int) work.target;
    int to = (int) work.target2;
    if (from == to || !exists(vm, from) || !exists(vm, to)) {
      return;
    }
    vm.movall = work.commandRef();
    vm.translations.allGone(work.commandRef(), e.ts);
    for (Lpi lpi : vm.byIntid.values()) {
      lpi.cached = Math.min(lpi.cached, 0);
      if (lpi.expected == from) {
        lpi.expected = to;
        lpi.movedTo = Lpi.TARGET_UNKNOWN;
      } else if (lpi.expected >= 0 && lpi.expected != to) {
        lpi.movedTo = to;
      }
    }
  }

  private boolean exists(LpiVm vm, int vcpu) {
    return vcpu >= 0 && machine.vcpuOfNumber(vm.kvm, vcpu) != null;
  }

  private static void expect(LpiVm vm, int intid, int target) {
    Lpi lpi = vm.byIntid.get(intid);
    if (lpi != null) {
      lpi.expected = target;
      lpi.movedTo = Lpi.TARGET_UNKNOWN;
    }
  }

  /**
   * An LPI shows in the thread that executes a command: if that maps an event, it was mapped.
   *
   * @param fresh whether the structure was made by this command as far as is known
   */
  void shown(Event e, LpiVm vm, Work work, Lpi lpi, boolean fresh) {
    ItsCommand command = work.command;
    if (command != ItsCommand.MAPTI && command != ItsCommand.MAPI || lpi.intid != work.intid) {
      return;
    }
    if (work.mapped) {
      return;
    }
    work.mapped = true;
    if (fresh && vm.isMapped()) {
      lpi.expected = vm.table.targetOf(work.collection);
      lpi.cached = 0;
    }
    int bits = vm.table.eventBits(work.device);
    String wrong = null;
    if (work.intid < LPI_FIRST || work.intid >= LPI_END) {
      wrong = "LPI " + work.intid + " out of range";
    } else if (vm.isMapped() && bits < 0) {
      wrong = "device " + work.device + " is not mapped";
    } else if (vm.isMapped() && work.event >>> bits != 0) {
      wrong = "event " + work.event + " does not fit into " + bits + " bits";
    }
    if (wrong != null) {
      violated(
          I1,
          e,
          "LPI " + lpi.intid,
          lpi.intid,
          "A mapping was made that the ITS must refuse.",
          "nothing created: " + wrong,
          "LPI " + lpi.intid + " created",
          work.commandRef());
    } else if (vm.isMapped()) {
      ledger.consistent(I1);
    } else {
      ledger.indeterminate(I1, Reason.TRACE_START);
    }
  }

  /** A message was resolved: its event must be mapped. */
  void resolved(Event e, LpiVm vm, Work work) {
    if (!vm.isMapped() || vm.ending) {
      ledger.indeterminate(I1, Reason.TRACE_START);
      return;
    }
    Work running = vm.running;
    boolean own = running == work && work.command == ItsCommand.INT;
    if (vm.isBusy() && !own || !own && work.resolvingTs - vm.settledTs <= machine.skew()) {
      ledger.indeterminate(I1, Reason.RACE_WINDOW);
      return;
    }
    if (vm.table.mapping(work.resolvingDevice, work.resolvingEvent) != null) {
      ledger.consistent(I1);
    } else {
      violated(
          I1,
          e,
          "resolve device " + work.resolvingDevice + " event " + work.resolvingEvent,
          -1,
          "A message of an event that is not mapped was translated.",
          "refused: no mapping of device " + work.resolvingDevice + " event " + work.resolvingEvent,
          "translated");
    }
  }

  /** An event of a table is restored; it must lie within the device's table. */
  void restored(Event e, Work work) {
    long event = e.get(Kind.ITS_WORK.column("event"), 0);
    int bits = Math.min(EVENTS_MAX_BITS, work.restoredBits < 0 ? 32 : work.restoredBits);
    if (event >>> bits == 0) {
      ledger.consistent(I1);
    } else {
      violated(
          I1,
          e,
          "restore event " + event,
          -1,
          "An event behind the end of its device's table is restored.",
          "events below " + (1L << bits),
          "event " + event);
    }
  }

  /** INV-ITS-2: an LPI targets the vCPU that commands gave it. */
  void target(Event e, LpiVm vm, Lpi lpi) {
    if (!e.has(Snapshot.TARGET) || lpi.expected == Lpi.TARGET_UNKNOWN) {
      return;
    }
    if (vm.ending || vm.isBusy() || e.ts - vm.settledTs <= machine.skew()) {
      return;
    }
    long pointer = e.get(Snapshot.TARGET, 0);
    VcpuState v = pointer == 0 ? null : machine.vcpuAt(pointer);
    int target = pointer == 0 ? Lpi.TARGET_NONE : v == null ? -1 : v.id();
    if (pointer != 0 && target < 0) {
      ledger.indeterminate(I2, Reason.UNKNOWN_VCPU);
      return;
    }
    if (target == lpi.expected) {
      lpi.movedTo = Lpi.TARGET_UNKNOWN;
      ledger.consistent(I2);
      return;
    }
    EventRef[] because = vm.movall == null ? new EventRef[0] : new EventRef[] {vm.movall};
    boolean moved = target == lpi.movedTo;
    int rule = moved && movallQuirk ? QM : I2;
    violated(
        rule,
        e,
        "state LPI " + lpi.intid + " target " + name(target),
        lpi.intid,
        moved
            ? "MOVALL moved an LPI of another vCPU."
            : "An LPI targets another vCPU than ITS commands gave it.",
        "target " + name(lpi.expected),
        "target " + name(target),
        because);
    lpi.expected = target;
    lpi.movedTo = Lpi.TARGET_UNKNOWN;
  }

  private static String name(int vcpu) {
    return vcpu < 0 ? "none" : "vcpu" + vcpu;
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
    violated(rule, Strength.SOFT, e, text, intid, message, expected, observed, because);
  }

  private void violated(
      int rule,
      Strength strength,
      Event e,
      String text,
      long intid,
      String message,
      String expected,
      String observed,
      EventRef... because) {
    @Nullable VcpuState thread = machine.vcpuOfThread(e.pid);
    reporter.violated(rule, strength, e, text, thread, intid, message, expected, observed, because);
  }

  private static String hex(long value) {
    return "0x" + Long.toHexString(value);
  }
}
