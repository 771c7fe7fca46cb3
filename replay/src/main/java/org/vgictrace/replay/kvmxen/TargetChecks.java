package org.vgictrace.replay.kvmxen;

import org.jspecify.annotations.Nullable;
import org.vgictrace.parser.event.Kind;
import org.vgictrace.replay.engine.Event;
import org.vgictrace.replay.engine.Ledger;
import org.vgictrace.replay.engine.Strength;
import org.vgictrace.replay.rule.KvmXenRules;
import org.vgictrace.replay.rule.Observation;
import org.vgictrace.replay.rule.Reason;
import org.vgictrace.replay.verdict.EventRef;

/**
 * Judges whether events go where user space said, by the route they take: EV-54, and EV-59 for
 * entries that are gone. A request of user space itself is for {@link CallChecks}.
 *
 * <pre>
 *  route               set by                          record before the delivery, same thread
 *  line, eventfd       kvm_xen_setup_evtchn            kvm_arch_set_irq_inatomic
 *  line, worker, ioctl kvm_xen_setup_evtchn            kvm_set_irq
 *  timer               kvm_xen_vcpu_set_attr(TIMER)    xen_timer_callback
 *  hypercall           kvm_xen_hvm_set_attr(EVTCHN)    kvm_xen_hypercall
 * </pre>
 *
 * <p>One record of a setting that the probes missed would explain any difference, so each target is
 * reported once, and only a repeated difference is a finding.
 */
final class TargetChecks {
  private static final int ROUTE_KVM = Kind.KVM_XEN_ROUTE.column("kvm");
  private static final int ROUTE_GSI = Kind.KVM_XEN_ROUTE.column("gsi");
  private static final int ROUTE_PORT = Kind.KVM_XEN_ROUTE.column("port");
  private static final int ROUTE_VCPU = Kind.KVM_XEN_ROUTE.column("vcpu_id");
  private static final int LINE_STEP = Kind.KVM_XEN_LINE.column("step");
  private static final int LINE_GSI = Kind.KVM_XEN_LINE.column("gsi");
  private static final int LINE_TYPE = Kind.KVM_XEN_LINE.column("type");
  private static final int LINE_LEVEL = Kind.KVM_XEN_LINE.column("level");
  private static final int ATTR_A = Kind.KVM_XEN_ATTR.column("a");
  private static final int ATTR_C = Kind.KVM_XEN_ATTR.column("c");
  private static final int ATTR_D = Kind.KVM_XEN_ATTR.column("d");
  private static final int ATTR_E = Kind.KVM_XEN_ATTR.column("e");
  private static final int ATTR_KVM = Kind.KVM_XEN_ATTR.column("kvm");
  private static final int IN_ATOMIC = step("inatomic");
  private static final int SET = step("set");

  /** {@code KVM_IRQ_ROUTING_XEN_EVTCHN} (include/uapi/linux/kvm.h). */
  private static final int EVENT_CHANNEL = 5;

  private static final long PORT_BITS = 0xffffffffL;
  private static final int EV_54 = Ledger.index(KvmXenRules.EV_54);
  private static final int EV_59 = Ledger.index(KvmXenRules.EV_59);

  private final XenHost host;
  private final Targets lines = new Targets();
  private final Targets timers = new Targets();
  private final SendTable table = new SendTable();

  TargetChecks(XenHost host) {
    this.host = host;
  }

  private static int step(String name) {
    return Kind.KVM_XEN_LINE.columns().get(LINE_STEP).labels().indexOf(name);
  }

  /** Any record of a thread. */
  void goesOn(Kind kind, Event e, XenThread thread) {
    if (e.flags() >= 0 && XenThread.context(e.flags()) == 0) {
      table.goesOn(thread, e.seq);
    }
    boolean delivers = kind == Kind.KVM_XEN_SEND || kind == Kind.KVM_XEN_LINE;
    if (!delivers && XenThread.context(e.flags()) == thread.atomicContext) {
      thread.atomicGsi = -1;
    }
  }

  /** User space routes a line. */
  void routed(Event e) {
    host.names(e.get(ROUTE_KVM, 0));
    if (e.has(ROUTE_GSI) && e.has(ROUTE_PORT) && e.has(ROUTE_VCPU)) {
      lines.set(e.get(ROUTE_GSI, 0), Targets.pack(e.get(ROUTE_PORT, 0), e.getInt(ROUTE_VCPU, 0)));
    } else {
      lines.forget();
    }
  }

  /** User space gives a vCPU's timer a port. */
  void timer(Event e, XenVcpu vcpu) {
    if (e.has(ATTR_A)) {
      timers.set(vcpu.id, Targets.pack(e.get(ATTR_A, 0) & PORT_BITS, vcpu.id));
    } else {
      timers.forget();
    }
  }

