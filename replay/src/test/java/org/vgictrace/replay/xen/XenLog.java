package org.vgictrace.replay.xen;

/**
 * Writes logs of an emulated GIC as Xen would make QEMU print them. A machine has two CPUs, each
 * with a thread of its own, and four list registers.
 */
final class XenLog {
  /** VMCR of a guest that has set its interface up. */
  static final long VMCR_V3 = 0xf04c000aL;

  static final long VMCR_V2 = 0xf04c0001L;
  static final int LRS = 4;
  private static final long START = 1_795_170_000_000_000L;

  private final StringBuilder text = new StringBuilder();
  private final boolean v3;
  private long now = START;

  private XenLog(boolean v3) {
    this.v3 = v3;
  }

  /** A log from the start of a machine with a GICv3. */
  static XenLog v3() {
    XenLog log = new XenLog(true);
    for (int cpu = 0; cpu < 2; cpu++) {
      log.line(cpu, "gicv3_ich_vtr_read GICv3 ICH_VTR read cpu 0x" + cpu + " value 0x90b80003");
      log.system(cpu, "vmcr_write", "VMCR_EL2 write", 0x202);
      log.hcr(cpu, 1);
    }
    return log;
  }

  /** The same with a GICv2. */
  static XenLog v2() {
    XenLog log = new XenLog(false);
    for (int cpu = 0; cpu < 2; cpu++) {
      log.line(cpu, "gic_hyp_read hyp read at 0x00000004: 0x90000003");
    }
    return log;
  }

  @Override
  public String toString() {
    return text.toString();
  }

  private void line(int cpu, String event) {
    now += 5;
    text.append(100 + cpu).append('@').append(now / 1_000_000).append('.');
    String micros = Long.toString(now % 1_000_000);
    text.append("0".repeat(6 - micros.length())).append(micros).append(':').append(event);
    text.append('\n');
  }

  private void system(int cpu, String event, String register, long value) {
    line(
        cpu,
        "gicv3_ich_"
            + event
            + " GICv3 ICH_"
            + register
            + " cpu 0x"
            + cpu
            + " value 0x"
            + Long.toHexString(value));
  }

  private void hyp(int cpu, String op, int offset, long value) {
    line(cpu, String.format("gic_hyp_%s hyp %s at 0x%08x: 0x%08x", op, op, offset, value));
  }

  XenLog write(int cpu, int lr, long value) {
    if (v3) {
      system(cpu, "lr_write", "LR" + lr + "_EL2 write", value);
    } else {
      hyp(cpu, "write", 0x100 + 4 * lr, value);
      line(cpu, String.format("gic_lr_entry cpu %d: new lr entry %d: 0x%08x", cpu, lr, value));
    }
    return this;
  }

  XenLog read(int cpu, int lr, long value) {
    if (v3) {
      system(cpu, "lr_read", "LR" + lr + "_EL2 read", value);
    } else {
      hyp(cpu, "read", 0x100 + 4 * lr, value);
    }
    return this;
  }

  XenLog hcr(int cpu, long value) {
    if (v3) {
      system(cpu, "hcr_write", "HCR_EL2 write", value);
    } else {
      hyp(cpu, "write", 0, value);
    }
    return this;
  }

  XenLog hcrRead(int cpu, long value) {
    if (v3) {
      system(cpu, "hcr_read", "HCR_EL2 read", value);
    } else {
      hyp(cpu, "read", 0, value);
    }
    return this;
  }

  /** HCR is changed as Xen does. */
  XenLog hcr(int cpu, long from, long to) {
    return hcrRead(cpu, from).hcr(cpu, to);
  }

  /** A virtual CPU is loaded. */
  XenLog restore(int cpu, long vmcr, long apr, long... lrs) {
    if (v3) {
      system(cpu, "vmcr_write", "VMCR_EL2 write", vmcr);
      system(cpu, "ap_write", "AP0R0 write", 0);
      system(cpu, "ap_write", "AP1R0 write", apr);
      for (int lr = LRS - 1; lr >= 0; lr--) {
        write(cpu, lr, lr < lrs.length ? lrs[lr] : 0);
      }
      return this;
    }
    for (int lr = 0; lr < LRS; lr++) {
      write(cpu, lr, lr < lrs.length ? lrs[lr] : 0);
    }
    hyp(cpu, "write", 0xf0, apr);
    hyp(cpu, "write", 8, vmcr);
    return hcr(cpu, 1);
  }

