package org.vgictrace.analysis.stat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import org.agrona.collections.Long2ObjectHashMap;
import org.jspecify.annotations.Nullable;
import org.vgictrace.analysis.check.BatchObserver;
import org.vgictrace.analysis.text.ExitReason;
import org.vgictrace.analysis.vcpu.ImageRow;
import org.vgictrace.analysis.vcpu.Vcpu;
import org.vgictrace.analysis.vcpu.Vcpus;
import org.vgictrace.analysis.vcpu.Vm;
import org.vgictrace.parser.Capture;
import org.vgictrace.parser.CaptureCounts;
import org.vgictrace.parser.CaptureMeta;
import org.vgictrace.parser.event.Batch;
import org.vgictrace.parser.event.Kind;
import org.vgictrace.parser.event.KindTable;
import org.vgictrace.parser.event.LrImage;
import org.vgictrace.parser.event.Snapshot;
import org.vgictrace.replay.gic.Hcr;
import org.vgictrace.replay.gic.Lr;
import org.vgictrace.replay.gic.Misr;

/**
 * Computes figures per vCPU and per interrupt while a capture passes.
 *
 * <p>What is measured:
 *
 * <ul>
 *   <li><b>Injection to list register:</b> from the first event that raises an interrupt (injection
 *       with level 1, or a queueing attempt of a pending interrupt) to the first list register that
 *       holds it pending. A line that falls again before that ends the measurement, unless the
 *       interrupt is edge-triggered.
 *   <li><b>List register to retirement:</b> from then to the first exit image in which its list
 *       register is inactive.
 *   <li><b>Maintenance exits:</b> KVM saves the list registers before it enables interrupts, which
 *       drops the maintenance interrupt, so no handler runs: it shows as an exit with reason IRQ
 *       without a host interrupt before it, with a maintenance condition (MISR) in the exit image.
 * </ul>
 *
 * <p>Lost events end all measurements that are under way. At most {@value #INTERRUPTS_MAX}
 * interrupts are told apart; the rest is counted together. Not thread-safe.
 */
public final class StatCollector implements BatchObserver {
  /** Most interrupts with figures of their own. */
  public static final int INTERRUPTS_MAX = 4096;

  /** Kinds that matter here. */
  public static final Set<Kind> KINDS =
      Set.of(
          Kind.VCPU_ENTRY,
          Kind.VCPU_EXIT,
          Kind.INJECT,
          Kind.IRQ_PENDING,
          Kind.QUEUE,
          Kind.LR_WRITE,
          Kind.LR_IMAGE,
          Kind.LR_FOLD,
          Kind.UNDERFLOW,
          Kind.HOST_IRQ,
          Kind.KICK,
          Kind.VM,
          Kind.VGIC_STEP,
          Kind.XEN_RUNSTATE,
          Kind.HW_ICH,
          Kind.HW_ICV,
          Kind.HW_MAINT,
          Kind.LOST);

  private static final int PRIVATE_INTIDS = 32;
  private static final int CPUS_MAX = 4096;
  private static final int EXIT_REASON = Kind.VCPU_EXIT.column("reason");
  private static final int EXIT_EC = Kind.VCPU_EXIT.column("esr_ec");
  private static final int INJECT_VCPU = Kind.INJECT.column("vcpu");
  private static final int INJECT_CPUID = Kind.INJECT.column("cpuid");
  private static final int INJECT_INTID = Kind.INJECT.column("intid");
  private static final int INJECT_LEVEL = Kind.INJECT.column("level");
  private static final int PENDING_VCPU = Kind.IRQ_PENDING.column("vcpu_id");
  private static final int PENDING_INTID = Kind.IRQ_PENDING.column("intid");
  private static final int PENDING_LEVEL = Kind.IRQ_PENDING.column("level");
  private static final int KICK_VCPU = Kind.KICK.column("vcpu");
  private static final int KICK_VCPU_ID = Kind.KICK.column("vcpu_id");
  private static final int HOST_IRQ_POINT = Kind.HOST_IRQ.column("point");

  private final Vcpus vcpus = new Vcpus();
  private final List<VcpuStat> stats = new ArrayList<>();
  private final Long2ObjectHashMap<InterruptStat> interrupts = new Long2ObjectHashMap<>();
  private final RunStates runStates = new RunStates();
  private final HardwareStats hardware = new HardwareStats();
  private final InterruptStat rest = InterruptStat.ofMany();
  private final @Nullable InterruptStat[] lastInjected = new InterruptStat[CPUS_MAX];
  private final long[] lastInjectedIntid = new long[CPUS_MAX];
  private final int[] lastInjectedPid = new int[CPUS_MAX];
  private final boolean[] hostIrqSinceEntry = new boolean[CPUS_MAX];
  private final int[] cursors = new int[Kind.values().length];
  private final long[] lrs = new long[LrImage.LRS_MAX];
  private boolean hostIrqsSeen;
  private boolean restUsed;
  private long unattributed;
  private int lossEpoch;

