package org.vgictrace.replay.xen;

import static org.vgictrace.replay.xen.XenReporter.hex;
import static org.vgictrace.replay.xen.XenReporter.lr;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.vgictrace.replay.engine.Event;
import org.vgictrace.replay.engine.Ledger;
import org.vgictrace.replay.engine.Strength;
import org.vgictrace.replay.gic.Hcr;
import org.vgictrace.replay.gic.Lr;
import org.vgictrace.replay.hw.VirtualInterface;
import org.vgictrace.replay.rule.Reason;
import org.vgictrace.replay.rule.XenOldRules;
import org.vgictrace.replay.rule.XenRules;
import org.vgictrace.replay.verdict.Finding;

/** Judges what both vGICs of Xen have in common. */
final class CommonChecks {
  private static final int XV_I01 = Ledger.index(XenRules.XV_I01);
  private static final int XV_I03 = Ledger.index(XenRules.XV_I03);
  private static final int XV_I04 = Ledger.index(XenRules.XV_I04);
  private static final int XV_I05 = Ledger.index(XenRules.XV_I05);
  private static final int XV_I07 = Ledger.index(XenRules.XV_I07);
  private static final int XV_I10 = Ledger.index(XenRules.XV_I10);
  private static final int XV_I11 = Ledger.index(XenRules.XV_I11);
  private static final int XV_I12 = Ledger.index(XenRules.XV_I12);
  private static final int OV_I20 = Ledger.index(XenOldRules.OV_I20);

  /** GICv2: an interrupt and the CPU an SGI comes from. */
  private static final long V2_SGI_MASK = 0x1fff;

  private static final int SGIS = 16;
  private static final int SPI_FIRST = 32;
  private static final int SPI_END = 1020;
  private static final int ESPI_FIRST = 4096;
  private static final int ESPI_END = 5120;
  private static final int LPI_FIRST = 8192;

  /** Maintenance interrupts in a row without a step of the guest that make a storm. */
  private static final int STORM = 100;

  private final List<Core> cores;
  private final Vcpus vcpus;
  private final Interfaces interfaces;
  private final XenReporter report;

  CommonChecks(List<Core> cores, Vcpus vcpus, Interfaces interfaces, XenReporter report) {
    this.cores = cores;
    this.vcpus = vcpus;
    this.interfaces = interfaces;
    this.report = report;
  }

  /** A list register is written, to give an interrupt or to restore one. */
  void written(Event e, Core c, int lr, long value) {
    if (Lr.state(value, c.v3) == Lr.STATE_INACTIVE) {
      return;
    }
    long intid = Lr.intid(value, c.v3, false);
    if (Lr.isHw(value, c.v3)) {
      hardware(e, c, lr, value, intid);
    }
    boolean exists =
        intid < SPI_END || c.v3 && (intid >= LPI_FIRST || intid >= ESPI_FIRST && intid < ESPI_END);
    if (exists) {
      report.consistent(OV_I20);
    } else {
      report.impossible(
          OV_I20,
          report.finding(
              OV_I20,
              e,
              "write " + lr(c, lr, value),
              List.of(),
              intid,
              "LR" + lr + " of CPU " + c.cpu + " is given an interrupt that no guest has",
              "an SGI, PPI or SPI of the domain, or an LPI",
              "INTID " + intid));
    }
    group(e, c, lr, value, intid);
  }

  private void group(Event e, Core c, int lr, long value, long intid) {
    int expected = c.v3 ? 1 : 0;
    if (c.v3 && !c.v3Guest) {
      report.indeterminate(XV_I07, Reason.CONFIG);
    } else if (Lr.group(value, c.v3) == expected) {
      report.consistent(XV_I07);
    } else {
      report.contradicted(
          XV_I07,
          report.finding(
              XV_I07,
              e,
              "write " + lr(c, lr, value),
              List.of(),
              intid,
              "LR" + lr + " of CPU " + c.cpu + " is in the wrong group for its guest",
              "group " + expected + " for a guest with a GIC" + (c.v3 ? "v3" : "v2"),
              "group " + (1 - expected)));
    }
  }

