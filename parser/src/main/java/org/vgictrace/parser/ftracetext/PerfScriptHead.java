package org.vgictrace.parser.ftracetext;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * What the beginning of {@code perf script}'s text says of the whole: the lines {@code # key :
 * value} of {@code --header}, and whether the times are those of a clock.
 *
 * <p>Reads no further than to the first event, unless its time is 0: {@code --reltime} and {@code
 * --deltatime} both begin with it.
 */
final class PerfScriptHead {
  private static final int BYTES_MAX = 64 << 10;
  private static final int LINE_BYTES_MAX = 1024;

  /** What the times are. */
  enum Times {
    /** Those of the recording's clock. */
    ABSOLUTE,
    /** Since the first event. */
    SINCE_FIRST,
    /** Since the event before. */
    SINCE_PREVIOUS
  }

  private final PerfScriptTokenizer tokenizer = new PerfScriptTokenizer();
  private final LineReader ftrace = new LineReader((bytes, start, end) -> false);
  private final TextRecord record = new TextRecord();
  private @Nullable String release;
  private @Nullable String arch;
  private int cpus;
  private boolean header;
  private boolean other;
  private int events;
  private long first;
  private long previous;
  private boolean stepsBack;

  /** Kernel release, null if the text does not tell. */
  @Nullable String release() {
    return release;
  }

  /** Machine architecture, null if the text does not tell. */
  @Nullable String arch() {
    return arch;
  }

  /** Number of CPUs, 0 if the text does not tell. */
  int cpus() {
    return cpus;
  }

  /** Whether it is perf's text. */
  boolean isPerf() {
    return !other && (header || events > 0);
  }

  /** Whether no more lines are needed to tell. */
  boolean isDecided() {
    return other || events > 0;
  }

  Times times() {
    if (events < 2 || first != 0) {
      return Times.ABSOLUTE;
    }
    return stepsBack ? Times.SINCE_PREVIOUS : Times.SINCE_FIRST;
  }

  /** Reads from the first line on; the source is to be rewound afterwards. */
  void read(LineSource lines) throws IOException {
    LineSource.Listener nobody =
        new LineSource.Listener() {
          @Override
          public void beforeWait() {}

          @Override
          public void moved(int by) {}
        };
    lines.keepFrom(0);
    long bytes = 0;
    while (bytes < BYTES_MAX && !other && !(events > 0 && first != 0) && lines.next(nobody)) {
      bytes += lines.end() - lines.start() + 1;
      line(lines.bytes(), lines.start(), lines.end());
    }
  }

  private void line(byte[] b, int start, int end) {
    int from = PerfScriptTokenizer.afterPrefixes(b, start, end);
    if (from < end && b[from] == '#') {
      String line =
          new String(b, from, Math.min(end - from, LINE_BYTES_MAX), StandardCharsets.ISO_8859_1);
      other |= line.startsWith("# tracer:");
      comment(line);
      return;
    }
    if (!tokenizer.read(b, from, end, record)) {
      // Text of ftrace may quote a line of perf's, as any text may.
      other |= events == 0 && ftrace.read(b, start, end, record) == LineReader.LineClass.EVENT;
      return;
    }
    if (tokenizer.isNote()) {
      header = true;
      return;
    }
    if (events++ == 0) {
      first = record.time;
    }
    stepsBack |= record.time < previous;
    previous = record.time;
  }

  private void comment(String line) {
    int colon = line.indexOf(':');
    if (colon < 0) {
      return;
    }
    String key = line.substring(1, colon).strip();
    String value = line.substring(colon + 1).strip();
    switch (key) {
      case "captured on", "perf version", "cmdline" -> header = true;
      case "os release" -> release = value.isEmpty() ? null : value;
      case "arch" -> arch = value.isEmpty() ? null : value;
      case "nrcpus avail" -> cpus = number(value);
      default -> {
        // Nothing that is used.
      }
    }
  }

  private static int number(String value) {
    int number = 0;
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (c < '0' || c > '9' || number > ContextReader.CPU_MAX) {
        return 0;
      }
      number = number * 10 + c - '0';
    }
    return Math.min(number, ContextReader.CPU_MAX + 1);
  }
}
