package org.vgictrace.analysis.stat;

import java.util.Comparator;
import java.util.List;
import org.agrona.collections.Int2ObjectHashMap;
import org.agrona.collections.Long2LongHashMap;
import org.agrona.collections.Long2ObjectHashMap;
import org.jspecify.annotations.Nullable;
import org.vgictrace.parser.event.Kind;
import org.vgictrace.parser.event.KindTable;
import org.vgictrace.replay.gic.Lr;

/**
 * Counts what virtual CPU interfaces do and measures how long interrupts wait in them. Who writes
 * the VMCR loads a virtual CPU: what waited for the one before is not measured.
 */
final class HardwareStats {
  private static final int GIC = Kind.HW_ICH.column("gic");
  private static final int OP = Kind.HW_ICH.column("op");
  private static final int REG = Kind.HW_ICH.column("reg");
  private static final int VALUE = Kind.HW_ICH.column("value");
  private static final int LEVEL = Kind.HW_MAINT.column("level");
  private static final int WRITE = 1;

  private static final int LR = control("lr");
  private static final int VMCR = control("vmcr");
  private static final int IAR = guest("iar");
  private static final int EOIR = guest("eoir");
  private static final int DIR = guest("dir");

  private static final long V2_INTID = 0x3ff;
  private static final long V3_INTID = 0xff_ffff;

  /** Numbers from here up to 1023 say that there is no interrupt (Arm IHI 0069 2.2.1). */
  private static final long SPECIAL_FIRST = 1020;

  private static final long SPECIAL_LAST = 1023;
  private static final long NEVER = Long.MIN_VALUE;
  private static final int CPUS_MAX = 4096;

  private final Int2ObjectHashMap<Cpu> cpus = new Int2ObjectHashMap<>();
  private final Long2ObjectHashMap<Interrupt> interrupts = new Long2ObjectHashMap<>();

  private static final class Cpu {
    final int number;
    final Long2LongHashMap placed = new Long2LongHashMap(NEVER);
    final Long2LongHashMap acknowledged = new Long2LongHashMap(NEVER);
    long written;
    long read;
    long acknowledgements;
    long spurious;
    long ends;
    long deactivations;
    long maintenance;
    boolean line;

    Cpu(int number) {
      this.number = number;
    }

    void forget() {
      placed.clear();
      acknowledged.clear();
    }
  }

  private static final class Interrupt {
    final long intid;
    final Latency toAcknowledge = new Latency();
    final Latency toEnd = new Latency();
    long placed;
    long acknowledged;
    long ended;

    Interrupt(long intid) {
      this.intid = intid;
    }
  }

  private static int control(String register) {
    return Kind.HW_ICH.columns().get(REG).labels().indexOf(register);
  }

  private static int guest(String register) {
    return Kind.HW_ICV.columns().get(REG).labels().indexOf(register);
  }

  /** An access of the hypervisor. */
  void control(KindTable table, int row) {
    Cpu cpu = cpu(table.cpu()[row]);
    if (cpu == null || !table.has(row, VALUE)) {
      return;
    }
    long register = table.get(row, REG, -1);
    boolean write = table.get(row, OP, 0) == WRITE;
    if (register == VMCR && write) {
      cpu.forget();
    } else if (register == LR && write) {
      cpu.written++;
      boolean v3 = table.get(row, GIC, 3) == 3;
      long value = table.get(row, VALUE, 0);
      Interrupt interrupt = Lr.isPending(value, v3) ? interrupt(Lr.intid(value, v3, !v3)) : null;
      if (interrupt != null && cpu.placed.get(interrupt.intid) == NEVER) {
        cpu.placed.put(interrupt.intid, table.ts()[row]);
        interrupt.placed++;
      }
    } else if (register == LR) {
      cpu.read++;
    }
  }

  /** An access of a guest. */
  void guest(KindTable table, int row) {
    Cpu cpu = cpu(table.cpu()[row]);
    if (cpu == null || !table.has(row, VALUE)) {
      return;
    }
    long register = table.get(row, REG, -1);
    boolean write = table.get(row, OP, 0) == WRITE;
    long intid = table.get(row, VALUE, 0) & (table.get(row, GIC, 3) == 3 ? V3_INTID : V2_INTID);
    if (register == IAR && !write) {
      acknowledge(cpu, intid, table.ts()[row]);
    } else if (register == EOIR && write) {
      end(cpu, intid, table.ts()[row]);
    } else if (register == DIR && write) {
      cpu.deactivations++;
    }
  }

  private void acknowledge(Cpu cpu, long intid, long ts) {
    if (intid >= SPECIAL_FIRST && intid <= SPECIAL_LAST) {
      cpu.spurious++;
      return;
    }
    cpu.acknowledgements++;
    Interrupt interrupt = interrupt(intid);
    if (interrupt == null) {
      return;
    }
    interrupt.acknowledged++;
    long placed = cpu.placed.remove(intid);
    if (placed != NEVER) {
      interrupt.toAcknowledge.add(ts - placed);
    }
    cpu.acknowledged.put(intid, ts);
  }

  private void end(Cpu cpu, long intid, long ts) {
    cpu.ends++;
    Interrupt interrupt = interrupt(intid);
    if (interrupt == null) {
      return;
    }
    interrupt.ended++;
    long acknowledged = cpu.acknowledged.remove(intid);
    if (acknowledged != NEVER) {
      interrupt.toEnd.add(ts - acknowledged);
    }
  }

  /** A maintenance interrupt's line, which is printed whether or not it changes. */
  void maintenance(KindTable table, int row) {
    Cpu cpu = cpu(table.cpu()[row]);
    if (cpu != null) {
      boolean level = table.get(row, LEVEL, 0) != 0;
      if (level && !cpu.line) {
        cpu.maintenance++;
      }
      cpu.line = level;
    }
  }

  /** Lines are missing. */
  void lost() {
    cpus.values().forEach(Cpu::forget);
  }

  private @Nullable Cpu cpu(int number) {
    if (number < 0) {
      return null;
    }
    Cpu cpu = cpus.get(number);
    if (cpu == null && cpus.size() < CPUS_MAX) {
      cpu = new Cpu(number);
      cpus.put(number, cpu);
    }
    return cpu;
  }

  private @Nullable Interrupt interrupt(long intid) {
    Interrupt interrupt = interrupts.get(intid);
    if (interrupt == null && interrupts.size() < StatCollector.INTERRUPTS_MAX) {
      interrupt = new Interrupt(intid);
      interrupts.put(intid, interrupt);
    }
    return interrupt;
  }

  HardwareFigures figures() {
    List<HardwareFigures.Cpu> byCpu =
        cpus.values().stream()
            .map(
                cpu ->
                    new HardwareFigures.Cpu(
                        cpu.number,
                        cpu.written,
                        cpu.read,
                        cpu.acknowledgements,
                        cpu.spurious,
                        cpu.ends,
                        cpu.deactivations,
                        cpu.maintenance))
            .sorted(Comparator.comparingInt(HardwareFigures.Cpu::cpu))
            .toList();
    List<HardwareFigures.Interrupt> byIntid =
        interrupts.values().stream()
            .map(
                interrupt ->
                    new HardwareFigures.Interrupt(
                        interrupt.intid,
                        interrupt.placed,
                        interrupt.acknowledged,
                        interrupt.ended,
                        interrupt.toAcknowledge.figures(),
                        interrupt.toEnd.figures()))
            .sorted(Comparator.comparingLong(HardwareFigures.Interrupt::intid))
            .toList();
    return new HardwareFigures(byCpu, byIntid);
  }
}
