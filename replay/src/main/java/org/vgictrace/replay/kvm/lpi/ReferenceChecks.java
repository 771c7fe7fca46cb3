package org.vgictrace.replay.kvm.lpi;

import static org.vgictrace.replay.rule.LpiRules.REF_1;
import static org.vgictrace.replay.rule.LpiRules.REF_2;
import static org.vgictrace.replay.rule.LpiRules.REF_3;
import static org.vgictrace.replay.rule.LpiRules.REF_4;
import static org.vgictrace.replay.rule.LpiRules.REF_5;
import static org.vgictrace.replay.rule.LpiRules.REF_6;

import org.jspecify.annotations.Nullable;
import org.vgictrace.parser.event.Kind;
import org.vgictrace.replay.engine.Event;
import org.vgictrace.replay.engine.Ledger;
import org.vgictrace.replay.engine.Strength;
import org.vgictrace.replay.kvm.Machine;
import org.vgictrace.replay.kvm.Reporter;
import org.vgictrace.replay.rule.Reason;
import org.vgictrace.replay.verdict.EventRef;

/**
 * Judges the references of LPIs. Most references are taken where no probe sees it, so a count is
 * held against what must have one at that moment, and against what can have one.
 */
final class ReferenceChecks {
  private static final int R1 = Ledger.index(REF_1);
  private static final int R2 = Ledger.index(REF_2);
  private static final int R3 = Ledger.index(REF_3);
  private static final int R4 = Ledger.index(REF_4);
  private static final int R5 = Ledger.index(REF_5);
  private static final int R6 = Ledger.index(REF_6);

  private static final int PUT_REFS = Kind.IRQ_PUT.column("refs");
  private static final int QUEUE_REFS = Kind.QUEUE.column("refs");

  /**
   * References that come and go unseen: look-ups of other CPUs, an iteration of debugfs, the last
   * list register of a CPU, a migration.
   */
  private static final int UNSEEN_MAX = 2;

  private final Machine machine;
  private final Reporter reporter;
  private final Ledger ledger;

  /** Highest CPU number seen. */
  private int lastCpu;

  ReferenceChecks(Machine machine, Reporter reporter) {
    this.machine = machine;
    this.reporter = reporter;
    this.ledger = reporter.ledger();
  }

  void ran(int cpu) {
    lastCpu = Math.max(lastCpu, cpu);
  }

  /** A structure shows at an address where another LPI lived: that one must be gone. */
  void reused(Event e, Lpi before, int intid) {
    LpiVm vm = before.vm;
    if (before.dead) {
      ledger.consistent(R3);
    } else if (!vm.isMapped() || vm.ending || vm.isBusy()) {
      ledger.indeterminate(R3, Reason.TRACE_START);
    } else if (vm.table.mappingsOf(before.intid) > 0) {
      violated(
          R3,
          Strength.SOFT,
          e,
          "state LPI " + intid,
          intid,
          "The structure of an LPI that is still mapped is used for another one.",
          "LPI " + before.intid + " at this address until its last reference is dropped",
          "LPI " + intid + " at " + hex(before.address),
          before.seen());
    } else {
      ledger.indeterminate(R3, Reason.TRACE_START);
    }
  }

  /** A second structure shows for an LPI. */
  void replaced(Event e, Lpi before) {
    before.superseded = true;
    before.endedTs = e.ts;
  }

  /**
   * A structure shows that ended before: something else must have brought it back.
   *
   * @param created whether a mapping may have been made since
   */
  void returned(Event e, Lpi lpi, String step, boolean created, boolean queued) {
    if (created || queued || e.ts - lpi.endedTs <= machine.skew()) {
      ledger.indeterminate(lpi.dead ? R2 : R5, Reason.RACE_WINDOW);
    } else if (lpi.dead) {
      violated(
          R2,
          Strength.SOFT,
          e,
          step + " LPI " + lpi.intid,
          lpi.intid,
          "An LPI is used after its last reference was dropped.",
          "no use before it is mapped again",
          step + " of the structure at " + hex(lpi.address),
          lpi.seen());
    } else {
      violated(
          R5,
          Strength.SOFT,
          e,
          step + " LPI " + lpi.intid,
          lpi.intid,
          "Two structures stand for one LPI.",
          "one structure for LPI " + lpi.intid,
          "structure " + hex(lpi.address) + " beside a newer one",
          lpi.seen());
    }
  }

  /** A structure shows that is the only one for its number. */
  void only() {
    ledger.consistent(R5);
  }

