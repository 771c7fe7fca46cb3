package org.vgictrace.parser.xentrace;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.vgictrace.parser.CaptureCounts;
import org.vgictrace.parser.diag.Diagnostics;
import org.vgictrace.parser.event.BatchBuilder;
import org.vgictrace.parser.event.Kind;
import org.vgictrace.parser.event.KindTable;

/** Makes rows of the lines of a dump, and counts them. */
final class DumpRows {
  private static final int OTHER_NAME = Kind.OTHER.column("name");
  private static final int OTHER_PAYLOAD = Kind.OTHER.column("payload");
  private static final int LOST_COUNT = Kind.LOST.column("count");
  private static final int OP = Kind.XEN_HYPERCALL.column("op");
  private static final int ARG1 = Kind.XEN_HYPERCALL.column("arg1");
  private static final int PF_ADDRESS = Kind.XEN_HVM_STEP.column("addr");
  private static final int PF_ERROR = Kind.XEN_HVM_STEP.column("error");
  private static final int PENDING = Kind.XEN_INTR_WINDOW.column("pending");
  private static final int FAKE = Kind.XEN_INJECT.column("fake");

  /** Bit of a count of operations that says that they go on after a preemption. */
  private static final long PREEMPTED = 1L << 31;

  private static final byte[] LOST = {'l', 'o', 's', 't', '_', 'r', 'e', 'c', 'o', 'r', 'd', 's'};

  private final BatchBuilder builder;
  private final boolean[] wanted = new boolean[Kind.values().length];
  private final DumpShapes shapes = new DumpShapes();
  private final DumpWords words = new DumpWords();
  private final Hypercalls hypercalls;
  private final SortedMap<String, Long> byName = new TreeMap<>();
  private final SortedMap<Integer, Long> byCpu = new TreeMap<>();
  private final SortedMap<Integer, Long> lostByCpu = new TreeMap<>();
  private final int handling;
  private long count;
  private long modelled;
  private long lostMarks;
  private long now;
  private long last;

  DumpRows(BatchBuilder builder, Set<Kind> kinds) {
    this.builder = builder;
    this.hypercalls = new Hypercalls(builder.names());
    this.handling = EventCatalogue.named("pf_xen64").id;
    for (Kind kind : kinds) {
      wanted[kind.ordinal()] = true;
    }
  }

  /** Hands over what has been collected. */
  void flush() throws IOException {
    builder.flush();
  }

  /** Adds a line. */
  void add(byte[] b, DumpLine line, int end) throws IOException {
    now = line.timed ? line.time : now;
    last = Math.max(last, now);
    if (startsWith(b, line.body, end, LOST)) {
      lost(b, line, end);
      return;
    }
    count++;
    byCpu.merge(line.cpu, 1L, Long::sum);
    DumpShape shape = shapes.read(b, line.body, end);
    if (shape != null) {
      shaped(b, line, end, shape);
      return;
    }
    EventCatalogue.Declared event = words.read(b, line.body, end);
    Layout layout = event == null ? null : event.layout(words.count);
    if (event == null || layout == null) {
      other(b, line, end);
      return;
    }
    KindTable row = row(event, line);
    if (row != null) {
      layout.fill(row, words.words, 0, line.vcpu, line.timed);
    }
  }

  private void shaped(byte[] b, DumpLine line, int end, DumpShape shape) throws IOException {
    KindTable row = row(shape.event(), line);
    if (row == null) {
      return;
    }
    shape.event().anyLayout().fillConstants(row, line.vcpu, line.timed);
    shape.fill(row);
    switch (shape.event().kind) {
      case XEN_HYPERCALL -> hypercall(b, shape.end(), end, row, shape.value(OP));
      case XEN_INJECT -> {
        if (shape.event().name.equals("inj_virq")) {
          row.put(FAKE, end - shape.end() > 0 && b[shape.end() - 1] != 'l' ? 1 : 0);
        }
      }
      case XEN_INTR_WINDOW -> {
        if (b[shape.end() - 1] == '#') {
          row.put(PENDING, -1);
        }
      }
      case XEN_HVM_STEP -> {
        if (shape.event().id == handling) {
          pageFault(row, shape.value(PF_ADDRESS), shape.value(PF_ERROR));
        }
      }
      default -> {}
    }
  }

