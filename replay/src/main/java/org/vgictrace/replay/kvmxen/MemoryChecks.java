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
 * Judges the selector, KVM's shadow of it and the upcall flag where probes read them.
 *
 * <pre>
 *   delivery, guest memory in reach      selector |= bit, upcall := 1
 *   delivery, out of reach               shadow   |= bit, kick
 *   flush, in the vCPU's own thread      selector |= shadow; shadow &amp;= ~those; upcall := 1
 * </pre>
 *
 * <p>A vCPU does not run while its own thread flushes, so nobody takes bits out of its selector
 * then: a guest clears only the selector of the vCPU it runs on.
 */
final class MemoryChecks {
  /** Entries that may pass before a shadow is flushed: one can race with setting it. */
  private static final int ENTRIES_MOST = 1;

  private static final int SEND_SHADOW = Kind.KVM_XEN_SEND.column("shadow");
  private static final int STEP_SELECTOR = Kind.KVM_XEN_STEP.column("selector");
  private static final int STEP_SHADOW = Kind.KVM_XEN_STEP.column("shadow");
  private static final int STEP_UPCALL = Kind.KVM_XEN_STEP.column("upcall");
  private static final int WORDS_PORT = Kind.KVM_XEN_WORDS.column("port");
  private static final int WORDS_VCPU = Kind.KVM_XEN_WORDS.column("vcpu_id");
  private static final int WORDS_PENDING = Kind.KVM_XEN_WORDS.column("pending");
  private static final int WORDS_MASKED = Kind.KVM_XEN_WORDS.column("masked");
  private static final int WORDS_SELECTOR = Kind.KVM_XEN_WORDS.column("selector");
  private static final int WORDS_SHADOW = Kind.KVM_XEN_WORDS.column("shadow");
  private static final int WORDS_UPCALL = Kind.KVM_XEN_WORDS.column("upcall");
  private static final int WORDS_AT_REST = Kind.KVM_XEN_WORDS.column("at_rest");

  private static final int EV_20 = Ledger.index(EvtchnQueueRules.EV_20);
  private static final int EV_21 = Ledger.index(EvtchnQueueRules.EV_21);
  private static final int EV_52 = Ledger.index(KvmXenRules.EV_52);
  private static final int EV_53 = Ledger.index(KvmXenRules.EV_53);

  private final XenHost host;

  MemoryChecks(XenHost host) {
    this.host = host;
  }

  /** A delivery has returned and the shadow was read after it. */
  void delivered(Event e, Delivery delivery, int ret) {
    if (!e.has(SEND_SHADOW) || delivery.vcpuId < 0 || delivery.port < 0 || !host.isOneVm()) {
      return;
    }
    XenVcpu vcpu = host.vcpu(delivery.vcpuId);
    long shadow = e.get(SEND_SHADOW, 0);
    late(e, vcpu, shadow);
    long own = ret == Delivery.SENT ? shadow & host.selectorBit(delivery.port) : 0;
    if (own != 0 && (vcpu.shadow & own) == 0) {
      vcpu.entriesWithShadow = vcpu.shadow == 0 ? 0 : vcpu.entriesWithShadow;
      vcpu.shadow |= own;
      vcpu.shadowed.set(e);
    }
    if (vcpu.flushing) {
      vcpu.flushed |= own;
    }
  }

  /** The vCPU enters the guest. */
  void entered(XenVcpu vcpu) {
    if (vcpu.shadow != 0) {
      vcpu.entriesWithShadow++;
    }
  }

  /** The shadow is read: what stood in it before too many entries must not. */
  private void late(Event e, XenVcpu vcpu, long shadow) {
    if (vcpu.shadow == 0 || vcpu.flushing) {
      return;
    }
    long left = vcpu.shadow & shadow;
    if (left != 0 && vcpu.entriesWithShadow > ENTRIES_MOST) {
      host.violated(
          EV_52,
          Strength.SOFT,
          e,
          "shadow " + hex(shadow),
          vcpu.id,
          "A vCPU runs on while its shadow selector is set",
          "a flush before its next entry",
          hex(left) + " still in the shadow after " + vcpu.entriesWithShadow + " entries",
          vcpu.shadowed.ref("delivery returns 1"));
      vcpu.shadow = 0;
    }
  }

