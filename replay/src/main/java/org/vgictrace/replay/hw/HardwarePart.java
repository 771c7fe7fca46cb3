package org.vgictrace.replay.hw;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.agrona.collections.Int2ObjectHashMap;
import org.jspecify.annotations.Nullable;
import org.vgictrace.parser.event.Kind;
import org.vgictrace.parser.event.Names;
import org.vgictrace.replay.engine.Event;
import org.vgictrace.replay.engine.Ledger;
import org.vgictrace.replay.engine.Part;
import org.vgictrace.replay.gic.Hcr;
import org.vgictrace.replay.kvm.Machine;
import org.vgictrace.replay.rule.Observation;

/**
 * Follows the virtual CPU interfaces of a machine through the log of its hardware, and has every
 * access judged.
 *
 * <p>The order of the log is that in which the accesses took effect. What is not known yet, at the
 * beginning or after something unclear, makes verdicts undecided, not findings; so does what a
 * single missing line would explain, for logs are cut when they are passed on. Memory is bounded by
 * the number of CPUs, of which there are at most {@value #CPUS_MAX}.
 */
public final class HardwarePart implements Part {
  private static final EnumSet<Kind> USED =
      EnumSet.of(
          Kind.HW_ICH,
          Kind.HW_LR,
          Kind.HW_ICV,
          Kind.HW_ACK,
          Kind.HW_HPPI,
          Kind.HW_MAINT,
          Kind.LOST);

  /** Most CPUs that are followed; no GIC has more. */
  private static final int CPUS_MAX = 4096;

  private static final int ICH_GIC = Kind.HW_ICH.column("gic");
  private static final int ICH_OP = Kind.HW_ICH.column("op");
  private static final int ICH_REG = Kind.HW_ICH.column("reg");
  private static final int ICH_INDEX = Kind.HW_ICH.column("index");
  private static final int ICH_VALUE = Kind.HW_ICH.column("value");
  private static final int ICV_GROUP = Kind.HW_ICV.column("group");
  private static final int ACK_SIDE = Kind.HW_ACK.column("side");
  private static final int ENTRY_LR = Kind.HW_LR.column("lr");
  private static final int ENTRY_VALUE = Kind.HW_LR.column("value");
  private static final int HPPI_LR = Kind.HW_HPPI.column("lr");
  private static final int MAINT_LEVEL = Kind.HW_MAINT.column("level");

  private static final int LR = ich("lr");
  private static final int LR_LOW = ich("lr_low");
  private static final int LR_HIGH = ich("lr_high");
  private static final int HCR = ich("hcr");
  private static final int VMCR = ich("vmcr");
  private static final int VTR = ich("vtr");
  private static final int MISR = ich("misr");
  private static final int EISR = ich("eisr");
  private static final int ELRSR = ich("elrsr");
  private static final int APR = ich("apr");
  private static final int AP0R = ich("ap0r");
  private static final int AP1R = ich("ap1r");
  private static final int IAR = icv("iar");
  private static final int EOIR = icv("eoir");
  private static final int DIR = icv("dir");
  private static final int PMR = icv("pmr");
  private static final int BPR = icv("bpr");
  private static final int CTLR = icv("ctlr");
  private static final int IGRPEN = icv("igrpen");
  private static final int AP = icv("ap");
  private static final int NMIAR = icv("nmiar");

  private static final long V3_PRIORITY_RES0 = 7L << 48;
  private static final long V2_INTID = 0x3ff;
  private static final long V3_INTID = 0xff_ffff;
  private static final int PREEMPTION_BITS_DEFAULT = 5;

  /** Registers over which GICv2 spreads the bits of EISR and ELRSR. */
  private static final int STATUS_WORDS = 2;

  private final Machine machine;
  private final Ledger ledger;
  private final HardwareReporter reporter;
  private final HardwareChecks checks;
  private final StatusChecks status;
  private final Int2ObjectHashMap<VirtualInterface> byCpu = new Int2ObjectHashMap<>();

  /** List registers of an interface, 0 as long as VTR was not read. */
  private int count;

  private int preemptionBits = PREEMPTION_BITS_DEFAULT;
  private boolean sawAcknowledge;
  private boolean sawEnd;
  private boolean sawDeactivation;
  private boolean needsDeactivation;
  private boolean seen;

