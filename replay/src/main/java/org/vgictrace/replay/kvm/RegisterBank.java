package org.vgictrace.replay.kvm;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.vgictrace.parser.event.Kind;
import org.vgictrace.replay.engine.Event;

/**
 * The banks of the distributor and the redistributors' SGI frame that hold bits for each interrupt
 * (Arm IHI 0069, GICD_ISENABLER to GICD_IROUTER; vgic_v2_dist_registers, vgic_v3_dist_registers).
 */
enum RegisterBank {
  GROUP("group", 0x080, 1),
  SET_ENABLE("senable", 0x100, 1),
  CLEAR_ENABLE("cenable", 0x180, 1),
  SET_PENDING("spending", 0x200, 1),
  /** Sets the latches whose bit is 1 and clears the others. */
  PENDING_EXACT("pending_exact", 0x200, 1),
  CLEAR_PENDING("cpending", 0x280, 1),
  SET_ACTIVE("sactive", 0x300, 1),
  CLEAR_ACTIVE("cactive", 0x380, 1),
  PRIORITY("priority", 0x400, 8),
  TARGET("target", 0x800, 8),
  CONFIG("config", 0xc00, 2),
  SGI_CLEAR_PENDING("sgi_cpending", 0xf10, 8),
  SGI_SET_PENDING("sgi_spending", 0xf20, 8),
  ROUTER("irouter", 0x6000, 64),
  /** The lines of 32 interrupts, named by the first of them. */
  LINE_LEVEL("line_level", 0, 1);

  private static final int ADDR = Kind.GIC_MMIO.column("addr");
  private static final int LEN = Kind.GIC_MMIO.column("len");
  private static final int INTID = Kind.GIC_MMIO.column("intid");
  private static final int INTIDS = 1024;

  private static final @Nullable RegisterBank[] BY_CODE = byCode();

  private final String label;
  private final int base;
  private final int bits;

  RegisterBank(String label, int base, int bits) {
    this.label = label;
    this.base = base;
    this.bits = bits;
  }

  private static @Nullable RegisterBank[] byCode() {
    List<String> labels = Kind.GIC_MMIO.columns().get(Kind.GIC_MMIO.column("reg")).labels();
    @Nullable RegisterBank[] banks = new @Nullable RegisterBank[labels.size()];
    for (RegisterBank bank : values()) {
      int code = labels.indexOf(bank.label);
      if (code < 0) {
        throw new AssertionError("no register " + bank.label);
      }
      banks[code] = bank;
    }
    return banks;
  }

  /** The bank of that code of the column {@code reg}, or null. */
  static @Nullable RegisterBank of(int code) {
    return code >= 0 && code < BY_CODE.length ? BY_CODE[code] : null;
  }

  /** Bits for each interrupt. */
  int bits() {
    return bits;
  }

  /** Whether a bit written as 0 changes nothing. */
  boolean isOnesOnly() {
    return switch (this) {
      case SET_ENABLE, CLEAR_ENABLE, SET_PENDING, CLEAR_PENDING, SET_ACTIVE, CLEAR_ACTIVE -> true;
      default -> false;
    };
  }

  /** Number of the first interrupt of an access, -1 if it is none of a bank. */
  int first(Event e) {
    if (e.has(INTID)) {
      return e.getInt(INTID, 0);
    }
    int mask = this == ROUTER ? 0x1fff : 0xfff;
    int start = this == ROUTER ? 0 : base;
    int offset = ((int) e.get(ADDR, 0) & mask) - start;
    int first = offset * 8 / bits;
    return offset < 0 || first >= INTIDS ? -1 : first;
  }

  /** How many interrupts an access covers. */
  int count(Event e) {
    return e.has(INTID) ? Integer.SIZE : Math.max(1, e.getInt(LEN, 4) * 8 / bits);
  }
}
