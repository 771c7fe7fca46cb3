package org.vgictrace.replay.xen.inside;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.vgictrace.parser.event.Kind;

/**
 * A tiny vGIC of its own, after the description of Xen's new one: two virtual CPUs on a CPU each.
 * It records what the recipe asks for.
 */
final class NewWorld {
  private static final int VCPUS = 2;
  private static final int LRS = 2;
  private static final int UIE = 2;
  private static final int SGIS = 16;

  private final Random random;
  private final InsideRecord record;
  private final NewFault fault;
  private final int domain;
  private final List<Irq> irqs = new ArrayList<>();
  private final Vcpu[] vcpus = {new Vcpu(0), new Vcpu(1)};

  /** An interrupt. */
  private static final class Irq {
    final int intid;
    final boolean level;
    final boolean physical;
    final int urgency;
    int target;
    int owner = -1;
    boolean latch;
    boolean line;
    boolean active;
    boolean enabled = true;
    boolean inProgress;
    int source;

    // Of the list register read or written last.
    int lrFlags;

    int wasStatus;
    int wasFlags;
    int wasSource;
    int wasOwner;

    Irq(int intid, boolean level, boolean physical, int urgency, int target) {
      this.intid = intid;
      this.level = level;
      this.physical = physical;
      this.urgency = urgency;
      this.target = target;
    }

    boolean pending() {
      return latch || level && line;
    }

    int status() {
      return (latch ? NewState.LATCH : 0)
          | (line ? NewState.LINE : 0)
          | (active ? NewState.ACTIVE : 0)
          | (enabled ? NewState.ENABLED : 0)
          | (level ? NewState.LEVEL : 0)
          | (physical ? NewState.MAPPED : 0)
          | (inProgress ? NewState.IN_PROGRESS : 0)
          | NewState.DISTRIBUTOR;
    }

    /** The virtual CPU it is due on, -1 for none. */
    int due() {
      if (active) {
        return owner >= 0 ? owner : target;
      }
      return enabled && pending() ? target : -1;
    }
  }

  /** A virtual CPU, on the CPU of its number, and the list registers of that. */
  private static final class Vcpu {
    final int id;
    final List<Irq> list = new ArrayList<>();
    final @Nullable Irq[] lrs = new @Nullable Irq[LRS];
    final int[] states = new int[LRS];
    int used;
    int serial;
    boolean inHypervisor;

    Vcpu(int id) {
      this.id = id;
    }
  }

  NewWorld(Random random, InsideRecord record, NewFault fault, int domain) {
    this.random = random;
    this.record = record;
    this.fault = fault;
    this.domain = domain;
    for (int v = 0; v < VCPUS; v++) {
      irqs.add(new Irq(3, false, false, 0x80, v));
      irqs.add(new Irq(27, true, false, 0x60, v));
    }
    for (int intid = 33; intid < 39; intid++) {
      irqs.add(new Irq(intid, intid % 2 == 0, intid % 3 == 0, 0x40 + 8 * random.nextInt(16), 0));
    }
  }

  /** One schedule. */
  void run(int operations) {
    for (int i = 0; i < operations; i++) {
      Vcpu v = vcpus[random.nextInt(VCPUS)];
      if (!v.inHypervisor) {
        guest(v);
        exit(v);
      } else if (random.nextInt(3) == 0) {
        enter(v);
      } else {
        change(irqs.get(random.nextInt(irqs.size())), v);
      }
    }
  }

  private void guest(Vcpu v) {
    for (int n = 0; n < v.used; n++) {
      int state = v.states[n];
      if (state == 1 && random.nextInt(3) > 0) {
        v.states[n] = random.nextBoolean() ? 2 : 0;
      } else if (state >= 2 && random.nextBoolean()) {
        v.states[n] = state & 1;
      }
    }
  }

  private void before(Irq irq) {
    irq.wasStatus = irq.status();
    irq.wasFlags = listed(irq) ? NewState.LISTED : 0;
    irq.wasSource = irq.source;
    irq.wasOwner = irq.owner;
    irq.lrFlags = 0;
  }

  private boolean listed(Irq irq) {
    return vcpus[0].list.contains(irq) || vcpus[1].list.contains(irq);
  }

