package org.vgictrace.parser.ftracetext;

import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.vgictrace.parser.ftracetext.LineReader.LineClass;
import org.vgictrace.parser.ftracetext.TextRecord.TimeShape;
import org.vgictrace.parser.lines.LineSource;

/**
 * What the beginning of a text says of the whole: headers, the shape of the time, the tool that
 * printed it. Reads no further than needed, so that a live input is not waited for: up to the first
 * event, or up to {@value #UNITS_EVENTS} if their clock does not count nanoseconds.
 */
final class TextHead {
  /** Events looked at to tell one integer clock from another. */
  static final int UNITS_EVENTS = 16;

  private static final int BYTES_MAX = 64 << 10;

  /** Width of the event's name in trace-cmd's text, with the colon and a blank. */
  static final int PADDED_NAME_WIDTH = 22;

  /** A clock of 100 ticks per second does not get further within a few events. */
  private static final long UPTIME_RANGE_MAX = 1000;

  private final LineReader reader;
  private final TextRecord record = new TextRecord();
  private final long[] times = new long[UNITS_EVENTS];
  private int events;
  private @Nullable TimeShape shape;
  private boolean padded;
  private boolean raw;
  private boolean bare;

  TextHead(TolerantTokenizer.KnownNames names) {
    reader = new LineReader(names);
  }

  TextHeader header() {
    return reader.header();
  }

  /** Shape of the time in the first event, null if there is no event. */
  @Nullable TimeShape shape() {
    return shape;
  }

  /** Whether the text comes from {@code trace-cmd report}. */
  boolean isReport() {
    return padded || header().cpus() > 0;
  }

  /** Whether there are records printed without names, and no others. */
  boolean isRaw() {
    return raw && shape == null;
  }

  /** Whether there is anything this package can read. */
  boolean isText() {
    return shape != null || raw || bare || header().seen();
  }

  /** Reads from the first line on; the source is to be rewound afterwards. */
  void read(LineSource lines) throws IOException {
    lines.keepFrom(0);
    long bytes = 0;
    while (bytes < BYTES_MAX && !decided() && lines.next(new LineSource.Quiet())) {
      bytes += lines.end() - lines.start() + 1;
      line(lines.bytes(), lines.start(), lines.end());
    }
  }

  /** Name of the clock, null if it cannot be told. */
  @Nullable String clock() {
    if (shape != TimeShape.UNITS || events < 2) {
      return null;
    }
    boolean counts = true;
    int equal = 0;
    for (int i = 1; i < events; i++) {
      counts &= times[i] == times[i - 1] + 1;
      equal += times[i] == times[i - 1] ? 1 : 0;
    }
    if (counts) {
      return "counter";
    }
    long range = times[events - 1] - times[0];
    return equal * 2 >= events - 1 && range >= 0 && range <= UPTIME_RANGE_MAX ? "uptime" : null;
  }

  private static boolean hasNul(byte[] b, int start, int end) {
    for (int p = start; p < end; p++) {
      if (b[p] == 0) {
        return true;
      }
    }
    return false;
  }

  private boolean decided() {
    return shape == TimeShape.NANOSECONDS || shape == TimeShape.RELATIVE || events == UNITS_EVENTS;
  }

  private void line(byte[] b, int start, int end) {
    LineClass read = reader.read(b, start, end, record);
    raw |= read == LineClass.RAW;
    bare |= read == LineClass.BARE;
    raw |= read == LineClass.UNKNOWN && header().seen() && hasNul(b, start, end);
    if (read != LineClass.EVENT) {
      return;
    }
    if (shape == null) {
      shape = record.timeShape;
      int name = record.nameEnd - record.nameStart;
      int afterName = ContextReader.skipBlanks(b, Math.min(record.nameEnd + 1, end));
      padded =
          name > 0
              && name + 2 < PADDED_NAME_WIDTH
              && afterName - record.nameStart >= PADDED_NAME_WIDTH;
    }
    times[events++] = record.time;
  }
}
