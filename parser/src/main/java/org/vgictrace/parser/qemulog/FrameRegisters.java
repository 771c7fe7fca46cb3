package org.vgictrace.parser.qemulog;

import java.util.List;
import org.vgictrace.parser.event.Kind;

/**
 * Names the memory-mapped registers of GICv2's virtual interface control block (GICH) and CPU
 * interfaces (GICC, GICV) by their offsets (Arm IHI 0048 tables 4-2 and 5-2).
 */
final class FrameRegisters {
  private static final int GIC = Kind.HW_ICH.column("gic");
  private static final int REG = Kind.HW_ICH.column("reg");
  private static final int INDEX = Kind.HW_ICH.column("index");
  private static final int OFFSET = Kind.HW_ICH.column("offset");
  private static final int GROUP = Kind.HW_ICV.column("group");
  private static final List<String> ICH_LABELS = Kind.HW_ICH.columns().get(REG).labels();
  private static final List<String> INTERFACE_LABELS = Kind.HW_ICV.columns().get(REG).labels();

  private static final int LR = ICH_LABELS.indexOf("lr");
  private static final int HCR = ICH_LABELS.indexOf("hcr");
  private static final int VTR = ICH_LABELS.indexOf("vtr");
  private static final int VMCR = ICH_LABELS.indexOf("vmcr");
  private static final int MISR = ICH_LABELS.indexOf("misr");
  private static final int EISR = ICH_LABELS.indexOf("eisr");
  private static final int ELRSR = ICH_LABELS.indexOf("elrsr");
  private static final int APR = ICH_LABELS.indexOf("apr");
  private static final int ICH_OTHER = ICH_LABELS.indexOf("other");
  private static final int CTLR = INTERFACE_LABELS.indexOf("ctlr");
  private static final int PMR = INTERFACE_LABELS.indexOf("pmr");
  private static final int BPR = INTERFACE_LABELS.indexOf("bpr");
  private static final int IAR = INTERFACE_LABELS.indexOf("iar");
  private static final int EOIR = INTERFACE_LABELS.indexOf("eoir");
  private static final int RPR = INTERFACE_LABELS.indexOf("rpr");
  private static final int HPPIR = INTERFACE_LABELS.indexOf("hppir");
  private static final int AP = INTERFACE_LABELS.indexOf("ap");
  private static final int DIR = INTERFACE_LABELS.indexOf("dir");
  private static final int OTHER = INTERFACE_LABELS.indexOf("other");

  private static final int LR_FIRST = 0x100;
  private static final int LR_END = 0x200;
  private static final int NO_GROUP = -1;

  private FrameRegisters() {}

  /** Adds version, register and index to an access of the control block whose offset is known. */
  static void nameControl(LogRow row) {
    row.put(GIC, 2);
    long offset = row.get(OFFSET);
    if (offset >= LR_FIRST && offset < LR_END && (offset & 3) == 0) {
      row.put(REG, LR);
      row.put(INDEX, offset - LR_FIRST >> 2);
      return;
    }
    switch ((int) offset) {
      case 0x000 -> row.put(REG, HCR);
      case 0x004 -> row.put(REG, VTR);
      case 0x008 -> row.put(REG, VMCR);
      case 0x010 -> row.put(REG, MISR);
      case 0x020, 0x024 -> indexed(row, EISR, offset - 0x020);
      case 0x030, 0x034 -> indexed(row, ELRSR, offset - 0x030);
      case 0x0f0 -> row.put(REG, APR);
      default -> row.put(REG, ICH_OTHER);
    }
  }

  private static void indexed(LogRow row, int reg, long bytes) {
    row.put(REG, reg);
    row.put(INDEX, bytes >> 2);
  }

  /** Whether a row is a write of a list register. */
  static boolean isListRegister(LogRow row) {
    return row.get(REG) == LR;
  }

  /** The index of a list register. */
  static long index(LogRow row) {
    return row.get(INDEX);
  }

  /**
   * Adds version, register and group to an access of a CPU interface whose offset is known. The
   * registers without group in their name serve group 0, or both by their settings.
   */
  static void nameInterface(LogRow row) {
    row.put(GIC, 2);
    switch ((int) row.get(OFFSET)) {
      case 0x00 -> name(row, CTLR, NO_GROUP);
      case 0x04 -> name(row, PMR, NO_GROUP);
      case 0x08 -> name(row, BPR, 0);
      case 0x0c -> name(row, IAR, NO_GROUP);
      case 0x10 -> name(row, EOIR, NO_GROUP);
      case 0x14 -> name(row, RPR, NO_GROUP);
      case 0x18 -> name(row, HPPIR, NO_GROUP);
      case 0x1c -> name(row, BPR, 1);
      case 0x20 -> name(row, IAR, 1);
      case 0x24 -> name(row, EOIR, 1);
      case 0x28 -> name(row, HPPIR, 1);
      case 0xd0 -> name(row, AP, NO_GROUP);
      case 0xe0 -> name(row, AP, 1);
      case 0x1000 -> name(row, DIR, NO_GROUP);
      default -> name(row, OTHER, NO_GROUP);
    }
  }

  private static void name(LogRow row, int reg, int group) {
    row.put(REG, reg);
    if (group >= 0) {
      row.put(GROUP, group);
    }
  }
}
