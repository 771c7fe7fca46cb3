package org.vgictrace.replay.kvm;

import static org.vgictrace.replay.rule.InjectionRules.INJ_2;

import org.agrona.collections.Int2ObjectHashMap;
import org.jspecify.annotations.Nullable;
import org.vgictrace.parser.event.Kind;
import org.vgictrace.replay.engine.Event;
import org.vgictrace.replay.engine.Ledger;
import org.vgictrace.replay.engine.Strength;
import org.vgictrace.replay.rule.Observation;
import org.vgictrace.replay.rule.Reason;
import org.vgictrace.replay.verdict.EventRef;

/**
 * Judges which vCPUs an SGI reaches that a guest sends through a system register
 * (vgic_v3_dispatch_sgi; Arm IHI 0069, ICC_SGI1R_EL1).
 *
 * <pre>
 *    63  56 55  48 47 44 43  41 40  39  32 31 28 27   24 23  16 15        0
 *   |  0   | Aff3 |  RS |  0   |IRM| Aff2 |  0  | INTID | Aff1 | target list|
 * </pre>
 *
 * <p>Affinities are user space's choice, so nothing is assumed of them: what is known is learned
 * from SGIs with one target, and no vCPU answers to two affinities.
 */
final class SgiChecks {
  private static final int I2 = Ledger.index(INJ_2);

  private static final int REG = Kind.SGI.column("reg");
  private static final long ALL_OTHERS = 1L << 40;
  private static final long TARGETS = 0xffff;

  /** Aff3, the range selector, Aff2 and Aff1. */
  private static final long CLUSTER = 0xff << 16 | 0xffL << 32 | 0xfL << 44 | 0xffL << 48;

  private static final int REACHED_MAX = 16;

  /** More threads than send at a time. */
  private static final int THREADS_MAX = 4096;

  /** An SGI on its way. */
  private static final class Sent {
    @Nullable VcpuState sender;
    long reg;
    long seq;
    long ts;
    int cpu;
    final VcpuState[] reached = new VcpuState[REACHED_MAX];
    int count;

    boolean isNamed(VcpuState v) {
      return v.affinity >= 0
          && (v.affinity & CLUSTER) == (reg & CLUSTER)
          && (reg >>> (v.affinity & 0xf) & 1) != 0;
    }
  }

  private final Machine machine;
  private final Reporter reporter;
  private final Int2ObjectHashMap<Sent> byPid = new Int2ObjectHashMap<>();

  SgiChecks(Machine machine, Reporter reporter) {
    this.machine = machine;
    this.reporter = reporter;
  }

  /** The guest of a thread sends an SGI. */
  void sent(Event e, VcpuState sender) {
    goesOn(e);
    Sent sent = byPid.get(e.pid);
    if (sent == null) {
      if (byPid.size() >= THREADS_MAX) {
        byPid.clear();
      }
      sent = new Sent();
      byPid.put(e.pid, sent);
    }
    sent.sender = e.has(REG) ? sender : null;
    sent.reg = e.get(REG, 0);
    sent.seq = e.seq;
    sent.ts = e.ts;
    sent.cpu = e.cpu;
    sent.count = 0;
  }

  /** The reference to an interrupt is dropped: it was made pending, or its group did not fit. */
  void put(Event e, IrqState irq) {
    Sent sent = byPid.get(e.pid);
    VcpuState v = sent == null ? null : machine.vcpuAt(irq.target);
    if (sent == null || v == null || sent.sender == null || irq.intid != intid(sent)) {
      return;
    }
    if (sent.count == REACHED_MAX || e.isInInterrupt()) {
      sent.sender = null;
      return;
    }
    sent.reached[sent.count++] = v;
  }

