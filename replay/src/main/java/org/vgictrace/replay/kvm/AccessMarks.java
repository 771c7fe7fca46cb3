package org.vgictrace.replay.kvm;

import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.agrona.collections.Int2ObjectHashMap;
import org.jspecify.annotations.Nullable;
import org.vgictrace.parser.event.Kind;
import org.vgictrace.parser.event.Names;
import org.vgictrace.parser.event.Snapshot;
import org.vgictrace.replay.engine.Event;
import org.vgictrace.replay.engine.Ledger;
import org.vgictrace.replay.engine.Part;
import org.vgictrace.replay.rule.Observation;
import org.vgictrace.replay.rule.Transition;

/**
 * Notes which steps of the model a capture exercises in injection, queueing, accesses to the
 * distributor and the life of a vCPU. It judges nothing.
 */
public final class AccessMarks implements Part {
  private static final EnumSet<Kind> USED =
      EnumSet.of(
          Kind.INJECT,
          Kind.INJECT_RET,
          Kind.QUEUE,
          Kind.QUEUE_RET,
          Kind.IRQ_LINE,
          Kind.SET_IRQ,
          Kind.SGI,
          Kind.GIC_MMIO,
          Kind.KICK,
          Kind.IRQ_MAP,
          Kind.VM);

  private static final int EBUSY = -16;
  private static final int EINVAL = -22;
  private static final int PRIVATE = 32;

  private static final int INJECT_VCPU = Kind.INJECT.column("vcpu");
  private static final int INJECT_CPUID = Kind.INJECT.column("cpuid");
  private static final int INJECT_INTID = Kind.INJECT.column("intid");
  private static final int INJECT_OWNER = Kind.INJECT.column("owner");
  private static final int RET = Kind.INJECT_RET.column("ret");
  private static final int QUEUED = Kind.QUEUE_RET.column("queued");
  private static final int REG = Kind.GIC_MMIO.column("reg");
  private static final int ACCESS = Kind.GIC_MMIO.column("access");
  private static final int ADDR = Kind.GIC_MMIO.column("addr");
  private static final int MAP_OP = Kind.IRQ_MAP.column("op");
  private static final int MAP_RESET = label(Kind.IRQ_MAP, MAP_OP, "reset");
  private static final int VM_OP = Kind.VM.column("op");
  private static final int VM_VCPU_DESTROY = label(Kind.VM, VM_OP, "vcpu_destroy");

  /** What a guest's write, a read and a write by user space exercise, by register bank. */
  private static final Map<String, Transition> WRITES =
      Map.ofEntries(
          Map.entry("group", Transition.MMIO_1),
          Map.entry("senable", Transition.MMIO_2),
          Map.entry("cenable", Transition.MMIO_3),
          Map.entry("spending", Transition.MMIO_5),
          Map.entry("cpending", Transition.MMIO_7),
          Map.entry("sactive", Transition.MMIO_10),
          Map.entry("cactive", Transition.MMIO_10),
          Map.entry("priority", Transition.MMIO_12),
          Map.entry("config", Transition.MMIO_13),
          Map.entry("target", Transition.MMIO_14),
          Map.entry("irouter", Transition.MMIO_15),
          Map.entry("sgir", Transition.SGI_2),
          Map.entry("sgi_spending", Transition.MMIO_18),
          Map.entry("sgi_cpending", Transition.MMIO_18),
          Map.entry("redist_ctlr", Transition.MMIO_19),
          Map.entry("invlpir", Transition.MMIO_20),
          Map.entry("invallr", Transition.MMIO_20),
          Map.entry("dir", Transition.MMIO_21));

  private static final Map<String, Transition> READS =
      Map.of("spending", Transition.MMIO_9, "cpending", Transition.MMIO_9);

  private static final Map<String, Transition> USER_WRITES =
      Map.ofEntries(
          Map.entry("group", Transition.MMIO_1),
          Map.entry("senable", Transition.MMIO_4),
          Map.entry("cenable", Transition.MMIO_4),
          Map.entry("spending", Transition.MMIO_6),
          Map.entry("pending_exact", Transition.MMIO_6),
          Map.entry("cpending", Transition.MMIO_8),
          Map.entry("sactive", Transition.MMIO_11),
          Map.entry("cactive", Transition.MMIO_11),
          Map.entry("priority", Transition.MMIO_12),
          Map.entry("config", Transition.MMIO_13),
          Map.entry("target", Transition.MMIO_14),
          Map.entry("irouter", Transition.MMIO_15),
          Map.entry("sgi_spending", Transition.MMIO_18),
          Map.entry("sgi_cpending", Transition.MMIO_18),
          Map.entry("redist_ctlr", Transition.MMIO_19),
          Map.entry("line_level", Transition.MMIO_17));

  private static final @Nullable Transition[][] BY_ACCESS = byAccess();
  private static final int DIST_V2 = label(Kind.GIC_MMIO, REG, "dist_v2");
  private static final int DIST_V3 = label(Kind.GIC_MMIO, REG, "dist_v3");
  private static final int READ = label(Kind.GIC_MMIO, ACCESS, "read");

  /** What a CPU is in the middle of. */
  private static final class Call {
    int pid = -1;
    boolean injecting;
    int intid;
    boolean ownerless;
    boolean targeted;
    boolean queueing;
    long own;
  }

  private final Machine machine;
  private final Ledger ledger;
  private final Int2ObjectHashMap<Call> callByCpu = new Int2ObjectHashMap<>();

