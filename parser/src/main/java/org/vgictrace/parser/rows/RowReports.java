package org.vgictrace.parser.rows;

import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.vgictrace.parser.bind.Nearest;
import org.vgictrace.parser.diag.Diagnostic;
import org.vgictrace.parser.diag.Diagnostic.Severity;
import org.vgictrace.parser.diag.Diagnostics;
import org.vgictrace.parser.diag.Place;

/** What is worth saying of single rows, with their lines. */
final class RowReports {
  /** Entries with a place per code; beyond that the occurrences are only counted. */
  private static final int ENTRIES_PER_CODE = 100;

  /** Names that are told apart, so that each is reported once. */
  private static final int NAMES_MAX = 4096;

  /** Longest text out of the input in a message. */
  private static final int SHOWN_MAX = 40;

  private final Diagnostics diagnostics = new Diagnostics();
  private final Set<String> reported = new HashSet<>();
  private final Map<String, Long> counts = new HashMap<>();
  private long unparsed;

  Diagnostics diagnostics() {
    return diagnostics;
  }

  /** Lines that are no rows, and rows that could not be read. */
  long unparsed() {
    return unparsed;
  }

  /** A line that is no row, or a row without what it needs. */
  void unparsed(String code, long line, String what) {
    unparsed++;
    add(code, Severity.ERROR, line, () -> what);
  }

  /**
   * Something that a row has wrong.
   *
   * @param what is asked only for what is not just counted
   */
  void warning(String code, long line, Supplier<String> what) {
    add(code, Severity.WARNING, line, what);
  }

  /** Reports a name once, where it occurs first. */
  void once(String code, Severity severity, long line, String name, Supplier<String> what) {
    if (reported.size() < NAMES_MAX && reported.add(code + ' ' + name)) {
      add(code, severity, line, what);
    }
  }

  /** {@code ; nearest: a, b}, or nothing for a name that is like none of them. */
  static String nearest(String wrong, Collection<String> names) {
    return wrong.length() > SHOWN_MAX || names.isEmpty()
        ? ""
        : "; nearest: " + Nearest.to(wrong, names);
  }

  /** A text out of the input as a message shows it. */
  static String shown(String text) {
    return "'" + oneLine(text, SHOWN_MAX) + "'";
  }

  /** A text without what could steer a terminal, cut to so many characters. */
  static String oneLine(String text, int most) {
    StringBuilder line = new StringBuilder();
    text.codePoints()
        .limit(most)
        .forEach(c -> line.appendCodePoint(c < ' ' || c >= 0x7f ? '?' : c));
    return line.append(text.codePointCount(0, text.length()) > most ? "..." : "").toString();
  }

  private void add(String code, Severity severity, long line, Supplier<String> what) {
    boolean full = counts.merge(code, 1L, Long::sum) > ENTRIES_PER_CODE;
    diagnostics.addLimited(
        new Diagnostic(code, severity, Place.line(line), full ? "" : what.get()), ENTRIES_PER_CODE);
  }
}
