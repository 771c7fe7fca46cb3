package org.vgictrace.replay.xen;

import java.util.ArrayList;
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
import org.vgictrace.replay.hw.HardwarePart;
import org.vgictrace.replay.hw.VirtualInterface;

/**
 * Follows Xen through the log of the hardware: which hypervisor it is, which virtual CPU is loaded
 * on which CPU, and whether its vGIC keeps to its own rules.
 *
 * <p>It is stepped before the part that follows the interfaces, so that it sees them as they are
 * before the event. Memory is bounded by the number of CPUs, of which there are at most {@value
 * #CPUS_MAX}.
 */
public final class XenPart implements Part {
  private static final EnumSet<Kind> USED =
      EnumSet.of(Kind.HW_ICH, Kind.HW_ICV, Kind.HW_ICC, Kind.HW_ACK, Kind.HW_MAINT, Kind.LOST);

  private static final int CPUS_MAX = 4096;
  private static final int LRS_MAX = VirtualInterface.LRS_MAX;

  private static final int ICH_GIC = Kind.HW_ICH.column("gic");
  private static final int ICH_OP = Kind.HW_ICH.column("op");
  private static final int ICH_REG = Kind.HW_ICH.column("reg");
  private static final int ICH_INDEX = Kind.HW_ICH.column("index");
  private static final int ICH_VALUE = Kind.HW_ICH.column("value");
  private static final int ICV_REG = Kind.HW_ICV.column("reg");
  private static final int ICV_OP = Kind.HW_ICV.column("op");
  private static final int ICV_VALUE = Kind.HW_ICV.column("value");
  private static final int ACK_SIDE = Kind.HW_ACK.column("side");
  private static final int ACK_INTID = Kind.HW_ACK.column("intid");
  private static final int MAINT_LEVEL = Kind.HW_MAINT.column("level");
  private static final Register[] REGISTERS = registers();
  private static final int IAR = icv("iar");
  private static final int EOIR = icv("eoir");
  private static final int DIR = icv("dir");
  private static final long V2_INTID = 0x3ff;
  private static final long V3_INTID = 0xff_ffff;

  private final Ledger ledger;
  private final HardwarePart hardware;
  private final Recognition recognition = new Recognition();
  private final Int2ObjectHashMap<Core> byCpu = new Int2ObjectHashMap<>();
  private final List<Core> cores = new ArrayList<>();
  private final XenReporter report;
  private final Vcpus vcpus;
  private final Switches switches;
  private final CommonChecks common;
  private final OldChecks old;
  private final NewChecks fresh;
  private final PhysicalIrqs physical;

  private final boolean isForced;
  private Writer writer = Writer.UNKNOWN;
  private boolean started;

  /**
   * @param hardware the part that follows the interfaces
   * @param ledger takes the verdicts
   * @param forced the hypervisor, if it is not to be recognised
   */
  public XenPart(HardwarePart hardware, Ledger ledger, @Nullable Writer forced) {
    this.hardware = hardware;
    this.ledger = ledger;
    isForced = forced != null;
    report = new XenReporter(ledger, this::vcpuOf);
    vcpus = new Vcpus(cores, report);
    switches = new Switches(vcpus, recognition, report);
    common = new CommonChecks(cores, vcpus, hardware::interfaceOf, report);
    old = new OldChecks(report);
    fresh = new NewChecks(report);
    physical = new PhysicalIrqs(cores, hardware::interfaceOf, report);
    if (forced != null) {
      decide(forced);
    }
  }

  private static Register[] registers() {
    List<String> labels = Kind.HW_ICH.columns().get(ICH_REG).labels();
    Register[] registers = new Register[labels.size()];
    for (int i = 0; i < registers.length; i++) {
      registers[i] =
          switch (labels.get(i)) {
            case "lr" -> Register.LR;
            case "hcr" -> Register.HCR;
            case "vmcr" -> Register.VMCR;
            case "vtr" -> Register.VTR;
            case "elrsr" -> Register.ELRSR;
            case "apr", "ap0r" -> Register.AP0;
            case "ap1r" -> Register.AP1;
            default -> Register.OTHER;
          };
    }
    return registers;
  }

  private static int icv(String register) {
    return Kind.HW_ICV.columns().get(ICV_REG).labels().indexOf(register);
  }

  /** The hypervisor that wrote the log, as far as that is known. */
  public Writer writer() {
    return writer;
  }

  /** Virtual CPUs found. */
  public int vcpus() {
    return vcpus.count();
  }

  private int vcpuOf(int cpu) {
    Core core = byCpu.get(cpu);
    return core == null ? -1 : core.vcpu;
  }

