package org.vgictrace.parser.ftracetext;

import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What the header lines of a text say, and the flag columns they name.
 *
 * <pre>
 * # tracer: nop
 * # entries-in-buffer/entries-written: 305/9120   #P:2
 * #                                _-----=> irqs-off/BH-disabled
 * # nop latency trace v1.1.5 on 7.2.13+deb14-amd64
 * # latency: 0 us, #77/77, CPU#0 | (M:PREEMPT(lazy) VP:0, KP:0, SP:0 HP:0 #P:2)
 * cpus=2                                                      (trace-cmd report)
 * </pre>
 *
 * Headers come again where files were concatenated: counts are summed, columns replaced.
 */
final class TextHeader {
  private static final int LINE_BYTES_MAX = 1024;
  private static final Pattern ENTRIES =
      Pattern.compile(
          "entries-in-buffer/entries-written: (\\d{1,18})/(\\d{1,18})(?:\\s+#P:(\\d{1,5}))?");
  private static final Pattern LATENCY_ENTRIES =
      Pattern.compile("# latency: .*, #(\\d{1,18})/(\\d{1,18}), CPU#");
  private static final Pattern RELEASE =
      Pattern.compile("# \\S+ latency trace v\\S+ on (\\S.*?)\\s*");
  private static final Pattern LABEL = Pattern.compile("=> (\\S+)");
  private static final Pattern CPUS = Pattern.compile("(?:.*: )?cpus=(\\d{1,5})");
  private static final String TRACER = "# tracer: ";

  private final FlagColumns flags = new FlagColumns();
  private @Nullable String tracer;
  private @Nullable String release;
  private long entries = -1;
  private long overwritten = -1;
  private int wrappedCpus;
  private int cpus;
  private boolean titled;
  private boolean columnsNamed;

  /** The flag columns as the latest header names them. */
  FlagColumns flags() {
    return flags;
  }

  /** Tracer of the latest header, null if there was none. */
  @Nullable String tracer() {
    return tracer;
  }

  /** Kernel release, which only the latency format tells. */
  @Nullable String release() {
    return release;
  }

  /** Events announced, -1 if none of the headers says. */
  long entries() {
    return entries;
  }

  /** Events that were overwritten before the text was made, -1 if none of the headers says. */
  long overwritten() {
    return overwritten;
  }

  /** Number of CPUs that {@code trace-cmd report} announces, 0 if it does not. */
  int cpus() {
    return cpus;
  }

  /** Whether there was any header. */
  boolean seen() {
    return titled || cpus > 0;
  }

  /** Whether the header belongs to lines without context: neither a CPU nor a time in them. */
  boolean withoutContext() {
    return titled && !columnsNamed && release == null && "nop".equals(tracer);
  }

  /** Takes a line that starts with {@code #}. */
  void comment(byte[] b, int start, int end) {
    String line = text(b, start, end);
    if (line.startsWith(TRACER)) {
      tracer = line.substring(TRACER.length()).strip();
      titled = true;
      columnsNamed = false;
      flags.clear();
      return;
    }
    columnsNamed |= line.contains("TASK-PID") || line.contains("cmd     pid");
    Matcher label = LABEL.matcher(line);
    if (label.find()) {
      flags.label(label.group(1));
    }
    Matcher matcher = ENTRIES.matcher(line);
    if (!matcher.find()) {
      matcher = LATENCY_ENTRIES.matcher(line);
      if (!matcher.find()) {
        Matcher on = RELEASE.matcher(line);
        if (on.matches()) {
          release = on.group(1);
        }
        return;
      }
    }
    long kept = Long.parseLong(matcher.group(1));
    long written = Long.parseLong(matcher.group(2));
    entries = Math.max(entries, 0) + kept;
    overwritten = Math.max(overwritten, 0) + Math.max(0, written - kept);
    if (written > kept && matcher.groupCount() > 2 && matcher.group(3) != null) {
      wrappedCpus = Integer.parseInt(matcher.group(3));
    }
  }

  /**
   * Number of CPUs whose oldest events may have been overwritten, told once per header that says
   * so; 0 otherwise. The header does not say which of them it was.
   */
  int takeWrappedCpus() {
    int cpus = wrappedCpus;
    wrappedCpus = 0;
    return cpus;
  }

  /** Takes {@code cpus=2} or {@code file: cpus=2}. */
  boolean cpus(byte[] b, int start, int end) {
    Matcher matcher = CPUS.matcher(text(b, start, end));
    if (!matcher.matches()) {
      return false;
    }
    cpus = Math.max(cpus, Math.min(Integer.parseInt(matcher.group(1)), ContextReader.CPU_MAX + 1));
    return true;
  }

  private static String text(byte[] b, int start, int end) {
    int length = Math.min(end - start, LINE_BYTES_MAX);
    return new String(b, start, length, StandardCharsets.ISO_8859_1);
  }
}