  /** A virtual CPU is saved. */
  XenLog save(int cpu, long vmcr, long apr, long... lrs) {
    if (v3) {
      for (int lr = LRS - 1; lr >= 0; lr--) {
        read(cpu, lr, lr < lrs.length ? lrs[lr] : 0);
      }
      system(cpu, "ap_read", "AP0R0 read", 0);
      system(cpu, "ap_read", "AP1R0 read", apr);
      system(cpu, "vmcr_read", "VMCR_EL2 read", vmcr);
      return this;
    }
    for (int lr = 0; lr < LRS; lr++) {
      read(cpu, lr, lr < lrs.length ? lrs[lr] : 0);
    }
    hyp(cpu, "read", 0xf0, apr);
    hyp(cpu, "read", 8, vmcr);
    return hcr(cpu, 0);
  }

  /** The guest acknowledges. */
  XenLog ack(int cpu, long intid) {
    if (v3) {
      icv(cpu, "iar_read", "IAR1 read", intid);
    } else {
      line(cpu, "gic_acknowledge_irq vcpu " + cpu + " acknowledged irq " + intid);
      line(cpu, String.format("gic_cpu_read vcpu %d iface read at 0x0000000c: 0x%08x", cpu, intid));
    }
    return this;
  }

  /** The guest ends an interrupt. */
  XenLog end(int cpu, long intid) {
    if (v3) {
      icv(cpu, "eoir_write", "EOIR1 write", intid);
    } else {
      line(
          cpu, String.format("gic_cpu_write vcpu %d iface write at 0x00000010 0x%08x", cpu, intid));
    }
    return this;
  }

  private void icv(int cpu, String event, String register, long value) {
    line(
        cpu,
        "gicv3_icv_"
            + event
            + " GICv3 ICV_"
            + register
            + " cpu 0x"
            + cpu
            + " value 0x"
            + Long.toHexString(value));
  }

  /** Xen acknowledges a physical interrupt and drops its priority. */
  XenLog hostAck(int cpu, long intid) {
    String hex = Long.toHexString(intid);
    if (v3) {
      line(cpu, "gicv3_icc_iar1_read GICv3 ICC_IAR1 read cpu 0x" + cpu + " value 0x" + hex);
      line(cpu, "gicv3_icc_eoir_write GICv3 ICC_EOIR1 write cpu 0x" + cpu + " value 0x" + hex);
    } else {
      line(cpu, "gic_acknowledge_irq cpu " + cpu + " acknowledged irq " + intid);
    }
    return this;
  }

  /** The maintenance line of a CPU. */
  XenLog line(int cpu, int level) {
    if (v3) {
      line(
          cpu,
          "gicv3_cpuif_virt_set_maint_irq GICv3 CPU i/f 0x"
              + cpu
              + " virt HPPI update: setting maintenance-irq "
              + level);
    } else {
      line(cpu, "gic_update_maintenance_irq cpu " + cpu + ": maintenance = " + level);
    }
    return this;
  }

  /** A list register: state 1 pending, 2 active, 3 both. */
  long lr(int state, long intid, int priority) {
    return v3
        ? (long) state << 62 | 1L << 60 | (long) priority << 48 | intid
        : (long) state << 28 | (long) (priority >> 3) << 23 | intid;
  }

  /** The same for a hardware interrupt of the same physical number. */
  long hw(int state, long intid) {
    return lr(state, intid, 0xa0) | (v3 ? 1L << 61 | intid << 32 : 1L << 31 | intid << 10);
  }

  /** The same for a level interrupt of the new vGIC, which has the EOI bit. */
  long level(int state, long intid) {
    return lr(state, intid, 0xa0) | 1L << 19;
  }
}
