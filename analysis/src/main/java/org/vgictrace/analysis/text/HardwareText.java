package org.vgictrace.analysis.text;

import java.util.List;
import org.vgictrace.parser.event.Kind;
import org.vgictrace.parser.event.KindTable;
import org.vgictrace.replay.gic.Hcr;
import org.vgictrace.replay.gic.Lr;
import org.vgictrace.replay.gic.Misr;
import org.vgictrace.replay.gic.Vmcr;

/** The value of a register of the virtual interface control block in words. */
final class HardwareText {
  private static final int GIC = Kind.HW_ICH.column("gic");
  private static final int REG = Kind.HW_ICH.column("reg");
  private static final int VALUE = Kind.HW_ICH.column("value");
  private static final List<String> REGISTERS = Kind.HW_ICH.columns().get(REG).labels();

  private HardwareText() {}

  /** Appends the words for registers that have fields. */
  static void append(StringBuilder out, KindTable table, int row) {
    if (!table.has(row, VALUE) || !table.has(row, REG)) {
      return;
    }
    boolean v3 = table.get(row, GIC, 3) == 3;
    long value = table.get(row, VALUE, 0);
    switch (REGISTERS.get((int) table.get(row, REG, 0))) {
      case "lr" -> out.append(" (").append(Lr.text(value, v3, !v3)).append(')');
      case "hcr" -> out.append(" (").append(Hcr.text(value, v3)).append(')');
      case "vmcr" -> out.append(" (").append(Vmcr.text(value, v3)).append(')');
      case "misr" -> out.append(" (").append(Misr.text((int) value)).append(')');
      default -> {}
    }
  }
}
