package org.vgictrace.analysis.check;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.Deque;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.vgictrace.analysis.text.EventText;
import org.vgictrace.analysis.vcpu.Vcpu;
import org.vgictrace.analysis.vcpu.Vcpus;
import org.vgictrace.analysis.vcpu.Vm;
import org.vgictrace.parser.event.Batch;
import org.vgictrace.parser.event.Kind;
import org.vgictrace.parser.event.KindTable;
import org.vgictrace.parser.event.Snapshot;
import org.vgictrace.replay.verdict.EventRef;
import org.vgictrace.replay.verdict.Finding;

/**
 * The events around one finding that have to do with it: the path of the same vCPU into and out of
 * the guest, whatever happened to the same interrupt, and lost events. At most {@value #BEFORE}
 * before it and {@value #AFTER} after it, plus the contradicting events themselves.
 */
final class Window {
  /** Related events before the finding, the nearest ones. */
  static final int BEFORE = 7;

  /** Related events after it. */
  static final int AFTER = 4;

  /** Batches looked through for events after the finding. */
  private static final int BATCHES_AFTER = 2;

  private static final int PRIVATE_INTIDS = 32;
  private static final int[] INTID = columns("intid");
  private static final int[] VCPU = columns("vcpu");
  private static final int[] VCPU_ID = columns("vcpu_id");
  private static final Set<Kind> SNAPSHOTS =
      Set.of(Kind.QUEUE, Kind.LR_WRITE, Kind.LR_FOLD, Kind.IRQ_STATE);
  private static final Set<Kind> PATH =
      Set.of(
          Kind.VCPU_ENTRY,
          Kind.VCPU_EXIT,
          Kind.LR_IMAGE,
          Kind.UNDERFLOW,
          Kind.HCR_CONFIG,
          Kind.MAINTENANCE,
          Kind.DEACTIVATE,
          Kind.GIC_MMIO);

  /** Kinds that windows show. */
  static final Set<Kind> KINDS = shown();

  private record Candidate(Batch batch, KindTable table, int row) {
    long seq() {
      return table.seq()[row];
    }
  }

  private final Finding finding;
  private final Vcpus vcpus;
  private final Set<Long> marked = new TreeSet<>();
  private final Deque<Candidate> before = new ArrayDeque<>();
  private final List<Candidate> contradicting = new ArrayList<>();
  private final List<WindowLine> lines = new ArrayList<>();
  private int after;
  private int batchesAfter;

  Window(Finding finding, Vcpus vcpus) {
    this.finding = finding;
    this.vcpus = vcpus;
    marked.add(finding.at().seq());
    for (EventRef because : finding.because()) {
      marked.add(because.seq());
    }
  }

  Finding finding() {
    return finding;
  }

  /** Whether nothing more is wanted. */
  boolean isComplete() {
    return after >= AFTER || batchesAfter >= BATCHES_AFTER;
  }

  /** The events in the order of the capture. */
  List<WindowLine> lines() {
    return lines.stream().sorted(Comparator.comparingLong(WindowLine::seq)).toList();
  }

  /** Looks through a batch; the batches are given in order. */
  void scan(Batch batch) {
    long at = finding.at().seq();
    int[] cursors = new int[Kind.values().length];
    byte[] order = batch.order();
    long last = -1;
    for (int i = 0; i < batch.size(); i++) {
      int kind = order[i];
      KindTable table = batch.table(kind);
      int row = cursors[kind]++;
      last = table.seq()[row];
      if (marked.contains(last)) {
        contradicting.add(new Candidate(batch, table, row));
      } else if (last < at && isRelated(table, row)) {
        before.addLast(new Candidate(batch, table, row));
        if (before.size() > BEFORE) {
          before.removeFirst();
        }
      } else if (last > at && after < AFTER && isRelated(table, row)) {
        lines.add(line(new Candidate(batch, table, row)));
        after++;
      }
    }
    if (last > at) {
      batchesAfter++;
    }
  }

  /** Turns what came before the finding into text; called while its batches are at hand. */
  void renderBefore() {
    for (Candidate candidate : before) {
      lines.add(line(candidate));
    }
    for (Candidate candidate : contradicting) {
      lines.add(line(candidate));
    }
    before.clear();
    contradicting.clear();
  }

  private WindowLine line(Candidate candidate) {
    KindTable table = candidate.table();
    int row = candidate.row();
    EventText text = new EventText(candidate.batch().names(), vcpus);
    return new WindowLine(
        candidate.seq(),
        table.ts()[row],
        table.cpu()[row],
        table.kind().tableName(),
        text.of(table, row),
        text.brief(table, row, finding.intid()),
        marked.contains(candidate.seq()));
  }

  private boolean isRelated(KindTable table, int row) {
    Kind kind = table.kind();
    if (kind == Kind.LOST) {
      return true;
    }
    boolean sameThread =
        finding.pid() >= 0
            ? table.pid()[row] == finding.pid()
            : table.cpu()[row] == finding.at().cpu();
    if (sameThread && PATH.contains(kind)) {
      return true;
    }
    Long wanted = finding.intid();
    if (wanted == null) {
      return sameThread && SNAPSHOTS.contains(kind);
    }
    int column = INTID[kind.ordinal()];
    if (column < 0
        || kind == Kind.IRQ_PUT
        || kind == Kind.IRQ_GET
        || table.get(row, column, -1) != wanted) {
      return false;
    }
    return wanted < PRIVATE_INTIDS ? sameThread || isSameVcpu(table, row) : isSameVm(table, row);
  }

  private boolean isSameVcpu(KindTable table, int row) {
    Vcpu vcpu = about(table, row);
    return vcpu != null
        && isSameVm(table, row)
        && Integer.valueOf(vcpu.id()).equals(finding.vcpu());
  }

  private boolean isSameVm(KindTable table, int row) {
    Vm vm = vcpus.vmOf(table, row);
    return vm == null || finding.vm() == null || vm.label().equals(finding.vm());
  }

  private @Nullable Vcpu about(KindTable table, int row) {
    int kind = table.kind().ordinal();
    long pointer = VCPU[kind] >= 0 ? table.get(row, VCPU[kind], 0) : 0;
    if (pointer == 0 && SNAPSHOTS.contains(table.kind())) {
      pointer = table.get(row, Snapshot.TARGET, 0);
    }
    if (pointer != 0) {
      return vcpus.byPointer(pointer);
    }
    return VCPU_ID[kind] < 0 ? null : vcpus.numbered(table.get(row, VCPU_ID[kind], -1));
  }

  private static Set<Kind> shown() {
    Set<Kind> kinds = EnumSet.of(Kind.INJECT, Kind.IRQ_PENDING, Kind.LOST);
    kinds.addAll(PATH);
    kinds.addAll(SNAPSHOTS);
    return Collections.unmodifiableSet(kinds);
  }

  private static int[] columns(String name) {
    int[] columns = new int[Kind.values().length];
    for (Kind kind : Kind.values()) {
      columns[kind.ordinal()] = kind.columnOrMinusOne(name);
    }
    return columns;
  }
}