  private void step(String step, Irq irq, int vcpu, int cpu, int lr) {
    int host = irq.physical ? irq.intid : -1;
    int desc = fault == NewFault.WRONG_DESCRIPTOR ? host + 1 : host;
    List<Object> cells =
        new ArrayList<>(
            List.of(
                "domain",
                domain,
                "vcpu_id",
                vcpu,
                "step",
                step,
                "intid",
                irq.intid,
                "was_status",
                irq.wasStatus,
                "was_flags",
                irq.wasFlags,
                "was_source",
                irq.wasSource));
    cells.addAll(
        List.of(
            "was_owner",
            irq.wasOwner,
            "status",
            irq.status(),
            "irq_flags",
            (listed(irq) ? NewState.LISTED : 0) | irq.lrFlags,
            "source",
            irq.source));
    cells.addAll(
        List.of(
            "owner",
            irq.owner,
            "target",
            irq.target,
            "host_irq",
            host,
            "desc_irq",
            desc,
            "lr",
            lr,
            "priority",
            irq.urgency));
    record.row(Kind.XEN_NEW_IRQ, cpu, cells.toArray());
  }

  private void queue(Irq irq, int cpu) {
    int due = irq.due();
    boolean twice = fault == NewFault.QUEUED_TWICE && irq.owner >= 0 && irq.owner != due;
    if (due < 0 || irq.owner >= 0 && !twice) {
      return;
    }
    before(irq);
    if (twice) {
      vcpus[irq.owner].list.remove(irq);
    }
    vcpus[due].list.add(irq);
    irq.owner = due;
    step("queue", irq, due, cpu, 255);
  }

  private void change(Irq irq, Vcpu v) {
    before(irq);
    String step = "inject";
    switch (random.nextInt(7)) {
      case 0 -> {
        step = irq.enabled ? "disable" : "enable";
        irq.enabled = !irq.enabled;
      }
      case 1 -> {
        if (irq.intid < 32) {
          return;
        }
        step = "retarget";
        irq.target = random.nextInt(VCPUS);
      }
      case 2 -> {
        send(irq, v);
        return;
      }
      case 3 -> {
        if (irq.intid < SGIS) {
          return;
        }
        step = "pend";
        irq.latch = true;
      }
      default -> {
        if (irq.intid < SGIS) {
          return;
        }
        if (irq.physical) {
          if (irq.inProgress) {
            return;
          }
          irq.inProgress = true;
        }
        irq.line = irq.level && (irq.physical || random.nextInt(3) > 0);
        irq.latch |= !irq.level;
      }
    }
    step(step, irq, irq.target, v.id, 255);
    queue(irq, v.id);
  }

  private void send(Irq irq, Vcpu v) {
    if (irq.intid >= SGIS) {
      return;
    }
    int asked = random.nextInt(256);
    int reached = fault == NewFault.TARGETS_UNCHECKED ? asked : asked & (1 << VCPUS) - 1;
    record.row(
        Kind.XEN_SGIR,
        v.id,
        "domain",
        domain,
        "vcpu_id",
        v.id,
        "intid",
        irq.intid,
        "vcpus",
        VCPUS,
        "asked",
        asked,
        "reached",
        reached);
    irq.latch = true;
    irq.source |= fault == NewFault.NO_SENDER ? 0 : 1 << v.id;
    step("sgi", irq, irq.target, v.id, 255);
    queue(irq, v.id);
  }

