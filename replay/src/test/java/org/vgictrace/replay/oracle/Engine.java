package org.vgictrace.replay.oracle;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Set;
import org.vgictrace.parser.event.BatchBuilder;
import org.vgictrace.parser.event.BatchPool;
import org.vgictrace.parser.event.KindTable;
import org.vgictrace.parser.event.Names;
import org.vgictrace.replay.Replay;
import org.vgictrace.replay.ReplayOptions;
import org.vgictrace.replay.ReplayResult;
import org.vgictrace.replay.engine.ClockOrder;

/** Has generated recordings replayed by the engine under test. */
final class Engine {
  /** Time between two events, nanoseconds; more than the clocks of two CPUs may be apart. */
  private static final long BETWEEN_NS = 10_000;

  private static final int GUEST_CPU = 0;
  private static final int GUEST_THREAD = 100;
  private static final int DEVICE_CPU = 1;
  private static final int DEVICE_THREAD = 200;

  private static final ReplayOptions OPTIONS =
      new ReplayOptions("M612", null, ClockOrder.CLOSE, Set.of(), Set.of());

  private final BatchPool pool = new BatchPool(new Names());

  ReplayResult replay(List<Recorded> recording) {
    Replay replay = new Replay(OPTIONS, finding -> {});
    BatchBuilder events =
        new BatchBuilder(
            pool,
            (batch, owner) -> {
              replay.accept(batch);
              owner.recycle(batch);
            });
    try {
      long ts = BETWEEN_NS;
      for (Recorded event : recording) {
        KindTable row =
            events.append(
                event.kind(),
                ts,
                event.guest() ? GUEST_CPU : DEVICE_CPU,
                event.guest() ? GUEST_THREAD : DEVICE_THREAD,
                -1,
                -1,
                -1,
                0);
        fill(row, event.values());
        ts += BETWEEN_NS;
      }
      events.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return replay.finish();
  }

  private static void fill(KindTable row, List<Long> values) {
    for (int column = 0; column < values.size(); column++) {
      Long value = values.get(column);
      if (value != null) {
        row.put(column, value);
      }
    }
  }
}
