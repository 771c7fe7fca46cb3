package org.vgictrace.replay.evtchn;

import java.util.List;
import org.vgictrace.parser.event.Kind;

/** Numbers of the labels of a column. */
final class Steps {
  private Steps() {}

  static int of(Kind kind, String column, String label) {
    List<String> labels = kind.columns().get(kind.column(column)).labels();
    int number = labels.indexOf(label);
    if (number < 0) {
      throw new AssertionError(kind + "." + column + " has no " + label);
    }
    return number;
  }
}
