package org.vgictrace.replay.kvmxen;

import org.vgictrace.parser.event.Kind;
import org.vgictrace.replay.engine.Event;
import org.vgictrace.replay.engine.Ledger;
import org.vgictrace.replay.engine.Strength;
import org.vgictrace.replay.rule.KvmXenRules;
import org.vgictrace.replay.rule.Observation;
import org.vgictrace.replay.rule.Reason;

/**
 * Judges the callback vector, which is put into a vCPU on its way into the guest while the upcall
 * flag is set. All its records stand in the vCPU's own thread.
 */
final class UpcallChecks {
  /** Injections in a row that a guest does not answer. */
  static final int UNANSWERED_MOST = 16;

  /** Exit codes: a halt (SVM, VMX), and a guest that can take an interrupt now. */
  private static final long SVM_HALT = 0x78;

  private static final long VMX_HALT = 12;
  private static final long SVM_WINDOW = 0x64;
  private static final long VMX_WINDOW = 7;

  private static final int REASON = Kind.X86_EXIT.column("reason");
  private static final int VECTOR = Kind.X86_INJECT.column("vector");
  private static final int SOFT = Kind.X86_INJECT.column("soft");
  private static final int REINJECTED = Kind.X86_INJECT.column("reinjected");
  private static final int RET = Kind.KVM_XEN_UPCALL.column("ret");

  private static final int EV_41 = Ledger.index(KvmXenRules.EV_41);
  private static final int EV_42 = Ledger.index(KvmXenRules.EV_42);
  private static final int EV_56 = Ledger.index(KvmXenRules.EV_56);

  private final XenHost host;

  UpcallChecks(XenHost host) {
    this.host = host;
  }

  /** The vCPU leaves the guest. */
  void left(Event e, XenVcpu vcpu) {
    long reason = e.get(REASON, -1);
    vcpu.asleep = reason == SVM_HALT || reason == VMX_HALT;
    vcpu.windowOpen = reason == SVM_WINDOW || reason == VMX_WINDOW;
    vcpu.sentToSleeper = 0;
    vcpu.dueAtEntry = false;
    vcpu.injected = false;
    vcpu.found = -1;
  }

  /** An event was newly set for a vCPU. */
  void sent(Event e, XenVcpu vcpu, Delivery delivery) {
    if (vcpu.asleep && delivery.toSleeper && vcpu.upcall == XenVcpu.Upcall.CALLBACK) {
      vcpu.dueAtEntry = true;
      vcpu.due.set(e);
    }
  }

  /** KVM has looked at the upcall flag. */
  void looked(Event e, XenVcpu vcpu) {
    host.saw(Observation.XEN_UPCALL);
    if (!e.has(RET)) {
      return;
    }
    vcpu.found = e.getInt(RET, 0) == 0 ? 0 : 1;
    vcpu.look.set(e);
    if (vcpu.found == 0) {
      vcpu.unanswered = 0;
      vcpu.dueAtEntry = false;
    } else {
      vcpu.asleep = false;
    }
  }

  /** An interrupt is put into the vCPU. */
  void injected(Event e, XenVcpu vcpu) {
    host.saw(Observation.X86_INJECT);
    vcpu.injected = true;
    vcpu.asleep = false;
    if (e.get(SOFT, 0) != 0 || e.get(REINJECTED, 0) != 0 || !e.has(VECTOR)) {
      return;
    }
    long vector = e.get(VECTOR, -1);
    if (vcpu.found == 1 && vcpu.upcall == XenVcpu.Upcall.UNKNOWN && host.upcallVector < 0) {
      host.callbackVector = host.callbackVector < 0 ? vector : host.callbackVector;
    }
    if (vector != host.callbackVector) {
      return;
    }
    if (vcpu.found == 1) {
      vcpu.upcall = XenVcpu.Upcall.CALLBACK;
      host.consistent(EV_41);
    } else if (vcpu.found < 0) {
      host.indeterminate(EV_41, Reason.PROBE_MISSING);
    } else {
      host.violated(
          EV_41,
          Strength.ABSENCE,
          e,
          "callback injected",
          vcpu.id,
          "The callback vector is injected although no upcall is due",
          "the upcall flag to be set",
          "the upcall flag was found clear",
          vcpu.look.ref("upcall flag found clear"));
    }
    unanswered(e, vcpu);
  }

  private void unanswered(Event e, XenVcpu vcpu) {
    vcpu.unanswered++;
    if (vcpu.unanswered != UNANSWERED_MOST + 1) {
      if (vcpu.unanswered == 1) {
        host.consistent(EV_42);
      }
      return;
    }
    host.violated(
        EV_42,
        Strength.SOFT,
        e,
        "callback injected",
        vcpu.id,
        "The callback vector is injected more than " + UNANSWERED_MOST + " times in a row",
        "the guest to clear its upcall flag",
        vcpu.unanswered + " injections without an event",
        vcpu.look.ref("upcall flag found set"));
  }

  /** The vCPU enters the guest. */
  void entered(Event e, XenVcpu vcpu) {
    boolean window = vcpu.windowOpen && vcpu.found == 1;
    if (vcpu.upcall == XenVcpu.Upcall.CALLBACK && (vcpu.dueAtEntry || window)) {
      if (vcpu.injected) {
        host.consistent(EV_56);
      } else if (host.isOneVm()) {
        host.violated(
            EV_56,
            Strength.ABSENCE,
            e,
            "entry",
            vcpu.id,
            vcpu.dueAtEntry
                ? "A vCPU is woken for an event and not told of it"
                : "A vCPU that can take its callback does not get it",
            "the callback vector to be injected",
            "an entry without an injection",
            vcpu.dueAtEntry
                ? vcpu.due.ref("delivery returns 1")
                : vcpu.look.ref("upcall flag found set"));
      }
    }
    vcpu.asleep = false;
    vcpu.windowOpen = false;
    vcpu.dueAtEntry = false;
  }
}
