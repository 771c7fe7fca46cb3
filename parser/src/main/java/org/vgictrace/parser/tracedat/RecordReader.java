package org.vgictrace.parser.tracedat;

import java.io.IOException;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.vgictrace.parser.CaptureCounts;
import org.vgictrace.parser.diag.Place;
import org.vgictrace.parser.event.BatchConsumer;
import org.vgictrace.parser.event.BatchPool;
import org.vgictrace.parser.event.Kind;
import org.vgictrace.parser.event.Names;
import org.vgictrace.parser.format.EventFormatParser;
import org.vgictrace.parser.record.CommandLines;
import org.vgictrace.parser.record.EventCatalog;
import org.vgictrace.parser.record.RecordDecoder;
import org.vgictrace.parser.record.RecordRows;

/** Turns the merged records of a file into rows and counts them. Not thread-safe. */
final class RecordReader {
  private static final int ID_BYTES = 2;

  private final EventCatalog catalog;
  private final CommandLines commandLines;
  private final boolean bigEndian;
  private final boolean wantsLost;
  private final long[] recordsById = new long[EventFormatParser.ID_MAX + 1];
  private final SortedMap<Integer, Long> lostByCpu = new TreeMap<>();
  private long events;
  private long lostMarks;
  private long tooShort;
  private long firstTs;
  private long lastTs;

  private int lastPid;
  private int lastName = -1;

  RecordReader(
      EventCatalog catalog, CommandLines commandLines, boolean bigEndian, boolean wantsLost) {
    this.catalog = catalog;
    this.commandLines = commandLines;
    this.bigEndian = bigEndian;
    this.wantsLost = wantsLost;
  }

  /** Reads all streams to their ends. */
  void read(List<CpuStream> streams, BatchPool pool, BatchConsumer consumer) throws IOException {
    RecordRows rows = new RecordRows(pool, consumer, wantsLost);
    StreamMerge merge = new StreamMerge(streams);
    while (merge.hasItem()) {
      CpuStream stream = merge.first();
      if (stream.isLost()) {
        lost(stream, events == 0 ? merge.startTs() : stream.ts(), rows);
      } else {
        record(stream, rows);
      }
      merge.advance();
    }
    rows.flush();
  }

  private void record(CpuStream stream, RecordRows rows) throws IOException {
    byte[] bytes = stream.bytes();
    int start = stream.recordStart();
    int length = stream.recordLength();
    if (length < ID_BYTES) {
      tooShort++;
      return;
    }
    int b0 = bytes[start] & 0xff;
    int b1 = bytes[start + 1] & 0xff;
    int id = bigEndian ? b0 << 8 | b1 : b1 << 8 | b0;
    long ts = stream.ts();
    recordsById[id]++;
    stream.records++;
    if (events++ == 0) {
      firstTs = ts;
      lastTs = ts;
    } else if (ts > lastTs) {
      lastTs = ts;
    }
    RecordDecoder decoder = catalog.decoder(id, stream);
    if (!decoder.isWanted()) {
      rows.skip();
      return;
    }
    int pid = decoder.pid(bytes, start, length);
    int comm = pid < 0 ? -1 : name(pid, rows.names());
    rows.add(decoder, stream, bytes, start, length, ts, stream.cpu, pid, comm, stream.buffer);
  }

  private int name(int pid, Names names) {
    if (pid != lastPid || lastName < 0) {
      lastPid = pid;
      lastName = commandLines.name(pid, names);
    }
    return lastName;
  }

  private void lost(CpuStream stream, long ts, RecordRows rows) throws IOException {
    lostMarks++;
    long count = stream.lostCount();
    lostByCpu.merge(
        stream.cpu, Math.max(0, count), (a, b) -> a > Long.MAX_VALUE - b ? Long.MAX_VALUE : a + b);
    rows.lost(ts, stream.cpu, count == CpuStream.UNKNOWN ? -1 : count, stream.buffer);
  }

  /**
   * What was read.
   *
   * @param damaged pieces that could not be opened at all
   */
  CaptureCounts counts(List<CpuStream> streams, Contents contents, long damaged) {
    SortedMap<String, Long> byName = new TreeMap<>();
    long modelled = 0;
    for (int id = 0; id < recordsById.length; id++) {
      RecordDecoder decoder = catalog.used(id);
      if (decoder == null) {
        continue;
      }
      byName.merge(catalog.fullName(id), recordsById[id], Long::sum);
      modelled += decoder.kind() == Kind.OTHER ? 0 : recordsById[id];
      Place outside = decoder.firstOutside();
      if (outside != null) {
        contents.diagnostics.error(
            "field-outside",
            outside,
            decoder.outside() + " values of " + catalog.fullName(id) + " lie outside their record");
      }
    }
    SortedMap<Integer, Long> byCpu = new TreeMap<>();
    long unparsed = damaged + tooShort;
    for (CpuStream stream : streams) {
      if (stream.records > 0) {
        byCpu.merge(stream.cpu, stream.records, Long::sum);
      }
      unparsed += stream.damaged();
      Place back = stream.firstStepBack();
      if (back != null) {
        contents.diagnostics.warning(
            "time-back",
            back,
            "CPU " + stream.cpu + ": time goes back " + stream.steppedBack() + " times");
      }
    }
    contents
        .stats
        .dropped()
        .forEach(
            (cpu, count) ->
                contents.diagnostics.warning(
                    "dropped",
                    Place.at(0),
                    "CPU " + cpu + ": the recorder dropped " + count + " events"));
    return new CaptureCounts(
        events,
        modelled,
        byName,
        byCpu,
        lostByCpu,
        lostMarks,
        contents.stats.overwritten(),
        unparsed,
        firstTs,
        lastTs,
        contents.diagnostics.entries(),
        contents.diagnostics.counts());
  }
}