  private void lr(Vcpu v, String op, int n, Irq irq, int state, int source) {
    long value = irq.intid | (long) state << 28;
    value |= irq.physical ? 1L << 31 | (long) irq.intid << 10 : (long) source << 10;
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
        irq.intid,
        "value",
        value | (long) (irq.urgency >> 3) << 23,
        "serial",
        v.serial++);
  }

  private static int lrFlags(Irq irq, int state) {
    return (state & 1) * NewState.LR_PENDING
        | (state >> 1) * NewState.LR_ACTIVE
        | (irq.physical ? NewState.LR_HW : 0);
  }

  private void exit(Vcpu v) {
    v.inHypervisor = true;
    for (int n = 0; n < v.used; n++) {
      Irq irq = v.lrs[n];
      if (irq == null) {
        continue;
      }
      int state = v.states[n];
      int source = irq.intid < SGIS ? Integer.numberOfTrailingZeros(irq.lrFlags >> 8 | 4) : 0;
      lr(v, "read", n, irq, state, source);
      before(irq);
      irq.lrFlags = lrFlags(irq, state);
      irq.inProgress &= state != 0 || fault == NewFault.IN_PROGRESS_KEPT;
      irq.active = state >= 2;
      if (!irq.level && (state & 1) != 0) {
        irq.latch = true;
        irq.source |= irq.intid < SGIS ? 1 : 0;
      }
      if (irq.level && (state & 1) == 0) {
        irq.latch = false;
      } else if (irq.level && irq.physical) {
        irq.line = true;
      }
      step("fold", irq, v.id, v.id, n);
    }
    v.used = 0;
    prune(v);
  }

  private void prune(Vcpu v) {
    for (Irq irq : List.copyOf(v.list)) {
      int due = fault == NewFault.ACTIVE_MOVES && irq.active ? irq.target : irq.due();
      before(irq);
      if (due == v.id || fault == NewFault.NEVER_PRUNED && due < 0) {
        step("keep", irq, v.id, v.id, 255);
        continue;
      }
      v.list.remove(irq);
      irq.owner = due < 0 && fault == NewFault.OWNER_KEPT ? v.id : due;
      if (due >= 0) {
        vcpus[due].list.add(irq);
      }
      step(due < 0 ? "remove" : "move", irq, v.id, v.id, 255);
    }
  }

  private void enter(Vcpu v) {
    int size = v.list.size();
    if (size > LRS && fault != NewFault.UNSORTED) {
      v.list.sort(
          Comparator.comparing((Irq irq) -> !irq.active)
              .thenComparing(irq -> !(irq.enabled && irq.pending()))
              .thenComparingInt(irq -> irq.urgency));
    }
    int seen = 0;
    int worst = 0;
    for (Irq irq : v.list) {
      if (v.used == LRS) {
        break;
      }
      seen++;
      if (irq.due() == v.id) {
        worst = irq.active ? worst : Math.max(worst, irq.urgency);
        populate(v, v.used++, irq);
      }
    }
    int left = size - seen;
    leave(v, left, worst, v.list.subList(seen, size));
  }

  private void leave(Vcpu v, int left, int worst, List<Irq> rest) {
    int best = 255;
    int active = 0;
    for (Irq irq : rest) {
      active += irq.active ? 1 : 0;
      best = irq.due() == v.id && !irq.active ? Math.min(best, irq.urgency) : best;
    }
    int hcr = left > 0 && fault != NewFault.NO_UNDERFLOW ? UIE : 0;
    hcr |= v.list.isEmpty() || fault == NewFault.INTERFACE_OFF ? 0 : 1;
    record.row(
        Kind.XEN_VGIC_ENTRY,
        v.id,
        "vgic",
        "new",
        "domain",
        domain,
        "vcpu_id",
        v.id,
        "lrs",
        LRS,
        "used",
        v.used,
        "left",
        left,
        "listed",
        v.list.size(),
        "hcr",
        hcr,
        "best_left",
        best,
        "worst_given",
        worst,
        "left_active",
        active,
        "serial",
        v.serial++);
    v.inHypervisor = false;
  }

  private void populate(Vcpu v, int n, Irq irq) {
    before(irq);
    boolean pending = irq.pending();
    int source = 0;
    if (!irq.level) {
      irq.latch &= fault == NewFault.LATCH_KEPT;
      if (irq.intid < SGIS && pending && irq.source != 0) {
        source = Integer.numberOfTrailingZeros(irq.source);
        irq.source &= irq.source - 1;
        irq.latch |= irq.source != 0;
      }
    }
    if (irq.physical && irq.active && fault != NewFault.BOTH_WITH_HARDWARE) {
      pending = false;
    }
    int state = (pending ? 1 : 0) | (irq.active ? 2 : 0);
    irq.line &= !irq.physical || !irq.level || !pending || fault == NewFault.LINE_KEPT;
    irq.lrFlags = lrFlags(irq, state);
    if (irq.level && !irq.physical && fault != NewFault.NO_EOI) {
      irq.lrFlags |= NewState.LR_EOI;
    }
    v.lrs[n] = irq;
    v.states[n] = state;
    lr(v, "write", n, irq, state, source);
    step("populate", irq, v.id, v.id, n);
  }
}
