package org.vgictrace.replay.xen.dump;

import static org.vgictrace.replay.engine.Ledger.index;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.vgictrace.parser.event.Kind;
import org.vgictrace.replay.engine.Event;
import org.vgictrace.replay.engine.Ledger;
import org.vgictrace.replay.gic.Lr;
import org.vgictrace.replay.rule.Reason;
import org.vgictrace.replay.rule.XenNewRules;
import org.vgictrace.replay.rule.XenOldRules;
import org.vgictrace.replay.rule.XenRules;
import org.vgictrace.replay.verdict.EventRef;

/**
 * Judges the vCPUs of a dump: their list registers and lists (gic_dump_info, gic_dump_vgic_info;
 * xen/arch/arm). No lock is held; of a vCPU that runs nothing is compared.
 */
final class VcpuDumps {
  private static final int XV_I01 = index(XenRules.XV_I01);
  private static final int XV_I03 = index(XenRules.XV_I03);
  private static final int XV_I04 = index(XenRules.XV_I04);
  private static final int OV_I01 = index(XenOldRules.OV_I01);
  private static final int OV_I02 = index(XenOldRules.OV_I02);
  private static final int OV_I03 = index(XenOldRules.OV_I03);
  private static final int OV_I05 = index(XenOldRules.OV_I05);
  private static final int OV_I15 = index(XenOldRules.OV_I15);
  private static final int OV_I20 = index(XenOldRules.OV_I20);
  private static final int NV_I04 = index(XenNewRules.NV_I04);

  private static final Kind VCPU = Kind.XEN_DUMP_VCPU;
  private static final int VCPU_DOMAIN = VCPU.column("domain");
  private static final int VCPU_ID = VCPU.column("vcpu_id");
  private static final int RUNNING = VCPU.column("running");
  private static final int UPCALL = VCPU.column("upcall_pending");
  private static final int MASK = VCPU.column("upcall_mask");
  private static final int PAUSE_FLAGS = VCPU.column("pause_flags");
  private static final int LR_DOMAIN = Kind.XEN_DUMP_LR.column("domain");
  private static final int LR_VCPU = Kind.XEN_DUMP_LR.column("vcpu_id");
  private static final int IRQ_DOMAIN = Kind.XEN_DUMP_IRQ.column("domain");
  private static final int IRQ_VCPU = Kind.XEN_DUMP_IRQ.column("vcpu_id");
  private static final int LR_INDEX = Kind.XEN_DUMP_LR.column("lr");
  private static final int LR_VALUE = Kind.XEN_DUMP_LR.column("value");
  private static final int LR_MASK = Kind.XEN_DUMP_LR.column("lr_mask");
  private static final int IRQ_LIST = Kind.XEN_DUMP_IRQ.column("list");
  private static final int IRQ_INTID = Kind.XEN_DUMP_IRQ.column("intid");
  private static final int IRQ_LR = Kind.XEN_DUMP_IRQ.column("lr");

  private static final int IN_FLIGHT = 0;
  private static final int WAITING = 1;
  private static final int NO_LR = 255;
  private static final int LRS_MAX = 64;
  private static final int IRQS_MAX = 1 << 16;
  private static final int BLOCKED = 1;
  private static final int SPI_FIRST = 32;
  private static final int SPI_END = 1020;
  private static final int ESPI_FIRST = 4096;
  private static final int ESPI_END = 5120;
  private static final int LPI_FIRST = 8192;

  private final DumpReporter report;

  /** Where an SPI was found in this dump, by domain and interrupt. */
  private final Map<Long, EventRef> shared = new HashMap<>();

  private @Nullable Vcpu open;

  /** List registers there are, as bits, by the longest print of them. */
  private long most;

  /** A vCPU as it was printed. */
  private static final class Vcpu {
    final EventRef ref;
    final int domain;
    final int id;
    final boolean still;
    final boolean waits;
    final long[] lrs = new long[LRS_MAX];
    long known;
    long mask;
    boolean torn;

    /** List register by interrupt. */
    final Map<Long, Integer> inFlight = new LinkedHashMap<>();

    final Set<Long> waiting = new LinkedHashSet<>();
    boolean isOld;
    boolean isNew;

    Vcpu(EventRef ref, int domain, int id, boolean still, boolean waits) {
      this.ref = ref;
      this.domain = domain;
      this.id = id;
      this.still = still;
      this.waits = waits;
    }
  }

  VcpuDumps(DumpReporter report) {
    this.report = report;
  }

