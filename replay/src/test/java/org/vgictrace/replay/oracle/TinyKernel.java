package org.vgictrace.replay.oracle;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.vgictrace.parser.event.Kind;
import org.vgictrace.parser.event.LrImage;
import org.vgictrace.parser.event.Snapshot;
import org.vgictrace.replay.oracle.State.Irq;
import org.vgictrace.replay.oracle.State.Lr;
import org.vgictrace.replay.oracle.State.Phase;

/**
 * A hypervisor small enough to be enumerated: one vCPU with a GICv3, an edge SPI and a level SPI,
 * the flush and fold of Linux 6.12. It shares no code with the model it is held against.
 *
 * <p>Its states are values and its moves are functions of the state, so that everything it could
 * ever do can be written down.
 */
final class TinyKernel {
  /** Address of the vCPU. */
  static final long VCPU = 0xffff_0000_0400_0000L;

  private static final long KVM = 0xffff_0000_0500_0000L;
  private static final int EDGE = 0;
  private static final int LEVEL = 1;
  private static final int[] INTIDS = {40, 41};
  private static final int[] PRIORITIES = {0xa0, 0x80};

  private final int registers;

  /**
   * @param registers list registers that the host has, 1 to 4
   */
  TinyKernel(int registers) {
    this.registers = registers;
  }

  /**
   * Something that can happen.
   *
   * @param shows the event a recorder of everything writes down, null if none
   * @param to the state after it
   */
  record Move(@Nullable Recorded shows, State to) {}

  State start() {
    Irq idle = new Irq(false, false, false, false);
    List<Lr> empty = new ArrayList<>();
    for (int k = 0; k < registers; k++) {
      empty.add(Lr.EMPTY);
    }
    return new State(Phase.HOST, 0, List.of(idle, idle), List.of(), List.of(), empty, 0, false, -1);
  }

  /** All that can happen next. */
  List<Move> moves(State s) {
    List<Move> moves = new ArrayList<>();
    if (s.queued() >= 0) {
      moves.add(endQueueing(s));
      return moves;
    }
    switch (s.phase()) {
      case HOST -> {
        inject(s, moves);
        moves.add(new Move(null, flush(s)));
      }
      case POPULATE -> moves.add(populate(s));
      case CLEAR -> moves.add(clear(s));
      case READY -> ready(s, moves);
      case IMAGED -> moves.add(show(Recorded.of(Kind.VCPU_ENTRY, true), s.in(Phase.GUEST, 0)));
      case GUEST -> {
        inject(s, moves);
        run(s, moves);
        moves.add(exit(s));
      }
      case FOLD, FOLD_CANCELLED -> fold(s, moves);
      case FOLDED -> moves.add(show(Recorded.of(Kind.VCPU_EXIT, true), s.in(Phase.HOST, 0)));
    }
    return moves;
  }

  private static Move show(Recorded.Draft event, State to) {
    return new Move(event.done(), to);
  }

  /** A device of another thread raises an edge, or moves a line. */
  private void inject(State s, List<Move> moves) {
    moves.add(queue(s.irq(EDGE, irq -> irq.pending(true)), EDGE));
    boolean line = !s.irqs().get(LEVEL).line();
    moves.add(queue(s.irq(LEVEL, irq -> irq.line(line)), LEVEL));
  }

  private Move queue(State s, int irq) {
    return show(snapshot(Kind.QUEUE, false, s, irq).put("kvm", KVM), s.queued(irq));
  }

  private static Move endQueueing(State s) {
    int index = s.queued();
    Irq irq = s.irqs().get(index);
    boolean added = !irq.listed() && irq.isDeliverable();
    State to = s.queued(-1);
    if (added) {
      List<Integer> list = new ArrayList<>(s.list());
      list.add(index);
      to = to.list(list).irq(index, i -> i.listed(true));
    }
    return show(Recorded.of(Kind.QUEUE_RET, false).put("queued", added ? 1 : 0), to);
  }

