package org.vgictrace.replay.both;

import java.util.List;
import org.vgictrace.parser.event.Kind;

/** Names of the values of columns. */
final class Labels {
  private Labels() {}

  /** The value that a name stands for. */
  static int of(Kind kind, int column, String name) {
    int value = labels(kind, column).indexOf(name);
    if (value < 0) {
      throw new AssertionError(kind + " has no " + name);
    }
    return value;
  }

  /** The name of a value, the value itself if it has none. */
  static String name(Kind kind, int column, long value) {
    List<String> labels = labels(kind, column);
    return value >= 0 && value < labels.size() ? labels.get((int) value) : Long.toString(value);
  }

  private static List<String> labels(Kind kind, int column) {
    return kind.columns().get(column).labels();
  }
}
