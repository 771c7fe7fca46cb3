package org.vgictrace.replay.kvm.lpi;

import java.util.EnumSet;
import java.util.Set;
import org.agrona.collections.Int2ObjectHashMap;
import org.jspecify.annotations.Nullable;
import org.vgictrace.parser.event.Kind;
import org.vgictrace.parser.event.Names;
import org.vgictrace.parser.event.Snapshot;
import org.vgictrace.replay.engine.Event;
import org.vgictrace.replay.engine.Ledger;
import org.vgictrace.replay.engine.Part;
import org.vgictrace.replay.gic.ItsCommand;
import org.vgictrace.replay.kvm.Machine;
import org.vgictrace.replay.kvm.Reporter;
import org.vgictrace.replay.kvm.VcpuState;
import org.vgictrace.replay.rule.Generation;
import org.vgictrace.replay.rule.ItsRules;
import org.vgictrace.replay.rule.Reason;
import org.vgictrace.replay.verdict.EventRef;

/**
 * The part of the model that is about LPIs: structures and references, ITS commands, mappings and
 * their cache, tables in guest memory. The model of the vGIC is stepped first.
 *
 * <p>What a command does shows only when its thread goes on, so it counts from then; between the
 * two nothing is concluded about what it may change.
 */
public final class LpiModel implements Part {
  /** LPIs of a redistributor are off for certain. */
  static final long LPIS_OFF = 1;

  /** They may be on. */
  static final long LPIS_ON = 2;

  private static final int LPI_FIRST = 8192;

  /** First 7.2 release whose MOVALL moves the LPIs of one vCPU only. */
  private static final int FIXED_PATCH = 10;

  private static final int LARGE = 100_000;

  private static final EnumSet<Kind> USED =
      EnumSet.of(
          Kind.ITS_READ,
          Kind.ITS_REG,
          Kind.ITS_WORK,
          Kind.ITS_MSI,
          Kind.LPI_ADD,
          Kind.LPIS,
          Kind.QUEUE,
          Kind.QUEUE_RET,
          Kind.LR_WRITE,
          Kind.LR_FOLD,
          Kind.IRQ_PUT,
          Kind.IRQ_STATE,
          Kind.GIC_MMIO,
          Kind.VCPU_ENTRY,
          Kind.VM);

  private static final int READ_KVM = Kind.ITS_READ.column("kvm");
  private static final int READ_LEN = Kind.ITS_READ.column("len");
  private static final int READ_DW0 = Kind.ITS_READ.column("dw0");
  private static final int REG = Kind.ITS_REG.column("reg");
  private static final int REG_KVM = Kind.ITS_REG.column("kvm");
  private static final int REG_ADDR = Kind.ITS_REG.column("addr");
  private static final int REG_VAL = Kind.ITS_REG.column("val");
  private static final int WORK_STEP = Kind.ITS_WORK.column("step");
  private static final int WORK_KVM = Kind.ITS_WORK.column("kvm");
  private static final int ITS1 = Ledger.index(ItsRules.ITS_1);
  private static final int WORK_EVENT = Kind.ITS_WORK.column("event");
  private static final int WORK_IRQ = Kind.ITS_WORK.column("irq");
  private static final int MSI_KVM = Kind.ITS_MSI.column("kvm");
  private static final int ADD_KVM = Kind.LPI_ADD.column("kvm");
  private static final int LPIS_STEP = Kind.LPIS.column("step");
  private static final int LPIS_VCPU = Kind.LPIS.column("vcpu");
  private static final int STATE_REASON = Kind.IRQ_STATE.column("reason");
  private static final int MMIO_REG = Kind.GIC_MMIO.column("reg");
  private static final int MMIO_VCPU = Kind.GIC_MMIO.column("vcpu");
  private static final int MMIO_LEN = Kind.GIC_MMIO.column("len");
  private static final int MMIO_VAL = Kind.GIC_MMIO.column("val");
  private static final int MMIO_ACCESS = Kind.GIC_MMIO.column("access");
  private static final int VM_KVM = Kind.VM.column("kvm");
  private static final int VM_OP = Kind.VM.column("op");

