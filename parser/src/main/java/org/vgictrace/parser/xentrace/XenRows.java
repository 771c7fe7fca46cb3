package org.vgictrace.parser.xentrace;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.vgictrace.parser.bind.IdFormats;
import org.vgictrace.parser.diag.Diagnostic;
import org.vgictrace.parser.diag.Diagnostic.Severity;
import org.vgictrace.parser.diag.Diagnostics;
import org.vgictrace.parser.event.BatchBuilder;
import org.vgictrace.parser.event.Kind;
import org.vgictrace.parser.event.KindTable;

/**
 * Makes rows of records, in the order they are given, and counts them.
 *
 * <p>Hot code: nothing is allocated per record that has a kind.
 */
final class XenRows {
  private static final int OTHER_NAME = Kind.OTHER.column("name");
  private static final int OTHER_PAYLOAD = Kind.OTHER.column("payload");
  private static final int LOST_COUNT = Kind.LOST.column("count");

  private final BatchBuilder builder;
  private final EventTable events;
  private final Hypercalls hypercalls;
  private final Diagnostics diagnostics;
  private final boolean[] wanted = new boolean[Kind.values().length];
  private long count;
  private long modelled;
  private long lostMarks;
  private long firstTs;
  private long lastTs;
  private boolean any;

  XenRows(BatchBuilder builder, IdFormats formats, Set<Kind> kinds, Diagnostics diagnostics) {
    this.builder = builder;
    this.events = new EventTable(builder.names(), formats);
    this.hypercalls = new Hypercalls(builder.names());
    this.diagnostics = diagnostics;
    for (Kind kind : kinds) {
      wanted[kind.ordinal()] = true;
    }
  }

  List<EventTable.Entry> entries() {
    return events.entries();
  }

  long count() {
    return count;
  }

  /** Number of records whose kind is not {@code other}. */
  long modelled() {
    return modelled;
  }

  long lostMarks() {
    return lostMarks;
  }

  long firstTs() {
    return firstTs;
  }

  long lastTs() {
    return lastTs;
  }

  /** Adds a record. */
  void add(CpuRecords record) throws IOException {
    CpuState state = record.state();
    extend(record.ts());
    if (record.id() == CpuRecords.LOST) {
      lost(record, state);
      return;
    }
    count++;
    state.count++;
    state.before(record);
    EventTable.Entry event = events.of(record.id());
    event.count++;
    EventCatalogue.Declared declared = event.declared;
    Layout layout = declared == null ? null : declared.layout(record.words());
    if (layout == null) {
      other(record, state, event);
    } else {
      modelled++;
      row(record, state, layout);
    }
    state.after(record);
  }

  /** Hands over what has been collected. */
  void flush() throws IOException {
    builder.flush();
  }

  private void row(CpuRecords record, CpuState state, Layout layout) throws IOException {
    Kind kind = layout.kind();
    if (!wanted[kind.ordinal()]) {
      builder.skip();
      return;
    }
    KindTable row = builder.append(kind, record.ts(), record.cpu(), -1, state.name(), -1, -1, 0);
    layout.fill(row, record.buffer(), record.payload(), state.running(), record.isTimed());
    if (layout.isHypercall()) {
      hypercalls.fill(row, record);
    }
  }

  private void lost(CpuRecords record, CpuState state) throws IOException {
    lostMarks++;
    long records = record.word(0) & 0xffff_ffffL;
    state.lost += records;
    extend(record.stamp());
    if (wanted[Kind.LOST.ordinal()]) {
      KindTable row = builder.append(Kind.LOST, record.ts(), record.cpu(), -1, -1, -1, -1, 0);
      row.put(LOST_COUNT, records);
    } else {
      builder.skip();
    }
    state.lost(record.word(1));
  }

  private void other(CpuRecords record, CpuState state, EventTable.Entry event) throws IOException {
    if (event.declared != null) {
      event.misfits++;
      diagnostics.addLimited(
          new Diagnostic(
              "record-size",
              Severity.WARNING,
              record.place(),
              event.name + " with " + record.words() + " payload words is kept as it is"),
          1);
    }
    if (!wanted[Kind.OTHER.ordinal()]) {
      builder.skip();
      return;
    }
    KindTable row =
        builder.append(Kind.OTHER, record.ts(), record.cpu(), -1, state.name(), -1, -1, 0);
    row.put(OTHER_NAME, event.nameId);
    IdFormats.@Nullable IdFormat format = event.format;
    if (format != null) {
      byte[] text = format.with(words(record)).getBytes(StandardCharsets.UTF_8);
      row.putBytes(OTHER_PAYLOAD, text, 0, text.length);
    } else {
      byte[] raw = record.raw();
      row.putBytes(OTHER_PAYLOAD, raw, 0, raw.length);
    }
  }

  private static int[] words(CpuRecords record) {
    int[] words = new int[record.words()];
    for (int i = 0; i < words.length; i++) {
      words[i] = record.word(i);
    }
    return words;
  }

  private void extend(long ts) {
    firstTs = any ? Math.min(firstTs, ts) : ts;
    lastTs = any ? Math.max(lastTs, ts) : ts;
    any = true;
  }
}
