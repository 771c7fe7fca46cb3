package org.vgictrace.replay.kvmxen;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.agrona.collections.Int2ObjectHashMap;
import org.agrona.collections.Long2ObjectHashMap;
import org.jspecify.annotations.Nullable;
import org.vgictrace.replay.engine.Event;
import org.vgictrace.replay.engine.Ledger;
import org.vgictrace.replay.engine.Strength;
import org.vgictrace.replay.kvm.Machine;
import org.vgictrace.replay.rule.Catalogue;
import org.vgictrace.replay.rule.Observation;
import org.vgictrace.replay.rule.Reason;
import org.vgictrace.replay.rule.Rule;
import org.vgictrace.replay.verdict.EventRef;
import org.vgictrace.replay.verdict.Finding;

/**
 * The host as its records tell: threads, vCPUs, and where verdicts go.
 *
 * <p>Records name no VM. Threads are told apart; once two threads run vCPUs of the same number, or
 * two VM pointers are seen, nothing is concluded any more from records of different threads.
 */
final class XenHost {
  /** Threads and vCPUs followed at a time. */
  private static final int MOST = 1 << 14;

  private static final List<Rule> RULES = Catalogue.rules();

  /** Callback vector of the VM, -1 if not known. */
  long callbackVector = -1;

  /** Upcall vector of the vCPUs' own, -1 if not known. */
  long upcallVector = -1;

  /** Whether the guest is known to have 32-bit words; then it has 1024 ports. */
  boolean narrow;

  /** Whether the width of its words is known. */
  boolean knowsWidth;

  private final Machine machine;
  private final Ledger ledger;
  private final Long2ObjectHashMap<XenThread> threads = new Long2ObjectHashMap<>();
  private final Int2ObjectHashMap<XenVcpu> vcpus = new Int2ObjectHashMap<>();
  private long kvm;
  private boolean severalVms;

  XenHost(Machine machine, Ledger ledger) {
    this.machine = machine;
    this.ledger = ledger;
  }

  /** The thread of an event; one for each CPU's idle task. */
  XenThread thread(Event e) {
    long key = e.pid == 0 ? -1L - e.cpu : e.pid;
    XenThread thread = threads.get(key);
    if (thread == null) {
      if (threads.size() >= MOST) {
        threads.clear();
      }
      thread = new XenThread();
      threads.put(key, thread);
    }
    return thread;
  }

  /** The vCPU of that number. */
  XenVcpu vcpu(int id) {
    XenVcpu vcpu = vcpus.get(id);
    if (vcpu == null) {
      if (vcpus.size() >= MOST) {
        vcpus.clear();
      }
      vcpu = new XenVcpu(id);
      vcpus.put(id, vcpu);
    }
    return vcpu;
  }

  /** The vCPU whose index that is; null if none is known. */
  @Nullable XenVcpu ofIndex(int index) {
    for (XenVcpu vcpu : vcpus.values()) {
      if (vcpu.index == index) {
        return vcpu;
      }
    }
    return null;
  }

  /** A thread runs a vCPU: it is that vCPU's from now on. */
  void runs(XenThread thread, Event e, XenVcpu vcpu) {
    if (e.pid <= 0) {
      return;
    }
    if (vcpu.pid >= 0 && vcpu.pid != e.pid) {
      severalVms = true;
    }
    vcpu.pid = e.pid;
    thread.vcpu = vcpu;
  }

  /** A record names a VM. */
  void names(long pointer) {
    if (pointer != 0) {
      severalVms |= kvm != 0 && kvm != pointer;
      kvm = pointer;
    }
  }

  /** Whether vCPU numbers stand for one vCPU each, as far as is known. */
  boolean isOneVm() {
    return !severalVms;
  }

  /** Which bit of a selector stands for a port. */
  long selectorBit(long port) {
    return 1L << (narrow ? port >>> 5 & 31 : port >>> 6 & 63);
  }

  /** Events are missing: what is under way is not known any more. */
  void forget() {
    threads.values().forEach(XenThread::forget);
    vcpus.values().forEach(XenVcpu::forget);
  }

  /** Records do not fit together: some are missing without a mark. */
  void gap() {
    machine.gap();
    forget();
  }

  void saw(Observation observation) {
    machine.saw(observation);
  }

  boolean shows(Observation observation) {
    return machine.shows(observation);
  }

  void consistent(int rule) {
    ledger.consistent(rule);
  }

  void indeterminate(int rule, Reason reason) {
    ledger.indeterminate(rule, reason);
  }

  /**
   * Reports a broken rule.
   *
   * @param rule position of the rule in the catalogue
   * @param at the event that shows it, described by {@code text}
   * @param vcpu number of the vCPU, -1 if none or unknown
   * @param message what is wrong, in one sentence
   * @param because earlier events it contradicts; those not known are left out
   */
  void violated(
      int rule,
      Strength strength,
      Event at,
      String text,
      int vcpu,
      String message,
      String expected,
      String observed,
      @Nullable EventRef... because) {
    List<EventRef> known = Arrays.stream(because).filter(Objects::nonNull).toList();
    ledger.violated(
        rule,
        strength,
        new Finding(
            RULES.get(rule),
            message,
            Ledger.ref(at, text),
            known,
            at.pid,
            null,
            vcpu < 0 ? null : vcpu,
            null,
            expected,
            observed,
            "",
            1));
  }
}
