package org.vgictrace.replay.engine;

import java.util.Set;
import org.vgictrace.parser.event.Kind;
import org.vgictrace.parser.event.Names;

/**
 * A part of a model: it is stepped with every event of the kinds it names, in order, and writes its
 * verdicts to the {@link Ledger} it was made with.
 */
public interface Part {
  /** The kinds the part looks at; the same at every call. */
  Set<Kind> kinds();

  /**
   * Takes one event in.
   *
   * @param kind kind of the event, one of {@link #kinds}
   * @param e the event; valid during the call
   * @param names texts of the columns that hold text
   */
  void step(Kind kind, Event e, Names names);

  /** The recording has ended: gives verdicts on what was waited for. */
  default void finish() {}
}