  private static final int CTLR = label(Kind.ITS_REG, REG, "ctlr");
  private static final int CBASER = label(Kind.ITS_REG, REG, "cbaser");
  private static final int BASER = label(Kind.ITS_REG, REG, "baser");
  private static final int COMMANDS = label(Kind.ITS_WORK, WORK_STEP, "commands");
  private static final int FREE_EVENT = label(Kind.ITS_WORK, WORK_STEP, "free_event");
  private static final int RESTORE = label(Kind.ITS_WORK, WORK_STEP, "restore");
  private static final int RESTORE_DEVICE = label(Kind.ITS_WORK, WORK_STEP, "restore_device");
  private static final int RESTORE_EVENT = label(Kind.ITS_WORK, WORK_STEP, "restore_event");
  private static final int ENABLE = label(Kind.LPIS, LPIS_STEP, "enable");
  private static final int FLUSH = label(Kind.LPIS, LPIS_STEP, "flush");
  private static final int SYNC = label(Kind.IRQ_STATE, STATE_REASON, "lpi_sync");
  private static final int REDIST_CTLR = label(Kind.GIC_MMIO, MMIO_REG, "redist_ctlr");
  private static final int PENDBASER = label(Kind.GIC_MMIO, MMIO_REG, "pendbaser");
  private static final int READ = label(Kind.GIC_MMIO, MMIO_ACCESS, "read");
  private static final int CREATE = label(Kind.VM, VM_OP, "create");
  private static final int DESTROY = label(Kind.VM, VM_OP, "destroy");

  private static final long TABLE_ADDRESS = 0x000f_ffff_ffff_0000L;
  private static final long FRAME = ~0xffffL;
  private static final long DTE_SIZE = 0x1f;

  private final Machine machine;
  private final Ledger ledger;
  private final ReferenceChecks references;
  private final CommandChecks commands;
  private final TranslationChecks translations;
  private final TableChecks tables;
  private final ListingChecks listing;

  private final LpiStore store;
  private final Int2ObjectHashMap<Work> works = new Int2ObjectHashMap<>();

  /**
   * @param machine who is who
   * @param reporter where verdicts go
   * @param release kernel release, null if unknown
   */
  public LpiModel(Machine machine, Reporter reporter, @Nullable String release) {
    this.machine = machine;
    this.ledger = reporter.ledger();
    boolean quirk = mayMoveAll(release, machine.profile().generation());
    references = new ReferenceChecks(machine, reporter);
    store = new LpiStore(machine, ledger, references);
    commands = new CommandChecks(machine, reporter, quirk);
    translations = new TranslationChecks(machine, reporter, commands);
    tables = new TableChecks(machine, reporter);
    listing = new ListingChecks(machine, reporter);
  }

  /**
   * Whether MOVALL moves every LPI of the VM: from 6.10 to 7.2.9. Where the release is unknown the
   * generation decides, and where that is unknown too, it may.
   */
  static boolean mayMoveAll(@Nullable String release, @Nullable Generation generation) {
    if (generation == Generation.M61) {
      return false;
    }
    if (generation != Generation.M72 || release == null || release.startsWith("6.")) {
      return true;
    }
    if (!release.startsWith("7.")) {
      return false;
    }
    int minor = number(release, 2);
    int dot = release.indexOf('.', 2);
    int patch = dot < 0 ? -1 : number(release, dot + 1);
    return minor < 2 || minor == 2 && patch < FIXED_PATCH;
  }

  /** The number at a place, at most {@link #LARGE}; -1 if there is none. */
  private static int number(String text, int from) {
    int value = -1;
    for (int i = from; i < text.length() && Character.isDigit(text.charAt(i)); i++) {
      value = Math.min(LARGE, Math.max(value, 0) * 10 + Character.digit(text.charAt(i), 10));
    }
    return value;
  }

  private static int label(Kind kind, int column, String label) {
    return kind.columns().get(column).labels().indexOf(label);
  }