  /**
   * Reads a capture for its figures only.
   *
   * @param observer also sees every batch
   */
  public static StatReport run(Capture capture, BatchObserver observer) throws IOException {
    StatCollector collector = new StatCollector();
    CaptureCounts counts =
        capture.read(
            KINDS,
            (batch, pool) -> {
              collector.observe(batch);
              observer.observe(batch);
              pool.recycle(batch);
            });
    return collector.report(capture.meta(), counts);
  }

  @Override
  public Set<Kind> kinds() {
    return KINDS;
  }

  @Override
  public void observe(Batch batch) {
    Arrays.fill(cursors, 0);
    byte[] order = batch.order();
    for (int i = 0; i < batch.size(); i++) {
      int ordinal = order[i];
      KindTable table = batch.table(ordinal);
      int row = cursors[ordinal]++;
      switch (table.kind()) {
        case VCPU_ENTRY -> entry(table, row, stat(vcpus.of(table, row)));
        case VCPU_EXIT -> exit(table, row, stat(vcpus.of(table, row)));
        case LR_IMAGE -> image(table, row, vcpus.of(table, row));
        case LR_WRITE -> populate(table, row, vcpus.of(table, row));
        case LR_FOLD -> fold(stat(vcpus.of(table, row)));
        case UNDERFLOW -> underflow(stat(vcpus.of(table, row)));
        case INJECT -> inject(table, row);
        case IRQ_PENDING -> pending(table, row);
        case QUEUE -> queue(table, row);
        case KICK -> kick(table, row);
        case HOST_IRQ -> hostIrq(table, row);
        case VM, VGIC_STEP -> vcpus.of(table, row);
        case HW_ICH -> hardware.control(table, row);
        case HW_ICV -> hardware.guest(table, row);
        case HW_MAINT -> hardware.maintenance(table, row);
        case XEN_RUNSTATE -> runStates.change(table, row);
        case LOST -> {
          lossEpoch++;
          runStates.lost();
          hardware.lost();
        }
        default -> {}
      }
    }
  }

  /** The figures; no batch may follow. */
  public StatReport report(CaptureMeta meta, CaptureCounts counts) {
    List<InterruptFigures> figures = new ArrayList<>();
    for (InterruptStat interrupt : interrupts.values()) {
      InterruptFigures each = interrupt.figures();
      if (each.injections() + each.populations() + each.retirements() > 0) {
        figures.add(each);
      }
    }
    VcpuStat total = new VcpuStat(null);
    stats.forEach(total::addAll);
    Comparator<@Nullable String> label = Comparator.nullsLast(Comparator.naturalOrder());
    Comparator<@Nullable Integer> number = Comparator.nullsLast(Comparator.naturalOrder());
    figures.sort(
        Comparator.comparing(InterruptFigures::vm, label)
            .thenComparing(InterruptFigures::intid)
            .thenComparing(InterruptFigures::vcpu, number));
    if (restUsed) {
      figures.add(rest.figures());
    }
    List<VcpuFigures> byVcpu =
        stats.stream()
            .map(VcpuStat::figures)
            .filter(
                each -> each.entries() + each.images() + each.populations() + each.exitCount() > 0)
            .sorted(
                Comparator.comparing(VcpuFigures::vm, label)
                    .thenComparing(VcpuFigures::vcpu, number)
                    .thenComparing(VcpuFigures::pid))
            .toList();
    return new StatReport(
        meta,
        counts,
        vcpus.vms().size(),
        hostIrqsSeen,
        unattributed,
        total.figures(),
        byVcpu,
        figures,
        runStates.figures(counts.lastTs()),
        hardware.figures(),
        List.of());
  }

  private void entry(KindTable table, int row, @Nullable VcpuStat stat) {
    int cpu = table.cpu()[row];
    if (cpu >= 0 && cpu < CPUS_MAX) {
      hostIrqSinceEntry[cpu] = false;
    }
    if (stat != null) {
      stat.entries++;
      stat.misr = -1;
    }
  }

  private void exit(KindTable table, int row, @Nullable VcpuStat stat) {
    if (stat == null) {
      return;
    }
    int reason =
        table.has(row, EXIT_REASON)
            ? ExitReason.of(table.get(row, EXIT_REASON, 0), table.get(row, EXIT_EC, 0))
            : ExitReason.COUNT - 1;
    stat.exits[reason]++;
    int cpu = table.cpu()[row];
    boolean handled = cpu < 0 || cpu >= CPUS_MAX || hostIrqSinceEntry[cpu];
    if (reason == ExitReason.IRQ && !handled && stat.misr > 0) {
      stat.maintenance[stat.misr]++;
    }
  }

