package org.vgictrace.parser.ftracetext;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.vgictrace.parser.lines.LineSource;

/**
 * What the beginning of {@code perf script}'s text says of the whole: the lines {@code # key :
 * value} of {@code --header}, and whether the times are those of a clock.
 *
 * <p>{@link #match} reads no further than to the first event. {@link #read} reads on: to tell
 * {@code --reltime} from {@code --deltatime}, which both begin with time 0, to learn which columns
 * all lines have in common, and to see whether perf left out the samples that are marked as the
 * guest's. An arm64 host marks all so that it records while a vCPU is loaded
 * (kvm_arch_pmi_in_guest), and perf script prints them only if it is given the guest's symbols;
 * then there is no guest entry in the text.
 */
final class PerfScriptHead {
  /** A host sets up a VM with fewer events before the first guest entry. */
  private static final int BYTES_MAX = 4 << 20;

  private static final byte[] ENTRY = ascii("kvm_entry");
  private static final byte[] EXIT = ascii("kvm_exit");
  private static final byte[][] ARM = {
    ascii("vgic"), ascii("kvm_arm"), ascii("kvm_timer"), ascii("kvm_irq_line")
  };

  private static final int LINE_BYTES_MAX = 1024;

  /** Enough to tell columns from what texts happen to end with. */
  private static final int EVENTS_COMPARED = 256;

  /** One of so many events, at least, is nearer to the one before it than that was to its own. */
  private static final int STEPS_BACK_SHARE = 8;

  private static final int EVENTS_LEAST = 16;

  private static final LineSource.Listener NOBODY = new LineSource.Quiet();

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
  private int stepsBack;
  private PerfScriptTail tail = PerfScriptTail.NONE;
  private boolean latency = true;
  private boolean ofArm;
  private boolean ofGuest;

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

  /** Whether what happened while a vCPU was loaded seems to be missing. */
  boolean lacksGuest() {
    return ofArm && !ofGuest;
  }

  Times times() {
    if (events < 2) {
      return Times.ABSOLUTE;
    }
    // perf sorts: only differences step back, and often. Records that are no events may be first.
    boolean often = events >= EVENTS_LEAST && stepsBack > events / STEPS_BACK_SHARE;
    if (first == 0 && stepsBack > 0 || often) {
      return Times.SINCE_PREVIOUS;
    }
    return first == 0 ? Times.SINCE_FIRST : Times.ABSOLUTE;
  }

  /** Whether the CPUs have no brackets ({@code perf script -L}). */
  boolean isLatency() {
    return events > 0 && latency;
  }

  /** What is behind the text of each event. */
  PerfScriptTail tail() {
    return events > 1 ? tail : PerfScriptTail.NONE;
  }

  /** Reads up to the first event; for a source that is not used any more. */
  void match(LineSource lines) throws IOException {
    while (!isDecided() && lines.next(NOBODY)) {
      line(lines.bytes(), lines.start(), lines.end());
    }
  }

  /** Reads from the first line on; the source is to be rewound afterwards. */
  void read(LineSource lines) throws IOException {
    lines.keepFrom(0);
    long bytes = 0;
    while (bytes < BYTES_MAX
        && !(ofGuest && first != 0 && events >= EVENTS_COMPARED)
        && lines.next(NOBODY)) {
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
    if (events <= EVENTS_COMPARED) {
      compare(b, from, end);
    }
    ofGuest |= contains(b, record, ENTRY) || contains(b, record, EXIT);
    for (int i = 0; i < ARM.length && !ofArm; i++) {
      ofArm = contains(b, record, ARM[i]);
    }
    stepsBack += record.time < previous ? 1 : 0;
    previous = record.time;
  }

  /** Takes what an event has in common with those before it. */
  private void compare(byte[] b, int from, int end) {
    latency &= PerfScriptContext.isLatency(b, from, tokenizer.contextEnd());
    if (events == 1 || tail != PerfScriptTail.NONE) {
      PerfScriptTail own = PerfScriptTail.of(b, Math.min(record.nameEnd + 1, end), end);
      tail = events == 1 ? own : tail.common(own);
    }
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

  /** Whether an event's name, trace system included, has a word in it. */
  private static boolean contains(byte[] b, TextRecord r, byte[] word) {
    for (int p = r.nameStart; p + word.length <= r.nameEnd; p++) {
      if (Arrays.equals(b, p, p + word.length, word, 0, word.length)) {
        return true;
      }
    }
    return false;
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
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