  @Override
  public Set<Kind> kinds() {
    return EnumSet.copyOf(USED);
  }

  @Override
  public void step(Kind kind, Event e, Names names) {
    if (writer == Writer.KVM) {
      return;
    }
    if (kind == Kind.LOST) {
      forget();
      return;
    }
    ledger.beginTransition();
    switch (kind) {
      case HW_ICH -> control(e);
      case HW_ICV -> guest(e);
      case HW_ICC -> host(e);
      case HW_ACK -> {
        if (e.getInt(ACK_SIDE, 1) == 0) {
          physical.acknowledged(e, e.get(ACK_INTID, -1), switches.count());
        }
      }
      case HW_MAINT -> {
        Core c = byCpu.get(e.cpu);
        if (c != null) {
          common.line(e, c, e.getInt(MAINT_LEVEL, 0));
        }
      }
      default -> {}
    }
    ledger.endTransition();
  }

  private void forget() {
    cores.forEach(Core::forget);
    vcpus.forget();
    physical.forget();
    started = true;
  }

  private @Nullable Core core(Event e, boolean v3) {
    if (e.cpu < 0) {
      return null;
    }
    Core c = byCpu.get(e.cpu);
    if (c == null && cores.size() < CPUS_MAX) {
      c = new Core(e.cpu, v3);
      byCpu.put(e.cpu, c);
      cores.add(c);
    }
    return c != null && c.v3 == v3 ? c : null;
  }

  private void control(Event e) {
    int label = e.getInt(ICH_REG, -1);
    if (!e.has(ICH_VALUE) || label < 0 || label >= REGISTERS.length) {
      return;
    }
    Register reg = REGISTERS[label];
    Core c = core(e, e.getInt(ICH_GIC, 3) == 3);
    long value = e.get(ICH_VALUE, 0);
    if (reg == Register.VTR) {
      // Xen reads it when it brings a CPU up, and never again.
      counted((int) (value & (e.getInt(ICH_GIC, 3) == 3 ? 0x1f : 0x3f)) + 1);
      if (!started) {
        vcpus.startsHere();
      }
    }
    started = true;
    if (c == null) {
      // It may be any CPU's: to each of them it is a line that is missing.
      cores.forEach(Core::doubt);
      if (reg == Register.VTR && !isForced && writer.isXen()) {
        restarted();
      }
      return;
    }
    c.running = false;
    boolean write = e.getInt(ICH_OP, 0) == 1;
    long index = e.get(ICH_INDEX, 0);
    if (index < 0 || index >= LRS_MAX) {
      return;
    }
    accessed(e, c, reg, write, (int) index, value);
  }

  private void accessed(Event e, Core c, Register reg, boolean write, int lr, long value) {
    if (reg == Register.LR && lr >= switches.count()) {
      counted(lr + 1);
    }
    if (!isForced
        && writer.isXen()
        && (reg == Register.ELRSR || reg == Register.VTR && c.vtrRead)) {
      restarted();
    }
    if (writer == Writer.UNKNOWN) {
      recognition.accessed(c, reg, write, lr, value);
    }
    c.vtrRead |= reg == Register.VTR;
    if (reg == Register.LR && !write) {
      registerRead(e, c, lr, value);
    } else if (reg == Register.HCR && !write) {
      report.read(c, -1, value);
    }
    if (reg != Register.LR) {
      old.folded(e, c);
    }
    boolean after = c.afterHcrRead;
    boolean restoring = switches.accessed(e, c, reg, write, lr, value);
    if (c.restored) {
      c.restored = false;
      common.restored(e, c, c.image);
    }
    if (reg == Register.LR && write) {
      registerWritten(e, c, lr, value, restoring);
    } else if (reg == Register.HCR && write) {
      c.afterHcrRead = after;
      hypervisorControl(e, c, value);
      c.afterHcrRead = false;
    }
    if (writer == Writer.UNKNOWN && recognition.writer() != Writer.UNKNOWN) {
      decide(recognition.writer());
    }
  }

  /** Xen would not do that: another hypervisor runs now, or the same anew. */
  private void restarted() {
    forget();
    recognition.restart();
    writer = Writer.UNKNOWN;
    report.decided(writer);
  }

  /** There are more list registers than was known. */
  private void counted(int count) {
    if (count > switches.count()) {
      switches.setCount(count);
      if (started) {
        forget();
      }
    }
  }

  private void decide(Writer newWriter) {
    writer = newWriter;
    report.decided(newWriter);
  }

  private boolean isOld() {
    return writer != Writer.XEN_NEW;
  }

  private boolean isNew() {
    return writer != Writer.XEN_OLD;
  }

