package org.vgictrace.analysis.show;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.vgictrace.parser.Capture;
import org.vgictrace.replay.both.ClockLine;

/**
 * Lists a trace of Xen and the captures of its guests as one, in the order of time. Each line
 * begins with the side it is of; times are those of Xen's trace.
 *
 * <pre>
 * d0       1712       34793486755 [001] swapper/1-0  guest_send  via=ipi target_cpu=0
 * xen       571       34793488901 [001] d0v1         xen_hypercall d0v1 op=32
 * </pre>
 *
 * <p>The guests' lines are kept in temporary files until the trace is read.
 */
public final class BothListing implements Closeable {
  private static final String XEN = "xen";
  private static final int MARK_WIDTH = 6;

  /** The lines of a guest, each with its time. */
  private static final class Lines implements Closeable {
    private final String mark;
    private final Path file;
    private @Nullable BufferedReader reader;
    private @Nullable String next;
    private long ts;

    Lines(String mark, Path file) {
      this.mark = mark;
      this.file = file;
    }

    void open() throws IOException {
      reader = Files.newBufferedReader(file);
      advance();
    }

    private void advance() throws IOException {
      String line = reader == null ? null : reader.readLine();
      int end = line == null ? -1 : line.indexOf('\t');
      next = line == null ? null : line.substring(end + 1);
      ts = line == null ? Long.MAX_VALUE : Long.parseLong(line.substring(0, end));
    }

    @Override
    public void close() throws IOException {
      if (reader != null) {
        reader.close();
      }
      Files.deleteIfExists(file);
    }
  }

  private final EventFilter filter;
  private final boolean nanoseconds;
  private final List<Lines> guests = new ArrayList<>();

  /**
   * @param filter what to list; its times are those of Xen's trace
   * @param nanoseconds whether these are nanoseconds
   */
  public BothListing(EventFilter filter, boolean nanoseconds) {
    this.filter = filter;
    this.nanoseconds = nanoseconds;
  }

  /**
   * Takes in a guest.
   *
   * @param capture opened and not yet read
   * @param mark what its lines begin with, such as {@code d0}
   * @param clock its clock
   */
  public void add(Capture capture, String mark, ClockLine clock) throws IOException {
    Lines lines = new Lines(mark, Files.createTempFile("vgictrace", ".lines"));
    guests.add(lines);
    try (BufferedWriter out = Files.newBufferedWriter(lines.file)) {
      EventListing.write(
          capture,
          filter.atAnyTime(),
          clock::toXen,
          nanoseconds,
          (ts, line) -> {
            if (filter.isTime(ts)) {
              out.append(Long.toString(ts)).append('\t').append(line).append('\n');
            }
          });
    }
  }

  /**
   * Writes all sides.
   *
   * @param xen Xen's trace, opened and not yet read
   */
  public void write(Capture xen, Appendable out) throws IOException {
    for (Lines guest : guests) {
      guest.open();
    }
    EventListing.write(
        xen,
        filter,
        ts -> ts,
        nanoseconds,
        (ts, line) -> {
          before(ts, out);
          mark(out, XEN).append(line).append('\n');
        });
    before(Long.MAX_VALUE, out);
  }

  /** Writes the guests' lines from before a time, or all that are left. */
  private void before(long ts, Appendable out) throws IOException {
    Lines first = first();
    while (first != null && first.next != null && (first.ts < ts || ts == Long.MAX_VALUE)) {
      mark(out, first.mark).append(first.next).append('\n');
      first.advance();
      first = first();
    }
  }

  private @Nullable Lines first() {
    Lines first = null;
    for (Lines guest : guests) {
      first = first == null || guest.ts < first.ts ? guest : first;
    }
    return first;
  }

  private static Appendable mark(Appendable out, String mark) throws IOException {
    out.append(mark);
    for (int i = mark.length(); i < MARK_WIDTH; i++) {
      out.append(' ');
    }
    return out;
  }

  @Override
  public void close() throws IOException {
    for (Lines guest : guests) {
      guest.close();
    }
  }
}
