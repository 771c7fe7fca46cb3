package org.vgictrace.replay.xen.inside;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.vgictrace.parser.event.Kind;

/**
 * A tiny vGIC of its own, after the description of Xen's original one: two virtual CPUs on a CPU
 * each, timers, SGIs and SPIs of devices, few list registers. It records what the recipe asks for.
 */
final class OldWorld {
  private static final int VCPUS = 2;
  private static final int LRS = 2;
  private static final int NONE = 255;
  private static final int[] PRIVATE = {3, 27, 31};
  private static final int[] SPIS = {33, 34, 35, 36};
  private static final int UIE = 2;
  private static final int EN = 1;

  private final Random random;
  private final InsideRecord record;
  private final OldFault fault;
  private final int domain;
  private final List<Irq> irqs = new ArrayList<>();
  private final Vcpu[] vcpus = new Vcpu[VCPUS];

  /** An interrupt. */
  private static final class Irq {
    final int intid;
    final boolean physical;
    final int urgency;
    @Nullable Vcpu home;
    int target;
    boolean queued;
    boolean active;
    boolean visible;
    boolean enabled = true;
    boolean migrating;
    boolean inProgress;
    int lr = NONE;
    int routed;

    // As they were before the step.
    int wasStatus;
    int wasFlags;
    int wasLr;

    Irq(int intid, boolean physical, int urgency, int target) {
      this.intid = intid;
      this.physical = physical;
      this.urgency = urgency;
      this.target = target;
      this.routed = target;
    }

    int status() {
      return (queued ? OldState.QUEUED : 0)
          | (active ? OldState.ACTIVE : 0)
          | (visible ? OldState.VISIBLE : 0)
          | (enabled ? OldState.ENABLED : 0)
          | (migrating ? OldState.MIGRATING : 0);
    }
  }

  /** A virtual CPU, on the CPU of its number, and the list registers of that. */
  private static final class Vcpu {
    final int id;
    final List<Irq> inFlight = new ArrayList<>();
    final List<Irq> waiting = new ArrayList<>();
    final @Nullable Irq[] lrs = new @Nullable Irq[LRS];
    final int[] states = new int[LRS];
    boolean inHypervisor;
    boolean upcall;
    int serial;

    Vcpu(int id) {
      this.id = id;
    }

    int used() {
      int used = 0;
      for (Irq irq : lrs) {
        used += irq == null ? 0 : 1;
      }
      return used;
    }
  }

  OldWorld(Random random, InsideRecord record, OldFault fault, int domain) {
    this.random = random;
    this.record = record;
    this.fault = fault;
    this.domain = domain;
    for (int v = 0; v < VCPUS; v++) {
      vcpus[v] = new Vcpu(v);
      for (int intid : PRIVATE) {
        Irq irq = new Irq(intid, false, 0x80 + 0x10 * random.nextInt(3), v);
        irq.home = vcpus[v];
        irqs.add(irq);
      }
    }
    for (int intid : SPIS) {
      irqs.add(new Irq(intid, intid % 2 == 1, 0x60 + 0x20 * random.nextInt(4), 0));
    }
  }

  /** One schedule. */
  void run(int operations) {
    for (int i = 0; i < operations; i++) {
      Vcpu v = vcpus[random.nextInt(VCPUS)];
      if (v.inHypervisor) {
        hypervisor(v);
      } else {
        guest(v);
        exit(v);
      }
    }
    for (Vcpu v : vcpus) {
      if (v.inHypervisor) {
        enter(v);
      }
    }
  }

  private void hypervisor(Vcpu v) {
    Irq irq = irqs.get(random.nextInt(irqs.size()));
    switch (random.nextInt(9)) {
      case 0, 1, 2 -> fire(irq, v);
      case 3 -> enable(irq, v);
      case 4 -> disable(irq, v);
      case 5 -> migrate(irq, v);
      case 6 -> idle(v);
      default -> enter(v);
    }
  }

  /** The guest takes and ends what is in its list registers. */
  private void guest(Vcpu v) {
    for (int n = 0; n < LRS; n++) {
      int state = v.states[n];
      if (state == 1 && random.nextInt(3) > 0) {
        v.states[n] = random.nextBoolean() ? 2 : 0;
      } else if (state >= 2 && random.nextBoolean()) {
        v.states[n] = state & 1;
      }
    }
    v.upcall = random.nextInt(3) > 0 && v.upcall;
  }

