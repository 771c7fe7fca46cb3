package org.vgictrace.replay.kvm.lock;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.agrona.collections.IntHashSet;
import org.agrona.collections.Long2LongHashMap;
import org.agrona.collections.Long2ObjectHashMap;
import org.vgictrace.parser.event.Kind;
import org.vgictrace.parser.event.Names;
import org.vgictrace.replay.engine.Event;
import org.vgictrace.replay.engine.Part;
import org.vgictrace.replay.kvm.Machine;
import org.vgictrace.replay.kvm.Reporter;
import org.vgictrace.replay.kvm.VcpuState;
import org.vgictrace.replay.rule.Observation;

/**
 * Follows which of the vGIC's locks every context holds, and has each lock and each event that says
 * something about its context judged.
 *
 * <p>What a context holds is forgotten when events are lost. Memory is bounded by the locks held at
 * one time.
 */
public final class LockPart implements Part {
  private static final EnumSet<Kind> USED =
      EnumSet.of(
          Kind.LOCK_ACQUIRE,
          Kind.LOCK_RELEASE,
          Kind.IRQ_PUT,
          Kind.LR_WRITE,
          Kind.LR_CLEAR,
          Kind.LR_IMAGE,
          Kind.LR_FOLD,
          Kind.UNDERFLOW,
          Kind.HCR_CONFIG,
          Kind.VGIC_STEP,
          Kind.VCPU_ENTRY,
          Kind.VCPU_EXIT,
          Kind.IRQ_ACK,
          Kind.IRQ_MAP,
          Kind.ITS_WORK,
          Kind.ITS_REG,
          Kind.LPIS,
          Kind.VM);

  private static final int ACQUIRE_LOCK = Kind.LOCK_ACQUIRE.column("lock");
  private static final int ACQUIRE_NAME = Kind.LOCK_ACQUIRE.column("name");
  private static final int ACQUIRE_MODE = Kind.LOCK_ACQUIRE.column("mode");
  private static final int RELEASE_LOCK = Kind.LOCK_RELEASE.column("lock");
  private static final int RELEASE_NAME = Kind.LOCK_RELEASE.column("name");
  private static final int WRITE_VCPU = Kind.LR_WRITE.column("vcpu");
  private static final int CLEAR_VCPU = Kind.LR_CLEAR.column("vcpu");
  private static final int VM_OP = Kind.VM.column("op");
  private static final int OP_CREATE = Kind.VM.columns().get(VM_OP).labels().indexOf("create");
  private static final int OP_DESTROY = Kind.VM.columns().get(VM_OP).labels().indexOf("destroy");
  private static final int LPIS_STEP = Kind.LPIS.column("step");
  private static final int STEP_RELEASE =
      Kind.LPIS.columns().get(LPIS_STEP).labels().indexOf("release");
  private static final int MODE_TRIED = 1;

  /** Contexts that hold a lock at one time; more only if their releases are missing. */
  private static final int CONTEXTS_MOST = 1 << 14;

  private final Machine machine;
  private final LockIdentities identities;
  private final LockChecks checks;
  private final ContextChecks context;
  private final LockNames lockNames = new LockNames();
  private final Long2ObjectHashMap<HeldLocks> byContext = new Long2ObjectHashMap<>();
  private final List<HeldLocks> spare = new ArrayList<>();

  /** When each ap_list_lock was last given back. */
  private final Long2LongHashMap freeSince = new Long2LongHashMap(Long.MIN_VALUE);

  /** CPUs recorded since a moment at which they can have held no spinlock. */
  private final IntHashSet followed = new IntHashSet();

  private boolean showsLocks;
  private int stretch;

  public LockPart(Machine machine, Reporter reporter) {
    this.machine = machine;
    identities = new LockIdentities(machine);
    checks = new LockChecks(machine, reporter, identities);
    context = new ContextChecks(machine, reporter);
    stretch = machine.stretch();
  }

  @Override
  public Set<Kind> kinds() {
    return EnumSet.copyOf(USED);
  }