  /** The thread does something that no sending contains. */
  void goesOn(Event e) {
    Sent sent = byPid.isEmpty() ? null : byPid.get(e.pid);
    VcpuState sender = sent == null ? null : sent.sender;
    if (sent == null || sender == null) {
      return;
    }
    sent.sender = null;
    if (!machine.shows(Observation.PUT_SNAPSHOT) || !showsSyncs()) {
      return;
    }
    reporter.ledger().beginTransition();
    if ((sent.reg & ALL_OTHERS) != 0) {
      broadcast(e, sent, sender);
    } else {
      learn(sent, sender);
      listed(e, sent, sender);
    }
    reporter.ledger().endTransition();
  }

  /**
   * Whether a sync is told from the sending. One after a cancelled entry drops references, too, and
   * no exit comes before it.
   */
  private boolean showsSyncs() {
    return machine.shows(Observation.EXIT_IMAGE) || machine.shows(Observation.POPULATION);
  }

  /** Events are missing. */
  void forget() {
    byPid.clear();
  }

  private static int intid(Sent sent) {
    return (int) (sent.reg >>> 24) & 0xf;
  }

  private void broadcast(Event e, Sent sent, VcpuState sender) {
    for (int i = 0; i < sent.count; i++) {
      if (sent.reached[i] == sender) {
        stray(e, sent, sender, "all vCPUs but the sender");
        return;
      }
    }
    reporter.ledger().consistent(I2);
  }

  /** An SGI with one target tells the affinity of the vCPU that it reaches. */
  private void learn(Sent sent, VcpuState sender) {
    if (sent.count != 1 || Long.bitCount(sent.reg & TARGETS) != 1) {
      return;
    }
    long affinity = sent.reg & CLUSTER | Long.numberOfTrailingZeros(sent.reg & TARGETS);
    VcpuState reached = sent.reached[0];
    if (reached.affinity < 0 && ofAffinity(affinity, sender) == null) {
      reached.affinity = affinity;
    }
  }

  private @Nullable VcpuState ofAffinity(long affinity, VcpuState sender) {
    for (VcpuState v : machine.vcpus()) {
      if (v.vm == sender.vm && v.affinity == affinity) {
        return v;
      }
    }
    return null;
  }

  private void listed(Event e, Sent sent, VcpuState sender) {
    for (int i = 0; i < sent.count; i++) {
      VcpuState v = sent.reached[i];
      if (v.vm == sender.vm && v.affinity >= 0 && !sent.isNamed(v)) {
        stray(e, sent, v, "vCPUs of the target list only");
        return;
      }
    }
    boolean all = true;
    for (VcpuState v : machine.vcpus()) {
      if (v.vm == sender.vm && sent.isNamed(v) && !isReached(sent, v)) {
        violated(
            e,
            sent,
            v,
            Strength.ABSENCE,
            "An SGI did not become pending on a vCPU that it names.",
            "put_irq of the SGI of " + name(v),
            "none");
        return;
      }
      all &= v.vm != sender.vm || v.affinity >= 0;
    }
    if (all) {
      reporter.ledger().consistent(I2);
    } else {
      reporter.ledger().indeterminate(I2, Reason.NO_IRQ_SNAPSHOT);
    }
  }

  private static boolean isReached(Sent sent, VcpuState v) {
    for (int i = 0; i < sent.count; i++) {
      if (sent.reached[i] == v) {
        return true;
      }
    }
    return false;
  }

  private static String name(VcpuState v) {
    return v.id < 0 ? "vcpu " + Reporter.hex(v.pointer) : "vcpu" + v.id;
  }

  private void stray(Event e, Sent sent, VcpuState v, String expected) {
    violated(
        e,
        sent,
        v,
        Strength.SOFT,
        "An SGI became pending on a vCPU that it does not name.",
        expected,
        name(v));
  }

  private void violated(
      Event e,
      Sent sent,
      VcpuState v,
      Strength strength,
      String message,
      String expected,
      String observed) {
    String text = "send SGI " + intid(sent) + " reg " + Reporter.hex(sent.reg);
    reporter.violated(
        I2,
        strength,
        e,
        "the thread goes on",
        v,
        intid(sent),
        message,
        expected,
        observed,
        new EventRef(sent.seq, sent.ts, sent.cpu, text));
  }
}
