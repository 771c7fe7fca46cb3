package org.vgictrace.replay.kvmxen;

import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.vgictrace.parser.event.Kind;
import org.vgictrace.parser.event.Names;
import org.vgictrace.replay.engine.Event;
import org.vgictrace.replay.engine.Ledger;
import org.vgictrace.replay.engine.Part;
import org.vgictrace.replay.kvm.Machine;
import org.vgictrace.replay.rule.Reason;

/**
 * Follows KVM's emulation of Xen's event channels on x86 and has each record judged. Call {@link
 * #finish} after the last one.
 */
public final class KvmXenPart implements Part {
  private static final EnumSet<Kind> USED =
      EnumSet.of(
          Kind.X86_ENTRY,
          Kind.X86_EXIT,
          Kind.X86_INJECT,
          Kind.X86_ACCEPT,
          Kind.KVM_XEN_HYPERCALL,
          Kind.KVM_XEN_SEND,
          Kind.KVM_XEN_STEP,
          Kind.KVM_XEN_UPCALL,
          Kind.KVM_XEN_RUNSTATE,
          Kind.KVM_XEN_TIMER,
          Kind.KVM_XEN_ATTR,
          Kind.KVM_XEN_LINE,
          Kind.KVM_XEN_ROUTE,
          Kind.KVM_XEN_WORDS,
          Kind.USERSPACE_EXIT,
          Kind.VCPU_WAKEUP,
          Kind.SCHED_SWITCH,
          Kind.LOST);

  private static final int ENTRY_VCPU = Kind.X86_ENTRY.column("vcpu_id");
  private static final int EXIT_VCPU = Kind.X86_EXIT.column("vcpu_id");
  private static final int STEP = Kind.KVM_XEN_STEP.column("step");
  private static final int STEP_VCPU = Kind.KVM_XEN_STEP.column("vcpu_id");
  private static final int UPCALL_VCPU = Kind.KVM_XEN_UPCALL.column("vcpu_id");
  private static final int UPCALL_POINT = Kind.KVM_XEN_UPCALL.column("point");
  private static final int RUNSTATE_VCPU = Kind.KVM_XEN_RUNSTATE.column("vcpu_id");
  private static final int TIMER_VCPU = Kind.KVM_XEN_TIMER.column("vcpu_id");
  private static final int ATTR_SCOPE = Kind.KVM_XEN_ATTR.column("scope");
  private static final int ATTR_VCPU = Kind.KVM_XEN_ATTR.column("vcpu_id");
  private static final int ATTR_TYPE = Kind.KVM_XEN_ATTR.column("type");
  private static final int ATTR_A = Kind.KVM_XEN_ATTR.column("a");

  private static final int SCOPE_VM = 0;
  private static final int SCOPE_VCPU = 1;
  private static final int LONG_MODE = 0;
  private static final int CALLBACK_VECTOR = 2;
  private static final int FIRST_RUN_STATE = 3;
  private static final int LAST_RUN_STATE = 5;
  private static final int SEND_TABLE = 3;
  private static final int TIMER = 7;
  private static final int UPCALL_VECTOR = 8;
  private static final int BYTE = 0xff;

  /**
   * Time stamps that count from the host's start in steps of its CPUs' frequency order the events
   * of all CPUs; those of coarse clocks stay below this for months.
   */
  private static final long COUNTER_MIN = 1_000_000_000;

  private final XenHost host;
  private final Ledger ledger;
  private final DeliveryChecks deliveries;
  private final RetryChecks retries;
  private final UpcallChecks upcalls;
  private final CallChecks calls;
  private final MemoryChecks memory;
  private final AccountChecks accounts;
  private final TargetChecks targets;
  private boolean active;

  public KvmXenPart(Machine machine, Ledger ledger) {
    this.ledger = ledger;
    host = new XenHost(machine, ledger);
    deliveries = new DeliveryChecks(host);
    retries = new RetryChecks(host, ledger);
    upcalls = new UpcallChecks(host);
    calls = new CallChecks(host);
    memory = new MemoryChecks(host);
    accounts = new AccountChecks(host);
    targets = new TargetChecks(host);
  }

  @Override
  public Set<Kind> kinds() {
    return EnumSet.copyOf(USED);
  }

