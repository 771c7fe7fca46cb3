package org.vgictrace.parser.diag;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Collects diagnostics of one input: counts per code without limit, full entries up to {@value
 * #ENTRIES_MAX}. Not thread-safe.
 */
public final class Diagnostics {
  /** Entries kept in full; beyond that only the counts grow. */
  public static final int ENTRIES_MAX = 10_000;

  private final List<Diagnostic> entries = new ArrayList<>();
  private final Map<String, Long> counts = new TreeMap<>();
  private boolean error;

  public void info(String code, Place place, String message) {
    add(new Diagnostic(code, Diagnostic.Severity.INFO, place, message));
  }

  public void warning(String code, Place place, String message) {
    add(new Diagnostic(code, Diagnostic.Severity.WARNING, place, message));
  }

  public void error(String code, Place place, String message) {
    add(new Diagnostic(code, Diagnostic.Severity.ERROR, place, message));
  }

  public void add(Diagnostic diagnostic) {
    counts.merge(diagnostic.code(), 1L, Long::sum);
    error |= diagnostic.severity() == Diagnostic.Severity.ERROR;
    if (entries.size() < ENTRIES_MAX) {
      entries.add(diagnostic);
    }
  }

  /**
   * Adds one of many alike: in full as long as there are fewer than {@code entriesMax} of its code,
   * later it is only counted.
   */
  public void addLimited(Diagnostic diagnostic, int entriesMax) {
    if (counts.getOrDefault(diagnostic.code(), 0L) < entriesMax) {
      add(diagnostic);
    } else {
      counts.merge(diagnostic.code(), 1L, Long::sum);
      error |= diagnostic.severity() == Diagnostic.Severity.ERROR;
    }
  }

  /** The entries kept, in the order they were added. */
  public List<Diagnostic> entries() {
    return List.copyOf(entries);
  }

  /** How often each code occurred, by code. */
  public Map<String, Long> counts() {
    return new TreeMap<>(counts);
  }

  /** Whether something could not be read. */
  public boolean hasErrors() {
    return error;
  }

  public boolean isEmpty() {
    return counts.isEmpty();
  }
}
