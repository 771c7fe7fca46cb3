package org.vgictrace.analysis;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.vgictrace.parser.Capture;
import org.vgictrace.parser.CaptureCounts;
import org.vgictrace.parser.CaptureMeta;
import org.vgictrace.parser.event.BatchBuilder;
import org.vgictrace.parser.event.BatchConsumer;
import org.vgictrace.parser.event.BatchPool;
import org.vgictrace.parser.event.Column;
import org.vgictrace.parser.event.ColumnType;
import org.vgictrace.parser.event.Kind;
import org.vgictrace.parser.event.KindTable;
import org.vgictrace.parser.event.Names;

/**
 * A capture whose events are written down in a test. Time advances by one microsecond per event
 * unless told otherwise.
 *
 * <pre>{@code
 * Capture capture = new HandMade(events -> events.on(1, 951, "vcpu-1").event(Kind.VCPU_ENTRY, "pc", 0x1000));
 * }</pre>
 */
public final class HandMade implements Capture {
  /** Writes the events. */
  @FunctionalInterface
  public interface Script {
    void write(Events events);
  }

  /** Where KVM's events are recorded: in code that runs with interrupts off. */
  private static final int IRQS_OFF = 1;

  private final Script script;
  private final CaptureMeta meta;

  public HandMade(Script script) {
    this("made.dat", script);
  }

  public HandMade(String file, Script script) {
    this(
        new CaptureMeta(
            file,
            "trace.dat v7",
            "6.12.107",
            "aarch64",
            "local",
            true,
            List.of(0, 1),
            "zstd",
            List.of("kvm:kvm_entry", "kvm:kvm_exit", "vgic:enter", "vgic:set_underflow"),
            0),
        script);
  }

  public HandMade(CaptureMeta meta, Script script) {
    this.meta = meta;
    this.script = script;
  }

  @Override
  public CaptureMeta meta() {
    return meta;
  }

  @Override
  public CaptureCounts read(Set<Kind> wanted, BatchConsumer consumer) throws IOException {
    Events events = new Events(new BatchBuilder(new BatchPool(new Names()), consumer), wanted);
    script.write(events);
    events.builder.flush();
    return events.counts();
  }

  @Override
  public void close() {}

  /** Takes down events. */
  public static final class Events {
    private final BatchBuilder builder;
    private final Set<Kind> wanted;
    private final SortedMap<String, Long> byName = new TreeMap<>();
    private final SortedMap<Integer, Long> byCpu = new TreeMap<>();
    private final SortedMap<Integer, Long> lost = new TreeMap<>();
    private int cpu;
    private int pid = 1;
    private String comm = "task";
    private long first = -1;
    private long ts = 1_000_000_000L;
    private long other;
    private long marks;

    private Events(BatchBuilder builder, Set<Kind> wanted) {
      this.builder = builder;
      this.wanted = wanted;
    }

    /** Where the following events happen. */
    public Events on(int newCpu, int newPid, String newComm) {
      cpu = newCpu;
      pid = newPid;
      comm = newComm;
      return this;
    }

    /** When the next event happens, nanoseconds after the first possible one. */
    public Events at(long ns) {
      ts = 1_000_000_000L + ns;
      return this;
    }

    /**
     * An event with columns given as name and value in turn; labels and names as strings, numbers
     * as numbers.
     */
    public Events event(Kind kind, Object... values) {
      try {
        append(kind, values);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      return this;
    }

    private void append(Kind kind, Object... values) throws IOException {
      first = first < 0 ? ts : first;
      if (kind == Kind.LOST) {
        marks++;
        lost.merge(cpu, values.length > 1 ? ((Number) values[1]).longValue() : 0L, Long::sum);
      } else {
        byName.merge(kind.tableName(), 1L, Long::sum);
        byCpu.merge(cpu, 1L, Long::sum);
        other += kind == Kind.OTHER ? 1 : 0;
      }
      if (!wanted.contains(kind)) {
        builder.skip();
        ts += 1_000;
        return;
      }
      KindTable row =
          builder.append(kind, ts, cpu, pid, builder.names().intern(comm), IRQS_OFF, 0, 0);
      for (int i = 0; i < values.length; i += 2) {
        put(row, kind.column((String) values[i]), values[i + 1]);
      }
      ts += 1_000;
    }

    private void put(KindTable row, int index, Object value) {
      Column column = row.kind().columns().get(index);
      if (value instanceof Number number) {
        row.put(index, number.longValue());
      } else if (column.type() == ColumnType.ENUM) {
        int code = column.labels().indexOf(value);
        if (code < 0) {
          throw new IllegalArgumentException(value + " is no label of " + column.name());
        }
        row.put(index, code);
      } else if (column.type() == ColumnType.BYTES) {
        byte[] bytes = value.toString().getBytes(StandardCharsets.UTF_8);
        row.putBytes(index, bytes, 0, bytes.length);
      } else {
        row.put(index, builder.names().intern(value.toString()));
      }
    }

    private CaptureCounts counts() {
      long events = byCpu.values().stream().mapToLong(Long::longValue).sum();
      return new CaptureCounts(
          events,
          events - other,
          byName,
          byCpu,
          lost,
          marks,
          -1,
          0,
          Math.max(first, 0),
          events == 0 ? 0 : ts - 1_000,
          List.of(),
          Map.of());
    }
  }
}