  void vcpu(Event e) {
    close();
    int domain = e.getInt(VCPU_DOMAIN, -1);
    int id = e.getInt(VCPU_ID, -1);
    if (domain < 0 || id < 0 || !e.has(RUNNING)) {
      return;
    }
    if (!e.has(PAUSE_FLAGS)) {
      report.gap();
    }
    boolean still = e.getInt(RUNNING, 1) == 0;
    boolean upcall = e.get(UPCALL, 0) != 0 && e.get(MASK, 1) == 0;
    boolean sleeps = still && e.get(PAUSE_FLAGS, 0) == BLOCKED;
    EventRef ref = Ledger.ref(e, "vCPU " + id + " of d" + domain);
    open = new Vcpu(ref, domain, id, still, upcall && sleeps);
  }

  /** The vCPU that is printed; null if the line that began it is missing. */
  private @Nullable Vcpu open(int domain, int id) {
    if (open != null && (open.domain != domain || open.id != id)) {
      close();
    }
    if (open == null) {
      report.gap();
    }
    return open;
  }

  void register(Event e) {
    int lr = e.getInt(LR_INDEX, -1);
    Vcpu v = open(e.getInt(LR_DOMAIN, -1), e.getInt(LR_VCPU, -1));
    if (v == null || lr < 0 || lr >= LRS_MAX || !e.has(LR_VALUE)) {
      return;
    }
    long value = e.get(LR_VALUE, 0);
    // They are printed from the first to the last, before the lists.
    boolean inOrder = v.known == (1L << lr) - 1 && v.inFlight.isEmpty() && v.waiting.isEmpty();
    if (!inOrder || !e.has(LR_MASK)) {
      v.torn = true;
      report.gap();
    }
    v.mask = e.get(LR_MASK, 0);
    v.lrs[lr] = value;
    v.known |= 1L << lr;
    boolean used = (v.mask >>> lr & 1) != 0;
    if (used && Lr.state(value, isV3(value)) != Lr.STATE_INACTIVE) {
      itself(v, Ledger.ref(e, "LR" + lr), value);
    }
  }

  private static boolean isV3(long value) {
    return value >>> Integer.SIZE != 0;
  }

  private void itself(Vcpu v, EventRef ref, long value) {
    boolean v3 = isV3(value);
    long intid = Lr.intid(value, v3, false);
    boolean exists =
        intid < SPI_END || v3 && (intid >= LPI_FIRST || intid >= ESPI_FIRST && intid < ESPI_END);
    judge(OV_I20, exists, v, ref, intid, "an interrupt that no guest has", "one there is", value);
    if (Lr.isHw(value, v3)) {
      boolean spis = isSpi(intid) && isSpi(Lr.physicalIntid(value, v3));
      judge(XV_I03, spis, v, ref, intid, "HW=1 for what is no SPI", "SPIs only", value);
      boolean both = Lr.state(value, v3) == Lr.STATE_PENDING_ACTIVE;
      judge(XV_I04, !both, v, ref, intid, "pending and active with HW=1", "active only", value);
    }
  }

  private static boolean isSpi(long intid) {
    return intid >= SPI_FIRST && intid < SPI_END || intid >= ESPI_FIRST && intid < ESPI_END;
  }

  private void judge(
      int rule,
      boolean holds,
      Vcpu v,
      EventRef ref,
      long intid,
      String message,
      String expected,
      long value) {
    if (holds) {
      report.consistent(rule);
      return;
    }
    String observed = Lr.text(value, isV3(value), !isV3(value));
    report.broken(
        rule,
        true,
        ref,
        null,
        v.domain,
        v.id,
        intid,
        ref.text() + " holds " + message,
        expected,
        observed);
  }

  void interrupt(Event e) {
    Vcpu v = open(e.getInt(IRQ_DOMAIN, -1), e.getInt(IRQ_VCPU, -1));
    long intid = e.get(IRQ_INTID, -1);
    if (v == null || intid < 0 || v.inFlight.size() >= IRQS_MAX) {
      return;
    }
    EventRef ref = Ledger.ref(e, "interrupt " + intid + " of vCPU " + v.id);
    int list = e.getInt(IRQ_LIST, -1);
    if (list == WAITING) {
      v.isOld = true;
      v.waiting.add(intid);
      return;
    }
    v.torn |= !v.waiting.isEmpty();
    v.isOld |= list == IN_FLIGHT;
    v.isNew |= list > WAITING;
    if (v.inFlight.put(intid, e.getInt(IRQ_LR, NO_LR)) != null) {
      boolean whole = v.still && !v.torn;
      v.torn = true;
      if (whole) {
        torn(v.isNew ? NV_I04 : OV_I01, v, intid, "is on the list twice", "once", "twice");
      }
    }
    if (intid >= SPI_FIRST) {
      elsewhere(v, intid, ref);
    }
  }

