package org.vgictrace.replay.kvmxen;

import org.vgictrace.parser.event.Kind;
import org.vgictrace.replay.engine.Event;
import org.vgictrace.replay.engine.Ledger;
import org.vgictrace.replay.engine.Strength;
import org.vgictrace.replay.rule.EvtchnQueueRules;
import org.vgictrace.replay.rule.KvmXenRules;
import org.vgictrace.replay.rule.Observation;
import org.vgictrace.replay.rule.Reason;

/**
 * Judges what one delivery did: its result, its target, its port and the vectors it sent.
 *
 * <p>A call and its return stand in one context of one thread. A probe may miss a record without a
 * mark: a call whose return is missing is dropped when the next one begins in its context.
 */
final class DeliveryChecks {
  /** Ports of a 64-bit guest and of a 32-bit one. */
  static final long PORTS = 4096;

  static final long PORTS_NARROW = 1024;

  /** Tries in a row after which something must be wrong with the memory. */
  private static final int TRIES_MOST = 100;

  private static final int PENDING = Kind.KVM_XEN_SEND.column("pending");
  private static final int MASKED = Kind.KVM_XEN_SEND.column("masked");
  private static final int KVM = Kind.KVM_XEN_SEND.column("kvm");
  private static final int ACCEPT_VCPU = Kind.X86_ACCEPT.column("vcpu_id");
  private static final int ACCEPT_VECTOR = Kind.X86_ACCEPT.column("vector");
  private static final int ACCEPT_MODE = Kind.X86_ACCEPT.column("mode");
  private static final int ACCEPT_LEVEL = Kind.X86_ACCEPT.column("level");
  private static final int ACCEPT_POSTED = Kind.X86_ACCEPT.column("posted");

  /** Local APICs whose numbers agree in these bits may be addressed alike. */
  private static final int XAPIC_ID = 0xff;

  private static final int EV_22 = Ledger.index(EvtchnQueueRules.EV_22);
  private static final int EV_23 = Ledger.index(EvtchnQueueRules.EV_23);
  private static final int EV_50 = Ledger.index(KvmXenRules.EV_50);
  private static final int EV_54 = Ledger.index(KvmXenRules.EV_54);
  private static final int EV_55 = Ledger.index(KvmXenRules.EV_55);
  private static final int EV_60 = Ledger.index(KvmXenRules.EV_60);
  private static final int EV_66 = Ledger.index(KvmXenRules.EV_66);

  private final XenHost host;

  DeliveryChecks(XenHost host) {
    this.host = host;
  }

  /** A call begins. */
  void begins(Event e, XenThread thread) {
    host.saw(Observation.XEN_SEND);
    host.names(e.get(KVM, 0));
    Delivery delivery = thread.delivery(e.flags());
    delivery.begin(e);
    delivery.byTimer = thread.timerExpired;
    thread.timerExpired = false;
    if (delivery.vcpuId >= 0 && host.isOneVm()) {
      XenVcpu target = host.vcpu(delivery.vcpuId);
      delivery.toSleeper = target.asleep && target.sentToSleeper == 0;
      identity(e, target, e.getInt(Delivery.INDEX, -1));
    }
  }

  private void identity(Event e, XenVcpu target, int index) {
    if (index < 0) {
      return;
    }
    XenVcpu holder = host.ofIndex(index);
    if (target.index == index || target.index < 0 && holder == null) {
      if (target.index == index) {
        host.consistent(EV_54);
      }
      target.index = index;
      return;
    }
    host.violated(
        EV_54,
        Strength.SOFT,
        e,
        "delivery to vCPU " + target.id + " at index " + index,
        target.id,
        "A vCPU's number and its index do not belong together",
        holder == null
            ? "vCPU " + target.id + " at index " + target.index
            : "index " + index + " to be vCPU " + holder.id,
        "vCPU " + target.id + " at index " + index);
  }

  /** A vector reaches a local APIC while a call is under way in the same context. */
  void accepted(Event e, XenThread thread) {
    host.saw(Observation.X86_ACCEPT);
    Delivery delivery = thread.delivery(e.flags());
    if (!delivery.open || e.flags() < 0 || e.get(ACCEPT_POSTED, 0) != 0) {
      return;
    }
    if (e.getInt(ACCEPT_MODE, 0) != 0 || e.getInt(ACCEPT_LEVEL, 0) != 0) {
      return;
    }
    long vector = e.get(ACCEPT_VECTOR, -1);
    int to = e.getInt(ACCEPT_VCPU, -1);
    if (host.upcallVector < 0 && to == delivery.vcpuId) {
      host.upcallVector = vector;
    }
    if (vector != host.upcallVector || vector < 0) {
      return;
    }
    delivery.vectors++;
    delivery.vectorTo = to;
    if (to == delivery.vcpuId && host.isOneVm()) {
      host.vcpu(to).upcall = XenVcpu.Upcall.VECTOR;
    }
  }

  /** A call returns: judges it, and gives it back if its call was recorded. */
  boolean returns(Event e, XenThread thread) {
    Delivery delivery = thread.delivery(e.flags());
    boolean paired = delivery.open;
    delivery.open = false;
    if (e.has(Delivery.PORT)) {
      if (!paired || delivery.port != e.get(Delivery.PORT, -1)) {
        delivery.begin(e);
        delivery.open = false;
      }
      paired = true;
    }
    if (!e.has(Delivery.RET)) {
      return false;
    }
    int ret = e.getInt(Delivery.RET, 0);
    result(e, delivery, ret);
    if (paired) {
      range(e, delivery, ret);
      notification(e, delivery, ret);
      tries(e, thread, delivery, ret);
    }
    return paired;
  }

