package org.vgictrace.analysis.show;

import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.vgictrace.analysis.vcpu.ImageRow;
import org.vgictrace.analysis.vcpu.Vcpu;
import org.vgictrace.parser.event.Kind;
import org.vgictrace.parser.event.KindTable;
import org.vgictrace.parser.event.LrImage;
import org.vgictrace.replay.gic.Lr;

/**
 * Which events of a capture are wanted; all conditions must hold. Lost-event marks pass the
 * conditions on vCPU and interrupt, because they bear on everything.
 *
 * @param vcpu number of the vCPU the event is about or runs on, null for any
 * @param intid interrupt number the event is about or a used list register holds, null for any
 * @param fromTs earliest time stamp
 * @param toTs latest time stamp
 * @param fromSeq first position
 * @param toSeq last position
 * @param kinds kinds wanted
 */
public record EventFilter(
    @Nullable Integer vcpu,
    @Nullable Long intid,
    long fromTs,
    long toTs,
    long fromSeq,
    long toSeq,
    Set<Kind> kinds) {

  /** First SPI; notifications count from there. */
  private static final int SPIS = 32;

  private static final int[] INTID = intidColumns();

  public EventFilter {
    kinds = Set.copyOf(kinds);
  }

  /** Everything of the given kinds. */
  public static EventFilter of(Set<Kind> kinds) {
    return new EventFilter(null, null, Long.MIN_VALUE, Long.MAX_VALUE, 0, Long.MAX_VALUE, kinds);
  }

  /** The same without a condition on time. */
  EventFilter atAnyTime() {
    return new EventFilter(vcpu, intid, Long.MIN_VALUE, Long.MAX_VALUE, fromSeq, toSeq, kinds);
  }

  /** Whether that is a time that is wanted. */
  boolean isTime(long ts) {
    return ts >= fromTs && ts <= toTs;
  }

  /** Whether no later event can pass. */
  boolean isPast(long seq, long ts) {
    return seq > toSeq || ts > toTs;
  }

  boolean matches(KindTable table, int row, @Nullable Vcpu about) {
    long ts = table.ts()[row];
    long seq = table.seq()[row];
    if (ts < fromTs || ts > toTs || seq < fromSeq || seq > toSeq || !kinds.contains(table.kind())) {
      return false;
    }
    if (table.kind() == Kind.LOST) {
      return true;
    }
    return (vcpu == null || (about != null && about.id() == vcpu))
        && (intid == null || concerns(table, row, intid, about));
  }

  private static boolean concerns(KindTable table, int row, long intid, @Nullable Vcpu about) {
    if (table.kind() != Kind.LR_IMAGE) {
      int column = INTID[table.kind().ordinal()];
      long first = table.kind() == Kind.IRQ_ACK ? SPIS : 0;
      return column >= 0 && table.has(row, column) && table.get(row, column, 0) + first == intid;
    }
    boolean v3 = ImageRow.isV3(table, row);
    boolean v2Guest = ImageRow.isV2Guest(v3, about);
    for (int lr = 0; lr < LrImage.LRS_MAX; lr++) {
      long value = table.get(row, LrImage.LR0 + lr, 0);
      if (value != 0 && ImageRow.isUsed(table, row, lr) && Lr.intid(value, v3, v2Guest) == intid) {
        return true;
      }
    }
    return false;
  }

  private static int[] intidColumns() {
    int[] columns = new int[Kind.values().length];
    for (Kind kind : Kind.values()) {
      columns[kind.ordinal()] = kind.columnOrMinusOne("intid");
    }
    columns[Kind.IRQ_ACK.ordinal()] = Kind.IRQ_ACK.column("pin");
    columns[Kind.IRQ_LINE.ordinal()] = Kind.IRQ_LINE.column("num");
    return columns;
  }
}