  /** vgic_flush_lr_state: an empty list skips everything, a long one is sorted first. */
  private State flush(State s) {
    if (s.list().isEmpty()) {
      return s.flush(List.of(), false).in(Phase.READY, 0);
    }
    List<Integer> order = new ArrayList<>(s.list());
    long depth = order.stream().filter(i -> s.irqs().get(i).isDeliverable()).count();
    if (depth > registers) {
      order.sort(
          Comparator.<Integer, Boolean>comparing(i -> !s.irqs().get(i).active())
              .thenComparing(i -> !isPending(s.irqs().get(i)))
              .thenComparing(i -> isPending(s.irqs().get(i)) ? PRIORITIES[i] : 0));
    }
    List<Integer> plan = new ArrayList<>();
    boolean underflow = false;
    for (int i = 0; i < order.size() && plan.size() < registers; i++) {
      if (s.irqs().get(order.get(i)).isDeliverable()) {
        plan.add(order.get(i));
        underflow = plan.size() == registers && i < order.size() - 1;
      }
    }
    return s.list(order).flush(plan, underflow).in(Phase.POPULATE, 0);
  }

  private static boolean isPending(Irq irq) {
    return irq.pending() || irq.line();
  }

  private Move populate(State s) {
    int k = s.step();
    if (k == s.plan().size()) {
      State next = s.in(Phase.CLEAR, k);
      if (!s.underflow()) {
        return new Move(null, next);
      }
      return show(
          Recorded.of(Kind.UNDERFLOW, true).put("vcpu", VCPU).put("vcpu_id", 0).put("hcr", 1),
          next);
    }
    int index = s.plan().get(k);
    Irq irq = s.irqs().get(index);
    boolean level = index == LEVEL;
    boolean pending = level ? irq.line() && !irq.active() : irq.pending();
    State to = s.lr(k, new Lr(index, pending, irq.active())).in(Phase.POPULATE, k + 1);
    if (!level && pending) {
      to = to.irq(index, i -> i.pending(false));
    }
    return show(
        snapshot(Kind.LR_WRITE, true, s, index).put("vcpu", VCPU).put("vcpu_id", 0).put("lr", k),
        to);
  }

  private Move clear(State s) {
    int k = s.step();
    if (k == registers) {
      return new Move(null, s.in(Phase.READY, 0));
    }
    return show(
        Recorded.of(Kind.LR_CLEAR, true).put("vcpu", VCPU).put("vcpu_id", 0).put("lr", k),
        s.lr(k, Lr.EMPTY).in(Phase.CLEAR, k + 1));
  }

  /** The guest is entered, or the entry is given up at the last moment. */
  private void ready(State s, List<Move> moves) {
    moves.add(show(image(s, LrImage.POINT_ENTRY), s.in(Phase.IMAGED, 0)));
    if (s.used() > 0) {
      moves.add(show(image(s, LrImage.POINT_EXIT), s.in(Phase.FOLD_CANCELLED, 0)));
    } else {
      moves.add(new Move(null, prune(s).in(Phase.HOST, 0)));
    }
  }

  /** The guest acknowledges or deactivates. */
  private static void run(State s, List<Move> moves) {
    for (int k = 0; k < s.used(); k++) {
      Lr lr = s.lrs().get(k);
      if (lr.active()) {
        moves.add(new Move(null, s.lr(k, new Lr(lr.irq(), lr.pending(), false))));
      } else if (lr.pending()) {
        moves.add(new Move(null, s.lr(k, new Lr(lr.irq(), false, true))));
      }
    }
  }

  private Move exit(State s) {
    if (s.used() == 0) {
      return new Move(null, prune(s).in(Phase.FOLDED, 0));
    }
    return show(image(s, LrImage.POINT_EXIT), s.in(Phase.FOLD, 0));
  }

