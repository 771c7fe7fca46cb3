package org.vgictrace.parser.ftracetext;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Tells what a line is, and reads it if it is an event. Learns from the header lines that pass.
 *
 * <p>Nearly every line is an event in fixed columns and is read by {@link StrictTokenizer} without
 * any look at the rest of this class.
 */
final class LineReader {
  /** What a line is. */
  enum LineClass {
    /** An event. */
    EVENT,
    /**
     * {@code CPU:1 [LOST 545 EVENTS]} and the like; {@link #cpu()} and {@link #lost()} say more.
     */
    LOST,
    /** {@code ##### CPU 1 buffer started ####}. */
    STARTED,
    /** Part of a header. */
    HEADER,
    BLANK,
    /** A frame of the stack trace that the latest event is. */
    STACK,
    /** A note of trace-cmd or of the kernel's dump that says nothing about the guest. */
    NOTE,
    /** {@code name: text} without CPU and time. */
    BARE,
    /** A record of the function_graph tracer without a time. */
    UNTIMED,
    /** Any other line of that tracer. */
    GRAPH,
    /** A record that was printed without names, by the options {@code raw} or {@code hex}. */
    RAW,
    /** Anything else. */
    UNKNOWN
  }

  private static final byte[] STARTED = ascii("##### CPU ");
  private static final byte[] TRACER = ascii("# tracer:");
  private static final byte[] LOST_CPU = ascii("CPU:");
  private static final byte[] LOST_ANYWHERE = ascii("Lost ");
  private static final byte[] LOST_EVENTS = ascii(" events");
  private static final byte[] EMPTY_CPU = ascii("CPU ");
  private static final byte[] VERSION = ascii("version = ");
  private static final byte[] FRAME = ascii("=> ");
  private static final byte[] TRACE = ascii("TRACE:");
  private static final byte[] CAPTURING = ascii("capturing trace...");
  private static final byte[] DUMP = ascii("Dumping ftrace buffer:");
  private static final byte[] DUMP_EMPTY = ascii("   (ftrace buffer empty)");
  private static final byte[] RULE = ascii("----------");
  private static final byte[][] DEBUG = {
    ascii("TIME EXTEND"), ascii("TIME STAMP"), ascii("PADDING")
  };
  private static final int RAW_NUMBERS = 3;

  private final TextHeader header = new TextHeader();
  private final StrictTokenizer strict = new StrictTokenizer();
  private final LatencyTokenizer latency = new LatencyTokenizer();
  private final VerboseTokenizer verbose = new VerboseTokenizer();
  private final GraphTokenizer graph = new GraphTokenizer();
  private final TolerantTokenizer tolerant;
  private final AsciiCursor cursor = new AsciiCursor();
  private boolean headerOpen = true;
  private boolean ambiguous;
  private boolean searched;
  private int cpu;
  private long lost;

  LineReader(TolerantTokenizer.KnownNames names) {
    tolerant = new TolerantTokenizer(names);
  }

  TextHeader header() {
    return header;
  }

  /** Whether the latest event could be read in more than one way. */
  boolean ambiguous() {
    return ambiguous;
  }

  /** Whether the latest event was not in fixed columns. */
  boolean searched() {
    return searched;
  }

  /** CPU of the latest mark. */
  int cpu() {
    return cpu;
  }

  /** Events lost at the latest mark, -1 if unknown. */
  long lost() {
    return lost;
  }

  /** Classifies a line; {@code record} is filled if it is an event. */
  LineClass read(byte[] b, int start, int end, TextRecord record) {
    if (strict.read(b, start, end, record)) {
      headerOpen = false;
      ambiguous = false;
      searched = false;
      return LineClass.EVENT;
    }
    return other(b, start, end, record);
  }

  private LineClass other(byte[] b, int start, int end, TextRecord record) {
    int from = Prefixes.after(b, start, end);
    int word = ContextReader.skipBlanks(b, from);
    if (word == end) {
      return LineClass.BLANK;
    }
    LineClass known = known(b, from, word, end);
    if (known != null) {
      return known;
    }
    if ("function_graph".equals(header.tracer())) {
      return graphLine(b, from, end, record);
    }
    if (event(b, start, end, record)) {
      headerOpen = false;
      return LineClass.EVENT;
    }
    if (raw(b, start, end)) {
      return LineClass.RAW;
    }
    if (header.withoutContext()) {
      record.clear();
      ContextReader.name(b, start, end, record);
      return record.nameEnd > record.nameStart ? LineClass.BARE : LineClass.UNKNOWN;
    }
    return LineClass.UNKNOWN;
  }

  private LineClass graphLine(byte[] b, int from, int end, TextRecord record) {
    ambiguous = false;
    searched = false;
    if (!graph.read(b, from, end, record)) {
      return LineClass.GRAPH;
    }
    headerOpen = false;
    return graph.timed() ? LineClass.EVENT : LineClass.UNTIMED;
  }

  private @Nullable LineClass known(byte[] b, int from, int word, int end) {
    if (b[word] == '#') {
      return comment(b, from, word, end);
    }
    if (startsWith(b, from, end, LOST_CPU)) {
      return lostMark(b, from, end);
    }
    if (startsWith(b, from, end, LOST_ANYWHERE)) {
      return bpftraceLoss(b, from, end);
    }
    if (startsWith(b, word, end, FRAME)) {
      return LineClass.STACK;
    }
    if (b[end - 1] >= '0' && b[end - 1] <= '9' && header.cpus(b, from, end)) {
      tolerant.bufferNames(true);
      return LineClass.HEADER;
    }
    if (startsWith(b, from, end, VERSION) || isEmptyCpu(b, from, end)) {
      return LineClass.HEADER;
    }
    return isNote(b, from, word, end) ? LineClass.NOTE : null;
  }

