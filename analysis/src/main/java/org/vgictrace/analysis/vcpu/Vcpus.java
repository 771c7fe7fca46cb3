package org.vgictrace.analysis.vcpu;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.agrona.collections.Int2ObjectHashMap;
import org.agrona.collections.IntHashSet;
import org.agrona.collections.Long2ObjectHashMap;
import org.jspecify.annotations.Nullable;
import org.vgictrace.parser.event.Kind;
import org.vgictrace.parser.event.KindTable;

/**
 * Tells vCPUs and VMs apart. Tracepoints carry no VM and often no vCPU; what they carry is combined
 * like this:
 *
 * <ul>
 *   <li>The kernel addresses in probe events identify a vCPU and its VM.
 *   <li>Events of the entry and exit path run in the vCPU's own thread, so they bind the thread to
 *       the vCPU, and the stock events of that thread, which have neither address nor number,
 *       follow it.
 *   <li>A thread that enters a guest is a vCPU even if no probe names it; its number and VM stay
 *       unknown.
 * </ul>
 *
 * <p>A thread whose address changes has become another vCPU (a new VM with a re-used thread
 * identifier). Feed every event in order through {@link #of}. Limits: {@value #VCPUS_MAX} vCPUs, as
 * many VMs; what comes after stays unknown. Not thread-safe.
 */
public final class Vcpus {
  /** Most vCPUs told apart. */
  public static final int VCPUS_MAX = 4096;

  private static final int[] VCPU = columns("vcpu");
  private static final int[] VCPU_ID = columns("vcpu_id");
  private static final int[] KVM = columns("kvm");
  private static final boolean[] OWN_THREAD = ownThread();
  private static final int STEP = Kind.VGIC_STEP.column("step");
  private static final int STEP_LAST_IN_THREAD =
      Kind.VGIC_STEP.columns().get(STEP).labels().indexOf("put");
  private static final int PENDING_INTID = Kind.IRQ_PENDING.column("intid");
  private static final int PRIVATE_INTIDS = 32;
  private static final int VM_MODEL = Kind.VM.column("model");

  private final List<Vcpu> vcpus = new ArrayList<>();
  private final List<Vm> vms = new ArrayList<>();
  private final Int2ObjectHashMap<Vcpu> byPid = new Int2ObjectHashMap<>();
  private final Long2ObjectHashMap<Vcpu> byPointer = new Long2ObjectHashMap<>();
  private final Long2ObjectHashMap<Vm> vmByPointer = new Long2ObjectHashMap<>();
  private final Int2ObjectHashMap<Vcpu> byId = new Int2ObjectHashMap<>();
  private final IntHashSet ambiguous = new IntHashSet();

  /** The vCPUs in the order of their appearance. */
  public List<Vcpu> vcpus() {
    return Collections.unmodifiableList(vcpus);
  }

  /** The VMs in the order of their appearance. */
  public List<Vm> vms() {
    return Collections.unmodifiableList(vms);
  }

  /**
   * The vCPU an event is about or runs on, null if that is unknown; learns from the event.
   *
   * @param table the table of the event's kind
   * @param row the event's row
   */
  public @Nullable Vcpu of(KindTable table, int row) {
    int kind = table.kind().ordinal();
    int pid = table.pid()[row];
    Vm vm = vmOf(table, row);
    if (table.kind() == Kind.VM && vm != null && table.has(row, VM_MODEL)) {
      vm.learnModel(table.get(row, VM_MODEL, -1));
    }
    long pointer = VCPU[kind] < 0 ? 0 : table.get(row, VCPU[kind], 0);
    long id = VCPU_ID[kind] < 0 ? -1 : table.get(row, VCPU_ID[kind], -1);
    boolean own = OWN_THREAD[kind] && (table.kind() != Kind.VGIC_STEP || inThread(table, row));
    if (pointer != 0) {
      Vcpu vcpu = own ? bind(pid, pointer) : byPointer.get(pointer);
      if (vcpu == null && table.kind() == Kind.VM) {
        vcpu = add(pointer);
      }
      return learn(vcpu, id, vm);
    }
    Vcpu vcpu = pid < 0 ? null : byPid.get(pid);
    if (own) {
      return learn(vcpu == null ? add(pid) : vcpu, id, vm);
    }
    if (id < 0 || (vcpu != null && vcpu.id() == id) || namesNobody(table, row)) {
      return vcpu;
    }
    return vm != null ? vm.vcpu(id) : numbered(id);
  }

