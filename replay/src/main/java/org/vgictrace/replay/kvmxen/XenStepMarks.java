package org.vgictrace.replay.kvmxen;

import java.util.EnumSet;
import java.util.Set;
import org.vgictrace.parser.event.Kind;
import org.vgictrace.parser.event.Names;
import org.vgictrace.replay.engine.Event;
import org.vgictrace.replay.engine.Ledger;
import org.vgictrace.replay.engine.Part;
import org.vgictrace.replay.rule.Transition;

/**
 * Notes which steps of KVM's emulation of Xen a capture exercises (arch/x86/kvm/xen.c). It judges
 * nothing.
 */
public final class XenStepMarks implements Part {
  private static final EnumSet<Kind> USED =
      EnumSet.of(
          Kind.KVM_XEN_HYPERCALL,
          Kind.KVM_XEN_SEND,
          Kind.KVM_XEN_STEP,
          Kind.KVM_XEN_UPCALL,
          Kind.KVM_XEN_RUNSTATE,
          Kind.KVM_XEN_ATTR,
          Kind.KVM_XEN_ROUTE,
          Kind.KVM_XEN_LINE);

  private static final int SLOW = 2;
  private static final int INATOMIC = 0;
  private static final int EVENT_CHANNEL = 5;
  private static final int LOOKED = 1;
  private static final int RETURN = 2;

  private static final int STEP = Kind.KVM_XEN_STEP.column("step");
  private static final int NR = Kind.KVM_XEN_HYPERCALL.column("nr");
  private static final int A0 = Kind.KVM_XEN_HYPERCALL.column("a0");
  private static final int POINT = Kind.KVM_XEN_UPCALL.column("point");
  private static final int SCOPE = Kind.KVM_XEN_ATTR.column("scope");
  private static final int LINE_STEP = Kind.KVM_XEN_LINE.column("step");
  private static final int TYPE = Kind.KVM_XEN_LINE.column("type");

  // Numbers of hypercalls and of their commands.
  private static final int SET_TIMER_OP = 15;
  private static final int VCPU_OP = 24;
  private static final int SCHED_OP = 29;
  private static final int EVENT_CHANNEL_OP = 32;
  private static final int SET_SINGLESHOT_TIMER = 8;
  private static final int STOP_SINGLESHOT_TIMER = 9;
  private static final int YIELD = 0;
  private static final int POLL = 3;
  private static final int SEND = 4;

  private final Ledger ledger;

  /**
   * @param ledger takes the counts
   */
  public XenStepMarks(Ledger ledger) {
    this.ledger = ledger;
  }

  @Override
  public Set<Kind> kinds() {
    return EnumSet.copyOf(USED);
  }

  @Override
  public void step(Kind kind, Event e, Names names) {
    switch (kind) {
      case KVM_XEN_HYPERCALL -> called(e.getInt(NR, -1), e.getInt(A0, -1));
      case KVM_XEN_SEND -> {
        int step = e.getInt(Delivery.STEP, -1);
        if (step == Delivery.FAST_RET) {
          ledger.exercised(Transition.EK_FAST);
        } else if (step == SLOW) {
          ledger.exercised(Transition.EK_SLOW);
        }
      }
      case KVM_XEN_STEP -> stepped(e.getInt(STEP, -1));
      case KVM_XEN_UPCALL -> {
        if (e.getInt(POINT, -1) == LOOKED) {
          ledger.exercised(Transition.EK_HASINT);
        }
      }
      case KVM_XEN_RUNSTATE -> ledger.exercised(Transition.EK_RS);
      case KVM_XEN_ATTR -> {
        if (e.getInt(SCOPE, RETURN) != RETURN) {
          ledger.exercised(Transition.EK_TABLE);
        }
      }
      case KVM_XEN_ROUTE -> ledger.exercised(Transition.EK_SETUP);
      case KVM_XEN_LINE -> {
        if (e.getInt(LINE_STEP, -1) == INATOMIC && e.getInt(TYPE, -1) == EVENT_CHANNEL) {
          ledger.exercised(Transition.EK_INATOMIC);
        }
      }
      default -> {}
    }
  }

  private void called(int number, int command) {
    switch (number) {
      case EVENT_CHANNEL_OP -> {
        if (command == SEND) {
          ledger.exercised(Transition.EK_SEND);
        }
      }
      case SET_TIMER_OP -> ledger.exercised(Transition.EK_TIMERSET);
      case VCPU_OP -> {
        if (command == SET_SINGLESHOT_TIMER || command == STOP_SINGLESHOT_TIMER) {
          ledger.exercised(Transition.EK_TIMERSET);
        }
      }
      case SCHED_OP -> {
        if (command == POLL || command == YIELD) {
          ledger.exercised(Transition.EK_POLL);
        }
      }
      default -> {}
    }
  }

  private void stepped(int step) {
    switch (step) {
      case Steps.FLUSH -> ledger.exercised(Transition.EK_FLUSH);
      case Steps.VECTOR -> ledger.exercised(Transition.EK_VEC);
      case Steps.TIMER_EXPIRE -> ledger.exercised(Transition.EK_TIMER);
      default -> {}
    }
  }
}
