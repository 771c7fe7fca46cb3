package org.vgictrace.replay.xen.inside;

import static org.vgictrace.replay.engine.Ledger.index;

import java.util.Arrays;
import org.agrona.collections.Int2ObjectHashMap;
import org.jspecify.annotations.Nullable;
import org.vgictrace.parser.event.Kind;
import org.vgictrace.replay.engine.Event;
import org.vgictrace.replay.engine.Ledger;
import org.vgictrace.replay.engine.Strength;
import org.vgictrace.replay.gic.Lr;
import org.vgictrace.replay.rule.Reason;
import org.vgictrace.replay.rule.Transition;
import org.vgictrace.replay.rule.XenOldRules;
import org.vgictrace.replay.rule.XenRules;
import org.vgictrace.replay.verdict.EventRef;

/**
 * Judges what is written to list registers. A value speaks for itself; what is in the others is
 * known of those that were read or written since the guest last ran, as long as the count of the
 * records shows that none is missing. Memory is bounded by {@value #VCPUS_MAX} virtual CPUs.
 */
final class ListRegisters {
  private static final int XV_I01 = index(XenRules.XV_I01);
  private static final int XV_I02 = index(XenRules.XV_I02);
  private static final int XV_I03 = index(XenRules.XV_I03);
  private static final int XV_I04 = index(XenRules.XV_I04);
  private static final int OV_I20 = index(XenOldRules.OV_I20);

  private static final Kind KIND = Kind.XEN_LR;
  private static final int DOMAIN = KIND.column("domain");
  private static final int VCPU = KIND.column("vcpu_id");
  private static final int OP = KIND.column("op");
  private static final int LR = KIND.column("lr");
  private static final int VALUE = KIND.column("value");
  private static final int SERIAL = KIND.column("serial");
  private static final int ENTRY_DOMAIN = Kind.XEN_VGIC_ENTRY.column("domain");
  private static final int ENTRY_VCPU = Kind.XEN_VGIC_ENTRY.column("vcpu_id");
  private static final int ENTRY_VGIC = Kind.XEN_VGIC_ENTRY.column("vgic");
  private static final int ENTRY_SERIAL = Kind.XEN_VGIC_ENTRY.column("serial");

  private static final int VCPUS_MAX = 1 << 14;
  private static final int LRS_MAX = 64;
  private static final int WRITE = 0;
  private static final int NEW = 1;
  private static final int SPI_FIRST = 32;
  private static final int SPI_END = 1020;
  private static final int ESPI_FIRST = 4096;
  private static final int ESPI_END = 5120;
  private static final int LPI_FIRST = 8192;

  /** GICv2: an interrupt and the CPU an SGI comes from. */
  private static final long V2_SGI_MASK = 0x1fff;

  private static final int SGIS = 16;

  private final InsideReporter report;
  private final Int2ObjectHashMap<Registers> vcpus = new Int2ObjectHashMap<>();

  /** The list registers of a virtual CPU. */
  private static final class Registers {
    final long[] values = new long[LRS_MAX];
    final @Nullable EventRef[] known = new @Nullable EventRef[LRS_MAX];
    long serial = -1;
    int vgic = -1;

    void forget() {
      Arrays.fill(known, null);
    }
  }

  ListRegisters(InsideReporter report) {
    this.report = report;
  }

  private @Nullable Registers registers(int domain, int vcpu) {
    if (domain < 0 || vcpu < 0) {
      return null;
    }
    int key = domain << 16 | vcpu & 0xffff;
    Registers registers = vcpus.get(key);
    if (registers == null && vcpus.size() < VCPUS_MAX) {
      registers = new Registers();
      vcpus.put(key, registers);
    }
    return registers;
  }

  /** Takes the number of a record in; what was known is kept only if none is missing. */
  private static boolean follows(Registers registers, long serial) {
    boolean follows = serial >= 0 && serial == (registers.serial + 1 & 0xffff_ffffL);
    registers.serial = serial;
    if (!follows) {
      registers.forget();
    }
    return follows;
  }

  /** The guest is about to run: it changes its list registers. */
  void entered(Event e) {
    Registers registers = registers(e.getInt(ENTRY_DOMAIN, -1), e.getInt(ENTRY_VCPU, -1));
    if (registers != null) {
      follows(registers, e.get(ENTRY_SERIAL, -1));
      registers.forget();
      registers.vgic = e.getInt(ENTRY_VGIC, -1);
    }
  }

