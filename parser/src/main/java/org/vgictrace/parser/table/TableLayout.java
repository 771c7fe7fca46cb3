package org.vgictrace.parser.table;

import org.jspecify.annotations.Nullable;

/** How the tables of a converted capture are written. */
public enum TableLayout {
  /** Arrow IPC files. */
  ARROW("arrow"),
  /** CSV files. */
  CSV("csv");

  private final String label;

  TableLayout(String label) {
    this.label = label;
  }

  /** Name on the command line and in {@code capture.json}. */
  public String label() {
    return label;
  }

  /** The layout of that name, or null. */
  public static @Nullable TableLayout named(String label) {
    for (TableLayout layout : values()) {
      if (layout.label.equals(label)) {
        return layout;
      }
    }
    return null;
  }
}