  @Override
  public Set<Kind> kinds() {
    return EnumSet.copyOf(USED);
  }

  @Override
  public void step(Kind kind, Event e, Names names) {
    references.ran(e.cpu);
    switch (kind) {
      case QUEUE -> queue(e);
      case QUEUE_RET -> listing.queued(e);
      case LR_WRITE -> shown(e, "populate", true);
      case LR_FOLD -> folded(e);
      case IRQ_PUT -> put(e);
      case IRQ_STATE -> state(e);
      case VCPU_ENTRY -> goesOn(e);
      case ITS_READ -> read(e);
      case ITS_REG -> register(e);
      case ITS_WORK -> work(e);
      case ITS_MSI -> message(e);
      case LPI_ADD -> added(e);
      case LPIS -> lpis(e);
      case GIC_MMIO -> access(e);
      case VM -> vm(e);
      default -> {
        // Not among the kinds named.
      }
    }
  }

  private void queue(Event e) {
    Lpi lpi = e.get(Snapshot.INTID, 0) >= LPI_FIRST ? store.lpi(e, e.get(Snapshot.COUNT, 0)) : null;
    if (lpi == null) {
      listing.queue(e, null);
      return;
    }
    ledger.beginTransition();
    Work work = work(e.pid);
    boolean fresh = lpi.seenSeq == e.seq;
    fresh |= store.life(e, lpi, "queue", true);
    references.queued(e, lpi);
    tables.queued(e, work, lpi);
    commands.shown(e, lpi.vm, work, lpi, fresh);
    commands.target(e, lpi.vm, lpi);
    translations.led(e, lpi.vm, work, lpi);
    lpi.observe(e, "queue");
    listing.queue(e, lpi);
    ledger.endTransition();
  }

  /** An LPI is populated or folded. */
  private @Nullable Lpi shown(Event e, String step, boolean onList) {
    if (e.get(Snapshot.INTID, 0) < LPI_FIRST) {
      return null;
    }
    Lpi lpi = store.lpi(e, 0);
    if (lpi == null) {
      return null;
    }
    ledger.beginTransition();
    store.life(e, lpi, step, false);
    if (onList) {
      listing.shown(e, lpi.vm, lpi, true);
      commands.target(e, lpi.vm, lpi);
    }
    lpi.observe(e, step);
    ledger.endTransition();
    return lpi;
  }

  private void folded(Event e) {
    Lpi lpi = shown(e, "fold", false);
    if (lpi != null) {
      // The register may have made it pending again.
      lpi.unlistedFrom = 0;
    }
  }

  private void put(Event e) {
    if (e.get(Snapshot.INTID, 0) < LPI_FIRST) {
      return;
    }
    Lpi lpi = store.lpi(e, e.get(Snapshot.COUNT, 0));
    if (lpi == null) {
      return;
    }
    ledger.beginTransition();
    Work work = works.get(e.pid);
    store.life(e, lpi, "put", false);
    if (!lpi.vm.ending) {
      listing.shown(e, lpi.vm, lpi, false);
    }
    commands.target(e, lpi.vm, lpi);
    lpi.observe(e, "put");
    references.put(e, lpi, work);
    if (work != null) {
      if (!lpi.vm.ending) {
        translations.dropped(e, lpi, work);
      }
      work.byteRead = -1;
    }
    ledger.endTransition();
  }

  private void state(Event e) {
    if (e.get(Snapshot.INTID, 0) < LPI_FIRST) {
      return;
    }
    Lpi lpi = store.lpi(e, e.get(Snapshot.COUNT, 0));
    if (lpi == null) {
      return;
    }
    ledger.beginTransition();
    store.life(e, lpi, "state", false);
    commands.target(e, lpi.vm, lpi);
    lpi.observe(e, "state");
    ledger.endTransition();
    if (e.getInt(STATE_REASON, -1) == SYNC) {
      tables.sync(e, work(e.pid));
    }
  }

  private Work work(int pid) {
    Work work = works.get(pid);
    if (work == null) {
      work = new Work(pid);
      works.put(pid, work);
    }
    return work;
  }

