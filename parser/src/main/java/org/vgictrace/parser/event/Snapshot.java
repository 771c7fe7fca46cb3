package org.vgictrace.parser.event;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The columns that describe one {@code struct vgic_irq}. Kinds that carry a snapshot start with
 * them, so the indexes below hold in all of those kinds.
 */
public final class Snapshot {
  public static final int IRQ = 0;
  public static final int INTID = 1;
  public static final int PENDING = 2;
  public static final int ACTIVE = 3;
  public static final int ENABLED = 4;
  public static final int LEVEL = 5;
  public static final int HW = 6;
  public static final int CONFIG = 7;
  public static final int PRIORITY = 8;
  public static final int GROUP = 9;
  public static final int SOURCE = 10;
  public static final int ACTIVE_SOURCE = 11;
  public static final int TARGETS = 12;
  public static final int HWINTID = 13;
  public static final int HOST_IRQ = 14;
  public static final int ON_LR = 15;
  public static final int OWN = 16;
  public static final int TARGET = 17;

  /** Number of snapshot columns; a kind's further columns follow at this index. */
  public static final int COUNT = 18;

  private static final List<Column> COLUMNS =
      List.of(
          Column.hex64("irq", "Address of the interrupt structure."),
          Column.u32("intid", "Interrupt number."),
          Column.bool("pending", "Pending latch."),
          Column.bool("active", "Active."),
          Column.bool("enabled", "Enabled."),
          Column.bool("level", "Line level."),
          Column.bool("hw", "Tied to a physical interrupt."),
          Column.choice("config", "Trigger.", "edge", "level"),
          Column.u8("priority", "Priority, 0 is the highest."),
          Column.u8("group", "Interrupt group."),
          Column.of("source", ColumnType.HEX32, "GICv2 SGI: one bit for each requesting vCPU."),
          Column.u8("active_source", "GICv2 SGI: requesting vCPU of the active instance."),
          Column.hex32("targets", "GICv2 target mask or GICv3 affinity."),
          Column.u32("hwintid", "Physical interrupt number."),
          Column.u32("host_irq", "Linux interrupt number."),
          Column.bool("on_lr", "In a list register (6.19 and later)."),
          Column.hex64("own", "vCPU on whose ap_list it is, 0 for none."),
          Column.hex64("target", "vCPU it targets, 0 for none."));

  private Snapshot() {}

  static Column[] with(Column... more) {
    List<Column> columns = new ArrayList<>(COLUMNS);
    if (columns.size() != COUNT) {
      throw new AssertionError("snapshot columns and their indexes differ");
    }
    columns.addAll(Arrays.asList(more));
    return columns.toArray(Column[]::new);
  }
}