  private void image(KindTable table, int row, @Nullable Vcpu vcpu) {
    VcpuStat stat = stat(vcpu);
    int used = ImageRow.used(table, row);
    if (vcpu == null || stat == null || used < 0) {
      return;
    }
    long point = table.get(row, LrImage.POINT, -1);
    boolean v3 = ImageRow.isV3(table, row);
    boolean v2Guest = ImageRow.isV2Guest(v3, vcpu);
    for (int lr = 0; lr < used; lr++) {
      lrs[lr] = table.get(row, LrImage.LR0 + lr, 0);
    }
    if (point == LrImage.POINT_ENTRY || point == LrImage.POINT_RESTORE) {
      stat.images++;
      stat.occupancy[used]++;
      stat.entryHcr = table.get(row, LrImage.HCR, -1);
      for (int lr = 0; lr < used; lr++) {
        if (Lr.state(lrs[lr], v3) != Lr.STATE_INACTIVE) {
          InterruptStat interrupt = interrupt(vcpu.vm(), vcpu, Lr.intid(lrs[lr], v3, v2Guest));
          interrupt.live(table.ts()[row], Lr.isPending(lrs[lr], v3), stat);
        }
      }
    } else if (point == LrImage.POINT_EXIT) {
      long hcr = table.get(row, LrImage.HCR, stat.entryHcr);
      long vmcr = table.get(row, LrImage.VMCR, 0);
      int misr = hcr < 0 ? 0 : Misr.misr(hcr, lrs, used, vmcr, v3);
      stat.misr = hcr >= 0 && Hcr.has(hcr, Hcr.EN) ? misr : 0;
      for (int lr = 0; lr < used; lr++) {
        if (lrs[lr] != 0 && Lr.state(lrs[lr], v3) == Lr.STATE_INACTIVE) {
          interrupt(vcpu.vm(), vcpu, Lr.intid(lrs[lr], v3, v2Guest)).retired(table.ts()[row], stat);
        }
      }
    }
  }

  private void populate(KindTable table, int row, @Nullable Vcpu vcpu) {
    VcpuStat stat = stat(vcpu);
    if (vcpu == null || stat == null || !table.has(row, Snapshot.INTID)) {
      return;
    }
    stat.populations++;
    InterruptStat interrupt = interrupt(vcpu.vm(), vcpu, table.get(row, Snapshot.INTID, 0));
    learnTrigger(interrupt, table, row);
    interrupt.populated();
    // An active interrupt is populated without its pending bit, but for edges; the image will tell.
    boolean pending = table.get(row, Snapshot.ACTIVE, 1) == 0;
    interrupt.live(table.ts()[row], pending, stat);
  }

  private static void fold(@Nullable VcpuStat stat) {
    if (stat != null) {
      stat.folds++;
    }
  }

  private static void underflow(@Nullable VcpuStat stat) {
    if (stat != null) {
      stat.underflows++;
    }
  }

  private void inject(KindTable table, int row) {
    if (!table.has(row, INJECT_INTID) || !table.has(row, INJECT_LEVEL)) {
      return;
    }
    long intid = table.get(row, INJECT_INTID, 0);
    Vm vm = vcpus.vmOf(table, row);
    Vcpu target = vcpus.byPointer(table.get(row, INJECT_VCPU, 0));
    if (target == null && vm != null) {
      target = vm.vcpu(table.get(row, INJECT_CPUID, -1));
    }
    InterruptStat interrupt = attributed(vm, target, intid);
    int cpu = table.cpu()[row];
    if (cpu >= 0 && cpu < CPUS_MAX) {
      lastInjected[cpu] = interrupt;
      lastInjectedIntid[cpu] = intid;
      lastInjectedPid[cpu] = table.pid()[row];
    }
    if (interrupt != null) {
      boolean level = table.get(row, INJECT_LEVEL, 0) != 0;
      if (level) {
        interrupt.called();
      }
      line(interrupt, level, table.ts()[row]);
    } else if (table.get(row, INJECT_LEVEL, 0) != 0) {
      unattributed++;
    }
  }