  private void before(Irq irq, Vcpu v) {
    irq.wasStatus = irq.status();
    irq.wasFlags = flags(irq, v, v);
    irq.wasLr = irq.lr;
  }

  private int flags(Irq irq, Vcpu v, Vcpu cpu) {
    boolean listed = vcpus[0].inFlight.contains(irq) || vcpus[1].inFlight.contains(irq);
    boolean waits = vcpus[0].waiting.contains(irq) || vcpus[1].waiting.contains(irq);
    int flags = (listed ? OldState.IN_FLIGHT : 0) | (waits ? OldState.WAITS : 0);
    flags |= v == cpu ? OldState.HERE : 0;
    flags |= irq.inProgress ? OldState.IN_PROGRESS : 0;
    flags |= listed && last(v.inFlight, irq) ? 0 : OldState.FOLLOWED;
    return flags | (waits && last(v.waiting, irq) ? 0 : OldState.WAIT_FOLLOWED);
  }

  private static boolean last(List<Irq> list, Irq irq) {
    return list.indexOf(irq) == list.size() - 1;
  }

  private static int urgencyAt(List<Irq> list, int index) {
    return index < 0 || index >= list.size() ? 0 : list.get(index).urgency;
  }

  private void step(String step, Irq irq, Vcpu v, Vcpu cpu, Object... more) {
    int at = v.inFlight.indexOf(irq);
    int waits = v.waiting.indexOf(irq);
    List<Object> cells =
        new ArrayList<>(
            List.of(
                "domain",
                domain,
                "vcpu_id",
                v.id,
                "step",
                step,
                "intid",
                irq.intid,
                "was_status",
                irq.wasStatus,
                "was_flags",
                irq.wasFlags,
                "was_lr",
                irq.wasLr));
    cells.addAll(
        List.of(
            "was_priority",
            irq.urgency,
            "status",
            irq.status(),
            "irq_flags",
            flags(irq, v, cpu),
            "lr",
            irq.lr,
            "priority",
            irq.urgency,
            "host_irq",
            irq.physical ? irq.intid : -1));
    cells.addAll(
        List.of(
            "target",
            irq.target,
            "ahead",
            urgencyAt(v.inFlight, at - 1),
            "behind",
            at < 0 ? 0 : urgencyAt(v.inFlight, at + 1)));
    cells.addAll(
        List.of(
            "wait_ahead",
            urgencyAt(v.waiting, waits - 1),
            "wait_behind",
            waits < 0 ? 0 : urgencyAt(v.waiting, waits + 1)));
    cells.addAll(List.of(more));
    record.row(Kind.XEN_OLD_IRQ, cpu.id, cells.toArray());
  }

  private void insert(List<Irq> list, Irq irq) {
    int at = 0;
    while (at < list.size()
        && (fault == OldFault.REVERSED_ORDER
            ? list.get(at).urgency > irq.urgency
            : list.get(at).urgency <= irq.urgency)) {
      at++;
    }
    list.add(at, irq);
  }

  private void lr(Vcpu v, String op, int n) {
    Irq irq = v.lrs[n];
    int intid = irq == null ? 0 : irq.intid;
    long value = intid | (long) v.states[n] << 28;
    value |= irq != null && irq.physical ? 1L << 31 | (long) intid << 10 : 0;
    value |= irq == null ? 0 : (long) (irq.urgency >> 3) << 23;
    record.row(
        Kind.XEN_LR,
        v.id,
        "domain",
        domain,
        "vcpu_id",
        v.id,
        "op",
        op,
        "lr",
        n,
        "intid",
        intid,
        "value",
        value,
        "serial",
        v.serial++);
  }

  private void give(Vcpu v, int n, Irq irq) {
    v.lrs[n] = irq;
    v.states[n] = 1;
    irq.visible = true;
    irq.queued = false;
    irq.lr = n;
    lr(v, "write", n);
  }

  private static int free(Vcpu v) {
    for (int n = 0; n < LRS; n++) {
      if (v.lrs[n] == null) {
        return n;
      }
    }
    return -1;
  }

  private void raise(Irq irq, Vcpu v, Vcpu cpu) {
    int n = free(v);
    if (v == cpu && v.waiting.isEmpty() && n >= 0) {
      give(v, n, irq);
    } else if (!v.waiting.contains(irq)) {
      insert(v.waiting, irq);
    }
  }