  /**
   * @param model stepped with each event before this part
   */
  public AccessMarks(KvmModel model) {
    machine = model.machine();
    ledger = model.reporter().ledger();
  }

  private static int label(Kind kind, int column, String label) {
    return kind.columns().get(column).labels().indexOf(label);
  }

  private static @Nullable Transition[][] byAccess() {
    List<String> banks = Kind.GIC_MMIO.columns().get(REG).labels();
    List<String> accesses = Kind.GIC_MMIO.columns().get(ACCESS).labels();
    @Nullable Transition[][] table = new @Nullable Transition[accesses.size()][banks.size()];
    for (int bank = 0; bank < banks.size(); bank++) {
      table[accesses.indexOf("write")][bank] = WRITES.get(banks.get(bank));
      table[accesses.indexOf("read")][bank] = READS.get(banks.get(bank));
      table[accesses.indexOf("user_write")][bank] = USER_WRITES.get(banks.get(bank));
    }
    return table;
  }

  @Override
  public Set<Kind> kinds() {
    return EnumSet.copyOf(USED);
  }

  @Override
  public void step(Kind kind, Event e, Names names) {
    switch (kind) {
      case INJECT -> injected(e);
      case INJECT_RET -> returned(e);
      case QUEUE -> queue(e);
      case QUEUE_RET -> queued(e);
      case IRQ_LINE -> ledger.exercised(Transition.IRQL_1);
      case SET_IRQ -> ledger.exercised(Transition.IRQL_2);
      case SGI -> ledger.exercised(Transition.SGI_1);
      case GIC_MMIO -> accessed(e);
      case KICK -> kicked(e);
      case IRQ_MAP -> {
        if (e.getInt(MAP_OP, -1) == MAP_RESET) {
          ledger.exercised(Transition.RESET_1);
        }
      }
      case VM -> {
        if (e.getInt(VM_OP, -1) == VM_VCPU_DESTROY) {
          ledger.exercised(Transition.DESTROY_1);
        }
      }
      default -> throw new AssertionError(kind);
    }
  }

  private Call call(Event e) {
    Call call = callByCpu.get(e.cpu);
    if (call == null) {
      call = new Call();
      callByCpu.put(e.cpu, call);
    }
    if (call.pid != e.pid) {
      call.pid = e.pid;
      call.injecting = false;
      call.queueing = false;
    }
    return call;
  }

  private void injected(Event e) {
    Call call = call(e);
    call.injecting = e.has(INJECT_INTID);
    call.queueing = false;
    call.intid = e.getInt(INJECT_INTID, -1);
    call.ownerless = e.has(INJECT_OWNER) && e.get(INJECT_OWNER, 0) == 0;
    call.targeted = e.has(INJECT_CPUID) || e.get(INJECT_VCPU, 1) != 0;
  }

  private void queue(Event e) {
    Call call = call(e);
    if (call.injecting && e.has(Snapshot.CONFIG) && e.getInt(Snapshot.INTID, -1) == call.intid) {
      ledger.exercised(e.get(Snapshot.CONFIG, 0) != 0 ? Transition.INJ_5 : Transition.INJ_6);
    }
    call.injecting = false;
    call.queueing = true;
    call.own = e.get(Snapshot.OWN, IrqState.POINTER_UNKNOWN);
    if (call.own != 0 && call.own != IrqState.POINTER_UNKNOWN) {
      ledger.exercised(Transition.QUEUE_1);
    }
  }

  private void queued(Event e) {
    Call call = call(e);
    if (call.queueing && e.has(QUEUED)) {
      if (e.get(QUEUED, 0) != 0) {
        ledger.exercised(Transition.QUEUE_3);
      } else if (call.own == 0) {
        ledger.exercised(Transition.QUEUE_2);
      }
    }
    call.queueing = false;
  }

  /** An injection returns that has not led to a queueing attempt. */
  private void returned(Event e) {
    Call call = call(e);
    if (call.injecting && e.has(RET)) {
      int ret = e.getInt(RET, 0);
      boolean aimless = call.intid < PRIVATE && !call.targeted;
      if (ret == EINVAL) {
        ledger.exercised(aimless ? Transition.INJ_1 : Transition.INJ_2);
      } else if (ret == EBUSY) {
        ledger.exercised(Transition.INJ_0);
      } else if (ret == 0
          && machine.shows(Observation.QUEUE)
          && !(call.ownerless && call.intid < PRIVATE)) {
        // A PPI that user space injects may have been refused for its owner instead.
        ledger.exercised(Transition.INJ_4);
      }
    }
    call.injecting = false;
  }

  private void accessed(Event e) {
    int reg = e.getInt(REG, -1);
    int access = e.getInt(ACCESS, -1);
    if (reg < 0 || access < 0 || access >= BY_ACCESS.length || reg >= BY_ACCESS[access].length) {
      return;
    }
    Transition transition = BY_ACCESS[access][reg];
    if (transition != null) {
      ledger.exercised(transition);
    } else if ((reg == DIST_V2 || reg == DIST_V3)
        && access != READ
        && (e.get(ADDR, 0) & 0xfff) == 0) {
      ledger.exercised(Transition.MMIO_16);
    }
  }

  /** The write that switches the distributor on kicks vCPUs before it returns. */
  private void kicked(Event e) {
    VcpuState v = machine.vcpuOfThread(e.pid);
    VmState vm = v == null ? null : v.vm;
    if (vm != null && vm.distributor == VmState.Switch.ON && vm.distributorSince == e.ts) {
      ledger.exercised(Transition.KICK_1);
    }
  }
}
