package org.vgictrace.replay.kvmxen;

import org.jspecify.annotations.Nullable;
import org.vgictrace.replay.engine.Event;
import org.vgictrace.replay.verdict.EventRef;

/** An event to refer to later. Reused, so that remembering one costs nothing. */
final class Mark {
  private boolean known;
  private long seq;
  private long ts;
  private int cpu;

  /** Remembers an event in place of the one before. */
  void set(Event e) {
    known = true;
    seq = e.seq;
    ts = e.ts;
    cpu = e.cpu;
  }

  /** Position of the event in its capture; meaningful only if one was remembered. */
  long seq() {
    return seq;
  }

  /** The event in words; null if none was remembered. */
  @Nullable EventRef ref(String text) {
    return known ? new EventRef(seq, ts, cpu, text) : null;
  }
}
