package org.vgictrace.replay.kvm.gicv4;

import static org.vgictrace.replay.rule.VlpiRules.V4_1;
import static org.vgictrace.replay.rule.VlpiRules.V4_6;

import org.agrona.collections.Int2ObjectHashMap;
import org.agrona.collections.LongHashSet;
import org.vgictrace.parser.event.Kind;
import org.vgictrace.parser.event.Snapshot;
import org.vgictrace.replay.engine.Event;
import org.vgictrace.replay.engine.Ledger;
import org.vgictrace.replay.engine.Strength;
import org.vgictrace.replay.kvm.Machine;
import org.vgictrace.replay.kvm.Reporter;
import org.vgictrace.replay.rule.Observation;
import org.vgictrace.replay.rule.Reason;
import org.vgictrace.replay.verdict.EventRef;

/** Follows which LPIs the hardware delivers, and judges that software keeps off them. */
final class ForwardingChecks {
  private static final int V1 = Ledger.index(V4_1);
  private static final int V6 = Ledger.index(V4_6);

  private static final int LPI_FIRST = 8192;

  private static final int OP = Kind.VLPI_MAP.column("op");
  private static final int HOST_IRQ = Kind.VLPI_MAP.column("host_irq");
  private static final int FORWARD_OP = Kind.VLPI_FORWARD.column("op");
  private static final int QUEUED = Kind.QUEUE_RET.column("queued");
  private static final int OP_MAP = 0;
  private static final int OP_UNMAP = 1;
  private static final int CALLS_SET = 0;
  private static final int CALLS_UNSET = 2;

  /** One device's interrupt. */
  private static final class Forward {
    int stretch;
    boolean mapped;
    long seq;
    long ts;
    int cpu;

    EventRef ref() {
      return new EventRef(seq, ts, cpu, mapped ? "mapped" : "unmapped");
    }
  }

  private final Machine machine;
  private final Reporter reporter;
  private final Ledger ledger;
  private final Int2ObjectHashMap<Forward> forwards = new Int2ObjectHashMap<>();

  /** Structures of LPIs that the hardware delivers, by their latest snapshots. */
  private final LongHashSet hardware = new LongHashSet();

  /** LPI that each CPU tries to queue, 0 where it is delivered by software. */
  private final Int2ObjectHashMap<long[]> attempts = new Int2ObjectHashMap<>();

  /** Forwarding calls in progress. */
  private int calls;

  private int stretch;

  ForwardingChecks(Machine machine, Reporter reporter) {
    this.machine = machine;
    this.reporter = reporter;
    this.ledger = reporter.ledger();
  }

  /** Forwarding of an interrupt is set up or ends. */
  void forward(Event e) {
    machine.saw(Observation.VLPI);
    if (stretch != machine.stretch()) {
      stretch = machine.stretch();
      calls = 0;
    }
    int op = e.getInt(FORWARD_OP, -1);
    boolean call = op == CALLS_SET || op == CALLS_UNSET;
    calls = Math.max(0, calls + (call ? 1 : -1));
    if (op == CALLS_UNSET) {
      // Which LPI it is does not show.
      hardware.clear();
    }
  }

  /** The physical ITS is told of a virtual LPI. */
  void map(Event e) {
    machine.saw(Observation.VLPI);
    int host = e.getInt(HOST_IRQ, -1);
    int op = e.getInt(OP, -1);
    Forward known = forwards.get(host);
    Forward forward = known;
    if (forward == null) {
      forward = new Forward();
      forwards.put(host, forward);
    }
    if (known == null || known.stretch != machine.stretch()) {
      ledger.indeterminate(V6, Reason.TRACE_START);
    } else if (known.mapped == (op != OP_MAP)) {
      ledger.consistent(V6);
    } else {
      violated(
          V6,
          Strength.ABSENCE,
          e,
          -1,
          op == OP_MAP
              ? "A device's interrupt is mapped to a virtual LPI twice."
              : "A virtual LPI is used that is not mapped.",
          op == OP_MAP ? "unmapped before" : "mapped before",
          "interrupt " + host + (known.mapped ? " mapped" : " unmapped"),
          known.ref());
    }
    forward.stretch = machine.stretch();
    forward.mapped = op != OP_UNMAP;
    forward.seq = e.seq;
    forward.ts = e.ts;
    forward.cpu = e.cpu;
  }

  /** Somebody tries to queue an interrupt. */
  void queue(Event e) {
    boolean forwarded = note(e);
    long[] attempt = attempts.get(e.cpu);
    if (attempt == null) {
      if (!forwarded) {
        return;
      }
      attempt = new long[2];
      attempts.put(e.cpu, attempt);
    }
    attempt[0] = forwarded ? e.get(Snapshot.INTID, 0) : 0;
    attempt[1] = e.pid;
  }

  /** The attempt returns. */
  void queued(Event e) {
    long[] attempt = attempts.get(e.cpu);
    if (attempt == null || attempt[0] == 0 || attempt[1] != e.pid || !e.has(QUEUED)) {
      return;
    }
    if (e.get(QUEUED, 0) == 0) {
      ledger.consistent(V1);
    } else if (calls > 0) {
      ledger.indeterminate(V1, Reason.RACE_WINDOW);
    } else {
      violated(
          V1,
          Strength.PAIR,
          e,
          attempt[0],
          "An LPI that the hardware delivers was put on an ap_list.",
          "not queued",
          "queued");
    }
    attempt[0] = 0;
  }

  /** An interrupt is populated. */
  void populated(Event e) {
    if (!note(e) || e.get(Snapshot.PENDING, 0) == 0) {
      return;
    }
    if (calls > 0) {
      ledger.indeterminate(V1, Reason.RACE_WINDOW);
    } else {
      violated(
          V1,
          Strength.SOFT,
          e,
          e.get(Snapshot.INTID, 0),
          "An LPI that the hardware delivers is populated as pending.",
          "pending in the hardware only",
          "pending=1 in a list register");
    }
  }

  /** Takes the latest snapshot of an LPI into account; true if the hardware delivers it. */
  boolean note(Event e) {
    if (e.get(Snapshot.INTID, 0) < LPI_FIRST || !e.has(Snapshot.HW)) {
      return false;
    }
    boolean forwarded = e.get(Snapshot.HW, 0) != 0;
    if (forwarded) {
      hardware.add(e.get(Snapshot.IRQ, 0));
    } else if (!hardware.isEmpty()) {
      hardware.remove(e.get(Snapshot.IRQ, 0));
    }
    return forwarded;
  }

  /** The structures of LPIs that the hardware delivers. */
  LongHashSet hardware() {
    return hardware;
  }

  private void violated(
      int rule,
      Strength strength,
      Event e,
      long intid,
      String message,
      String expected,
      String observed,
      EventRef... because) {
    reporter.violated(
        rule,
        strength,
        e,
        observed,
        machine.vcpuOfThread(e.pid),
        intid,
        message,
        expected,
        observed,
        because);
  }
}