  public HardwarePart(Machine machine, Ledger ledger) {
    this.machine = machine;
    this.ledger = ledger;
    reporter = new HardwareReporter(ledger);
    checks = new HardwareChecks(reporter);
    status = new StatusChecks(reporter);
  }

  private static int ich(String register) {
    List<String> labels = Kind.HW_ICH.columns().get(ICH_REG).labels();
    return labels.indexOf(register);
  }

  private static int icv(String register) {
    List<String> labels = Kind.HW_ICV.columns().get(ICH_REG).labels();
    return labels.indexOf(register);
  }

  @Override
  public Set<Kind> kinds() {
    return EnumSet.copyOf(USED);
  }

  @Override
  public void step(Kind kind, Event e, Names names) {
    if (kind == Kind.LOST) {
      byCpu.values().forEach(VirtualInterface::forget);
      return;
    }
    if (!seen) {
      seen = true;
      machine.saw(Observation.HARDWARE);
    }
    ledger.beginTransition();
    switch (kind) {
      case HW_ICH -> control(e);
      case HW_ICV -> guest(e);
      case HW_ACK -> {
        VirtualInterface v = e.getInt(ACK_SIDE, 0) == 1 ? at(e, false) : null;
        if (v != null) {
          settled(v);
          v.acknowledging = true;
        }
      }
      case HW_LR -> entry(e);
      case HW_HPPI -> {
        VirtualInterface v = e.cpu < 0 ? null : byCpu.get(e.cpu);
        if (v != null && v.v3 && e.has(HPPI_LR)) {
          status.best(v, count, e.getInt(HPPI_LR, -1));
        }
      }
      case HW_MAINT -> maintenance(e);
      default -> {}
    }
    ledger.endTransition();
  }

  /**
   * What is known of a CPU's virtual interface, before the event that is being replayed if this
   * part has not been stepped with it yet; null if nothing is.
   */
  public @Nullable VirtualInterface interfaceOf(int cpu) {
    return byCpu.get(cpu);
  }

  /** List registers of an interface, 0 as long as that is not known. */
  public int count() {
    return count;
  }

  /** The interface of the event's CPU, null if that is not known. */
  private @Nullable VirtualInterface at(Event e, boolean v3) {
    if (e.cpu < 0) {
      return null;
    }
    VirtualInterface v = byCpu.get(e.cpu);
    if (v == null && byCpu.size() < CPUS_MAX) {
      v = new VirtualInterface(e.cpu, v3);
      byCpu.put(e.cpu, v);
    }
    return v != null && v.v3 == v3 ? v : null;
  }

  private void control(Event e) {
    boolean v3 = e.getInt(ICH_GIC, 3) == 3;
    int reg = e.getInt(ICH_REG, -1);
    boolean write = e.getInt(ICH_OP, 0) == 1;
    if (!e.has(ICH_VALUE)) {
      return;
    }
    long value = e.get(ICH_VALUE, 0);
    if (reg == VTR) {
      count = (int) (value & (v3 ? 0x1f : 0x3f)) + 1;
      preemptionBits = (int) (value >>> 26 & 7) + 1;
      return;
    }
    VirtualInterface v = at(e, v3);
    if (v == null) {
      elsewhere(reg, write, index(e, VirtualInterface.LRS_MAX));
      return;
    }
    settled(v);
    v.guestRuns = false;
    if (write) {
      written(e, v, reg, value);
    } else {
      read(e, v, reg, value);
    }
  }

  /** An access of an unknown CPU: whatever it does may have been done to any of the interfaces. */
  private void elsewhere(int reg, boolean write, int index) {
    for (VirtualInterface v : byCpu.values()) {
      if (write) {
        v.forget();
      } else if (reg == LR && index >= 0) {
        v.unseen &= ~(1L << index);
      }
    }
  }

  /** Which of several registers of one name is accessed, -1 if there is no such register. */
  private static int index(Event e, int end) {
    long index = e.get(ICH_INDEX, -1);
    return index >= 0 && index < end ? (int) index : -1;
  }