  @Override
  public void step(Kind kind, Event e, Names names) {
    if (kind == Kind.LOST) {
      if (active) {
        host.forget();
        retries.forget();
        accounts.forget();
        targets.forget();
      }
      return;
    }
    if (kind == Kind.SCHED_SWITCH) {
      if (active) {
        accounts.switched(e);
      }
      return;
    }
    XenThread thread = host.thread(e);
    targets.goesOn(kind, e, thread);
    if (kind == Kind.USERSPACE_EXIT || kind == Kind.VCPU_WAKEUP) {
      awake(e, thread);
      if (kind == Kind.USERSPACE_EXIT && active) {
        ledger.beginTransition();
        calls.exits(e, thread);
        ledger.endTransition();
      }
      return;
    }
    if (!active) {
      begin(e);
    }
    ledger.beginTransition();
    judge(kind, e, thread);
    ledger.endTransition();
  }

  /** The first record of an x86 guest: its clock is known now. */
  private void begin(Event e) {
    active = true;
    if (e.ts >= COUNTER_MIN) {
      ledger.liftBlindness(Reason.RACE_WINDOW);
    }
  }

  private void judge(Kind kind, Event e, XenThread thread) {
    switch (kind) {
      case X86_ENTRY -> entered(e, thread);
      case X86_EXIT -> left(e, thread);
      case X86_INJECT -> {
        if (thread.vcpu != null) {
          upcalls.injected(e, thread.vcpu);
        }
      }
      case X86_ACCEPT -> deliveries.accepted(e, thread);
      case KVM_XEN_HYPERCALL -> {
        awake(e, thread);
        calls.hypercall(e, thread);
      }
      case KVM_XEN_SEND -> sent(e, thread);
      case KVM_XEN_STEP -> stepped(e, thread);
      case KVM_XEN_UPCALL -> looked(e, thread);
      case KVM_XEN_RUNSTATE -> runState(e, thread);
      case KVM_XEN_TIMER -> {
        XenVcpu vcpu = vcpuOf(e, TIMER_VCPU, thread);
        if (vcpu != null) {
          accounts.armed(e, vcpu);
        }
      }
      case KVM_XEN_ATTR -> configured(e, thread);
      case KVM_XEN_LINE -> {
        calls.line(e, thread);
        targets.line(e, thread);
      }
      case KVM_XEN_ROUTE -> targets.routed(e);
      case KVM_XEN_WORDS -> memory.words(e);
      default -> {
        // Nothing is judged at the others.
      }
    }
    thread.byUser = kind == Kind.KVM_XEN_ATTR;
  }

  /** The vCPU a record names, or that of its thread. */
  private @Nullable XenVcpu vcpuOf(Event e, int column, XenThread thread) {
    return e.has(column) ? host.vcpu(e.getInt(column, 0)) : thread.vcpu;
  }

  private static void awake(Event e, XenThread thread) {
    if (thread.vcpu != null && !e.isInInterrupt()) {
      thread.vcpu.asleep = false;
    }
  }

  private void entered(Event e, XenThread thread) {
    if (thread.inGuest == 1) {
      host.gap();
    }
    XenVcpu vcpu = vcpuOf(e, ENTRY_VCPU, thread);
    thread.inGuest = 1;
    calls.entered(e, thread);
    if (vcpu != null) {
      host.runs(thread, e, vcpu);
      upcalls.entered(e, vcpu);
      memory.entered(vcpu);
    }
  }

  private void left(Event e, XenThread thread) {
    if (thread.inGuest == 0) {
      host.gap();
    }
    XenVcpu vcpu = vcpuOf(e, EXIT_VCPU, thread);
    thread.inGuest = 0;
    thread.inHypercall = false;
    if (vcpu != null) {
      host.runs(thread, e, vcpu);
      upcalls.left(e, vcpu);
    }
  }

  private void sent(Event e, XenThread thread) {
    switch (e.getInt(Delivery.STEP, -1)) {
      case Delivery.FAST -> {
        Delivery delivery = thread.delivery(e.flags());
        deliveries.begins(e, thread);
        targets.begins(e, thread, delivery);
        retries.begins(e, delivery);
      }
      case Delivery.FAST_RET -> returned(e, thread);
      case Delivery.IOCTL -> calls.requested(e, thread);
      case Delivery.IOCTL_RET -> {
        gaveUp(e, thread);
        calls.answered(e, thread);
      }
      default -> {
        // The slow function repeats the fast one, which is judged.
      }
    }
  }