  private void hardware(Event e, Core c, int lr, long value, long intid) {
    int physical = Lr.physicalIntid(value, c.v3);
    if (isSpi(intid) && isSpi(physical)) {
      report.consistent(XV_I03);
    } else {
      report.impossible(
          XV_I03,
          report.finding(
              XV_I03,
              e,
              "write " + lr(c, lr, value),
              List.of(),
              intid,
              "LR" + lr + " of CPU " + c.cpu + " ties what is no SPI to the hardware",
              "HW=1 for an SPI and a physical SPI only",
              "INTID " + intid + " to physical " + physical));
    }
    if (Lr.state(value, c.v3) == Lr.STATE_PENDING_ACTIVE) {
      report.impossible(
          XV_I04,
          report.finding(
              XV_I04,
              e,
              "write " + lr(c, lr, value),
              List.of(),
              intid,
              "LR" + lr + " of CPU " + c.cpu + " is pending and active with HW=1",
              "active only; the distributor holds what comes meanwhile",
              lr(c, lr, value)));
    } else {
      report.consistent(XV_I04);
    }
  }

  private static boolean isSpi(long intid) {
    return intid >= SPI_FIRST && intid < SPI_END || intid >= ESPI_FIRST && intid < ESPI_END;
  }

  /**
   * A list register is given an interrupt: no other may hold it.
   *
   * @param pinned whether only what was written since the last exit can be relied on
   */
  void given(
      Event e,
      Core c,
      @Nullable VirtualInterface v,
      int count,
      int lr,
      long value,
      boolean pinned) {
    if (Lr.state(value, c.v3) == Lr.STATE_INACTIVE || v == null) {
      return;
    }
    boolean certain = true;
    for (int other = 0; other < count; other++) {
      if (other == lr) {
        continue;
      }
      boolean relied = v.isKnown(other) && (pinned ? v.isPinned(other) : c.isFresh(other));
      if (relied && isSame(v.value(other), value, c.v3)) {
        report.contradicted(XV_I01, twice(e, c, lr, value, other, v.value(other)));
        return;
      }
      certain &= relied || v.isKnown(other) && !isSame(v.value(other), value, c.v3);
    }
    if (certain) {
      report.consistent(XV_I01);
    } else {
      report.indeterminate(XV_I01, Reason.TRACE_START);
    }
    if (Lr.isHw(value, c.v3)) {
      elsewhere(e, c, count, lr, value);
    }
  }

  /** The registers of a virtual CPU are restored. */
  void restored(Event e, Core c, Image image) {
    for (int a = 0; a < image.lrs.length; a++) {
      for (int b = 0; b < a; b++) {
        if (isSame(image.lrs[a], image.lrs[b], c.v3)) {
          report.contradicted(XV_I01, twice(e, c, a, image.lrs[a], b, image.lrs[b]));
          return;
        }
      }
    }
    report.consistent(XV_I01);
  }

  private Finding twice(Event e, Core c, int lr, long value, int other, long otherValue) {
    return report.finding(
        XV_I01,
        e,
        "write " + lr(c, lr, value),
        List.of(),
        Lr.intid(value, c.v3, false),
        "LR" + lr + " and LR" + other + " of CPU " + c.cpu + " hold the same interrupt",
        "one list register per interrupt",
        lr(c, lr, value) + "; " + lr(c, other, otherValue));
  }

  private static boolean isSame(long a, long b, boolean v3) {
    if (Lr.state(a, v3) == Lr.STATE_INACTIVE || Lr.state(b, v3) == Lr.STATE_INACTIVE) {
      return false;
    }
    long intid = Lr.intid(a, v3, false);
    boolean sgi = !v3 && intid < SGIS;
    return sgi ? (a & V2_SGI_MASK) == (b & V2_SGI_MASK) : intid == Lr.intid(b, v3, false);
  }

