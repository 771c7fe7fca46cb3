package org.vgictrace.replay.kvm.lpi;

import static org.vgictrace.replay.rule.LpiRules.LPI_4;
import static org.vgictrace.replay.rule.VlpiRules.SAVE_5;
import static org.vgictrace.replay.rule.VlpiRules.SAVE_6;

import org.agrona.collections.LongHashSet;
import org.vgictrace.parser.event.Kind;
import org.vgictrace.parser.event.Snapshot;
import org.vgictrace.replay.engine.Event;
import org.vgictrace.replay.engine.Ledger;
import org.vgictrace.replay.engine.Strength;
import org.vgictrace.replay.kvm.Machine;
import org.vgictrace.replay.kvm.Reporter;
import org.vgictrace.replay.rule.Reason;
import org.vgictrace.replay.verdict.EventRef;

/**
 * Holds the state of an LPI against the byte of the guest's tables that it was just taken from.
 *
 * <pre>
 * configuration table: one byte per LPI, from LPI 8192      pending table: one bit per INTID
 *      7               2    1     0                             byte  INTID / 8
 *     +------------------+-----+-----+                          bit   INTID % 8
 *     |     priority     |  1  |  E  |
 *     +------------------+-----+-----+
 * </pre>
 */
final class TableChecks {
  private static final int L4 = Ledger.index(LPI_4);
  private static final int S5 = Ledger.index(SAVE_5);
  private static final int S6 = Ledger.index(SAVE_6);

  private static final int GPA = Kind.ITS_READ.column("gpa");
  private static final int BYTE = Kind.ITS_READ.column("opcode");

  private static final int LPI_FIRST = 8192;
  private static final long CONFIG_PAGE = 0xfff;
  private static final int PRIORITY = 0xfc;

  private final Machine machine;
  private final Reporter reporter;
  private final Ledger ledger;

  /** Pending bits that the restore in progress has taken, each as eight times address plus bit. */
  private final LongHashSet taken = new LongHashSet();

  /** Thread of that restore, -1 for none. */
  private int restoring = -1;

  TableChecks(Machine machine, Reporter reporter) {
    this.machine = machine;
    this.reporter = reporter;
    this.ledger = reporter.ledger();
  }

  /** Tables begin to be restored. */
  void restore(Event e) {
    taken.clear();
    restoring = e.pid;
  }

  /** Something happens that ends every restore: from here on a guest may write its tables. */
  void restored() {
    restoring = -1;
  }

  /** The pending bit of an LPI is about to be read. */
  void sync(Event e, Work work) {
    work.syncIntid = e.getInt(Snapshot.INTID, -1);
    work.syncTarget = e.get(Snapshot.TARGET, 0);
    work.byteRead = -1;
  }

  /** One byte was read. */
  void read(Event e, LpiVm vm, Work work) {
    work.byteRead = e.getInt(BYTE, -1);
    work.byteAt = e.get(GPA, -1);
    work.byteSeq = e.seq;
    work.byteTs = e.ts;
    work.bytePending = work.syncIntid >= 0;
    if (!work.bytePending || work.byteAt < 0) {
      return;
    }
    long table = vm.pendingTableOf.get(work.syncTarget);
    long expected = table + (work.syncIntid >>> 3);
    if (table < 0) {
      ledger.indeterminate(S5, Reason.TRACE_START);
    } else if (expected == work.byteAt) {
      ledger.consistent(S5);
    } else {
      violated(
          S5,
          Strength.SOFT,
          e,
          work.syncIntid,
          "The pending bit of an LPI is read from a table that is not its vCPU's.",
          "byte at " + hex(expected),
          "byte at " + hex(work.byteAt));
    }
    consume(e, work);
  }

  /** INV-SAVE-6: within one restore a bit that was taken is clear when it is read again. */
  private void consume(Event e, Work work) {
    int bit = work.syncIntid & 7;
    if (restoring != e.pid || (work.byteRead >> bit & 1) == 0) {
      return;
    }
    if (taken.add(work.byteAt << 3 | bit)) {
      ledger.consistent(S6);
    } else {
      violated(
          S6,
          Strength.SOFT,
          e,
          work.syncIntid,
          "A pending bit is taken twice from the table.",
          "bit clear after it was taken",
          "bit " + bit + " of the byte at " + hex(work.byteAt) + " set");
    }
  }

  /** The interrupt that a byte was read for is queued next. */
  void queued(Event e, Work work, Lpi lpi) {
    if (work.byteRead < 0) {
      return;
    }
    if (work.bytePending) {
      if (work.syncIntid == lpi.intid) {
        pending(e, work, lpi);
        work.syncIntid = -1;
        work.byteRead = -1;
      }
      return;
    }
    boolean its = (work.byteAt - (lpi.intid - LPI_FIRST) & CONFIG_PAGE) == 0;
    if (its && work.byteAt >= 0 && !lpi.hw) {
      configured(e, work, lpi);
    }
    work.byteRead = -1;
  }

  private void pending(Event e, Work work, Lpi lpi) {
    if (!e.has(Snapshot.PENDING)) {
      return;
    }
    int bit = work.byteRead >> (lpi.intid & 7) & 1;
    if (e.get(Snapshot.PENDING, 0) == bit) {
      ledger.consistent(S5);
    } else {
      violated(
          S5,
          Strength.PAIR,
          e,
          lpi.intid,
          "An LPI's pending state is not that of the pending table.",
          "pending=" + bit,
          "pending=" + e.get(Snapshot.PENDING, 0),
          byteRef(e, work));
    }
  }

  private void configured(Event e, Work work, Lpi lpi) {
    if (!e.has(Snapshot.PRIORITY) || !e.has(Snapshot.ENABLED)) {
      ledger.indeterminate(L4, Reason.PROBE_MISSING);
      return;
    }
    int priority = work.byteRead & PRIORITY;
    int enabled = work.byteRead & 1;
    if (e.get(Snapshot.PRIORITY, 0) == priority && e.get(Snapshot.ENABLED, 0) == enabled) {
      ledger.consistent(L4);
    } else {
      violated(
          L4,
          Strength.PAIR,
          e,
          lpi.intid,
          "An LPI differs from the configuration byte that was just read.",
          "enabled=" + enabled + " prio " + Integer.toHexString(priority),
          "enabled="
              + e.get(Snapshot.ENABLED, 0)
              + " prio "
              + Integer.toHexString(e.getInt(Snapshot.PRIORITY, 0)),
          byteRef(e, work));
    }
  }

  private static EventRef byteRef(Event e, Work work) {
    return new EventRef(
        work.byteSeq, work.byteTs, e.cpu, "byte " + hex(work.byteRead) + " at " + hex(work.byteAt));
  }

  private void violated(
      int rule,
      Strength strength,
      Event e,
      int intid,
      String message,
      String expected,
      String observed,
      EventRef... because) {
    reporter.violated(
        rule,
        strength,
        e,
        "LPI " + intid,
        machine.vcpuOfThread(e.pid),
        intid,
        message,
        expected,
        observed,
        because);
  }

  private static String hex(long value) {
    return "0x" + Long.toHexString(value);
  }
}
