package org.vgictrace.parser.ftracetext;

import java.util.Arrays;

/**
 * The text of one event over several lines, which a mail program has wrapped:
 *
 * <pre>
 * &gt; vcpu-0-461 [000] d..1. 63.160267: fold: (vgic_v3_fold_lr_state+0x0/0x1f8)
 * &gt; used_lrs=1 hcr=0x1
 * </pre>
 *
 * <p>What a line break and the quoting after it took the place of is one blank. The lines are taken
 * as one if the event's bindings fit only that, or if the text is {@code key=value} and goes on so.
 */
final class WrappedText {
  /** Most lines that one is taken to have been wrapped into, less one. */
  private static final int BREAKS_MAX = 8;

  private int breaks;

  /** The text of another event begins. */
  void begin() {
    breaks = 0;
  }

  /**
   * Joins a line to the text of an event if that makes sense.
   *
   * @param complete whether the text fits the event's bindings without that line
   * @return whether the event has the line now
   */
  boolean rejoins(
      byte[] b, TextRecord event, int start, int end, boolean complete, TextDecoder decoder) {
    if (++breaks > BREAKS_MAX || !decoder.isBound(b, event)) {
      return false;
    }
    int word = ContextReader.skipBlanks(b, Prefixes.after(b, start, end));
    if (complete && KeyValueText.keyEnd(b, word, end) < 0) {
      return false;
    }
    int startBefore = event.payloadStart;
    int endBefore = event.payloadEnd;
    byte[] before = Arrays.copyOfRange(b, startBefore, end);
    event.payloadStart = join(b, startBefore, end);
    event.payloadEnd = end;
    if (decoder.fits(b, event)) {
      return true;
    }
    event.payloadStart = startBefore;
    event.payloadEnd = endBefore;
    System.arraycopy(before, 0, b, startBefore, before.length);
    return false;
  }

  /**
   * Puts one blank where line breaks are, and moves what is before them towards the end.
   *
   * @return where the text begins then
   */
  private static int join(byte[] b, int start, int end) {
    int from = start;
    for (int p = start; p < end; p++) {
      if (b[p] != '\n' && b[p] != '\r') {
        continue;
      }
      int after = Math.min(Prefixes.after(b, p + 1, end), end);
      int moved = after - p - 1;
      System.arraycopy(b, from, b, from + moved, p - from);
      from += moved;
      b[after - 1] = ' ';
      p = after - 1;
    }
    return from;
  }
}
