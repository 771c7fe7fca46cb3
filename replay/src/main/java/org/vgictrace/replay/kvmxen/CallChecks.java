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
 * Judges who asked for a delivery and what became of it: hypercalls, user space's requests and
 * interrupt lines. All records of one request stand in one thread.
 */
final class CallChecks {
  private static final int NR = Kind.KVM_XEN_HYPERCALL.column("nr");
  private static final int A0 = Kind.KVM_XEN_HYPERCALL.column("a0");
  private static final int CPL = Kind.KVM_XEN_HYPERCALL.column("cpl");
  private static final int EXIT_REASON = Kind.USERSPACE_EXIT.column("reason");
  private static final int LINE_STEP = Kind.KVM_XEN_LINE.column("step");
  private static final int LINE_LEVEL = Kind.KVM_XEN_LINE.column("level");
  private static final int LINE_RET = Kind.KVM_XEN_LINE.column("ret");
  private static final int LINE_SET =
      Kind.KVM_XEN_LINE.columns().get(LINE_STEP).labels().indexOf("set");
  private static final int LINE_SET_RET =
      Kind.KVM_XEN_LINE.columns().get(LINE_STEP).labels().indexOf("set_ret");

  /** event_channel_op, its command send, and KVM_EXIT_XEN. */
  private static final long EVENT_CHANNEL_OP = 0x20;

  private static final long SEND = 4;
  private static final long EXIT_XEN = 34;

  private static final int EV_54 = Ledger.index(KvmXenRules.EV_54);
  private static final int EV_57 = Ledger.index(KvmXenRules.EV_57);
  private static final int EV_58 = Ledger.index(KvmXenRules.EV_58);
  private static final int EV_65 = Ledger.index(KvmXenRules.EV_65);

  private final XenHost host;

  CallChecks(XenHost host) {
    this.host = host;
  }

  /** The guest of the thread makes a hypercall. */
  void hypercall(Event e, XenThread thread) {
    host.saw(Observation.XEN_HYPERCALL);
    thread.inHypercall = true;
    thread.isSend = e.get(NR, -1) == EVENT_CHANNEL_OP && e.get(A0, -1) == SEND;
    thread.cpl = e.getInt(CPL, -1);
    thread.delivered = false;
    thread.hypercall.set(e);
    thread.hypercallNr = e.get(NR, 0);
  }

  private static @Nullable EventRef hypercallOf(XenThread thread) {
    return thread.hypercall.ref("hypercall " + Long.toHexString(thread.hypercallNr));
  }

  /** A delivery of the thread has returned. */
  void returned(Event e, XenThread thread, Delivery delivery, int ret) {
    if (thread.inLine) {
      thread.lineDelivered = true;
      thread.lineRet = ret;
    }
    boolean own = e.flags() >= 0 && XenThread.context(e.flags()) == 0;
    if (thread.inRequest) {
      thread.requestCalls++;
      thread.requestCallPort = delivery.port;
      thread.requestCallVcpu = delivery.vcpuId;
      thread.requestCallRet = ret;
    } else if (own && thread.inHypercall && thread.inGuest == 0 && !delivery.byTimer) {
      thread.delivered = true;
      thread.sendRet = ret;
      thread.delivery.set(e);
      servedFromRingThree(e, thread);
    }
  }

  private void servedFromRingThree(Event e, XenThread thread) {
    if (thread.cpl > 0) {
      host.violated(
          EV_58,
          Strength.PAIR,
          e,
          "delivery returns",
          thread.vcpu == null ? -1 : thread.vcpu.id,
          "The kernel delivers an event for ring " + thread.cpl,
          "the hypercall to go to user space",
          "a delivery in the kernel",
          hypercallOf(thread));
    }
  }

  /** The thread goes to user space. */
  void exits(Event e, XenThread thread) {
    if (!thread.inHypercall || e.get(EXIT_REASON, -1) != EXIT_XEN) {
      return;
    }
    if (thread.isSend && thread.delivered && Delivery.isDone(thread.sendRet)) {
      host.violated(
          EV_57,
          Strength.PAIR,
          e,
          "exit to user space",
          thread.vcpu == null ? -1 : thread.vcpu.id,
          "An event is delivered and its hypercall goes to user space all the same",
          "the hypercall to be done",
          "an exit after the delivery returned " + thread.sendRet,
          thread.delivery.ref("delivery returns " + thread.sendRet),
          hypercallOf(thread));
    } else if (thread.isSend && e.flags() < 0) {
      host.indeterminate(EV_57, Reason.NO_CONTEXT);
    }
    if (thread.cpl > 0) {
      host.consistent(EV_58);
    }
    thread.inHypercall = false;
  }

  /** The thread enters the guest: an open hypercall was done in the kernel. */
  void entered(Event e, XenThread thread) {
    if (thread.inHypercall && thread.isSend && thread.delivered) {
      host.consistent(EV_57);
    }
    if (thread.inHypercall && thread.cpl > 0 && !thread.delivered) {
      host.violated(
          EV_58,
          Strength.ABSENCE,
          e,
          "entry",
          thread.vcpu == null ? -1 : thread.vcpu.id,
          "A hypercall from ring " + thread.cpl + " is done in the kernel",
          "an exit to user space",
          "an entry",
          hypercallOf(thread));
    }
    thread.inHypercall = false;
  }

  /** User space asks for a delivery. */
  void requested(Event e, XenThread thread) {
    thread.inRequest = true;
    thread.requestPort = e.get(Delivery.PORT, -1);
    thread.requestVcpu = e.getInt(Delivery.VCPU, -1);
    thread.requestCalls = 0;
    thread.request.set(e);
  }

  /** The request returns: its deliveries were for what it asked. */
  void answered(Event e, XenThread thread) {
    if (!thread.inRequest) {
      return;
    }
    thread.inRequest = false;
    if (thread.requestCalls != 1 || thread.requestPort < 0 || thread.requestCallPort < 0) {
      return;
    }
    if (thread.requestCallPort == thread.requestPort
        && thread.requestCallVcpu == thread.requestVcpu) {
      host.consistent(EV_54);
      return;
    }
    host.violated(
        EV_54,
        Strength.PAIR,
        e,
        "request returns",
        thread.requestVcpu,
        "An event is delivered elsewhere than user space asked",
        Delivery.target(thread.requestPort, thread.requestVcpu),
        Delivery.target(thread.requestCallPort, thread.requestCallVcpu),
        thread.request.ref(
            "request for " + Delivery.target(thread.requestPort, thread.requestVcpu)));
  }

  /** A line is set, or that returns. */
  void line(Event e, XenThread thread) {
    host.saw(Observation.XEN_LINE);
    int step = e.getInt(LINE_STEP, -1);
    if (step == LINE_SET) {
      thread.inLine = e.get(LINE_LEVEL, 0) != 0;
      thread.lineDelivered = false;
    } else if (step == LINE_SET_RET && thread.inLine) {
      thread.inLine = false;
      if (!thread.lineDelivered || !e.has(LINE_RET)) {
        return;
      }
      boolean done = thread.lineRet == Delivery.SENT || thread.lineRet == Delivery.COALESCED;
      if (done && e.getInt(LINE_RET, 0) < 0) {
        host.violated(
            EV_65,
            Strength.SOFT,
            e,
            "line set",
            -1,
            "Raising a line fails although its event was delivered",
            "0 or more",
            e.getInt(LINE_RET, 0) + " after the delivery returned " + thread.lineRet);
      } else {
        host.consistent(EV_65);
      }
    }
  }
}
