package org.vgictrace.replay.xen;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.vgictrace.replay.engine.Event;
import org.vgictrace.replay.engine.Ledger;
import org.vgictrace.replay.engine.Strength;
import org.vgictrace.replay.gic.Lr;
import org.vgictrace.replay.rule.Catalogue;
import org.vgictrace.replay.rule.Reason;
import org.vgictrace.replay.rule.Rule;
import org.vgictrace.replay.rule.XenRules;
import org.vgictrace.replay.verdict.EventRef;
import org.vgictrace.replay.verdict.Finding;

/**
 * Turns contradictions into findings. Until it is known which hypervisor wrote the log verdicts are
 * held back: those of both vGICs are made, and those of the wrong one dropped.
 */
final class XenReporter {
  private static final int XV_I08 = Ledger.index(XenRules.XV_I08);
  private static final int XV_I09 = Ledger.index(XenRules.XV_I09);
  private static final int XV_I13 = Ledger.index(XenRules.XV_I13);
  private static final int SUSPICIONS_MAX = 64;

  /** Most findings that are held back. */
  private static final int HELD_MAX = 256;

  private record Held(int rule, Strength strength, Finding finding) {}

  /** Verdicts about one vGIC, or both, that are held back. */
  private static final class Backlog {
    final long[] consistent = new long[Catalogue.rules().size()];
    final Map<Reason, long[]> undecided = new EnumMap<>(Reason.class);
    final List<Held> broken = new ArrayList<>();
  }

  private final Ledger ledger;
  private final Machine machine;
  private Writer writer = Writer.UNKNOWN;

  /** The vGIC that is being judged; unknown while both are. */
  private Writer judging = Writer.UNKNOWN;

  /** Which rules the hypervisor that wrote the log has to keep. */
  private final boolean[] applies = new boolean[Catalogue.rules().size()];

  private final Map<Writer, Backlog> backlogs = new EnumMap<>(Writer.class);

  /** What findings say about the machine. */
  interface Machine {
    /** Number of the virtual CPU that is loaded on a CPU, -1 if that is not known. */
    int vcpuOf(int cpu);
  }

  XenReporter(Ledger ledger, Machine machine) {
    this.ledger = ledger;
    this.machine = machine;
  }

  /** It is now known who wrote the log. */
  void decided(Writer newWriter) {
    writer = newWriter;
    List<Rule> rules = Catalogue.rules();
    for (int rule = 0; rule < applies.length; rule++) {
      applies[rule] =
          newWriter.isXen() && XenRules.isOf(rules.get(rule), newWriter == Writer.XEN_NEW);
    }
    backlogs.forEach(
        (of, backlog) -> {
          if (newWriter.isXen() && (of == Writer.UNKNOWN || of == newWriter)) {
            release(backlog);
          }
        });
    backlogs.clear();
  }

  /** Says which vGIC the following verdicts are about, unknown for both. */
  void judge(Writer of) {
    judging = of;
  }

  private void release(Backlog backlog) {
    for (int rule = 0; rule < applies.length; rule++) {
      for (long i = 0; i < backlog.consistent[rule]; i++) {
        consistent(rule);
      }
    }
    backlog.undecided.forEach(
        (reason, times) -> {
          for (int rule = 0; rule < applies.length; rule++) {
            for (long i = 0; i < times[rule]; i++) {
              indeterminate(rule, reason);
            }
          }
        });
    backlog.broken.forEach(each -> violated(each.rule, each.strength, each.finding));
  }

  private Backlog backlog() {
    return backlogs.computeIfAbsent(judging, of -> new Backlog());
  }

  void consistent(int rule) {
    if (writer == Writer.UNKNOWN) {
      backlog().consistent[rule]++;
    } else if (applies[rule]) {
      ledger.consistent(rule);
    }
  }

  void indeterminate(int rule, Reason reason) {
    if (writer == Writer.UNKNOWN) {
      backlog().undecided.computeIfAbsent(reason, r -> new long[applies.length])[rule]++;
    } else if (applies[rule]) {
      ledger.indeterminate(rule, reason);
    }
  }

  /** The rule is broken. */
  void violated(int rule, Strength strength, Finding finding) {
    if (writer != Writer.UNKNOWN) {
      if (applies[rule]) {
        ledger.violated(rule, strength, finding);
      }
    } else if (backlog().broken.size() < HELD_MAX) {
      backlog().broken.add(new Held(rule, strength, finding));
    }
  }

  /** Lines of a context switch are missing. */
  void gap() {
    if (writer.isXen()) {
      ledger.hardwareGap();
    }
  }

  /** The rule is broken by what stands in one line. */
  void impossible(int rule, Finding finding) {
    violated(rule, Strength.HARD, finding);
  }

  /** The rule is broken, and no single missing line explains it. */
  void contradicted(int rule, Finding finding) {
    violated(rule, Strength.PAIR, finding);
  }