  private void registerRead(Event e, Core c, int lr, long value) {
    report.read(c, lr, value);
    c.touch(lr);
    if (isOld()) {
      report.judge(Writer.XEN_OLD);
      old.read(c, lr);
      report.judge(Writer.UNKNOWN);
    }
    if (isNew()) {
      report.judge(Writer.XEN_NEW);
      fresh.read(e, c, lr, value);
      report.judge(Writer.UNKNOWN);
    }
  }

  private void registerWritten(Event e, Core c, int lr, long value, boolean restoring) {
    report.changed(c, lr);
    VirtualInterface v = hardware.interfaceOf(e.cpu);
    common.written(e, c, lr, value);
    if (!restoring && c.context == Core.Context.NONE) {
      report.writtenWhileIdle(e, c);
    } else if (!restoring && c.context == Core.Context.LOADED) {
      given(e, c, v, lr, value);
    }
    c.touch(lr);
  }

  private void given(Event e, Core c, @Nullable VirtualInterface v, int lr, long value) {
    boolean clears = value == 0 && lr == c.toClear;
    if (!clears) {
      common.given(e, c, v, switches.count(), lr, value, !isOld());
      common.underflow(e, c, v, lr, value);
      physical.given(e, c, lr, value);
    }
    if (isOld() && v != null) {
      report.judge(Writer.XEN_OLD);
      old.written(e, c, v, lr, value);
      report.judge(Writer.UNKNOWN);
    }
    if (isNew()) {
      report.judge(Writer.XEN_NEW);
      fresh.written(e, c, v, lr, value);
      if (clears) {
        fresh.cleared(c);
      }
      report.judge(Writer.UNKNOWN);
    }
  }

  private void hypervisorControl(Event e, Core c, long value) {
    report.changed(c, -1);
    VirtualInterface v = hardware.interfaceOf(e.cpu);
    if (Hcr.has(value, Hcr.UIE) && v != null && !v.hasControl(Hcr.UIE)) {
      common.asked(e, c, v, switches.count());
    }
    boolean exits = c.afterHcrRead && Hcr.has(value, Hcr.EN) && !Hcr.has(value, Hcr.UIE);
    if (isOld() && exits && v != null && c.context == Core.Context.LOADED) {
      report.judge(Writer.XEN_OLD);
      old.exited(c, v, switches.count());
      report.judge(Writer.UNKNOWN);
    }
    if (isNew()) {
      report.judge(Writer.XEN_NEW);
      fresh.control(e, c, switches.count(), value);
      report.judge(Writer.UNKNOWN);
    }
  }

  private void guest(Event e) {
    Core c = e.has(ICV_VALUE) ? byCpu.get(e.cpu) : null;
    VirtualInterface v = hardware.interfaceOf(e.cpu);
    if (c == null || v == null) {
      return;
    }
    if (writer == Writer.UNKNOWN) {
      recognition.guest(c);
    }
    if (!c.running) {
      c.running = true;
      ledger.hardwareEntry();
    }
    old.folded(e, c);
    switches.guest(e, c);
    c.rises = 0;
    c.v3Guest |= c.v3;
    if (isOld()) {
      report.judge(Writer.XEN_OLD);
      old.runs(e, c, v);
      report.judge(Writer.UNKNOWN);
    }
    if (isNew()) {
      report.judge(Writer.XEN_NEW);
      fresh.runs(e, c, v);
      report.judge(Writer.UNKNOWN);
    }
    int reg = e.getInt(ICV_REG, -1);
    boolean write = e.getInt(ICV_OP, 0) == 1;
    long intid = e.get(ICV_VALUE, 0) & (c.v3 ? V3_INTID : V2_INTID);
    if (reg == IAR && !write) {
      if (!VirtualInterface.isSpecial(intid)) {
        common.acknowledged(e, c, v, switches.count(), intid);
        c.fresh = 0;
      }
    } else if (write && (reg == EOIR && !v.isSplitEnd() || reg == DIR)) {
      physical.deactivated(v, intid, switches.count());
      c.fresh = 0;
    }
  }

  /** The physical interface is used. */
  private void host(Event e) {
    Core c = byCpu.get(e.cpu);
    if (c != null) {
      switches.host(c);
    }
    int reg = e.getInt(ICV_REG, -1);
    boolean write = e.getInt(ICV_OP, 0) == 1;
    long intid = e.get(ICV_VALUE, -1) & V3_INTID;
    if (reg == IAR && !write) {
      physical.acknowledged(e, intid, switches.count());
    } else if (reg == DIR && write) {
      physical.deactivated(intid);
    }
  }
}