  /** A physical interrupt is given to a virtual CPU: no other may have it. */
  private void elsewhere(Event e, Core c, int count, int lr, long value) {
    int physical = Lr.physicalIntid(value, c.v3);
    Image image = vcpus.holder(physical, c.v3);
    if (image != null && image.vcpu != c.vcpu) {
      report.contradicted(
          XV_I05,
          report.finding(
              XV_I05,
              e,
              "write " + lr(c, lr, value),
              List.of(),
              Lr.intid(value, c.v3, false),
              "physical interrupt " + physical + " is given to a second virtual CPU",
              "one list register of the machine for a physical interrupt",
              "virtual CPU " + image.vcpu + ", which is not running, holds it as well"));
      return;
    }
    for (Core other : cores) {
      VirtualInterface v = interfaces.of(other.cpu);
      boolean loaded = other.context == Core.Context.LOADED && !other.maybeLeft;
      if (other == c || !loaded || v == null || other.v3 != c.v3) {
        continue;
      }
      for (int i = 0; i < count; i++) {
        if (v.isPinned(i)
            && Lr.isHw(v.value(i), c.v3)
            && Lr.physicalIntid(v.value(i), c.v3) == physical) {
          report.suspected(
              other,
              new Suspicion(
                  XV_I05,
                  report.finding(
                      XV_I05,
                      e,
                      "write " + lr(c, lr, value),
                      List.of(),
                      Lr.intid(value, c.v3, false),
                      "physical interrupt " + physical + " is given to a second virtual CPU",
                      "one list register of the machine for a physical interrupt",
                      "CPU " + other.cpu + ": " + lr(c, i, v.value(i))),
                  i,
                  -1L,
                  v.value(i),
                  Strength.SOFT));
          return;
        }
      }
    }
    report.consistent(XV_I05);
  }

  /** A list register is given an interrupt while the request for underflow may still stand. */
  void underflow(Event e, Core c, @Nullable VirtualInterface v, int lr, long value) {
    if (v == null || v.lacksControl(Hcr.UIE)) {
      if (v != null) {
        report.consistent(XV_I10);
      }
      return;
    }
    if (!v.hasControl(Hcr.UIE)) {
      report.indeterminate(XV_I10, Reason.TRACE_START);
      return;
    }
    report.suspected(
        c,
        new Suspicion(
            XV_I10,
            report.finding(
                XV_I10,
                e,
                "write " + lr(c, lr, value),
                List.of(),
                Lr.intid(value, c.v3, false),
                "LR" + lr + " of CPU " + c.cpu + " is written with underflow still asked for",
                "HCR.UIE cleared on the way into the hypervisor, before any list register",
                "HCR.UIE set"),
            -1,
            Hcr.UIE,
            Hcr.UIE,
            Strength.SOFT));
  }

  /** Underflow is asked for: all list registers must be in use. */
  void asked(Event e, Core c, @Nullable VirtualInterface v, int count) {
    if (v == null || !v.allKnown(count)) {
      report.indeterminate(XV_I10, Reason.TRACE_START);
      return;
    }
    for (int lr = 0; lr < count; lr++) {
      long value = v.value(lr);
      if (Lr.state(value, c.v3) == Lr.STATE_INACTIVE) {
        report.suspected(
            c,
            new Suspicion(
                XV_I10,
                report.finding(
                    XV_I10,
                    e,
                    "HCR write with UIE",
                    List.of(),
                    -1,
                    "CPU " + c.cpu + " asks for underflow with a list register free",
                    "UIE only with all list registers in use",
                    lr(c, lr, value)),
                lr,
                -1L,
                value,
                Strength.SOFT));
        return;
      }
    }
    report.consistent(XV_I10);
  }

  /** The maintenance line is reported. */
  void line(Event e, Core c, int level) {
    if (level == 1 && c.line == 0) {
      c.rises++;
      if (c.rises == STORM) {
        report.contradicted(
            XV_I11,
            report.finding(
                XV_I11,
                e,
                "maintenance line rises",
                List.of(),
                -1,
                "maintenance interrupts of CPU " + c.cpu + " without a step of the guest",
                "fewer than " + STORM + " between two accesses of the guest",
                STORM + " in a row"));
      } else if (c.rises < STORM) {
        report.consistent(XV_I11);
      }
    }
    c.line = level;
  }

  /** The guest acknowledges an interrupt. */
  void acknowledged(Event e, Core c, @Nullable VirtualInterface v, int count, long intid) {
    if (v == null || count == 0) {
      report.indeterminate(XV_I12, Reason.TRACE_START);
    } else if (v.pending(intid, count) >= 0) {
      report.consistent(XV_I12);
    } else if (v.pinned(count) == (1L << count) - 1) {
      report.contradicted(
          XV_I12,
          report.finding(
              XV_I12,
              e,
              "acknowledge returns " + intid,
              List.of(),
              intid,
              "the guest of CPU " + c.cpu + " is given an interrupt that it does not have pending",
              "an interrupt pending in a list register",
              "INTID " + intid + " (" + hex(intid) + ")"));
    } else {
      report.indeterminate(XV_I12, v.allKnown(count) ? Reason.UNMARKED_LOSS : Reason.TRACE_START);
    }
  }
}