  /** The vCPU with that kernel address, null if it has not been seen. */
  public @Nullable Vcpu byPointer(long pointer) {
    return byPointer.get(pointer);
  }

  /** The only vCPU with that number, null if none or several have it. */
  public @Nullable Vcpu numbered(long id) {
    return id < 0 || id > Integer.MAX_VALUE || ambiguous.contains((int) id)
        ? null
        : byId.get((int) id);
  }

  /** The VM an event names by address, null if it names none. */
  public @Nullable Vm vmOf(KindTable table, int row) {
    int column = KVM[table.kind().ordinal()];
    long pointer = column < 0 ? 0 : table.get(row, column, 0);
    if (pointer == 0) {
      return null;
    }
    Vm vm = vmByPointer.get(pointer);
    if (vm == null && vms.size() < VCPUS_MAX) {
      vm = new Vm(vms.size(), pointer);
      vms.add(vm);
      vmByPointer.put(pointer, vm);
    }
    return vm;
  }

  private @Nullable Vcpu bind(int pid, long pointer) {
    Vcpu vcpu = byPointer.get(pointer);
    Vcpu thread = pid < 0 ? null : byPid.get(pid);
    if (vcpu == null) {
      if (thread != null && thread.pointer() == 0) {
        vcpu = thread;
        vcpu.learnPointer(pointer);
        byPointer.put(pointer, vcpu);
      } else {
        vcpu = add(pointer);
      }
    }
    if (vcpu != null && pid >= 0 && vcpu != thread) {
      vcpu.learnPid(pid);
      byPid.put(pid, vcpu);
    }
    return vcpu;
  }

  private @Nullable Vcpu add(long pointer) {
    if (vcpus.size() >= VCPUS_MAX) {
      return null;
    }
    Vcpu vcpu = new Vcpu(vcpus.size());
    vcpu.learnPointer(pointer);
    vcpus.add(vcpu);
    byPointer.put(pointer, vcpu);
    return vcpu;
  }

  private @Nullable Vcpu add(int pid) {
    if (pid < 0 || vcpus.size() >= VCPUS_MAX) {
      return null;
    }
    Vcpu vcpu = new Vcpu(vcpus.size());
    vcpu.learnPid(pid);
    vcpus.add(vcpu);
    byPid.put(pid, vcpu);
    return vcpu;
  }

  private @Nullable Vcpu learn(@Nullable Vcpu vcpu, long id, @Nullable Vm vm) {
    if (vcpu != null) {
      if (vcpu.id() < 0 && id >= 0 && id <= Integer.MAX_VALUE) {
        vcpu.learnId((int) id);
        if (byId.put((int) id, vcpu) != null) {
          ambiguous.add((int) id);
        }
      }
      if (vm != null) {
        vcpu.learnVm(vm);
      }
    }
    return vcpu;
  }

  /** vgic_update_irq_pending says 0 for a shared interrupt, whatever its target. */
  private static boolean namesNobody(KindTable table, int row) {
    return table.kind() == Kind.IRQ_PENDING
        && table.get(row, PENDING_INTID, PRIVATE_INTIDS) >= PRIVATE_INTIDS;
  }

  private static boolean inThread(KindTable table, int row) {
    return table.get(row, STEP, Integer.MAX_VALUE) <= STEP_LAST_IN_THREAD;
  }

  private static int[] columns(String name) {
    int[] columns = new int[Kind.values().length];
    for (Kind kind : Kind.values()) {
      columns[kind.ordinal()] = kind.columnOrMinusOne(name);
    }
    return columns;
  }

  /** Kinds recorded in the thread of the vCPU they are about. */
  private static boolean[] ownThread() {
    boolean[] own = new boolean[Kind.values().length];
    for (Kind kind :
        List.of(
            Kind.VCPU_ENTRY,
            Kind.VCPU_EXIT,
            Kind.LR_WRITE,
            Kind.LR_CLEAR,
            Kind.LR_IMAGE,
            Kind.LR_FOLD,
            Kind.UNDERFLOW,
            Kind.HCR_CONFIG,
            Kind.VGIC_STEP,
            Kind.DEACTIVATE,
            Kind.SGI)) {
      own[kind.ordinal()] = true;
    }
    return own;
  }
}