  /** A thread does something that is no part of a command. */
  private void goesOn(Event e) {
    tables.restored();
    Work work = works.get(e.pid);
    if (work == null) {
      return;
    }
    settle(e, work);
    LpiVm vm = work.vm;
    if (vm != null) {
      commands.left(vm, work);
    }
    LpiVm messages = work.messageVm;
    if (messages != null && work.filling >= 0) {
      TranslationChecks.unfilled(messages, work);
    }
    work.resolvingDevice = -1;
    work.cachedDevice = -1;
    work.resolved = false;
    work.syncIntid = -1;
    work.byteRead = -1;
  }

  private void settle(Event e, Work work) {
    LpiVm vm = work.vm;
    if (vm != null && work.command != null) {
      if (vm.stretch == machine.stretch()) {
        commands.settle(e, work, vm);
      }
      work.command = null;
      work.freeing = 0;
    }
    if (vm != null && work.switching) {
      vm.switchedTs = e.ts;
      work.switching = false;
      if (work.pendingOff) {
        vm.translations.allGone(
            new EventRef(work.switchSeq, work.switchTs, work.switchCpu, work.switchText), e.ts);
        work.pendingOff = false;
      }
    }
  }

  private void read(Event e) {
    LpiVm vm = store.vm(e.get(READ_KVM, 0));
    Work work = work(e.pid);
    long len = e.get(READ_LEN, -1);
    if (len == ItsCommand.BYTES) {
      settle(e, work);
      work.vm = vm;
      work.syncIntid = -1;
      work.byteRead = -1;
      ledger.beginTransition();
      commands.read(e, vm, work);
      ledger.endTransition();
      ItsCommand command = work.command;
      if (command == ItsCommand.MAPTI || command == ItsCommand.MAPI) {
        vm.lastMapTs = e.ts;
        vm.showsMapping = true;
      }
      vm.itsOff = false;
    } else if (len == 1) {
      ledger.beginTransition();
      tables.read(e, vm, work);
      ledger.endTransition();
    } else if (len == 8) {
      work.entry = e.get(READ_DW0, 0);
      work.entryRead = true;
    }
  }

  /** A register write takes effect before its thread goes on. */
  private void register(Event e) {
    LpiVm vm = store.vm(e.get(REG_KVM, 0));
    Work work = work(e.pid);
    settle(e, work);
    work.vm = vm;
    long frame = e.get(REG_ADDR, -1);
    if (frame >= 0) {
      vm.several |= vm.frame >= 0 && vm.frame != (frame & FRAME);
      vm.frame = frame & FRAME;
    }
    int reg = e.getInt(REG, -1);
    if (reg == CBASER) {
      vm.cbaser = 0;
      vm.runEnd = -1;
      vm.nextCommand = -1;
    } else if (reg == BASER) {
      // Since 7.2.9 this frees what was mapped.
      vm.complete &= vm.table.isEmpty();
    } else if (reg == CTLR) {
      vm.itsOff = (e.get(REG_VAL, 1) & 1) == 0;
      switching(e, work, vm.itsOff, "ITS switched off");
    }
  }

  private static void switching(Event e, Work work, boolean off, String text) {
    work.switching = true;
    work.pendingOff = off;
    work.switchSeq = e.seq;
    work.switchTs = e.ts;
    work.switchCpu = e.cpu;
    work.switchText = text;
    LpiVm vm = work.vm;
    if (vm != null) {
      vm.switchedTs = Long.MAX_VALUE / 2;
    }
  }

