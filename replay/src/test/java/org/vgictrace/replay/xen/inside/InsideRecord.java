package org.vgictrace.replay.xen.inside;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Random;
import java.util.Set;
import org.vgictrace.parser.event.BatchBuilder;
import org.vgictrace.parser.event.BatchPool;
import org.vgictrace.parser.event.Kind;
import org.vgictrace.parser.event.KindTable;
import org.vgictrace.parser.event.Names;
import org.vgictrace.replay.Replay;
import org.vgictrace.replay.ReplayOptions;
import org.vgictrace.replay.ReplayResult;
import org.vgictrace.replay.engine.ClockOrder;
import org.vgictrace.replay.rule.Rule;
import org.vgictrace.replay.verdict.RuleCount;

/** Records what an instrumented Xen would about its vGIC, and has it judged at once. */
final class InsideRecord {
  private final Replay replay =
      new Replay(
          new ReplayOptions("M612", null, ClockOrder.CLOSE, Set.of(), Set.of()), finding -> {});
  private final BatchBuilder rows =
      new BatchBuilder(
          new BatchPool(new Names()),
          (batch, pool) -> {
            replay.accept(batch);
            pool.recycle(batch);
          });
  private final Random loss = new Random(11);
  private final double share;
  private long time;

  InsideRecord() {
    this(0);
  }

  /**
   * @param share how many of the records are missing, from 0 to 1
   */
  InsideRecord(double share) {
    this.share = share;
  }

  /**
   * Records a row.
   *
   * @param cells names of columns and, after each, its value or label
   */
  InsideRecord row(Kind kind, int cpu, Object... cells) {
    time += 100;
    if (share > 0 && loss.nextDouble() < share) {
      return this;
    }
    try {
      KindTable row = rows.append(kind, time, cpu, -1, -1, -1, -1, 0);
      for (int i = 0; i < cells.length; i += 2) {
        int column = kind.column((String) cells[i]);
        Object value = cells[i + 1];
        row.put(
            column,
            value instanceof String label
                ? kind.columns().get(column).labels().indexOf(label)
                : ((Number) value).longValue());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return this;
  }

  ReplayResult result() {
    try {
      rows.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return replay.finish();
  }

  /** How often a rule held. */
  static long held(ReplayResult result, Rule rule) {
    return result.rules().stream()
        .filter(count -> count.rule().equals(rule))
        .mapToLong(RuleCount::consistent)
        .sum();
  }
}