  private void fire(Irq irq, Vcpu cpu) {
    if (irq.physical) {
      // The distributor holds it until the guest has ended the last one.
      if (irq.inProgress || irq.migrating) {
        return;
      }
      irq.inProgress = true;
    }
    Vcpu v = irq.home == null ? vcpus[irq.target] : irq.home;
    if (elsewhere(irq, v) != null) {
      // OV-K01 has its own case.
      return;
    }
    inject(irq, v, cpu);
  }

  private @Nullable Vcpu elsewhere(Irq irq, Vcpu v) {
    Vcpu other = vcpus[1 - v.id];
    return other.inFlight.contains(irq) ? other : null;
  }

  private void inject(Irq irq, Vcpu v, Vcpu cpu) {
    before(irq, v);
    boolean flies = v.inFlight.contains(irq);
    irq.queued |= fault != OldFault.SECOND_FORGOTTEN || !flies;
    if (flies) {
      if (irq.enabled && !v.waiting.contains(irq) && v == cpu && irq.lr != NONE) {
        int status = irq.wasStatus;
        int flags = irq.wasFlags;
        int lr = irq.wasLr;
        fold(v, irq.lr);
        irq.wasStatus = status;
        irq.wasFlags = flags;
        irq.wasLr = lr;
      }
      if (!v.inFlight.contains(irq)) {
        return;
      }
    } else {
      if (irq.enabled || fault == OldFault.DISABLED_DELIVERED) {
        raise(irq, v, cpu);
      }
      insert(v.inFlight, irq);
    }
    step("inject", irq, v, cpu);
  }

  private void fold(Vcpu v, int n) {
    Irq irq = v.lrs[n];
    if (irq == null) {
      return;
    }
    lr(v, "read", n);
    before(irq, v);
    int state = v.states[n];
    if (state >= 2) {
      irq.active = true;
      if (irq.enabled && irq.queued) {
        irq.queued = false;
        if (!irq.physical) {
          v.states[n] = 3;
          lr(v, "write", n);
        }
      }
    } else if (state == 1) {
      irq.queued = false;
    } else {
      v.lrs[n] = null;
      irq.inProgress &= fault == OldFault.IN_PROGRESS_KEPT;
      irq.visible = fault == OldFault.VISIBLE_KEPT;
      irq.active = false;
      irq.lr = NONE;
      if (irq.enabled && irq.queued && !irq.migrating) {
        raise(irq, v, v);
      } else {
        v.inFlight.remove(irq);
        if (irq.migrating) {
          irq.routed = fault == OldFault.AFFINITY_KEPT ? v.id : irq.target;
          irq.migrating = false;
        }
      }
    }
    int folded = fault == OldFault.WRONG_REGISTER_FOLDED ? (n + 1) % LRS : n;
    step(
        "fold",
        irq,
        v,
        v,
        "folded_lr",
        folded,
        "folded_state",
        state,
        "physical_cpu",
        irq.routed,
        "target_cpu",
        irq.target);
  }

  private void exit(Vcpu v) {
    v.inHypervisor = true;
    for (int n = 0; n < LRS; n++) {
      fold(v, n);
    }
  }

  private void enter(Vcpu v) {
    while (!v.waiting.isEmpty()) {
      Irq irq = v.waiting.get(0);
      int n = free(v);
      if (n < 0) {
        Irq victim = fault == OldFault.NO_EVICTION ? null : victim(v, irq);
        if (victim == null) {
          break;
        }
        before(victim, v);
        n = victim.lr;
        victim.lr = NONE;
        victim.queued = true;
        victim.visible = false;
        insert(v.waiting, victim);
        step("evict", victim, v, v);
      }
      before(irq, v);
      give(v, n, irq);
      v.waiting.remove(irq);
      step("fill", irq, v, v);
    }
    int left = v.waiting.size();
    boolean full = v.used() == LRS && fault != OldFault.NEVER_FULL;
    boolean uie = left > 0 && full && fault != OldFault.NO_UNDERFLOW;
    record.row(
        Kind.XEN_VGIC_ENTRY,
        v.id,
        "vgic",
        "old",
        "domain",
        domain,
        "vcpu_id",
        v.id,
        "lrs",
        LRS,
        "used",
        v.used(),
        "left",
        left,
        "waits",
        left > 0 ? 1 : 0,
        "hcr",
        uie ? EN | UIE : EN,
        "best_left",
        urgencyAt(v.waiting, 0),
        "worst_given",
        worst(v),
        "serial",
        v.serial++);
    v.inHypervisor = false;
  }