  /** The rule is broken unless a line is missing: it has to be systematic. */
  void absent(int rule, Finding finding) {
    violated(rule, Strength.ABSENCE, finding);
  }

  /** The rule is broken unless a line is missing, which a register will show. */
  void suspected(Core c, Suspicion suspicion) {
    if (c.suspicions.size() < SUSPICIONS_MAX) {
      c.suspicions.add(suspicion);
    } else {
      indeterminate(suspicion.rule(), Reason.UNMARKED_LOSS);
    }
  }

  /**
   * A register is read.
   *
   * @param lr list register, -1 for HCR
   */
  void read(Core c, int lr, long value) {
    for (int i = c.suspicions.size() - 1; i >= 0; i--) {
      Suspicion s = c.suspicions.get(i);
      if (s.lr() == lr) {
        c.suspicions.remove(i);
        if ((value & s.mask()) == s.value()) {
          contradicted(s.rule(), s.finding());
        } else {
          indeterminate(s.rule(), Reason.UNMARKED_LOSS);
        }
      }
    }
  }

  /** A register changes, so that what it was will not be known. */
  void changed(Core c, int lr) {
    for (int i = c.suspicions.size() - 1; i >= 0; i--) {
      Suspicion s = c.suspicions.get(i);
      if (s.lr() == lr) {
        c.suspicions.remove(i);
        if (s.otherwise() == Strength.ABSENCE) {
          absent(s.rule(), s.finding());
        } else {
          indeterminate(s.rule(), Reason.UNMARKED_LOSS);
        }
      }
    }
  }

  /** A virtual CPU gets back what it had. */
  void restoredRight() {
    consistent(XV_I08);
    consistent(XV_I09);
  }

  void restoredUndecided(Reason reason) {
    indeterminate(XV_I08, reason);
    indeterminate(XV_I09, reason);
  }

  /**
   * Registers are restored that nobody had.
   *
   * @param before those of the virtual CPU they most resemble; null if none is saved
   * @param open whether virtual CPUs may exist that the log has not shown yet
   */
  void restoredWrong(Event e, Core c, Image image, @Nullable Image before, boolean open) {
    int lr = before == null ? -1 : image.firstDifference(before);
    boolean lists = before == null || lr >= 0;
    int rule = lists ? XV_I08 : XV_I09;
    String is = lr >= 0 ? lr(c, lr, image.lrs[lr]) : controls(image);
    String was =
        before == null
            ? "registers that were saved before"
            : lr >= 0 ? lr(c, lr, before.lrs[lr]) : controls(before);
    List<EventRef> because =
        before == null
            ? List.of()
            : List.of(
                new EventRef(
                    before.seq, before.ts, before.cpu, "virtual CPU " + before.vcpu + " is saved"));
    Finding finding =
        finding(
            rule,
            e,
            "the last register is restored",
            because,
            lr >= 0 ? Lr.intid(image.lrs[lr], c.v3, false) : -1,
            (lists ? "list registers" : "active priorities or VMCR")
                + " that no virtual CPU had are restored on CPU "
                + c.cpu,
            was,
            is);
    if (open) {
      absent(rule, finding);
    } else {
      contradicted(rule, finding);
    }
  }

  private static String controls(Image image) {
    return "VMCR "
        + hex(image.vmcr)
        + ", active priorities "
        + hex(image.ap0)
        + " "
        + hex(image.ap1);
  }

  /** List registers are written between a save and a restore. */
  void writtenWhileIdle(Event e, Core c) {
    violated(
        XV_I13,
        Strength.SOFT,
        finding(
            XV_I13,
            e,
            "write of a list register",
            List.of(),
            -1,
            "list registers of CPU " + c.cpu + " are written while no virtual CPU is loaded",
            "a restore first",
            "no restore since the last virtual CPU was saved"));
  }

  Finding finding(
      int rule,
      Event e,
      String at,
      List<EventRef> because,
      long intid,
      String message,
      String expected,
      String observed) {
    int vcpu = machine.vcpuOf(e.cpu);
    return new Finding(
        Catalogue.rules().get(rule),
        message,
        Ledger.ref(e, at),
        because,
        e.pid,
        null,
        vcpu < 0 ? null : vcpu,
        intid < 0 ? null : intid,
        expected,
        observed,
        "virtual CPU " + (vcpu < 0 ? "unknown" : Integer.toString(vcpu)) + " on CPU " + e.cpu,
        1);
  }

  /** {@code LR2 = 27 pending prio a0 grp1 (0x50a000000000001b)}. */
  static String lr(Core c, int index, long value) {
    return "LR" + index + " = " + Lr.text(value, c.v3, !c.v3) + " (" + hex(value) + ")";
  }

  static String hex(long value) {
    return "0x" + Long.toHexString(value);
  }
}