  @Override
  public void step(Kind kind, Event e, Names names) {
    switch (kind) {
      case LOCK_ACQUIRE -> acquire(e, names);
      case LOCK_RELEASE -> release(e, names);
      case IRQ_PUT -> {
        if (showsLocks) {
          identities.dropped(e);
        }
      }
      case LR_WRITE -> {
        context.inWindow(e, "list register population");
        flushes(e, WRITE_VCPU);
      }
      case LR_CLEAR -> {
        context.inWindow(e, "list register clearing");
        flushes(e, CLEAR_VCPU);
      }
      case LR_IMAGE -> context.image(e);
      case LR_FOLD -> context.inWindow(e, "list register fold");
      case UNDERFLOW -> context.inWindow(e, "underflow request");
      case HCR_CONFIG -> context.inWindow(e, "HCR computation");
      case VGIC_STEP -> context.step(e);
      case VCPU_ENTRY -> context.entered(e);
      case VCPU_EXIT -> context.endFold(e);
      case IRQ_ACK -> context.acknowledged(e);
      case IRQ_MAP -> context.mapped(e);
      case ITS_WORK -> context.itsWork(e);
      case ITS_REG -> context.byTask(e, -1, "write to an ITS register");
      case LPIS -> {
        if (showsLocks && e.getInt(LPIS_STEP, -1) == STEP_RELEASE) {
          identities.walks(e);
        }
      }
      case VM -> {
        // Memory of a VM that ended is used for other things.
        int op = e.getInt(VM_OP, -1);
        if (op == OP_CREATE || op == OP_DESTROY) {
          identities.forget();
          freeSince.clear();
        }
      }
      default -> {
        return;
      }
    }
    if (showsLocks && kind != Kind.IRQ_PUT && kind != Kind.LPIS) {
      identities.passed(e);
    }
  }

  private void flushes(Event e, int vcpuColumn) {
    if (showsLocks) {
      catchUp();
      VcpuState vcpu = machine.vcpuAt(e.get(vcpuColumn, 0));
      identities.flushes(e, byContext.get(Context.key(e)), vcpu);
    }
  }

  /** Forgets everything if events were lost. */
  private void catchUp() {
    if (stretch != machine.stretch()) {
      stretch = machine.stretch();
      identities.forget();
      freeSince.clear();
      followed.clear();
      forgetHeld();
    }
  }

  private void forgetHeld() {
    if (!byContext.isEmpty()) {
      byContext.values().forEach(this::keepForLater);
      byContext.clear();
    }
  }

  private void keepForLater(HeldLocks locks) {
    locks.clear();
    spare.add(locks);
  }

  private void acquire(Event e, Names names) {
    showsLocks = true;
    machine.saw(Observation.LOCKS);
    catchUp();
    if (Context.isOpen(e)) {
      followed.add(e.cpu);
    }
    LockClass type = lockNames.find(e.getInt(ACQUIRE_NAME, -1), names);
    long address = e.get(ACQUIRE_LOCK, 0);
    if (type == null || address == 0) {
      return;
    }
    long key = Context.key(e);
    HeldLocks held = byContext.get(key);
    if (held != null && held.isMissingRelease(type, address, e)) {
      machine.gap();
      catchUp();
      held = null;
    }
    if (type == LockClass.LPI_XARRAY && !identities.isLpiXarray(e, address, held)) {
      return;
    }
    checks.taken(e, type, address, (e.get(ACQUIRE_MODE, 0) & MODE_TRIED) != 0, held);
    if (type == LockClass.IRQ && held != null) {
      countInside(held);
    }
    (held == null ? open(key) : held).add(type, address, e);
  }

  private static void countInside(HeldLocks held) {
    HeldLock list = held.latest(LockClass.AP_LIST);
    if (list != null) {
      list.inside++;
    }
  }

  private HeldLocks open(long key) {
    if (byContext.size() >= CONTEXTS_MOST) {
      forgetHeld();
    }
    HeldLocks held = spare.isEmpty() ? new HeldLocks() : spare.remove(spare.size() - 1);
    byContext.put(key, held);
    return held;
  }

  private void release(Event e, Names names) {
    showsLocks = true;
    catchUp();
    if (Context.isOpen(e)) {
      followed.add(e.cpu);
    }
    LockClass type = lockNames.find(e.getInt(RELEASE_NAME, -1), names);
    long address = e.get(RELEASE_LOCK, 0);
    if (type == null || address == 0) {
      return;
    }
    long key = Context.key(e);
    HeldLocks held = byContext.get(key);
    HeldLock lock = held == null ? null : held.remove(type, address);
    if (held == null || lock == null) {
      missingAcquire(e, type);
      return;
    }
    checks.released(e, lock, freeSince.get(address));
    if (type == LockClass.AP_LIST) {
      freeSince.put(address, e.ts);
    }
    if (held.count() == 0) {
      byContext.remove(key);
      spare.add(held);
    }
  }

  /** A lock is given back that nobody took: right at the start of the recording, or a gap. */
  private void missingAcquire(Event e, LockClass type) {
    boolean own = type == LockClass.AP_LIST || type == LockClass.LPI_LIST || type == LockClass.IRQ;
    if (own && followed.contains(e.cpu)) {
      machine.gap();
      catchUp();
    }
  }
}