  /**
   * xenalyze takes the address to be first and the error code behind it; it is the other way round
   * in the record.
   */
  private static void pageFault(KindTable row, long address, long error) {
    row.put(PF_ERROR, address & 0xffff_ffffL);
    row.put(PF_ADDRESS, address >>> 32 | error << 32);
  }

  private void hypercall(byte[] b, int from, int end, KindTable row, long op) {
    hypercalls.name(row, op);
    int p = from;
    while (p < end && b[p] == ' ') {
      p++;
    }
    int word = p;
    while (p < end && b[p] != ' ') {
      p++;
    }
    if (p == word) {
      return;
    }
    if (isNumber(b[word])) {
      long preempted = b[end - 1] == ')' ? PREEMPTED : 0;
      row.put(ARG1, number(b, word, p) & 0xffff_ffffL | preempted);
      return;
    }
    hypercalls.command(row, op, builder.names().intern(b, word, p - word));
    int last = end;
    while (last > p && isNumber(b[last - 1])) {
      last--;
    }
    if (last > p && last < end) {
      row.put(ARG1, number(b, last, end));
    }
  }

  private static boolean isNumber(byte b) {
    return b == '-' || b >= '0' && b <= '9';
  }

  private static long number(byte[] b, int from, int end) {
    long value = 0;
    for (int p = from; p < end && p - from < 18; p++) {
      value = b[p] == '-' ? value : value * 10 + b[p] - '0';
    }
    return b[from] == '-' ? -value : value;
  }

  /** {@code lost_records count 7 d0v0 ...}; the line of its end says nothing new. */
  private void lost(byte[] b, DumpLine line, int end) throws IOException {
    int p = line.body + LOST.length + " count ".length();
    if (p >= end || b[p] < '0' || b[p] > '9') {
      return;
    }
    int numberEnd = p;
    while (numberEnd < end && isNumber(b[numberEnd])) {
      numberEnd++;
    }
    long records = number(b, p, numberEnd);
    lostMarks++;
    lostByCpu.merge(line.cpu, records, Long::sum);
    if (!wanted[Kind.LOST.ordinal()]) {
      builder.skip();
      return;
    }
    builder.append(Kind.LOST, now, line.cpu, -1, -1, -1, -1, 0).put(LOST_COUNT, records);
  }

  private @Nullable KindTable row(EventCatalogue.Declared event, DumpLine line) throws IOException {
    modelled++;
    byName.merge(EventCatalogue.SYSTEM + event.name, 1L, Long::sum);
    if (!wanted[event.kind.ordinal()]) {
      builder.skip();
      return null;
    }
    return builder.append(event.kind, now, line.cpu, -1, name(line), -1, -1, 0);
  }

  private int name(DumpLine line) {
    return line.vcpu < 0
        ? -1
        : builder.names().intern("d" + (line.vcpu >>> 16) + "v" + (line.vcpu & 0xffff));
  }

  private void other(byte[] b, DumpLine line, int end) throws IOException {
    int nameEnd = line.body;
    while (nameEnd < end && b[nameEnd] != ' ' && b[nameEnd] != '[') {
      nameEnd++;
    }
    String name =
        EventCatalogue.SYSTEM
            + new String(b, line.body, nameEnd - line.body, StandardCharsets.ISO_8859_1);
    byName.merge(
        byName.size() < 1000 || byName.containsKey(name) ? name : "xen:other", 1L, Long::sum);
    if (!wanted[Kind.OTHER.ordinal()]) {
      builder.skip();
      return;
    }
    KindTable row = builder.append(Kind.OTHER, now, line.cpu, -1, name(line), -1, -1, 0);
    row.put(OTHER_NAME, builder.names().intern(name));
    row.putBytes(OTHER_PAYLOAD, b, nameEnd, end - nameEnd);
  }

  private static boolean startsWith(byte[] b, int from, int end, byte[] text) {
    for (int i = 0; i < text.length; i++) {
      if (from + i >= end || b[from + i] != text[i]) {
        return false;
      }
    }
    return true;
  }

  /** What was read. */
  CaptureCounts counts(long unparsed, Diagnostics diagnostics) {
    return new CaptureCounts(
        count,
        modelled,
        byName,
        byCpu,
        lostByCpu,
        lostMarks,
        -1,
        unparsed,
        0,
        last,
        diagnostics.entries(),
        diagnostics.counts());
  }
}
