package org.vgictrace.parser.table;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.vgictrace.parser.Capture;
import org.vgictrace.parser.CaptureCounts;
import org.vgictrace.parser.CaptureMeta;
import org.vgictrace.parser.event.BatchBuilder;
import org.vgictrace.parser.event.BatchConsumer;
import org.vgictrace.parser.event.BatchPool;
import org.vgictrace.parser.event.Kind;
import org.vgictrace.parser.event.KindTable;
import org.vgictrace.parser.event.Names;

/** A capture of events that no kind stands for, the long ones first. */
final class ShrinkingPayloads implements Capture {
  private static final int LONG_EVENTS = 12_000;
  private static final int EVENTS = 60_000;

  @Override
  public CaptureMeta meta() {
    return new CaptureMeta(
        "file", "trace.dat v7", null, null, "local", true, List.of(0), "none", List.of(), 0);
  }

  @Override
  public CaptureCounts read(Set<Kind> wanted, BatchConsumer consumer) throws IOException {
    BatchBuilder builder = new BatchBuilder(new BatchPool(new Names()), consumer);
    byte[] payload = new byte[100];
    for (int i = 0; i < EVENTS; i++) {
      KindTable row = builder.append(Kind.OTHER, i, 0, 1, 0, 0, 0, 0);
      row.put(Kind.OTHER.column("name"), 0);
      payload[0] = (byte) i;
      row.putBytes(Kind.OTHER.column("payload"), payload, 0, i < LONG_EVENTS ? 100 : 1);
    }
    builder.flush();
    return new CaptureCounts(
        EVENTS,
        0,
        new TreeMap<>(Map.of("", (long) EVENTS)),
        new TreeMap<>(Map.of(0, (long) EVENTS)),
        new TreeMap<>(),
        0,
        0,
        0,
        0,
        EVENTS - 1,
        List.of(),
        Map.of());
  }

  @Override
  public void close() {}
}