  private void written(Event e, VirtualInterface v, int reg, long value) {
    if (reg == LR) {
      int lr = index(e, VirtualInterface.LRS_MAX);
      if (lr >= 0) {
        checks.listRegisterWritten(e, v, lr, value);
        reporter.changed(v, 1L << lr, 0);
        v.set(lr, v.v3 ? value & ~V3_PRIORITY_RES0 : value, true, e.seq, e.ts);
        v.changed = true;
      }
    } else if (reg == LR_LOW || reg == LR_HIGH) {
      reporter.changed(v, -1L, 0);
      v.known = 0;
    } else if (reg == HCR) {
      reporter.changed(v, 0, Suspicion.HCR);
      v.setHcr(value);
    } else if (reg == VMCR) {
      reporter.changed(v, 0, Suspicion.VMCR);
      v.vmcr = value;
      v.vmcrKnown = true;
      v.residency++;
    } else {
      priorities(e, v, reg, false, value);
    }
  }

  private void entry(Event e) {
    VirtualInterface v = at(e, false);
    long lr = e.get(ENTRY_LR, -1);
    if (v != null && lr >= 0 && lr < VirtualInterface.LRS_MAX && e.has(ENTRY_VALUE)) {
      status.entry(v, (int) lr, e.get(ENTRY_VALUE, 0));
    }
  }

  private void priorities(Event e, VirtualInterface v, int reg, boolean read, long value) {
    int index = e.getInt(ICH_INDEX, 0);
    if (read && reg == APR) {
      status.priorities((v.apKnown & 1) != 0, v.ap0, value);
    }
    if (reg == APR || reg == AP0R && index == 0) {
      v.ap0 = value;
      v.apKnown |= 1;
    } else if (reg == AP1R && index == 0) {
      v.ap1 = value;
      v.apKnown |= 2;
    }
  }

  private void read(Event e, VirtualInterface v, int reg, long value) {
    if (reg == LR) {
      int lr = index(e, VirtualInterface.LRS_MAX);
      if (lr >= 0) {
        checks.listRegisterRead(e, v, scanned(), lr, value);
        v.set(lr, value, false, e.seq, e.ts);
      }
    } else if (reg == LR_LOW || reg == LR_HIGH) {
      v.unseen = 0;
    } else if (reg == HCR) {
      status.control(e, v, value);
      v.setHcr(value);
    } else if (reg == VMCR) {
      status.guestControl(v, preemptionBits, value);
      v.vmcr = value;
      v.vmcrKnown = true;
    } else if (reg == MISR) {
      status.status(e, v, count, value);
    } else if (reg == EISR || reg == ELRSR) {
      int word = e.has(ICH_INDEX) ? index(e, STATUS_WORDS) : 0;
      if (word >= 0) {
        status.emptiness(e, v, count, word * Integer.SIZE, value, reg == ELRSR);
      }
    } else {
      priorities(e, v, reg, true, value);
    }
  }

  private void guest(Event e) {
    VirtualInterface v = at(e, e.getInt(ICH_GIC, 3) == 3);
    if (v == null || !e.has(ICH_VALUE)) {
      return;
    }
    int reg = e.getInt(ICH_REG, -1);
    boolean write = e.getInt(ICH_OP, 0) == 1;
    long value = e.get(ICH_VALUE, 0);
    boolean acknowledge = reg == IAR && !write;
    if (!v.acknowledging) {
      settled(v);
    }
    runs(e, v);
    if (acknowledge) {
      v.acknowledging = false;
      acknowledge(e, v, value);
    } else if (write && reg == EOIR) {
      end(v, value & (v.v3 ? V3_INTID : V2_INTID));
    } else if (write && reg == DIR) {
      deactivate(v, value & (v.v3 ? V3_INTID : V2_INTID));
    } else if (write) {
      controls(e, v, reg, value);
    } else if (reg == NMIAR) {
      v.forget();
    }
  }

  private void runs(Event e, VirtualInterface v) {
    if (!v.guestRuns) {
      v.guestRuns = true;
      v.runs++;
    }
    boolean trapped = v.v3 && v.hcrKnown && Hcr.has(v.hcr, Hcr.TDIR);
    needsDeactivation |= v.vmcrKnown && v.isSplit() && !trapped;
    if (v.changed) {
      v.changed = false;
      checks.guestRuns(e, v, count);
    }
  }

