package org.vgictrace.replay.both;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.vgictrace.parser.Capture;
import org.vgictrace.parser.Captures;
import org.vgictrace.parser.event.Batch;
import org.vgictrace.parser.event.BatchBuilder;
import org.vgictrace.parser.event.BatchPool;
import org.vgictrace.parser.event.Kind;
import org.vgictrace.parser.event.KindTable;
import org.vgictrace.parser.event.Names;

/** A record of one side, which tests remove, alter or make up. */
record Row(
    Kind kind,
    long seq,
    long ts,
    int cpu,
    int pid,
    int flags,
    int preempt,
    long present,
    long[] v) {

  /** The rows of a capture that are of those kinds. */
  static List<Row> of(Path file, Set<Kind> kinds) {
    List<Row> rows = new ArrayList<>();
    try (Capture capture = Captures.open(file)) {
      capture.read(
          kinds,
          (batch, pool) -> {
            read(batch, kinds, rows);
            pool.recycle(batch);
          });
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return rows;
  }

  private static void read(Batch batch, Set<Kind> kinds, List<Row> rows) {
    int[] cursors = new int[Kind.values().length];
    for (int i = 0; i < batch.size(); i++) {
      int ordinal = batch.order()[i];
      KindTable t = batch.table(ordinal);
      int row = cursors[ordinal]++;
      if (!kinds.contains(t.kind())) {
        continue;
      }
      long[] values = new long[t.kind().columns().size()];
      for (int c = 0; c < values.length; c++) {
        values[c] = t.has(row, c) ? t.values(c)[row] : 0;
      }
      rows.add(
          new Row(
              t.kind(),
              t.seq()[row],
              t.ts()[row],
              t.cpu()[row],
              t.pid()[row],
              t.flags()[row],
              t.preempt()[row],
              t.present()[row],
              values));
    }
  }

  /** Gives rows to an observer as batches, in the order of their times. */
  static void feed(List<Row> rows, Consumer<Batch> observer) {
    List<Row> sorted = new ArrayList<>(rows);
    sorted.sort(Comparator.comparingLong(Row::ts).thenComparingLong(Row::seq));
    try {
      BatchBuilder builder =
          new BatchBuilder(
              new BatchPool(new Names()),
              (batch, pool) -> {
                observer.accept(batch);
                pool.recycle(batch);
              });
      for (Row row : sorted) {
        builder
            .append(row.kind, row.ts, row.cpu, row.pid, -1, row.flags, row.preempt, 0)
            .putAll(row.v, row.present);
      }
      builder.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The same at another time. */
  Row at(long time) {
    return new Row(kind, seq, time, cpu, pid, flags, preempt, present, v);
  }

  /** The same on another CPU. */
  Row on(int other) {
    return new Row(kind, seq, ts, other, pid, flags, preempt, present, v);
  }

  /** The same in a context of those flags. */
  Row in(int context) {
    return new Row(kind, seq, ts, cpu, pid, context, 0, present, v);
  }

  /** The same with another value. */
  Row with(String column, long value) {
    long[] values = v.clone();
    values[kind.column(column)] = value;
    return new Row(kind, seq, ts, cpu, pid, flags, preempt, present, values);
  }

  long get(String column) {
    return v[kind.column(column)];
  }

  /** Whether a column has the value of that name. */
  boolean is(String column, String label) {
    int c = kind.column(column);
    return (present >>> c & 1) != 0 && v[c] == kind.columns().get(c).labels().indexOf(label);
  }

  boolean is(Kind other) {
    return kind == other;
  }

  @Override
  public String toString() {
    return kind + "@" + ts + " cpu" + cpu + Arrays.toString(v);
  }
}
