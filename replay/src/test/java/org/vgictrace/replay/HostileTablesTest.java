package org.vgictrace.replay;

import static org.assertj.core.api.Assertions.assertThatCode;

import java.io.IOException;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vgictrace.parser.event.BatchBuilder;
import org.vgictrace.parser.event.BatchPool;
import org.vgictrace.parser.event.Column;
import org.vgictrace.parser.event.Kind;
import org.vgictrace.parser.event.KindTable;
import org.vgictrace.parser.event.Names;
import org.vgictrace.replay.engine.ClockOrder;
import org.vgictrace.replay.join.Join;
import org.vgictrace.replay.join.JoinSide;
import org.vgictrace.replay.join.ListRegisterWrites;

/**
 * Tables that no reader made: a converted directory is input like any other, and every number in it
 * may be anything.
 */
class HostileTablesTest {
  private static final int EVENTS = 60_000;
  private static final Kind[] KINDS = Kind.values();

  /** Numbers at and behind the ends of what is used as an index somewhere. */
  private static final long[] EDGES = {
    -1,
    -2,
    15,
    16,
    17,
    31,
    32,
    63,
    64,
    65,
    127,
    1019,
    1020,
    1023,
    1024,
    8191,
    8192,
    65_535,
    65_536,
    Integer.MAX_VALUE,
    Integer.MIN_VALUE,
    1L << 32,
    Long.MAX_VALUE,
    Long.MIN_VALUE
  };

  private final Names names = new Names();

  /** Rows of all kinds, so that whatever one leaves behind meets every other. */
  private void feed(Random random, Replay replay, ListRegisterWrites writes) throws IOException {
    BatchBuilder builder =
        new BatchBuilder(
            new BatchPool(names),
            (batch, pool) -> {
              writes.observe(batch);
              replay.accept(batch);
              pool.recycle(batch);
            });
    List<Kind> some = random.ints(6, 0, KINDS.length).mapToObj(i -> KINDS[i]).toList();
    for (int i = 0; i < EVENTS; i++) {
      Kind kind = random.nextInt(4) == 0 ? KINDS[random.nextInt(KINDS.length)] : some.get(i % 6);
      int cpu = (int) number(random);
      int pid = (int) number(random);
      KindTable row = builder.append(kind, random.nextLong(), cpu, pid, -1, -1, -1, 0);
      for (int column = 0; column < kind.columns().size(); column++) {
        if (random.nextInt(8) > 0) {
          put(row, column, kind.columns().get(column), random);
        }
      }
    }
    builder.flush();
  }

  private void put(KindTable row, int column, Column declared, Random random) {
    switch (declared.type()) {
      case NAME -> row.put(column, names.intern("name" + random.nextInt(3)));
      case BYTES -> row.putBytes(column, new byte[random.nextInt(9)], 0, 0);
      case BOOL -> row.put(column, random.nextInt(2));
      case ENUM -> row.put(column, random.nextInt(declared.labels().size()));
      case UINT8 -> row.put(column, number(random) & 0xff);
      case INT32 -> {
        int narrow = (int) number(random);
        row.put(column, narrow);
      }
      case UINT32, HEX32 -> row.put(column, number(random) & 0xffff_ffffL);
      default -> row.put(column, number(random));
    }
  }

  private static long number(Random random) {
    return switch (random.nextInt(3)) {
      case 0 -> random.nextInt(4);
      case 1 -> EDGES[random.nextInt(EDGES.length)];
      default -> random.nextLong() >>> random.nextInt(64);
    };
  }

  @ParameterizedTest
  @ValueSource(strings = {"M61", "M612", "M72"})
  void noNumberStopsAReplay(String profile) {
    ReplayOptions options = new ReplayOptions(profile, null, ClockOrder.CLOSE, Set.of(), Set.of());
    for (long seed = 0; seed < 12; seed++) {
      Random random = new Random(seed);
      Replay replay = new Replay(options, finding -> {});

      assertThatCode(
              () -> {
                ListRegisterWrites writes = new ListRegisterWrites();
                feed(random, replay, writes);
                JoinSide side = new JoinSide("file", Long.MIN_VALUE, Long.MAX_VALUE, 0, writes);
                Join.of(side, side);
                replay.finish();
              })
          .as("seed %d", seed)
          .doesNotThrowAnyException();
    }
  }
}