  /** The count at an attempt to queue, where it is recorded. */
  void queued(Event e, Lpi lpi) {
    if (!e.has(QUEUE_REFS)) {
      return;
    }
    if (e.getInt(QUEUE_REFS, 1) > 0) {
      ledger.consistent(R2);
    } else {
      violated(
          R2,
          Strength.HARD,
          e,
          "queue LPI " + lpi.intid + " refs 0",
          lpi.intid,
          "An LPI without references is queued.",
          "at least the reference of whoever queues it",
          "refs=0");
    }
  }

  /** A reference is dropped. */
  void put(Event e, Lpi lpi, @Nullable Work work) {
    if (!e.has(PUT_REFS)) {
      return;
    }
    int refs = e.getInt(PUT_REFS, 0);
    String text = "put LPI " + lpi.intid + " refs " + refs;
    if (refs <= 0) {
      violated(
          R2,
          Strength.HARD,
          e,
          text,
          lpi.intid,
          "A reference is dropped that nobody holds.",
          "at least the reference that is dropped",
          "refs=" + refs);
      return;
    }
    ledger.consistent(R2);
    boolean listed = lpi.own != 0 && lpi.own != Lpi.UNKNOWN;
    if (listed && refs == 1) {
      violated(
          R4,
          Strength.SOFT,
          e,
          text + " own=" + hex(lpi.own),
          lpi.intid,
          "The last reference is dropped of an LPI that is on an ap_list.",
          "the list's reference besides the one that is dropped",
          "refs=1 own=" + hex(lpi.own));
    } else {
      if (listed) {
        ledger.consistent(R4);
      }
      balance(e, lpi, work, refs, listed, text);
    }
    if (lpi.vm.ending) {
      ending(e, lpi, refs, listed, text);
    }
    lpi.refs = refs;
    lpi.dead = refs == 1 && !listed;
    lpi.endedTs = e.ts;
  }

  private void balance(
      Event e, Lpi lpi, @Nullable Work work, int refs, boolean listed, String text) {
    LpiVm vm = lpi.vm;
    if (!vm.isMapped() || vm.ending) {
      ledger.indeterminate(R1, Reason.TRACE_START);
      return;
    }
    // Mappings change only while commands that free them are executed.
    Work running = vm.running;
    boolean changing = running == null ? vm.walker != null : running.isFreeing();
    boolean freeing = work != null && work.freeing == lpi.address;
    if (changing || freeing || e.ts - vm.settledTs <= machine.skew()) {
      ledger.indeterminate(R1, Reason.RACE_WINDOW);
      return;
    }
    int mappings = vm.table.mappingsOf(lpi.intid);
    int least = 1 + (listed ? 1 : 0) + mappings;
    // Each mapping can be cached once, and each other CPU can be looking the LPI up.
    int most = least + mappings + lastCpu + UNSEEN_MAX;
    if (refs < least) {
      violated(
          R1,
          Strength.SOFT,
          e,
          text,
          lpi.intid,
          "An LPI has fewer references than holders.",
          "at least "
              + least
              + ": the one that is dropped, "
              + mappings
              + " of mappings"
              + (listed ? ", one of the ap_list" : ""),
          "refs=" + refs);
    } else if (refs > most && mappings > 0) {
      violated(
          R1,
          Strength.ABSENCE,
          e,
          text,
          lpi.intid,
          "An LPI has more references than there can be holders: some were never dropped.",
          "at most " + most,
          "refs=" + refs);
    } else {
      ledger.consistent(R1);
    }
  }

  private void ending(Event e, Lpi lpi, int refs, boolean listed, String text) {
    if (listed && lpi.vm.flushed.contains(lpi.own)) {
      violated(
          R6,
          Strength.SOFT,
          e,
          text + " own=" + hex(lpi.own),
          lpi.intid,
          "An LPI is still on the ap_list of a vCPU that is gone.",
          "own=none after the vCPU's LPIs were flushed",
          "own=" + hex(lpi.own));
    } else if (refs == 1) {
      ledger.consistent(R6);
    }
  }

  /** A VM is gone and another begins: whatever has references is leaked. */
  void ended(Event e, LpiVm vm) {
    for (Lpi lpi : vm.byIntid.values()) {
      if (lpi.refs > 1 && lpi.stretch == machine.stretch() && lpi.isAlive()) {
        violated(
            R6,
            Strength.ABSENCE,
            e,
            "later event",
            lpi.intid,
            "An LPI outlives its VM.",
            "all references dropped",
            (lpi.refs - 1) + " left",
            lpi.seen());
      }
    }
  }

  private void violated(
      int rule,
      Strength strength,
      Event e,
      String text,
      int intid,
      String message,
      String expected,
      String observed,
      EventRef... because) {
    reporter.violated(
        rule,
        strength,
        e,
        text,
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