  /** Reads a header line, which may be indented, or the mark that a buffer begins. */
  private @Nullable LineClass comment(byte[] b, int from, int word, int end) {
    if (startsWith(b, from, end, STARTED)) {
      return number(b, from + STARTED.length, end) ? LineClass.STARTED : null;
    }
    headerOpen |= startsWith(b, word, end, TRACER);
    if (!headerOpen) {
      return null;
    }
    header.comment(b, word, end);
    return LineClass.HEADER;
  }

  /** Reads an event that is not where {@link StrictTokenizer} expects it. */
  private boolean event(byte[] b, int start, int end, TextRecord record) {
    ambiguous = false;
    searched = false;
    if (latency.read(b, start, end, record) || verbose.read(b, start, end, record)) {
      return true;
    }
    if (!tolerant.read(b, start, end, record)) {
      return false;
    }
    searched = true;
    ambiguous = tolerant.ambiguous();
    int width = record.commEnd - StrictTokenizer.COMM_WIDTH - start;
    if (header.cpus() > 0 && width > 0 && !ambiguous) {
      strict.prefixWidth(width);
      if (!strict.read(b, start, end, record)) {
        strict.prefixWidth(0);
        return tolerant.read(b, start, end, record);
      }
    }
    return true;
  }

  /**
   * Reads {@code CPU:1 [LOST 545 EVENTS]}, {@code CPU:1 [LOST EVENTS]}, {@code CPU:1 [116 EVENTS
   * DROPPED]}, {@code CPU:1 [EVENTS DROPPED]}, and {@code CPU:1 [SUBBUFFER START] ...}.
   */
  private @Nullable LineClass lostMark(byte[] b, int from, int end) {
    AsciiCursor c = cursor;
    if (!number(b, from + LOST_CPU.length, end)) {
      return null;
    }
    String rest =
        new String(b, c.pos, Math.min(end - c.pos, 64), StandardCharsets.ISO_8859_1).strip();
    if (rest.startsWith("[SUBBUFFER START]")) {
      return LineClass.NOTE;
    }
    lost = -1;
    if (rest.equals("[LOST EVENTS]") || rest.equals("[EVENTS DROPPED]")) {
      return LineClass.LOST;
    }
    boolean kernel = rest.startsWith("[LOST ") && rest.endsWith(" EVENTS]");
    boolean tool = rest.startsWith("[") && rest.endsWith(" EVENTS DROPPED]");
    if (!kernel && !tool) {
      return null;
    }
    c.skipBlanks();
    c.pos += kernel ? "[LOST ".length() : 1;
    if (!c.decimal() || c.value < 0) {
      return null;
    }
    lost = c.value;
    return LineClass.LOST;
  }

  /** Reads {@code Lost 45 events}, what bpftrace says where it finds a loss on some CPU. */
  private @Nullable LineClass bpftraceLoss(byte[] b, int from, int end) {
    AsciiCursor c = cursor;
    c.set(b, from + LOST_ANYWHERE.length, end);
    if (!c.decimal() || c.value <= 0 || !startsWith(b, c.pos, end, LOST_EVENTS)) {
      return null;
    }
    if (c.pos + LOST_EVENTS.length != end) {
      return null;
    }
    cpu = -1;
    lost = c.value;
    return LineClass.LOST;
  }

  /** Reads a CPU number; the cursor is left behind it. */
  private boolean number(byte[] b, int from, int end) {
    cursor.set(b, from, end);
    if (!cursor.decimal() || cursor.value < 0 || cursor.value > ContextReader.CPU_MAX) {
      return false;
    }
    cpu = (int) cursor.value;
    return true;
  }

  /** Whether a line is the first one of a header. */
  static boolean isTitle(byte[] b, int start, int end) {
    int word = ContextReader.skipBlanks(b, Prefixes.after(b, start, end));
    return startsWith(b, word, end, TRACER);
  }

  private boolean isEmptyCpu(byte[] b, int from, int end) {
    if (!startsWith(b, from, end, EMPTY_CPU) || !number(b, from + EMPTY_CPU.length, end)) {
      return false;
    }
    return startsWith(b, cursor.pos, end, ascii(" is empty"));
  }

  private boolean isNote(byte[] b, int from, int word, int end) {
    if (startsWith(b, from, end, RULE)
        || startsWith(b, from, end, DUMP)
        || startsWith(b, from, end, DUMP_EMPTY)
        || startsWith(b, from, end, TRACE)
        || startsWith(b, from, end, CAPTURING)) {
      return true;
    }
    if (header.cpus() > 0) {
      for (byte[] note : DEBUG) {
        if (startsWith(b, word, end, note)) {
          return true;
        }
      }
    }
    return false;
  }

  /**
   * Whether a line is {@code 114 0 35280349152 type: 310}, or the same with hexadecimal numbers.
   */
  private boolean raw(byte[] b, int start, int end) {
    AsciiCursor c = cursor;
    c.set(b, start, end);
    for (int i = 0; i < RAW_NUMBERS; i++) {
      if (!c.hex() || c.pos >= end || b[c.pos] != ' ') {
        return false;
      }
      c.pos++;
    }
    return startsWith(b, c.pos, end, ascii("type: "));
  }

  private static boolean startsWith(byte[] b, int from, int end, byte[] prefix) {
    if (end - from < prefix.length) {
      return false;
    }
    for (int i = 0; i < prefix.length; i++) {
      if (b[from + i] != prefix[i]) {
        return false;
      }
    }
    return true;
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
