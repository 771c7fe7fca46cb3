package org.vgictrace.parser.tracedat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.vgictrace.parser.CaptureCounts;
import org.vgictrace.parser.diag.Place;
import org.vgictrace.parser.event.BatchConsumer;
import org.vgictrace.parser.event.BatchPool;
import org.vgictrace.parser.record.RecordDecoder;
import org.vgictrace.parser.record.RecordRows;

/** Turns the merged records of a file into rows and counts them. Not thread-safe. */
final class RecordReader {
  private static final int ID_BYTES = 2;

  private final Origin host;
  private final boolean wantsLost;
  private final SortedMap<Integer, Long> lostByCpu = new TreeMap<>();

  private final List<Guest> guests = new ArrayList<>();

  /** Guests by the identifier of their buffers' names; null for those of the host. */
  private @Nullable Guest[] byBuffer = new @Nullable Guest[0];

  private long events;
  private long lostMarks;
  private long tooShort;
  private long firstTs;
  private long lastTs;

  /** A guest whose records are read together with the host's. */
  private record Guest(Origin origin, GuestTime time) {}

  /**
   * @param host the kernel that recorded
   * @param wantsLost whether marks of lost events become rows
   */
  RecordReader(Origin host, boolean wantsLost) {
    this.host = host;
    this.wantsLost = wantsLost;
  }

  /**
   * Adds a guest.
   *
   * @param buffers identifiers of its buffers' names, which no other origin has
   */
  void addGuest(Origin origin, GuestTime time, Collection<Integer> buffers) {
    Guest guest = new Guest(origin, time);
    guests.add(guest);
    for (int buffer : buffers) {
      byBuffer = Arrays.copyOf(byBuffer, Math.max(byBuffer.length, buffer + 1));
      byBuffer[buffer] = guest;
    }
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
    Guest guest = stream.buffer < byBuffer.length ? byBuffer[stream.buffer] : null;
    Origin origin = guest == null ? host : guest.origin();
    int b0 = bytes[start] & 0xff;
    int b1 = bytes[start + 1] & 0xff;
    int id = origin.bigEndian ? b0 << 8 | b1 : b1 << 8 | b0;
    long ts = stream.ts();
    stream.records++;
    if (events++ == 0) {
      firstTs = ts;
      lastTs = ts;
    } else if (ts > lastTs) {
      lastTs = ts;
    }
    RecordDecoder decoder = origin.count(id, stream);
    if (byBuffer.length > 0) {
      time(guest, id, decoder.pid(bytes, start, length), stream.cpu);
    }
    if (!decoder.isWanted()) {
      rows.skip();
      return;
    }
    int pid = decoder.pid(bytes, start, length);
    int comm = pid < 0 ? -1 : origin.name(pid, rows.names());
    rows.add(decoder, stream, bytes, start, length, ts, stream.cpu, pid, comm, stream.buffer);
  }

  /** Follows who is in guest mode when. */
  private void time(@Nullable Guest guest, int id, int pid, int cpu) {
    if (guest != null) {
      guest.time().guest(cpu);
      return;
    }
    if (id == host.entryId || id == host.exitId) {
      for (Guest each : guests) {
        each.time().host(pid, id == host.entryId);
      }
    }
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
    long modelled = host.addTo(byName, contents);
    for (Guest guest : guests) {
      guest.origin().addTo(byName, contents);
      guest.time().report(guest.origin().label, contents.diagnostics);
    }
    SortedMap<Integer, Long> byCpu = new TreeMap<>();
    long unparsed = damaged + tooShort;
    for (CpuStream stream : streams) {
      boolean ofGuest = stream.buffer < byBuffer.length && byBuffer[stream.buffer] != null;
      if (stream.records > 0 && !ofGuest) {
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