  /** A list register is read or written. */
  void accessed(Event e) {
    int lr = e.getInt(LR, -1);
    if (lr < 0 || lr >= LRS_MAX || !e.has(OP) || !e.has(VALUE)) {
      return;
    }
    long value = e.get(VALUE, 0);
    boolean v3 = value >>> Integer.SIZE != 0;
    boolean write = e.getInt(OP, WRITE) == WRITE;
    if (write) {
      report.exercised(Transition.OV_T04);
    }
    if (Lr.state(value, v3) != Lr.STATE_INACTIVE) {
      itself(lr, value, v3, write);
    }
    Registers registers = registers(e.getInt(DOMAIN, -1), e.getInt(VCPU, -1));
    if (registers == null) {
      return;
    }
    follows(registers, e.get(SERIAL, -1));
    if (write && registers.vgic >= 0 && registers.serial >= 0) {
      others(lr, value, v3, registers);
    }
    boolean cleared = !write && registers.vgic == NEW;
    registers.values[lr] = cleared ? 0 : value;
    registers.known[lr] =
        registers.serial < 0
            ? null
            : Ledger.ref(e, (write ? "write " : "read ") + text(lr, value, v3));
  }

  private static String text(int lr, long value, boolean v3) {
    return "LR" + lr + " = " + Lr.text(value, v3, !v3) + " (0x" + Long.toHexString(value) + ")";
  }

  /** What a value may not be, whatever was before. */
  private void itself(int lr, long value, boolean v3, boolean write) {
    long intid = Lr.intid(value, v3, false);
    boolean exists =
        intid < SPI_END || v3 && (intid >= LPI_FIRST || intid >= ESPI_FIRST && intid < ESPI_END);
    if (!report.holds(OV_I20, exists)) {
      broken(OV_I20, lr, value, v3, null, "holds an interrupt that no guest has", "one there is");
    }
    if (!Lr.isHw(value, v3) || !write) {
      return;
    }
    long physical = Lr.physicalIntid(value, v3);
    if (!report.holds(XV_I03, isSpi(intid) && isSpi(physical))) {
      broken(
          XV_I03,
          lr,
          value,
          v3,
          null,
          "ties what is no SPI to the hardware",
          "HW=1 for an SPI and a physical SPI only");
    }
    if (!report.holds(XV_I04, Lr.state(value, v3) != Lr.STATE_PENDING_ACTIVE)) {
      broken(
          XV_I04,
          lr,
          value,
          v3,
          null,
          "is pending and active with HW=1",
          "active only; the distributor holds what comes meanwhile");
    }
  }

  private static boolean isSpi(long intid) {
    return intid >= SPI_FIRST && intid < SPI_END || intid >= ESPI_FIRST && intid < ESPI_END;
  }

  /** What is in the other list registers, and was in this one. */
  private void others(int lr, long value, boolean v3, Registers registers) {
    EventRef before = registers.known[lr];
    if (before == null) {
      report.indeterminate(XV_I02, Reason.TRACE_START);
    } else {
      long old = registers.values[lr];
      boolean active = Lr.isActive(old, v3);
      boolean same =
          Lr.isActive(value, v3) && Lr.intid(old, v3, false) == Lr.intid(value, v3, false);
      boolean lpi =
          Lr.state(value, v3) == Lr.STATE_INACTIVE && Lr.intid(old, v3, false) >= LPI_FIRST;
      if (!report.holds(XV_I02, !active || same || lpi)) {
        broken(
            XV_I02,
            lr,
            value,
            v3,
            before,
            "is overwritten while its interrupt is active",
            text(lr, old, v3));
      }
    }
    if (Lr.state(value, v3) == Lr.STATE_INACTIVE) {
      return;
    }
    for (int other = 0; other < LRS_MAX; other++) {
      EventRef ref = registers.known[other];
      if (other != lr && ref != null && isSame(registers.values[other], value, v3)) {
        broken(
            XV_I01,
            lr,
            value,
            v3,
            ref,
            "is given an interrupt that LR" + other + " holds",
            "each interrupt in one list register");
        return;
      }
    }
    report.consistent(XV_I01);
  }

  private static boolean isSame(long a, long b, boolean v3) {
    if (Lr.state(a, v3) == Lr.STATE_INACTIVE) {
      return false;
    }
    boolean sgi = !v3 && Lr.intid(b, false, false) < SGIS;
    return sgi
        ? (a & V2_SGI_MASK) == (b & V2_SGI_MASK)
        : Lr.intid(a, v3, false) == Lr.intid(b, v3, false);
  }

  private void broken(
      int rule,
      int lr,
      long value,
      boolean v3,
      @Nullable EventRef because,
      String message,
      String expected) {
    String text = text(lr, value, v3);
    report.broken(
        rule, Strength.HARD, "write " + text, because, "LR" + lr + " " + message, expected, text);
  }
}