  /** User space changes the table of ports to send to. */
  void table(Event e, XenThread thread) {
    host.names(e.get(ATTR_KVM, 0));
    if (e.has(ATTR_A) && e.has(ATTR_C) && e.has(ATTR_D) && e.has(ATTR_E)) {
      host.saw(Observation.SEND_TABLE);
      table.change(
          thread,
          e.get(ATTR_A, 0) & PORT_BITS,
          (int) e.get(ATTR_C, 0),
          e.get(ATTR_D, 0) & PORT_BITS,
          (int) e.get(ATTR_E, 0));
    } else {
      table.forget();
    }
  }

  /** A line is set. */
  void line(Event e, XenThread thread) {
    int step = e.getInt(LINE_STEP, -1);
    boolean raised = e.getInt(LINE_LEVEL, 1) != 0;
    if (step == IN_ATOMIC) {
      boolean ours = raised && e.flags() >= 0 && e.getInt(LINE_TYPE, 0) == EVENT_CHANNEL;
      thread.atomicGsi = ours ? e.get(LINE_GSI, -1) : -1;
      thread.atomicContext = XenThread.context(e.flags());
    } else if (step == SET) {
      thread.lineGsi = raised ? e.get(LINE_GSI, -1) : -1;
    }
  }

  /** A delivery begins: which line's is it? */
  void begins(Event e, XenThread thread, Delivery delivery) {
    int context = XenThread.context(e.flags());
    delivery.gsi = -1;
    if (e.flags() < 0 || thread.inRequest || delivery.byTimer) {
      return;
    }
    if (thread.atomicGsi >= 0 && thread.atomicContext == context) {
      delivery.gsi = thread.atomicGsi;
      thread.atomicGsi = -1;
    } else if (thread.inLine && context == 0 && !thread.inHypercall) {
      delivery.gsi = thread.lineGsi;
    }
  }

  /** A delivery has returned with success. */
  void done(Event e, XenThread thread, Delivery delivery) {
    if (!host.isOneVm() || delivery.port < 0 || delivery.vcpuId < 0 || e.flags() < 0) {
      return;
    }
    long target = Targets.pack(delivery.port, delivery.vcpuId);
    boolean own = XenThread.context(e.flags()) == 0;
    if (delivery.gsi >= 0) {
      judge(e, delivery, lines, delivery.gsi, target, "line " + delivery.gsi);
    } else if (delivery.byTimer) {
      judge(e, delivery, timers, delivery.vcpuId, target, "timer of vCPU " + delivery.vcpuId);
    } else if (own && thread.isSend && thread.inHypercall && !thread.inRequest) {
      called(e, thread, delivery, target);
    }
  }

  private void judge(
      Event e, Delivery delivery, Targets targets, long key, long target, String what) {
    if (targets.latest(key) < 0) {
      return;
    }
    switch (targets.goes(key, target)) {
      case SET -> host.consistent(EV_54);
      case OPEN -> host.indeterminate(EV_54, Reason.TRACE_START);
      case ELSEWHERE -> {
        long set = targets.latest(key);
        elsewhere(
            e,
            delivery,
            "An event of the " + what + " is delivered elsewhere than user space routed it",
            Delivery.target(set >>> 32, (int) set),
            null);
      }
    }
  }

  /** The event of a hypercall goes through the table. */
  private void called(Event e, XenThread thread, Delivery delivery, long target) {
    if (table.isEmpty()) {
      return;
    }
    EventRef call = thread.hypercall.ref("hypercall " + Long.toHexString(thread.hypercallNr));
    if (table.has(target)) {
      host.consistent(EV_54);
      if (table.hasRemoved()) {
        host.consistent(EV_59);
      }
    } else if (table.hasLearned(target)) {
      host.indeterminate(EV_54, Reason.UNMARKED_LOSS);
    } else if (!table.isComplete()) {
      boolean had = table.had(target, thread.hypercall.seq());
      host.indeterminate(had ? EV_59 : EV_54, Reason.TRACE_START);
    } else if (table.had(target, thread.hypercall.seq())) {
      host.violated(
          EV_59,
          Strength.ABSENCE,
          e,
          "delivery returns",
          delivery.vcpuId,
          "A hypercall delivers through an entry that was taken out of the table",
          "the hypercall to go to user space",
          delivery.target(),
          delivery.ref(),
          call);
      table.learn(target);
    } else if (table.hadAny(target)) {
      host.indeterminate(EV_59, Reason.RACE_WINDOW);
    } else {
      elsewhere(
          e,
          delivery,
          "A hypercall delivers where no entry sends to",
          "a target in the table",
          call);
      table.learn(target);
    }
  }

  private void elsewhere(
      Event e, Delivery delivery, String what, String expected, @Nullable EventRef because) {
    host.violated(
        EV_54,
        Strength.ABSENCE,
        e,
        "delivery returns",
        delivery.vcpuId,
        what,
        expected,
        delivery.target(),
        delivery.ref(),
        because);
  }

  /** Events are missing: settings may be among them. */
  void forget() {
    lines.forget();
    timers.forget();
    table.forget();
  }
}