  private void work(Event e) {
    int step = e.getInt(WORK_STEP, -1);
    Work work = work(e.pid);
    if (step == COMMANDS) {
      settle(e, work);
      LpiVm vm = store.vm(e.get(WORK_KVM, 0));
      commands.left(vm, work);
      work.vm = vm;
      ledger.beginTransition();
      commands.run(e, vm, work);
      ledger.endTransition();
    } else if (step == FREE_EVENT) {
      work.freeing = e.get(WORK_IRQ, 0);
      LpiVm vm = work.vm;
      if (vm != null && !vm.ending && !work.isFreeing()) {
        vm.miss();
      }
      freed(e);
    } else if (step == RESTORE) {
      tables.restore(e);
      work.restoredBits = -1;
    } else if (step == RESTORE_DEVICE) {
      work.restoredBits = work.entryRead ? (int) (work.entry & DTE_SIZE) + 1 : -1;
    } else if (step == RESTORE_EVENT) {
      ledger.beginTransition();
      commands.restored(e, work);
      ledger.endTransition();
      store.restored(e);
    }
    work.entryRead = false;
  }

  /** At the end of a VM each mapping is freed; it must be one that a command made. */
  private void freed(Event e) {
    LpiVm vm = store.endingVm();
    Lpi lpi = store.at(e.get(WORK_IRQ, 0));
    if (vm == null || lpi == null || lpi.vm != vm || !vm.isMapped() || !e.has(WORK_EVENT)) {
      return;
    }
    if (!vm.table.leads(e.get(WORK_EVENT, 0), lpi.intid)) {
      ledger.beginTransition();
      ledger.indeterminate(ITS1, Reason.PROBE_MISSING);
      ledger.endTransition();
    }
  }

  private void message(Event e) {
    Work work = work(e.pid);
    LpiVm vm = e.has(MSI_KVM) ? store.vm(e.get(MSI_KVM, 0)) : work.messageVm;
    work.messageVm = vm;
    if (vm != null && vm.stretch == machine.stretch()) {
      ledger.beginTransition();
      translations.message(e, vm, work);
      ledger.endTransition();
    }
  }

  private void added(Event e) {
    LpiVm vm = store.vm(e.get(ADD_KVM, 0));
    vm.lastMapTs = e.ts;
    vm.showsMapping = true;
  }

  private void lpis(Event e) {
    VcpuState v = machine.vcpuAt(e.get(LPIS_VCPU, 0));
    if (v == null) {
      return;
    }
    int step = e.getInt(LPIS_STEP, -1);
    if (step == ENABLE && v.vmPointer() != 0) {
      store.vm(v.vmPointer()).lpisOf.put(v.pointer(), LPIS_ON);
    }
    if (step != FLUSH) {
      return;
    }
    LpiVm vm = v.vmPointer() == 0 ? store.endingVm() : store.vm(v.vmPointer());
    if (vm != null) {
      ledger.beginTransition();
      listing.flush(e, vm, v);
      ledger.endTransition();
    }
  }

  private void access(Event e) {
    int reg = e.getInt(MMIO_REG, -1);
    if (reg != REDIST_CTLR && reg != PENDBASER || e.getInt(MMIO_ACCESS, READ) == READ) {
      return;
    }
    VcpuState v = machine.vcpuAt(e.get(MMIO_VCPU, 0));
    if (v == null || v.vmPointer() == 0) {
      return;
    }
    LpiVm vm = store.vm(v.vmPointer());
    long value = e.get(MMIO_VAL, 0);
    if (reg == PENDBASER) {
      boolean whole = e.get(MMIO_LEN, 0) == 8 && vm.lpisOf.get(v.pointer()) != LPIS_ON;
      if (whole) {
        vm.pendingTableOf.put(v.pointer(), value & TABLE_ADDRESS);
      } else {
        vm.pendingTableOf.remove(v.pointer());
      }
      return;
    }
    Work work = work(e.pid);
    settle(e, work);
    work.vm = vm;
    boolean off = (value & 1) == 0;
    boolean wasOn = vm.lpisOf.get(v.pointer()) == LPIS_ON;
    vm.lpisOf.put(v.pointer(), off ? LPIS_OFF : LPIS_ON);
    switching(e, work, off && wasOn, "LPIs switched off");
  }

  private void vm(Event e) {
    int op = e.getInt(VM_OP, -1);
    if (op == CREATE) {
      store.created(e, e.get(VM_KVM, 0));
    } else if (op == DESTROY) {
      LpiVm vm = store.vm(e.get(VM_KVM, 0));
      vm.ending = true;
    }
  }
}