  private void elsewhere(Vcpu v, long intid, EventRef ref) {
    EventRef before = shared.put((long) v.domain << Integer.SIZE | intid, ref);
    int rule = v.isNew ? NV_I04 : OV_I05;
    if (before == null) {
      report.consistent(rule);
    } else if (!before.text().equals(ref.text())) {
      report.broken(
          rule,
          false,
          ref,
          before,
          v.domain,
          v.id,
          intid,
          "interrupt " + intid + " is on the lists of two virtual CPUs",
          "on one",
          before.text() + " and " + ref.text());
    }
  }

  private void torn(
      int rule, Vcpu v, long intid, String message, String expected, String observed) {
    report.broken(
        rule,
        false,
        v.ref,
        null,
        v.domain,
        v.id,
        intid,
        "interrupt " + intid + " " + message,
        expected,
        observed);
  }

  /** A dump is over. */
  void end() {
    close();
    shared.clear();
    report.end();
  }

  private void close() {
    Vcpu v = open;
    open = null;
    if (v == null) {
      return;
    }
    if (v.known != most) {
      // Every vCPU has as many list registers as the first.
      if (most != 0) {
        report.gap();
      }
      most = Math.max(most, v.known);
      v.torn = v.known != most;
    }
    if (!v.still || v.torn) {
      report.indeterminate(v.isNew ? NV_I04 : OV_I02, Reason.RACE_WINDOW);
      return;
    }
    if (v.known != 0) {
      twice(v);
    }
    if (v.isOld) {
      lists(v);
    }
    if (v.waits && !v.isNew && v.known != 0) {
      upcall(v);
    }
  }

  private void twice(Vcpu v) {
    for (int a = 0; a < LRS_MAX; a++) {
      for (int b = 0; b < a; b++) {
        if (isIn(v, a) && isIn(v, b) && intid(v, a) == intid(v, b)) {
          String both = "LR" + b + " and LR" + a;
          torn(XV_I01, v, intid(v, a), "is in two list registers", "in one", both);
          return;
        }
      }
    }
    report.consistent(XV_I01);
  }

  /** Whether a list register is in use and holds something. */
  private static boolean isIn(Vcpu v, int lr) {
    long value = v.lrs[lr];
    boolean used = (v.known & v.mask & 1L << lr) != 0;
    return used && Lr.state(value, isV3(value)) != Lr.STATE_INACTIVE;
  }

  private static long intid(Vcpu v, int lr) {
    return Lr.intid(v.lrs[lr], isV3(v.lrs[lr]), false);
  }

  private void lists(Vcpu v) {
    for (long intid : v.waiting) {
      Integer lr = v.inFlight.get(intid);
      if (lr == null) {
        torn(OV_I01, v, intid, "waits and is not in flight", "in flight", "waiting only");
      } else if (lr != NO_LR) {
        torn(OV_I03, v, intid, "waits and is in a list register", "one of both", "LR" + lr);
      } else {
        report.consistent(OV_I03);
      }
    }
    v.inFlight.forEach(
        (intid, lr) -> {
          boolean register = lr >= 0 && lr < LRS_MAX && (v.known >>> lr & 1) != 0;
          if (lr == NO_LR || register && isIn(v, lr) && intid(v, lr) == intid) {
            report.consistent(OV_I02);
          } else if (register) {
            String observed = Lr.text(v.lrs[lr], isV3(v.lrs[lr]), !isV3(v.lrs[lr]));
            torn(OV_I02, v, intid, "is not in LR" + lr, "the interrupt in it", observed);
          }
        });
    for (int lr = 0; lr < LRS_MAX; lr++) {
      if (isIn(v, lr) && intid(v, lr) < LPI_FIRST && !v.inFlight.containsKey(intid(v, lr))) {
        torn(OV_I02, v, intid(v, lr), "is in LR" + lr, "in flight", "on no list");
      }
    }
  }

  /** A vCPU that sleeps with its upcall pending has an interrupt in flight. */
  private void upcall(Vcpu v) {
    if (!v.inFlight.isEmpty()) {
      // Which of them is the upcall's is not printed.
      report.indeterminate(OV_I15, Reason.CONFIG);
    } else {
      report.broken(
          OV_I15,
          false,
          v.ref,
          null,
          v.domain,
          v.id,
          -1,
          "the vCPU sleeps with an upcall pending and no interrupt for it",
          "its interrupt in flight",
          "nothing in flight");
    }
  }
}
