package org.vgictrace.parser.qemulog;

import org.vgictrace.parser.event.Kind;

/** Reads the text of an event into the values of its kind. Hot code. */
final class EventText {
  private static final int SIGNAL_SIDE = Kind.HW_SIGNAL.column("side");
  private static final int SIGNAL_IRQ = Kind.HW_SIGNAL.column("irq");
  private static final int SIGNAL_FIQ = Kind.HW_SIGNAL.column("fiq");
  private static final int ACK_SIDE = Kind.HW_ACK.column("side");
  private static final int BEST_SIDE = Kind.HW_BEST.column("side");

  private final RegisterText registers = new RegisterText();

  /**
   * Reads a text.
   *
   * @return false if it is not of the event's shape; the row is undefined then
   */
  boolean read(LogEvent event, byte[] b, int start, int end, LogRow row) {
    Shape shape = event.shape;
    if (shape == null) {
      return event.use == LogEvent.Use.REGISTER && registers.read(b, start, end, row);
    }
    if (!shape.read(b, start, end, row)) {
      return false;
    }
    switch (event.use) {
      case CONTROL -> FrameRegisters.nameControl(row);
      case INTERFACE -> {
        row.kind = row.virtualSide ? Kind.HW_ICV : Kind.HW_ICC;
        FrameRegisters.nameInterface(row);
      }
      case SIDED ->
          row.put(row.kind == Kind.HW_ACK ? ACK_SIDE : BEST_SIDE, row.virtualSide ? 1 : 0);
      case SIGNAL -> {
        long level = row.get(SIGNAL_IRQ);
        row.columns = 0;
        row.put(SIGNAL_SIDE, row.virtualSide ? 1 : 0);
        row.put(row.fastLine ? SIGNAL_FIQ : SIGNAL_IRQ, level);
      }
      case PLAIN, REGISTER, LIST_REGISTER, UNKNOWN -> {}
    }
    return true;
  }
}
