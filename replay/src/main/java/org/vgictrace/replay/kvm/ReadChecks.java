package org.vgictrace.replay.kvm;

import static org.vgictrace.replay.rule.EntryImageRules.LRE_16;
import static org.vgictrace.replay.rule.FoldRules.FOLD_7;

import org.jspecify.annotations.Nullable;
import org.vgictrace.parser.event.Kind;
import org.vgictrace.replay.engine.Event;
import org.vgictrace.replay.engine.Ledger;
import org.vgictrace.replay.engine.Strength;
import org.vgictrace.replay.rule.Reason;
import org.vgictrace.replay.verdict.EventRef;

/**
 * Judges what the guest reads of enable and active bits: the probe names the register, the stock
 * event of the access the value (vgic_mmio_read_enable, vgic_mmio_read_active).
 */
final class ReadChecks {
  private static final int R16 = Ledger.index(LRE_16);
  private static final int F7 = Ledger.index(FOLD_7);

  private static final int ADDR = Kind.GIC_MMIO.column("addr");
  private static final int REG = Kind.GIC_MMIO.column("reg");
  private static final int GPA = Kind.MMIO.column("gpa");
  private static final int LEN = Kind.MMIO.column("len");
  private static final int VAL = Kind.MMIO.column("val");

  /** Offset within a bank; set and clear registers read alike. */
  private static final int OFFSET = 0x7f;

  private final Machine machine;
  private final Reporter reporter;
  private final Ledger ledger;

  ReadChecks(Machine machine, Reporter reporter) {
    this.machine = machine;
    this.reporter = reporter;
    this.ledger = reporter.ledger();
  }

  /** A register is read; the value comes with another event. */
  void begins(Event e, @Nullable VcpuState v) {
    if (v != null) {
      RegisterBank bank = RegisterBank.of(e.getInt(REG, -1));
      boolean judged = bank == RegisterBank.SET_ENABLE || bank == RegisterBank.SET_ACTIVE;
      v.reading = judged ? bank : null;
      v.readAddress = e.get(ADDR, 0);
    }
  }

  /** The value that a thread has read. */
  void value(Event e, VcpuState v) {
    RegisterBank bank = v.reading;
    v.reading = null;
    if (bank == null || !e.has(VAL) || e.get(GPA, -1) != v.readAddress) {
      return;
    }
    ledger.beginTransition();
    int first = (int) (v.readAddress & OFFSET) * 8;
    int count = Math.min(Long.SIZE, e.getInt(LEN, 0) * 8);
    int flag = bank == RegisterBank.SET_ENABLE ? IrqState.ENABLED : IrqState.ACTIVE;
    for (int i = 0; i < count; i++) {
      IrqState irq = machine.known(first + i, v);
      if (irq != null && !bit(e, v, irq, flag, (e.get(VAL, 0) >>> i & 1) != 0)) {
        break;
      }
    }
    ledger.endTransition();
  }

  private boolean bit(Event e, VcpuState v, IrqState irq, int flag, boolean read) {
    int rule = flag == IrqState.ENABLED ? R16 : F7;
    Belief belief = irq.belief;
    belief.refresh(irq.vm);
    VmState vm = irq.vm;
    boolean known = (belief.known & flag) != 0 && belief.writing == 0;
    if (!known || vm == null || !machine.isRunning(vm) || machine.isAnyWriteUnknown(vm)) {
      ledger.indeterminate(rule, Reason.NO_IRQ_SNAPSHOT);
      return true;
    }
    boolean set = (belief.bits & flag) != 0;
    if (set == read) {
      ledger.consistent(rule);
      return true;
    }
    if (flag == IrqState.ACTIVE && (read || !machine.profile.isLegacy())) {
      // Taken by now, or since 6.19 deactivated outside the list registers.
      ledger.indeterminate(rule, Reason.RACE_WINDOW);
      return true;
    }
    String name = flag == IrqState.ENABLED ? "enabled" : "active";
    reporter.violated(
        rule,
        Strength.SOFT,
        e,
        "read of " + name + " bits 0x" + Long.toHexString(e.get(VAL, 0)),
        v,
        Integer.toUnsignedLong(irq.intid),
        "The guest reads another state than the interrupt has.",
        belief.text(flag),
        name + "=" + (read ? 1 : 0),
        new EventRef(belief.seq, belief.ts, belief.cpu, belief.text(flag)));
    belief.forget(flag);
    return false;
  }
}
