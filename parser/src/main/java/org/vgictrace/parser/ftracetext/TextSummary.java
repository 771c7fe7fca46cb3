package org.vgictrace.parser.ftracetext;

import org.jspecify.annotations.Nullable;
import org.vgictrace.parser.diag.Diagnostics;
import org.vgictrace.parser.diag.Place;

/** What is worth saying about a text as a whole once it has been read. */
final class TextSummary {
  private TextSummary() {}

  /**
   * Adds the diagnostics.
   *
   * @param damage why the input ended early, null if it did not
   * @param lastLine number of the last line
   */
  static void add(
      LineTally tally,
      TextHeader header,
      TextDecoder decoder,
      @Nullable String damage,
      long lastLine) {
    Diagnostics diagnostics = tally.diagnostics();
    Place end = Place.line(lastLine);
    Place begin = Place.line(1);
    if (damage != null) {
      diagnostics.error("compressed-data-damaged", end, damage);
    }
    if (header.overwritten() > 0) {
      diagnostics.warning(
          "events-overwritten",
          begin,
          header.overwritten() + " events were overwritten before the text was made");
    }
    if (header.entries() >= 0 && header.entries() != decoder.tally().count()) {
      diagnostics.warning(
          "entries-differ",
          begin,
          "the header announces "
              + header.entries()
              + " events, the text has "
              + decoder.tally().count());
    }
    if (tally.continuations() > 0) {
      diagnostics.info(
          "continuation-lines",
          end,
          tally.continuations() + " lines continue the text of the event before them");
    }
    if (tally.untimedEvents() > 0) {
      diagnostics.warning(
          "no-time",
          begin,
          tally.untimedEvents()
              + " records of the function_graph tracer have no time (its option funcgraph-abstime"
              + " is off); they are only counted");
    }
    if (tally.bareEvents() > tally.untimedEvents()) {
      diagnostics.warning(
          "no-context",
          begin,
          "the events have neither CPU nor time (ftrace's option context-info is off); they are"
              + " only counted");
    }
    addShapes(diagnostics, decoder, end);
  }

  /** Adds the events whose text no binding describes. */
  static void addShapes(Diagnostics diagnostics, TextDecoder decoder, Place end) {
    for (EventText event : decoder.events().events()) {
      if (event.unknownShapes() > 0) {
        diagnostics.warning(
            "text-shape-unknown",
            end,
            event.unknownShapes()
                + " of "
                + event.count()
                + " events "
                + event.text()
                + " have a text that no binding describes");
      }
    }
  }
}
