package org.vgictrace.replay.xen.inside;

import static org.vgictrace.replay.engine.Ledger.index;

import java.util.List;
import org.vgictrace.parser.event.Kind;
import org.vgictrace.replay.engine.Event;
import org.vgictrace.replay.engine.Strength;
import org.vgictrace.replay.rule.XenNewRules;
import org.vgictrace.replay.rule.XenRules;

/**
 * Judges the order in which a CPU takes the locks of the vGIC. What it holds is in the record.
 *
 * <pre>
 *   old    desc &gt; vgic       never desc or rank under vgic
 *   new    list, LPIs, desc &gt; irq     none of them under irq
 * </pre>
 */
final class LockOrder {
  private static final int XV_I15 = index(XenRules.XV_I15);
  private static final int NV_I15 = index(XenNewRules.NV_I15);
  private static final int OP = Kind.XEN_LOCK.column("op");
  private static final int LOCK = Kind.XEN_LOCK.column("lock");
  private static final int HELD = Kind.XEN_LOCK.column("held");
  private static final List<String> LOCKS = Kind.XEN_LOCK.columns().get(LOCK).labels();
  private static final int RANK = LOCKS.indexOf("rank");
  private static final int VGIC = LOCKS.indexOf("vgic");
  private static final int LIST = LOCKS.indexOf("list");
  private static final int LPI = LOCKS.indexOf("lpi");
  private static final int DESC = LOCKS.indexOf("desc");
  private static final int IRQ = LOCKS.indexOf("irq");

  private final InsideReporter report;

  LockOrder(InsideReporter report) {
    this.report = report;
  }

  /** A lock is taken or given back. */
  void taken(Event e) {
    int lock = e.getInt(LOCK, -1);
    if (e.getInt(OP, 1) != 0 || lock < 0 || lock >= LOCKS.size() || !e.has(HELD)) {
      return;
    }
    long held = e.get(HELD, 0);
    if (lock == DESC || lock == RANK) {
      judge(XV_I15, lock, held, VGIC);
    }
    if (lock == LIST || lock == LPI || lock == DESC) {
      judge(NV_I15, lock, held, IRQ);
    }
  }

  private void judge(int rule, int lock, long held, int inner) {
    if (report.holds(rule, (held >>> inner & 1) == 0)) {
      return;
    }
    report.broken(
        rule,
        Strength.HARD,
        "lock " + LOCKS.get(lock),
        null,
        "a CPU takes the lock " + LOCKS.get(lock) + " while it holds the lock " + LOCKS.get(inner),
        LOCKS.get(lock) + " before " + LOCKS.get(inner),
        "held: " + names(held));
  }

  private static String names(long held) {
    StringBuilder names = new StringBuilder();
    for (int i = 0; i < LOCKS.size(); i++) {
      if ((held >>> i & 1) != 0) {
        names.append(names.isEmpty() ? "" : ", ").append(LOCKS.get(i));
      }
    }
    return names.toString();
  }
}
