package org.vgictrace.parser;

import java.io.Closeable;
import java.io.IOException;
import java.util.Set;
import org.vgictrace.parser.event.BatchConsumer;
import org.vgictrace.parser.event.Kind;

/** An opened capture. It is read once, front to back. Not thread-safe. */
public interface Capture extends Closeable {

  /** What the head of the capture says of itself; known before any event is read. */
  CaptureMeta meta();

  /**
   * Streams the capture's events in time order.
   *
   * @param wanted kinds that become rows; events of other kinds are only counted (by name) but keep
   *     their place in the numbering
   * @return what was read, lost and not understood
   * @throws org.vgictrace.parser.diag.InputException if nothing can be read at all; damage inside
   *     the input does not throw but is salvaged around and reported in the result
   * @throws IOException if the consumer throws it or the input fails
   */
  CaptureCounts read(Set<Kind> wanted, BatchConsumer consumer) throws IOException;

  /** What tells the text of payloads of kind {@code other}. */
  default PayloadText payloadText() {
    return PayloadText.NONE;
  }

  /**
   * Restricts reading to one trace instance. Before {@link #read}.
   *
   * @param instance its name, empty for the top one
   * @return false if the capture does not say that it has it; it must not be read then
   */
  default boolean select(String instance) {
    return false;
  }

  /**
   * Takes in the capture of a guest of the machine that this one is of, so that both are read on
   * one time line; its events name it as their instance. Before {@link #read}. This capture closes
   * it then.
   *
   * @return false if it is not known to be one
   */
  default boolean join(Capture guest) {
    return false;
  }
}