  private void result(Event e, Delivery delivery, int ret) {
    boolean possible = Delivery.isDone(ret) || ret == Delivery.AGAIN || ret == Delivery.REFUSED;
    if (!possible) {
      broken(
          e,
          EV_50,
          Strength.HARD,
          delivery,
          ret,
          "A delivery ends in an impossible result",
          "1, 0, -107, -11 or -22");
      return;
    }
    int pending = e.getInt(PENDING, -1);
    int masked = e.getInt(MASKED, -1);
    if (Delivery.isDone(ret) && ret != Delivery.COALESCED && pending == 1) {
      broken(e, EV_22, Strength.HARD, delivery, ret, "A pending port is raised anew", "0");
    } else if (ret == Delivery.SENT && masked == 1) {
      broken(e, EV_23, Strength.HARD, delivery, ret, "A masked port is delivered", "-107");
    } else if (ret == Delivery.COALESCED && pending == 0) {
      broken(
          e,
          EV_50,
          Strength.HARD,
          delivery,
          ret,
          "A port is taken for pending that was not",
          "1 or -107");
    } else if (ret == Delivery.MASKED && masked == 0) {
      broken(e, EV_50, Strength.HARD, delivery, ret, "A port is taken for masked that is not", "1");
    } else {
      host.consistent(EV_50);
    }
  }

  private void range(Event e, Delivery delivery, int ret) {
    if (!Delivery.isDone(ret) || delivery.port < 0) {
      return;
    }
    long most = host.narrow ? PORTS_NARROW : PORTS;
    if (delivery.port >= most) {
      Strength strength = delivery.port < PORTS ? Strength.SOFT : Strength.PAIR;
      broken(
          e,
          EV_60,
          strength,
          delivery,
          ret,
          "A port beyond the bitmap is delivered",
          "-22 for ports from " + most + " on");
    } else if (host.knowsWidth || delivery.port < PORTS_NARROW) {
      host.consistent(EV_60);
    } else {
      host.indeterminate(EV_60, Reason.CONFIG);
    }
  }

  private void notification(Event e, Delivery delivery, int ret) {
    if (delivery.vectors > 0) {
      if (ret == Delivery.COALESCED) {
        broken(
            e,
            EV_22,
            Strength.PAIR,
            delivery,
            ret,
            "A port that was pending notifies its vCPU again",
            "no upcall vector");
      } else if (ret == Delivery.MASKED) {
        broken(
            e,
            EV_23,
            Strength.PAIR,
            delivery,
            ret,
            "A masked port notifies its vCPU",
            "no upcall vector");
      } else if (((delivery.vectorTo ^ delivery.vcpuId) & XAPIC_ID) != 0) {
        broken(
            e,
            EV_55,
            Strength.PAIR,
            delivery,
            ret,
            "The upcall vector goes to vCPU " + delivery.vectorTo,
            "vCPU " + delivery.vcpuId);
      } else {
        host.consistent(EV_55);
      }
    } else if (host.upcallVector >= 0 && ret == Delivery.COALESCED) {
      host.consistent(EV_22);
    } else if (host.upcallVector >= 0 && ret == Delivery.MASKED) {
      host.consistent(EV_23);
    }
    missingVector(e, delivery, ret);
    sleeper(delivery, ret);
  }

  /** The call meant to send a vector, or had to: its target slept and had nothing to do. */
  private void missingVector(Event e, Delivery delivery, int ret) {
    if (delivery.vectors > 0 || ret != Delivery.SENT || delivery.vcpuId < 0) {
      return;
    }
    XenVcpu target = host.vcpu(delivery.vcpuId);
    boolean due = delivery.toSleeper && target.asleep && e.flags() >= 0;
    if (target.upcall == XenVcpu.Upcall.VECTOR && (due || delivery.vectorsMeant > 0)) {
      broken(
          e,
          EV_55,
          Strength.ABSENCE,
          delivery,
          ret,
          "An event is delivered without the upcall vector of its vCPU",
          "vector " + host.upcallVector + " at vCPU " + delivery.vcpuId);
    }
  }

  private void sleeper(Delivery delivery, int ret) {
    if (ret == Delivery.SENT && delivery.vcpuId >= 0 && host.isOneVm()) {
      XenVcpu target = host.vcpu(delivery.vcpuId);
      if (target.asleep) {
        target.sentToSleeper++;
      }
      target.unanswered = 0;
    }
  }

  private void tries(Event e, XenThread thread, Delivery delivery, int ret) {
    if (ret != Delivery.AGAIN) {
      if (thread.agains > 0) {
        host.consistent(EV_66);
      }
      thread.agains = 0;
    } else if (++thread.agains == TRIES_MOST + 1) {
      broken(
          e,
          EV_66,
          Strength.SOFT,
          delivery,
          ret,
          "A delivery is tried more than " + TRIES_MOST + " times in a row",
          "1, 0 or an error");
    }
  }

  private void broken(
      Event e, int rule, Strength strength, Delivery delivery, int ret, String what, String want) {
    host.violated(
        rule,
        strength,
        e,
        "delivery returns " + ret,
        delivery.vcpuId,
        what,
        want,
        ret + " for " + delivery.target() + (delivery.vectors > 0 ? " and its upcall vector" : ""),
        delivery.seq < e.seq ? delivery.ref() : null);
  }
}
