package org.vgictrace.replay.both;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.agrona.collections.IntArrayList;
import org.agrona.collections.LongArrayList;
import org.vgictrace.parser.event.Batch;
import org.vgictrace.parser.event.Kind;
import org.vgictrace.replay.engine.Event;

/**
 * Collects what a guest of Xen recorded: each record shows that its CPU ran at that moment. They
 * are held until the hypervisor's trace is read, so there is a limit; what is beyond it is not
 * judged. Not thread-safe.
 */
public final class GuestRecords {
  private static final EnumSet<Kind> USED =
      EnumSet.of(
          Kind.GUEST_UPCALL,
          Kind.GUEST_PORT,
          Kind.GUEST_CHIP,
          Kind.GUEST_SEND,
          Kind.GUEST_EVDEV,
          Kind.HOST_IRQ,
          Kind.SCHED_SWITCH,
          Kind.LOST);

  /** What only the recording of a hypervisor has. */
  private static final EnumSet<Kind> HOSTS =
      EnumSet.of(
          Kind.XEN_RUNSTATE,
          Kind.XEN_SCHED,
          Kind.XEN_HYPERCALL,
          Kind.VCPU_ENTRY,
          Kind.VCPU_EXIT,
          Kind.LR_IMAGE,
          Kind.HW_ICH);

  private static final Kind[] KINDS = Kind.values();
  private static final int[] STEP = columns("step", "via", "point");
  private static final int[] DETAIL = columns("port", "target_cpu", "cmd", "irq", "next_pid");
  private static final int VECTOR = Kind.GUEST_SEND.column("vector");

  private static final int INTERRUPTS_OFF = 1;
  private static final int HARD = 8;
  private static final int SOFT = 16;
  private static final int NMI = 64;

  /** Depth of a context, a task's being 0, where that is not recorded. */
  static final int LEVEL_UNKNOWN = 4;

  /** What {@link #vector} is of records that do not say it. */
  static final int VECTOR_UNKNOWN = 0xf;

  /** Most records that are held, at some 40 bytes each. */
  static final int RECORDS_MAX = 1 << 22;

  private static final int CPUS_MAX = 4096;

  private final LongArrayList ts = new LongArrayList();
  private final LongArrayList seq = new LongArrayList();
  private final IntArrayList cpu = new IntArrayList();
  private final IntArrayList pid = new IntArrayList();

  /** Kind in bits 0-7, step in 8-15, level in 16-18, 19 set if it cannot sleep, vector in 20-23. */
  private final IntArrayList what = new IntArrayList();

  private final IntArrayList detail = new IntArrayList();
  private final SortedMap<Integer, IntArrayList> byCpu = new TreeMap<>();
  private final int[] cursors = new int[KINDS.length];
  private final Event event = new Event();
  private boolean hypervisor;

  /** The kinds it looks at. */
  public Set<Kind> kinds() {
    return EnumSet.copyOf(USED);
  }

  /** Takes a batch in; batches come in order. */
  public void observe(Batch batch) {
    if (hypervisor || ts.size() >= RECORDS_MAX) {
      return;
    }
    hypervisor = HOSTS.stream().anyMatch(kind -> batch.table(kind).rows() > 0);
    Arrays.fill(cursors, 0);
    byte[] order = batch.order();
    for (int i = 0; i < batch.size() && !hypervisor; i++) {
      int ordinal = order[i];
      int row = cursors[ordinal]++;
      if (USED.contains(KINDS[ordinal])) {
        event.moveTo(batch.table(ordinal), row);
        add(KINDS[ordinal], event);
      }
    }
  }

  private void add(Kind kind, Event e) {
    if (e.cpu >= CPUS_MAX || ts.size() >= RECORDS_MAX || e.cpu < 0 && kind != Kind.LOST) {
      return;
    }
    int step = STEP[kind.ordinal()] < 0 ? 0xff : e.getInt(STEP[kind.ordinal()], 0xff) & 0xff;
    int vector = kind == Kind.GUEST_SEND ? e.getInt(VECTOR, 0xf) & 0xf : 0xf;
    boolean stays = e.preemptDepth() > 0 || e.flags() >= 0 && (e.flags() & INTERRUPTS_OFF) != 0;
    what.addInt(
        kind.ordinal()
            | step << 8
            | levelOf(e.flags()) << 16
            | (stays ? 1 << 19 : 0)
            | vector << 20);
    detail.addInt(DETAIL[kind.ordinal()] < 0 ? -1 : e.getInt(DETAIL[kind.ordinal()], -1));
    byCpu.computeIfAbsent(e.cpu, key -> new IntArrayList()).addInt(ts.size());
    ts.addLong(e.ts);
    seq.addLong(e.seq);
    cpu.addInt(e.cpu);
    pid.addInt(e.pid);
  }

  private static int levelOf(int flags) {
    if (flags < 0) {
      return LEVEL_UNKNOWN;
    }
    if ((flags & NMI) != 0) {
      return 3;
    }
    return (flags & HARD) != 0 ? 2 : (flags & SOFT) != 0 ? 1 : 0;
  }

  private static int[] columns(String... names) {
    int[] columns = new int[KINDS.length];
    Arrays.fill(columns, -1);
    for (Kind kind : USED) {
      for (String name : names) {
        if (columns[kind.ordinal()] < 0) {
          columns[kind.ordinal()] = kind.columnOrMinusOne(name);
        }
      }
    }
    return columns;
  }

  /** Whether the capture may be a guest's: it has records of Linux and none of a hypervisor. */
  public boolean isOfGuest() {
    return !hypervisor && byCpu.keySet().stream().anyMatch(number -> number >= 0);
  }

  int size() {
    return ts.size();
  }

  /** Positions of the records of each CPU, in order; -1 for losses on an unknown CPU. */
  SortedMap<Integer, IntArrayList> byCpu() {
    return byCpu;
  }

  long ts(int i) {
    return ts.getLong(i);
  }

  long seq(int i) {
    return seq.getLong(i);
  }

  int cpu(int i) {
    return cpu.getInt(i);
  }

  int pid(int i) {
    return pid.getInt(i);
  }

  Kind kind(int i) {
    return KINDS[what.getInt(i) & 0xff];
  }

  int step(int i) {
    return what.getInt(i) >>> 8 & 0xff;
  }

  /** 0 for a task, 1 in a softirq, 2 in an interrupt, 3 in an NMI, 4 if it was not recorded. */
  int level(int i) {
    return what.getInt(i) >>> 16 & 7;
  }

  /** Whether the CPU cannot go to another task at that record. */
  boolean stays(int i) {
    return (what.getInt(i) >>> 19 & 1) != 0;
  }

  /** Which IPI is sent, 15 if it is not known. */
  int vector(int i) {
    return what.getInt(i) >>> 20 & 0xf;
  }

  /** Port, interrupt, target CPU, command or thread, whatever the kind has; -1 for none. */
  int detail(int i) {
    return detail.getInt(i);
  }

  /** The record in words. */
  String text(int i) {
    Kind kind = kind(i);
    StringBuilder text = new StringBuilder(kind.tableName());
    int column = STEP[kind.ordinal()];
    if (column >= 0 && step(i) != 0xff) {
      String name = kind.columns().get(column).name();
      text.append(' ').append(name).append('=').append(Labels.name(kind, column, step(i)));
    }
    int value = DETAIL[kind.ordinal()];
    if (value >= 0 && detail(i) >= 0) {
      text.append(' ').append(kind.columns().get(value).name()).append('=').append(detail(i));
    }
    return text.toString();
  }
}