  /** The tracepoint inside the injection function, which names neither VM nor, for SPIs, vCPU. */
  private void pending(KindTable table, int row) {
    if (!table.has(row, PENDING_INTID) || !table.has(row, PENDING_LEVEL)) {
      return;
    }
    long intid = table.get(row, PENDING_INTID, 0);
    int cpu = table.cpu()[row];
    boolean follows =
        cpu >= 0
            && cpu < CPUS_MAX
            && lastInjected[cpu] != null
            && lastInjectedIntid[cpu] == intid
            && lastInjectedPid[cpu] == table.pid()[row];
    InterruptStat interrupt;
    if (follows) {
      interrupt = lastInjected[cpu];
      lastInjected[cpu] = null;
    } else {
      Vcpu target = intid < PRIVATE_INTIDS ? vcpus.of(table, row) : null;
      if (target != null && target.id() != table.get(row, PENDING_VCPU, -1)) {
        target = vcpus.numbered(table.get(row, PENDING_VCPU, -1));
      }
      Vm vm = vcpus.vms().size() == 1 ? vcpus.vms().get(0) : null;
      boolean anyVm = vm != null || vcpus.vms().isEmpty();
      interrupt = anyVm || target != null ? attributed(vm, target, intid) : null;
    }
    boolean level = table.get(row, PENDING_LEVEL, 0) != 0;
    if (interrupt == null) {
      unattributed += level ? 1 : 0;
      return;
    }
    if (level) {
      interrupt.attempted();
    }
    line(interrupt, level, table.ts()[row]);
  }

  /**
   * SGIs and LPIs become pending without an injection; their queueing attempt is the first sign.
   */
  private void queue(KindTable table, int row) {
    if (!table.has(row, Snapshot.INTID)) {
      return;
    }
    Vcpu target = vcpus.byPointer(table.get(row, Snapshot.TARGET, 0));
    Vm vm = vcpus.vmOf(table, row);
    if (vm == null && target != null) {
      vm = target.vm();
    }
    InterruptStat interrupt = attributed(vm, target, table.get(row, Snapshot.INTID, 0));
    if (interrupt != null) {
      learnTrigger(interrupt, table, row);
      if (table.get(row, Snapshot.PENDING, 0) != 0 || table.get(row, Snapshot.LEVEL, 0) != 0) {
        interrupt.raised(table.ts()[row]);
      }
    }
  }

  private void kick(KindTable table, int row) {
    Vcpu target = vcpus.byPointer(table.get(row, KICK_VCPU, 0));
    VcpuStat stat =
        stat(target == null ? vcpus.numbered(table.get(row, KICK_VCPU_ID, -1)) : target);
    if (stat != null) {
      stat.kicks++;
    }
  }

  private void hostIrq(KindTable table, int row) {
    hostIrqsSeen = true;
    int cpu = table.cpu()[row];
    if (cpu >= 0 && cpu < CPUS_MAX && table.get(row, HOST_IRQ_POINT, 0) == 0) {
      hostIrqSinceEntry[cpu] = true;
    }
  }

  private static void line(InterruptStat interrupt, boolean level, long ts) {
    if (level) {
      interrupt.raised(ts);
    } else {
      interrupt.lowered();
    }
  }

  private static void learnTrigger(InterruptStat interrupt, KindTable table, int row) {
    if (table.has(row, Snapshot.CONFIG)) {
      interrupt.configured(table.get(row, Snapshot.CONFIG, 0) == 0);
    }
  }

  private @Nullable VcpuStat stat(@Nullable Vcpu vcpu) {
    if (vcpu == null) {
      return null;
    }
    for (int i = stats.size(); i <= vcpu.index(); i++) {
      stats.add(new VcpuStat(vcpus.vcpus().get(i)));
    }
    return stats.get(vcpu.index());
  }

  /** The interrupt, or null if it is private and its vCPU is unknown. */
  private @Nullable InterruptStat attributed(@Nullable Vm vm, @Nullable Vcpu vcpu, long intid) {
    return intid < PRIVATE_INTIDS && vcpu == null ? null : interrupt(vm, vcpu, intid);
  }

  /**
   * A private interrupt belongs to its vCPU, any other to the VM; an unknown VM is one of its own.
   */
  private InterruptStat interrupt(@Nullable Vm vm, @Nullable Vcpu vcpu, long intid) {
    Vcpu owner = intid < PRIVATE_INTIDS ? vcpu : null;
    long key =
        owner != null
            ? Long.MIN_VALUE | (long) owner.index() << Integer.SIZE | intid
            : (vm == null ? 0L : vm.index() + 1L) << Integer.SIZE | intid;
    InterruptStat interrupt = interrupts.get(key);
    if (interrupt == null) {
      if (interrupts.size() >= INTERRUPTS_MAX) {
        restUsed = true;
        return rest;
      }
      interrupt = new InterruptStat(owner != null ? owner.vm() : vm, owner, intid);
      interrupts.put(key, interrupt);
    }
    interrupt.in(lossEpoch);
    return interrupt;
  }
}
