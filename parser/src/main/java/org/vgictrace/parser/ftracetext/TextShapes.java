package org.vgictrace.parser.ftracetext;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The shapes that the texts of one event were seen in. Few events have more than one or two; one
 * with so many that most texts are new gets none any more.
 */
final class TextShapes {
  private static final int SHAPES_MAX = 16;
  private static final int MISSES_MAX = 64;

  /** Of so many texts one may be new. */
  private static final int TEXTS_PER_MISS = 8;

  private TextShape[] shapes = {};
  private int latest;
  private int victim;
  private long texts;
  private long misses;
  private boolean abandoned;

  /**
   * Finds the shape of a text; it holds the text's values then.
   *
   * @return null if it has none of the shapes
   */
  @Nullable TextShape match(byte[] b, int from, int to) {
    texts++;
    TextShape[] all = shapes;
    if (all.length > 0) {
      TextShape first = all[latest];
      if (first.match(b, from, to)) {
        return first;
      }
    }
    for (int i = 0; i < all.length; i++) {
      TextShape next = all[i];
      if (i != latest && next.match(b, from, to)) {
        latest = i;
        return next;
      }
    }
    misses++;
    return null;
  }

  /** Learns the shape of a text that had none of the known ones. */
  void learn(
      byte[] b,
      int from,
      int to,
      Alternative alternative,
      long[] row,
      long columns,
      NumberSpans spans) {
    if (abandoned) {
      return;
    }
    if (misses > MISSES_MAX && misses * TEXTS_PER_MISS > texts) {
      abandoned = true;
      shapes = new TextShape[0];
      return;
    }
    TextShape learnt = TextShape.learn(b, from, to, alternative, row, columns, spans);
    if (learnt == null) {
      return;
    }
    if (shapes.length < SHAPES_MAX) {
      shapes = Arrays.copyOf(shapes, shapes.length + 1);
      latest = shapes.length - 1;
    } else {
      latest = victim;
      victim = (victim + 1) % SHAPES_MAX;
    }
    shapes[latest] = learnt;
  }
}
