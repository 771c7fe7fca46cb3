package org.vgictrace.parser.table;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.vgictrace.parser.Capture;
import org.vgictrace.parser.CaptureCounts;
import org.vgictrace.parser.CaptureMeta;
import org.vgictrace.parser.diag.Diagnostic;
import org.vgictrace.parser.diag.Place;
import org.vgictrace.parser.event.BatchBuilder;
import org.vgictrace.parser.event.BatchConsumer;
import org.vgictrace.parser.event.BatchPool;
import org.vgictrace.parser.event.Column;
import org.vgictrace.parser.event.Kind;
import org.vgictrace.parser.event.KindTable;
import org.vgictrace.parser.event.Names;

/**
 * A capture of random events, the same for the same seed. It has all kinds, all column types, runs
 * with and without nulls, extreme values, gaps in the numbering, and names that try to break files.
 */
final class RandomCapture implements Capture {
  static final List<String> HOSTILE =
      List.of(
          "",
          "qemu-system-aar",
          "=cmd|'/C calc'!A0",
          "+1",
          "-bash",
          "@SUM(A1)",
          "a,b",
          "say \"hi\"",
          "\"",
          "line\nbreak",
          "cr\rlf\r\n",
          "\ttab",
          "nul\0",
          "\u001b[31mred\u001b[0m",
          "back\\slash\\x41\\",
          " blanks ",
          "\u00e9\u4e2d\ud83d\ude00",
          "\u202etxt.exe",
          "null",
          "NaN",
          "0x10",
          "'quoted'",
          "#comment",
          "\ufeffbom",
          "\ufffd");

  private static final long[] EDGES = {
    0, 1, 127, 128, 255, 256, 65535, 1L << 31, -1, Long.MIN_VALUE, Long.MAX_VALUE
  };

  private final long seed;
  private final int events;
  private final CaptureMeta meta;

  RandomCapture(long seed, int events) {
    this.seed = seed;
    this.events = events;
    this.meta =
        new CaptureMeta(
            "dir/random.dat",
            "trace.dat v7",
            seed % 3 == 0 ? null : "7.2.0-rc1 \"x\"",
            "arm64",
            seed % 2 == 0 ? null : "mono_raw",
            seed % 5 != 0,
            List.of(0, 1, 7),
            "zstd",
            List.of("kvm:kvm_entry", "vgic:\u001b=x"),
            seed * 1_000_003);
  }

  @Override
  public CaptureMeta meta() {
    return meta;
  }

  @Override
  public CaptureCounts read(Set<Kind> wanted, BatchConsumer consumer) throws IOException {
    Random random = new Random(seed);
    Names names = new Names();
    BatchBuilder builder = new BatchBuilder(new BatchPool(names), consumer);
    BatchBuilder unwanted =
        new BatchBuilder(new BatchPool(names), (batch, pool) -> pool.recycle(batch));
    Kind[] kinds = Kind.values();
    long ts = random.nextLong() >>> 8;
    int nulls = 0;
    for (int i = 0; i < events; i++) {
      if (i % 100 == 0) {
        nulls = random.nextInt(3);
      }
      if (random.nextInt(20) == 0) {
        builder.skip();
      }
      if (random.nextInt(1000) == 0) {
        builder.flush();
      }
      ts += random.nextInt(5000);
      Kind kind = kinds[(int) (Math.abs(random.nextGaussian()) / 3 * kinds.length) % kinds.length];
      boolean some = nulls > 0 && random.nextBoolean();
      boolean isWanted = wanted.contains(kind);
      if (!isWanted) {
        builder.skip();
      }
      KindTable row =
          (isWanted ? builder : unwanted)
              .append(
                  kind,
                  ts,
                  some ? -1 : random.nextInt(128),
                  some ? -1 : random.nextInt(1 << 22),
                  some ? -1 : names.intern(name(random)),
                  some ? -1 : random.nextInt(256),
                  some ? -1 : random.nextInt(256),
                  random.nextInt(50) == 0 ? names.intern(name(random)) : 0);
      for (int c = 0; c < kind.columns().size(); c++) {
        if (nulls == 0 || nulls == 1 && random.nextInt(3) > 0) {
          put(row, c, random, names);
        }
      }
    }
    builder.flush();
    return counts();
  }

  @Override
  public void close() {}

  static Set<Kind> allKinds() {
    return EnumSet.allOf(Kind.class);
  }

  private CaptureCounts counts() {
    SortedMap<String, Long> byName = new TreeMap<>();
    byName.put("kvm:kvm_entry", 5L);
    byName.put("=1+1", Long.MAX_VALUE);
    SortedMap<Integer, Long> byCpu = new TreeMap<>();
    byCpu.put(0, (long) events);
    byCpu.put(-1, 2L);
    SortedMap<String, Long> diagnostics = new TreeMap<>();
    diagnostics.put("page-damaged", 3L);
    List<Diagnostic> entries = new ArrayList<>();
    entries.add(
        new Diagnostic(
            "page-damaged", Diagnostic.Severity.ERROR, Place.at(4096), "a \"b\"\t\u0001"));
    entries.add(
        new Diagnostic("page-damaged", Diagnostic.Severity.INFO, Place.line(7).in("data.1"), "c"));
    return new CaptureCounts(
        events + 5L,
        events,
        byName,
        byCpu,
        new TreeMap<>(),
        1,
        -1,
        4,
        17,
        18,
        entries,
        diagnostics);
  }

  private static String name(Random random) {
    return random.nextInt(4) == 0
        ? "task" + random.nextInt(300)
        : HOSTILE.get(random.nextInt(HOSTILE.size()));
  }

  private static void put(KindTable row, int c, Random random, Names names) {
    Column column = row.kind().columns().get(c);
    long any = random.nextInt(3) == 0 ? EDGES[random.nextInt(EDGES.length)] : random.nextLong();
    switch (column.type()) {
      case BOOL -> row.put(c, any & 1);
      case UINT8 -> row.put(c, any & 0xff);
      case UINT16 -> row.put(c, any & 0xffff);
      case UINT32, HEX32 -> row.put(c, any & 0xffff_ffffL);
      case INT32 -> row.put(c, any << 32 >> 32);
      case INT64, HEX64 -> row.put(c, any);
      case ENUM -> row.put(c, random.nextInt(column.labels().size()));
      case NAME -> row.put(c, names.intern(name(random)));
      case BYTES -> {
        byte[] bytes =
            random.nextBoolean()
                ? name(random).getBytes(StandardCharsets.UTF_8)
                : new byte[random.nextInt(100)];
        if (bytes.length > 20) {
          random.nextBytes(bytes);
        }
        byte[] padded = new byte[bytes.length + 3];
        System.arraycopy(bytes, 0, padded, 2, bytes.length);
        row.putBytes(c, padded, 2, bytes.length);
      }
    }
  }
}
