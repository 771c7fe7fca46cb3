package org.vgictrace.replay.join;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.agrona.collections.Int2IntHashMap;
import org.jspecify.annotations.Nullable;
import org.vgictrace.parser.event.Batch;
import org.vgictrace.parser.event.Kind;
import org.vgictrace.parser.event.LrImage;
import org.vgictrace.replay.engine.Event;

/**
 * Collects the writes of list registers of one recording, be it of the hypervisor or of its
 * hardware: those of every entry that leave something in the register. They are all held until the
 * other recording is read, so there is a limit; beyond it nothing is held. Not thread-safe.
 */
public final class ListRegisterWrites {
  private static final EnumSet<Kind> USED =
      EnumSet.of(Kind.LR_IMAGE, Kind.VGIC_STEP, Kind.HW_ICH, Kind.LOST);

  private static final Kind[] KINDS = Kind.values();
  private static final int STEP_VCPU_ID = Kind.VGIC_STEP.column("vcpu_id");
  private static final int ICH_GIC = Kind.HW_ICH.column("gic");
  private static final int ICH_OP = Kind.HW_ICH.column("op");
  private static final int ICH_REG = Kind.HW_ICH.column("reg");
  private static final int ICH_INDEX = Kind.HW_ICH.column("index");
  private static final int ICH_VALUE = Kind.HW_ICH.column("value");
  private static final int LR = labels(ICH_REG).indexOf("lr");
  private static final int WRITE = labels(ICH_OP).indexOf("write");
  private static final int NO_VCPU = -1;

  /** Most CPUs that are followed. */
  private static final int CPUS_MAX = 4096;

  /** Most writes that are held, at some 40 bytes each. */
  static final int WRITES_MAX = 1 << 20;

  private final int most;
  private int held;
  private boolean tooMany;

  private final SortedMap<Integer, Writes> restored = new TreeMap<>();
  private final SortedMap<Integer, Writes> entered = new TreeMap<>();
  private final SortedMap<Integer, Writes> seen = new TreeMap<>();
  private final Int2IntHashMap vcpus = new Int2IntHashMap(NO_VCPU);
  private final int[] cursors = new int[KINDS.length];
  private final Event event = new Event();
  private boolean hypervisor;
  private boolean v3;

  /** Holds up to {@link #WRITES_MAX} writes. */
  public ListRegisterWrites() {
    this(WRITES_MAX);
  }

  /** Holds up to {@code most} writes. */
  ListRegisterWrites(int most) {
    this.most = most;
  }

  private static List<String> labels(int column) {
    return Kind.HW_ICH.columns().get(column).labels();
  }

  /** The kinds it looks at. */
  public Set<Kind> kinds() {
    return EnumSet.copyOf(USED);
  }

  /** Takes the events of a batch in. */
  public void observe(Batch batch) {
    Arrays.fill(cursors, 0);
    byte[] order = batch.order();
    for (int i = 0; i < batch.size(); i++) {
      int ordinal = order[i];
      int row = cursors[ordinal]++;
      Kind kind = KINDS[ordinal];
      if (USED.contains(kind)) {
        event.moveTo(batch.table(ordinal), row);
        take(kind, event);
      }
    }
  }

  private void take(Kind kind, Event e) {
    switch (kind) {
      case LR_IMAGE -> image(e);
      case VGIC_STEP -> learn(e, STEP_VCPU_ID);
      case HW_ICH -> access(e);
      case LOST -> {
        lost(restored, e.cpu);
        lost(entered, e.cpu);
        lost(seen, e.cpu);
      }
      default -> {}
    }
  }

  private void learn(Event e, int column) {
    hypervisor = true;
    int vcpu = e.getInt(column, NO_VCPU);
    if (e.pid >= 0 && vcpu > NO_VCPU) {
      vcpus.put(e.pid, vcpu);
    }
  }

  private void image(Event e) {
    learn(e, LrImage.VCPU_ID);
    int point = e.getInt(LrImage.POINT, -1);
    boolean restore = point == LrImage.POINT_RESTORE;
    if (e.cpu < 0 || !restore && point != LrImage.POINT_ENTRY) {
      return;
    }
    Writes writes = of(restore ? restored : entered, e.cpu);
    int used = Math.min(e.getInt(LrImage.USED_LRS, 0), LrImage.LRS_MAX);
    for (int lr = 0; lr < used && writes != null; lr++) {
      long value = e.get(LrImage.LR0 + lr, 0);
      if (value != 0) {
        add(writes, e, lr, value);
      }
    }
  }

  private void access(Event e) {
    boolean write = e.getInt(ICH_REG, -1) == LR && e.getInt(ICH_OP, -1) == WRITE;
    long value = e.get(ICH_VALUE, 0);
    Writes writes = write && value != 0 && e.cpu >= 0 ? of(seen, e.cpu) : null;
    if (writes != null) {
      v3 = e.getInt(ICH_GIC, 3) == 3;
      add(writes, e, e.getInt(ICH_INDEX, -1), value);
    }
  }

  private void add(Writes writes, Event e, int lr, long value) {
    if (held < most) {
      writes.add(e.ts, e.seq, lr, value, e.pid);
      held++;
    } else if (!tooMany) {
      tooMany = true;
      restored.values().forEach(Writes::clear);
      entered.values().forEach(Writes::clear);
      seen.values().forEach(Writes::clear);
    }
  }

  private static @Nullable Writes of(SortedMap<Integer, Writes> byCpu, int cpu) {
    Writes writes = byCpu.get(cpu);
    if (writes == null && byCpu.size() < CPUS_MAX) {
      writes = new Writes(cpu);
      byCpu.put(cpu, writes);
    }
    return writes;
  }

  private static void lost(SortedMap<Integer, Writes> byCpu, int cpu) {
    for (Writes writes : byCpu.values()) {
      if (cpu < 0 || writes.cpu == cpu) {
        writes.lost();
      }
    }
  }

  /** Whether the recording is of the hardware. */
  public boolean isOfHardware() {
    return !seen.isEmpty() && !hypervisor;
  }

  /** Whether it is of the hypervisor, and shows what it writes. */
  public boolean isOfHypervisor() {
    return seen.isEmpty() && !(restored.isEmpty() && entered.isEmpty());
  }

  /** Number of writes taken in, all kinds of sides counted. */
  int held() {
    return held;
  }

  /** Whether there were more writes than are held; then none is. */
  boolean areTooMany() {
    return tooMany;
  }

  /** Whether the hardware is a GICv3. */
  boolean isV3() {
    return v3;
  }

  /** What the hardware saw, by CPU. */
  SortedMap<Integer, Writes> seen() {
    return seen;
  }

  /**
   * What the hypervisor wrote, by CPU: from right before the accesses where that is recorded, else
   * from before the entry.
   */
  SortedMap<Integer, Writes> written() {
    return restored.isEmpty() ? entered : restored;
  }

  /**
   * Whether every write is recorded. An image from before the entry is not there when the entry is
   * given up after the registers were written.
   */
  boolean showsAll() {
    return !restored.isEmpty();
  }

  /** The number of the vCPU a thread runs, -1 if it is not known. */
  int vcpu(int pid) {
    return vcpus.get(pid);
  }
}