  private void gaveUp(Event e, XenThread thread) {
    boolean success = e.getInt(Delivery.RET, -1) >= 0;
    if (thread.inRequest
        && success
        && thread.requestCalls > 0
        && thread.requestCallRet == Delivery.AGAIN) {
      retries.gaveUp(e, thread.delivery(e.flags()));
    }
  }

  private void returned(Event e, XenThread thread) {
    boolean paired = deliveries.returns(e, thread);
    Delivery delivery = thread.delivery(e.flags());
    int ret = e.getInt(Delivery.RET, 0);
    if (!paired) {
      return;
    }
    retries.returned(e, delivery, ret);
    calls.returned(e, thread, delivery, ret);
    if (Delivery.isDone(ret)) {
      targets.done(e, thread, delivery);
    }
    memory.delivered(e, delivery, ret);
    if (delivery.vcpuId >= 0 && host.isOneVm()) {
      XenVcpu target = host.vcpu(delivery.vcpuId);
      if (ret == Delivery.SENT) {
        upcalls.sent(e, target, delivery);
      }
      if (delivery.byTimer && Delivery.isDone(ret)) {
        accounts.fired(e, target, delivery);
      }
    }
  }

  private void stepped(Event e, XenThread thread) {
    XenVcpu vcpu = vcpuOf(e, STEP_VCPU, thread);
    switch (e.getInt(STEP, -1)) {
      case Steps.HYPERCALL -> {
        if (vcpu != null) {
          host.runs(thread, e, vcpu);
        }
      }
      case Steps.TIMER_EXPIRE, Steps.TIMER_INJECT -> thread.timerExpired = true;
      case Steps.FLUSH -> {
        if (vcpu != null) {
          memory.flushBegins(e, vcpu);
        }
      }
      case Steps.FLUSH_RET -> {
        if (vcpu != null) {
          memory.flushEnds(e, vcpu);
        }
      }
      case Steps.VECTOR -> {
        Delivery delivery = thread.delivery(e.flags());
        if (delivery.open) {
          delivery.vectorsMeant++;
        }
      }
      default -> {
        // A step of a newer pack.
      }
    }
  }

  private void looked(Event e, XenThread thread) {
    if (e.getInt(UPCALL_POINT, 1) == 0) {
      XenVcpu vcpu = vcpuOf(e, UPCALL_VCPU, thread);
      thread.looksAt = vcpu == null ? -1 : vcpu.id;
      return;
    }
    XenVcpu vcpu = thread.vcpu;
    if (vcpu != null && (thread.looksAt < 0 || thread.looksAt == vcpu.id)) {
      upcalls.looked(e, vcpu);
    }
    thread.looksAt = -1;
  }

  private void runState(Event e, XenThread thread) {
    XenVcpu vcpu = vcpuOf(e, RUNSTATE_VCPU, thread);
    if (vcpu == null) {
      return;
    }
    if (host.isOneVm()) {
      accounts.runState(e, vcpu, thread.byUser);
    }
  }

  private void configured(Event e, XenThread thread) {
    int type = e.getInt(ATTR_TYPE, -1);
    if (e.getInt(ATTR_SCOPE, -1) == SCOPE_VM) {
      if (type == LONG_MODE && e.has(ATTR_A)) {
        host.narrow = (e.get(ATTR_A, 1) & BYTE) == 0;
        host.knowsWidth = true;
      } else if (type == CALLBACK_VECTOR && e.has(ATTR_A)) {
        long vector = e.get(ATTR_A, 0) & BYTE;
        host.callbackVector = vector == 0 ? -1 : vector;
      } else if (type == SEND_TABLE) {
        targets.table(e, thread);
      }
      return;
    }
    if (e.getInt(ATTR_SCOPE, -1) != SCOPE_VCPU) {
      return;
    }
    XenVcpu vcpu = vcpuOf(e, ATTR_VCPU, thread);
    if (vcpu == null) {
      return;
    }
    if (type == TIMER) {
      AccountChecks.reconfigured(vcpu);
      targets.timer(e, vcpu);
    } else if (type == UPCALL_VECTOR && e.has(ATTR_A) && (e.get(ATTR_A, 0) & BYTE) != 0) {
      host.upcallVector = e.get(ATTR_A, 0) & BYTE;
      vcpu.upcall = XenVcpu.Upcall.VECTOR;
    } else if (type >= FIRST_RUN_STATE && type <= LAST_RUN_STATE) {
      vcpu.state = -1;
    }
  }

  /** The recording ends: what waited for something is judged. */
  @Override
  public void finish() {
    retries.finish();
  }
}