  /** vgic_v3_fold_lr_state, register by register; then the prune. */
  private void fold(State s, List<Move> moves) {
    int k = s.step() / 2;
    if (k == s.used()) {
      Phase after = s.phase() == Phase.FOLD ? Phase.FOLDED : Phase.HOST;
      State done = s.flush(List.of(), false);
      moves.add(new Move(null, prune(done).in(after, 0)));
      return;
    }
    Lr lr = s.lrs().get(k);
    int index = lr.irq();
    if (s.step() % 2 == 0) {
      State next = s.in(s.phase(), s.step() + 1);
      boolean finished = index == LEVEL && !lr.pending() && !lr.active();
      moves.add(
          finished
              ? show(
                  Recorded.of(Kind.IRQ_ACK, true).put("irqchip", 0).put("pin", INTIDS[index] - 32),
                  next)
              : new Move(null, next));
      return;
    }
    boolean deactivated = s.irqs().get(index).active() && !lr.active();
    State to = s.irq(index, irq -> irq.active(lr.active())).in(s.phase(), s.step() + 1);
    if (index == EDGE && lr.pending()) {
      to = to.irq(index, irq -> irq.pending(true));
    }
    Irq irq = to.irqs().get(index);
    moves.add(
        show(
            Recorded.of(Kind.LR_FOLD, true)
                .put(Snapshot.IRQ, address(index))
                .put(Snapshot.INTID, INTIDS[index])
                .put(Snapshot.PENDING, bit(irq.pending()))
                .put(Snapshot.ACTIVE, bit(irq.active()))
                .put(Snapshot.ENABLED, 1)
                .put(Snapshot.LEVEL, bit(irq.line()))
                .put(Snapshot.HW, 0)
                .put("lr_deactivated", bit(deactivated))
                .put("lr_pending", bit(lr.pending())),
            to));
  }

  private static State prune(State s) {
    List<Integer> kept = new ArrayList<>();
    State to = s;
    for (int index : s.list()) {
      if (s.irqs().get(index).isDeliverable()) {
        kept.add(index);
      } else {
        to = to.irq(index, irq -> irq.listed(false));
      }
    }
    return to.list(kept);
  }

  private static long address(int index) {
    return 0xffff_0000_0600_0000L + index * 0x60L;
  }

  private static long bit(boolean value) {
    return value ? 1 : 0;
  }

  private static Recorded.Draft snapshot(Kind kind, boolean guest, State s, int index) {
    Irq irq = s.irqs().get(index);
    return Recorded.of(kind, guest)
        .put(Snapshot.IRQ, address(index))
        .put(Snapshot.INTID, INTIDS[index])
        .put(Snapshot.PENDING, bit(irq.pending()))
        .put(Snapshot.ACTIVE, bit(irq.active()))
        .put(Snapshot.ENABLED, 1)
        .put(Snapshot.LEVEL, bit(irq.line()))
        .put(Snapshot.HW, 0)
        .put(Snapshot.CONFIG, index == LEVEL ? 1 : 0)
        .put(Snapshot.PRIORITY, PRIORITIES[index])
        .put(Snapshot.GROUP, 1)
        .put(Snapshot.SOURCE, 0)
        .put(Snapshot.ACTIVE_SOURCE, 0)
        .put(Snapshot.TARGETS, 0)
        .put(Snapshot.HWINTID, 0)
        .put(Snapshot.OWN, irq.listed() ? VCPU : 0)
        .put(Snapshot.TARGET, VCPU);
  }

  private Recorded.Draft image(State s, int point) {
    Recorded.Draft image =
        Recorded.of(Kind.LR_IMAGE, true)
            .put(LrImage.POINT, point)
            .put(LrImage.VCPU, VCPU)
            .put(LrImage.VCPU_ID, 0)
            .put(LrImage.KVM, KVM)
            .put(LrImage.USED_LRS, s.used())
            .put(LrImage.HCR, s.underflow() ? 3 : 1)
            .put(LrImage.LR_BYTES, 8);
    for (int k = 0; k < registers; k++) {
      image.put(LrImage.LR0 + k, value(s.lrs().get(k)));
    }
    return image;
  }

  /** {@code ICH_LR<n>_EL2}: state 63:62, group 60, priority 55:48, EOI 41, vINTID 31:0. */
  private static long value(Lr lr) {
    if (lr.irq() < 0) {
      return 0;
    }
    return bit(lr.active()) << 63
        | bit(lr.pending()) << 62
        | 1L << 60
        | (long) PRIORITIES[lr.irq()] << 48
        | (lr.irq() == LEVEL ? 1L << 41 : 0)
        | INTIDS[lr.irq()];
  }
}