  private void acknowledge(Event e, VirtualInterface v, long value) {
    sawAcknowledge = true;
    follow();
    long intid = value & (v.v3 ? V3_INTID : V2_INTID);
    checks.acknowledged(e, v, count, e.getInt(ICV_GROUP, -1), intid, preemptionBits);
    if (VirtualInterface.isSpecial(intid)) {
      return;
    }
    int scanned = scanned();
    int lr = v.pending(intid, scanned);
    if (lr < 0) {
      // It was some other's, whatever it returned.
      v.doubtPending(scanned);
      v.apKnown = 0;
    } else if (!v.v3 && v.isAmbiguous(intid, scanned)) {
      v.doubt(intid, scanned);
      v.apKnown = 0;
    } else {
      reporter.changed(v, 1L << lr, 0);
      v.acknowledge(lr, preemptionBits);
      v.apKnown = v.vmcrKnown ? v.apKnown : 0;
    }
  }

  private void end(VirtualInterface v, long intid) {
    sawEnd = true;
    follow();
    if (VirtualInterface.isSpecial(intid)) {
      return;
    }
    if (!v.vmcrKnown) {
      v.doubt(intid, scanned());
      v.countKnown = false;
      v.apKnown = 0;
      return;
    }
    if (v.prioritiesKnown()) {
      if ((v.ap0 | v.ap1) == 0) {
        return;
      }
      v.drop();
    }
    if (v.isSplit()) {
      v.endWithoutDeactivation(intid, scanned());
    } else {
      deactivated(v, intid);
    }
  }

  private void deactivated(VirtualInterface v, long intid) {
    int lr = v.active(intid, scanned());
    if (lr >= 0) {
      reporter.changed(v, 1L << lr, 0);
    }
    v.deactivate(intid, scanned());
  }

  private void deactivate(VirtualInterface v, long intid) {
    sawDeactivation = true;
    follow();
    if (VirtualInterface.isSpecial(intid) || intid >= VirtualInterface.SPURIOUS_FIRST) {
      return;
    }
    if (!v.vmcrKnown) {
      v.doubt(intid, scanned());
      v.countKnown = false;
    } else if (v.isSplit()) {
      deactivated(v, intid);
      v.lineLate = !v.v3;
    }
  }

  /** The guest's own settings, which VMCR shows as well. */
  private void controls(Event e, VirtualInterface v, int reg, long value) {
    reporter.changed(v, 0, Suspicion.VMCR);
    int group = e.getInt(ICV_GROUP, 0);
    if (reg == PMR) {
      v.setControl(24, 0xf8, value);
    } else if (reg == IGRPEN) {
      v.setControl(group, 1, value);
    } else if (reg == CTLR && v.v3) {
      v.setControl(4, 1, value);
      v.setSplit((value & 2) != 0);
    } else if (reg == CTLR) {
      v.setControl(0, 0x1f, value);
      v.setSplit((value & 1 << 9) != 0);
    } else if (reg == BPR) {
      int least = 7 - preemptionBits + group;
      v.setControl(group == 0 ? 21 : 18, 7, Math.max(value & 7, least));
    } else if (reg == AP) {
      v.apKnown = 0;
    }
  }

  private void maintenance(Event e) {
    VirtualInterface v = e.cpu < 0 ? null : byCpu.get(e.cpu);
    if (v == null || !e.has(MAINT_LEVEL)) {
      return;
    }
    v.line = e.getInt(MAINT_LEVEL, 0);
    v.lineLate = false;
    if (!v.acknowledging) {
      status.line(e, v, count, v.line);
    }
  }

  /** Before the next access: the line has settled. */
  private void settled(VirtualInterface v) {
    if (v.line >= 0 && !v.lineLate && !v.acknowledging && !status.unchanged(v, count)) {
      v.line = -1;
    }
  }

  private int scanned() {
    return count > 0 ? count : VirtualInterface.LRS_MAX;
  }

  /**
   * Decides whether contradictions count: the log must have shown acknowledges, ends and, where
   * guests can do them without a trap, deactivations.
   */
  private void follow() {
    reporter.setFollowed(sawAcknowledge && sawEnd && (!needsDeactivation || sawDeactivation));
  }
}
