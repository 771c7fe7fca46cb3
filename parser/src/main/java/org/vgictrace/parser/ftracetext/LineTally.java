package org.vgictrace.parser.ftracetext;

import org.vgictrace.parser.diag.Diagnostic;
import org.vgictrace.parser.diag.Diagnostic.Severity;
import org.vgictrace.parser.diag.Diagnostics;
import org.vgictrace.parser.diag.Place;

/**
 * Accounts for every line of a text: each one is in exactly one of the counts that {@link #lines()}
 * sums up. What deserves attention becomes a diagnostic, the first {@value #ENTRIES_PER_CODE} of
 * each code with their line.
 */
final class LineTally {
  /** Entries with a place per code; beyond that the occurrences are only counted. */
  static final int ENTRIES_PER_CODE = 100;

  private final Diagnostics diagnostics = new Diagnostics();
  private long events;
  private long bare;
  private long untimed;
  private long markLines;
  private long wrappedCpus;
  private long noise;
  private long continuations;
  private long unparsed;

  /** Lines accounted for. */
  long lines() {
    return events + bare + markLines + noise + continuations + unparsed;
  }

  Diagnostics diagnostics() {
    return diagnostics;
  }

  /** Marks of lost events, and of buffers that begin later than others. */
  long lostMarks() {
    return markLines + wrappedCpus;
  }

  /** Lines that were not understood. */
  long unparsed() {
    return unparsed;
  }

  void event() {
    events++;
  }

  /** Events with a time. */
  long events() {
    return events;
  }

  void bareEvent() {
    bare++;
  }

  /** A record of the function_graph tracer without a time. */
  void untimedEvent() {
    bare++;
    untimed++;
  }

  /** Events without a time. */
  long bareEvents() {
    return bare;
  }

  /** Records of the function_graph tracer among them. */
  long untimedEvents() {
    return untimed;
  }

  void lostMark() {
    markLines++;
  }

  /** A CPU whose ring buffer may have wrapped; the header line that says so counts as noise. */
  void wrappedCpu() {
    wrappedCpus++;
  }

  /** CPUs whose ring buffers may have wrapped, over all headers. */
  long wrappedCpus() {
    return wrappedCpus;
  }

  /** A header, blank or note. */
  void noise() {
    noise++;
  }

  /** A line that belongs to the event before it. */
  void continuation() {
    continuations++;
  }

  long continuations() {
    return continuations;
  }

  void unparsed(long line, String code, String what) {
    unparsed++;
    add(code, Severity.ERROR, line, what);
  }

  void add(String code, Severity severity, long line, String what) {
    diagnostics.addLimited(
        new Diagnostic(code, severity, Place.line(line), what), ENTRIES_PER_CODE);
  }
}