  private static int worst(Vcpu v) {
    int worst = 0;
    for (Irq irq : v.lrs) {
      worst = irq == null || irq.active ? worst : Math.max(worst, irq.urgency);
    }
    return worst;
  }

  private @Nullable Irq victim(Vcpu v, Irq irq) {
    for (int i = v.inFlight.size() - 1; i >= 0; i--) {
      Irq candidate = v.inFlight.get(i);
      if (candidate.urgency == irq.urgency) {
        return null;
      }
      if (candidate.lr != NONE && !candidate.active) {
        return candidate;
      }
    }
    return null;
  }

  private void enable(Irq irq, Vcpu cpu) {
    Vcpu v = irq.home == null ? vcpus[irq.target] : irq.home;
    if (elsewhere(irq, v) != null) {
      return;
    }
    before(irq, v);
    irq.enabled = true;
    boolean given = irq.visible && fault != OldFault.SECOND_REGISTER;
    if (v.inFlight.contains(irq) && !given) {
      raise(irq, v, cpu);
    }
    step("enable", irq, v, cpu);
  }

  private void disable(Irq irq, Vcpu cpu) {
    Vcpu v = irq.home == null ? vcpus[irq.target] : irq.home;
    if (elsewhere(irq, v) != null) {
      return;
    }
    before(irq, v);
    irq.enabled = false;
    if (fault != OldFault.WAITS_DISABLED) {
      v.waiting.remove(irq);
    }
    step("disable", irq, v, cpu);
  }

  private void migrate(Irq irq, Vcpu cpu) {
    if (irq.home != null || elsewhere(irq, vcpus[irq.target]) != null) {
      secondMove(irq, cpu);
      return;
    }
    Vcpu v = vcpus[irq.target];
    Vcpu to = vcpus[1 - v.id];
    before(irq, v);
    boolean flies = v.inFlight.contains(irq);
    boolean reinjected = false;
    if (!irq.physical) {
      // Nothing moves; the simulation does without what comes of it.
      if (flies) {
        return;
      }
    } else if (irq.visible) {
      irq.migrating = fault != OldFault.UNMARKED_MOVE;
    } else if (v.waiting.contains(irq)) {
      v.waiting.remove(irq);
      v.inFlight.remove(irq);
      irq.queued = false;
      irq.routed = to.id;
      reinjected = true;
    } else {
      irq.routed = to.id;
    }
    irq.target = to.id;
    step("migrate", irq, v, cpu, "asked_target", to.id, "was_target", v.id);
    if (reinjected) {
      inject(irq, to, cpu);
    }
  }

  /** A move that is asked for while another one is in progress. */
  private void secondMove(Irq irq, Vcpu cpu) {
    if (irq.home != null || !irq.migrating) {
      return;
    }
    Vcpu v = vcpus[1 - irq.target];
    before(irq, v);
    int asked = v.id;
    int was = irq.target;
    irq.target = fault == OldFault.SECOND_MOVE ? asked : was;
    step("migrate", irq, v, cpu, "asked_target", asked, "was_target", was);
  }

  private void idle(Vcpu v) {
    v.upcall |= random.nextBoolean();
    boolean ppi = v.inFlight.stream().anyMatch(irq -> irq.intid == 31);
    boolean deliverable = v.inFlight.stream().anyMatch(irq -> irq.enabled && !irq.active);
    boolean sleeps = !deliverable && (!v.upcall || ppi);
    sleeps |= fault == OldFault.UPCALL_LOST && !deliverable;
    sleeps |= fault == OldFault.SLEEPS;
    record.row(
        Kind.XEN_VGIC_IDLE,
        v.id,
        "vgic",
        "old",
        "domain",
        domain,
        "vcpu_id",
        v.id,
        "upcall",
        v.upcall ? 1 : 0,
        "in_flight",
        ppi ? 1 : 0,
        "deliverable",
        deliverable ? 1 : 0,
        "sleeps",
        sleeps ? 1 : 0);
  }
}