  /** A flush of the shadow begins. */
  void flushBegins(Event e, XenVcpu vcpu) {
    long shadow = e.get(STEP_SHADOW, 0);
    if (e.has(STEP_SHADOW)) {
      host.saw(Observation.XEN_WORDS);
      if (vcpu.shadow != 0 && vcpu.entriesWithShadow <= ENTRIES_MOST) {
        host.consistent(EV_52);
      }
      late(e, vcpu, shadow);
    }
    vcpu.flushing = true;
    vcpu.flushed = shadow | vcpu.shadow;
  }

  /** A flush of the shadow ends. */
  void flushEnds(Event e, XenVcpu vcpu) {
    boolean flushing = vcpu.flushing;
    vcpu.flushing = false;
    long wanted = vcpu.flushed;
    vcpu.shadow = e.get(STEP_SHADOW, 0);
    vcpu.entriesWithShadow = 0;
    if (!flushing || !host.isOneVm()) {
      return;
    }
    if (!e.has(STEP_SHADOW) || !e.has(STEP_SELECTOR)) {
      host.indeterminate(EV_53, Reason.PROBE_MISSING);
      return;
    }
    long selector = e.get(STEP_SELECTOR, 0);
    long lost = wanted & ~selector & ~vcpu.shadow;
    boolean moved = (wanted & ~vcpu.shadow) != 0;
    if (lost != 0) {
      lostBits(e, vcpu, lost, after(e, vcpu));
    } else if (moved && e.has(STEP_UPCALL) && e.get(STEP_UPCALL, 0) == 0) {
      host.violated(
          EV_53,
          Strength.PAIR,
          e,
          "flush ends",
          vcpu.id,
          "A flush of the shadow does not set the upcall flag",
          "upcall 1",
          after(e, vcpu));
    } else {
      host.consistent(EV_53);
    }
  }

  private static String after(Event e, XenVcpu vcpu) {
    return "selector "
        + hex(e.get(STEP_SELECTOR, 0))
        + ", shadow "
        + hex(vcpu.shadow)
        + ", upcall "
        + e.get(STEP_UPCALL, -1);
  }

  private void lostBits(Event e, XenVcpu vcpu, long lost, String observed) {
    host.violated(
        EV_53,
        Strength.PAIR,
        e,
        "flush ends",
        vcpu.id,
        "A flush of the shadow loses selector bits",
        hex(lost) + " in the selector",
        observed,
        vcpu.shadowed.ref("delivery returns 1"));
  }

  /** The state of a port and of its vCPU. */
  void words(Event e) {
    host.saw(Observation.XEN_WORDS);
    if (e.get(WORDS_AT_REST, 0) == 0) {
      host.indeterminate(EV_20, Reason.RACE_WINDOW);
      return;
    }
    int vcpu = e.getInt(WORDS_VCPU, -1);
    long selector = e.get(WORDS_SELECTOR, 0);
    if (e.has(WORDS_SELECTOR) && e.has(WORDS_UPCALL)) {
      if (selector != 0 && e.get(WORDS_UPCALL, 0) == 0) {
        host.violated(
            EV_21,
            Strength.HARD,
            e,
            "state at rest",
            vcpu,
            "A vCPU has a selector set and no upcall",
            "upcall 1",
            "selector " + hex(selector) + ", upcall 0");
      } else {
        host.consistent(EV_21);
      }
    }
    if (e.get(WORDS_PENDING, 0) == 0 || !e.has(WORDS_MASKED) || !e.has(WORDS_PORT)) {
      return;
    }
    lostEvent(e, vcpu, selector);
  }

  private void lostEvent(Event e, int vcpu, long selector) {
    if (e.get(WORDS_MASKED, 0) != 0) {
      host.consistent(EV_20);
      return;
    }
    long port = e.get(WORDS_PORT, 0);
    long bit = host.selectorBit(port);
    if (!e.has(WORDS_SELECTOR) || !e.has(WORDS_SHADOW)) {
      host.indeterminate(EV_20, Reason.PROBE_MISSING);
    } else if (((selector | e.get(WORDS_SHADOW, 0)) & bit) == 0) {
      host.violated(
          EV_20,
          Strength.HARD,
          e,
          "state at rest",
          vcpu,
          "An event is pending that no selector bit points to",
          hex(bit) + " in the selector or in its shadow",
          "port "
              + port
              + " pending, selector "
              + hex(selector)
              + ", shadow "
              + hex(e.get(WORDS_SHADOW, 0)));
    } else {
      host.consistent(EV_20);
    }
  }

  private static String hex(long value) {
    return "0x" + Long.toHexString(value);
  }
}
