package org.vgictrace.analysis.life;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.agrona.collections.Int2ObjectHashMap;
import org.agrona.collections.Long2ObjectHashMap;
import org.jspecify.annotations.Nullable;
import org.vgictrace.analysis.life.LifeLine.End;
import org.vgictrace.analysis.life.LifeLine.Raiser;
import org.vgictrace.analysis.life.LifeLine.Result;
import org.vgictrace.parser.event.Batch;
import org.vgictrace.parser.event.Kind;
import org.vgictrace.replay.engine.Event;

/**
 * Follows deliveries to their injection. Life lines are handed out in the order of their
 * deliveries, each once it has ended; memory is bounded, as the oldest is handed out open when too
 * many wait.
 *
 * <p>The guest's own reads, clears, masks and unmasks leave no record. An injection is taken for
 * the end of all events sent to its vCPU before it; where the flag was seen clear in between, the
 * guest had taken them without.
 */
public final class LifeLines {
  /** Takes a life line that has ended. */
  @FunctionalInterface
  public interface Sink {
    void accept(LifeLine line) throws IOException;
  }

  /** Life lines that wait for their end at a time. */
  private static final int WAITING_MOST = 4096;

  private static final int THREADS_MOST = 1 << 14;
  private static final int HARD_OR_SOFT = 0x08 | 0x10;
  private static final long EVENT_CHANNEL_OP = 0x20;
  private static final long SEND = 4;
  private static final long UNMASK = 9;

  private static final Set<Kind> KINDS =
      EnumSet.of(
          Kind.X86_ENTRY,
          Kind.X86_EXIT,
          Kind.X86_INJECT,
          Kind.KVM_XEN_HYPERCALL,
          Kind.KVM_XEN_SEND,
          Kind.KVM_XEN_STEP,
          Kind.KVM_XEN_UPCALL,
          Kind.LOST);

  private static final int SEND_STEP = Kind.KVM_XEN_SEND.column("step");
  private static final int SEND_PORT = Kind.KVM_XEN_SEND.column("port");
  private static final int SEND_VCPU = Kind.KVM_XEN_SEND.column("vcpu_id");
  private static final int SEND_RET = Kind.KVM_XEN_SEND.column("ret");
  private static final int CALL_NR = Kind.KVM_XEN_HYPERCALL.column("nr");
  private static final int CALL_A0 = Kind.KVM_XEN_HYPERCALL.column("a0");
  private static final int STEP_STEP = Kind.KVM_XEN_STEP.column("step");
  private static final int LOOK_RET = Kind.KVM_XEN_UPCALL.column("ret");
  private static final int INJECT_SOFT = Kind.X86_INJECT.column("soft");
  private static final int INJECT_AGAIN = Kind.X86_INJECT.column("reinjected");
  private static final int ENTRY_VCPU = Kind.X86_ENTRY.column("vcpu_id");
  private static final int EXIT_VCPU = Kind.X86_EXIT.column("vcpu_id");

  private static final int FAST = label(Kind.KVM_XEN_SEND, SEND_STEP, "fast");
  private static final int FAST_RET = label(Kind.KVM_XEN_SEND, SEND_STEP, "fast_ret");
  private static final int IOCTL = label(Kind.KVM_XEN_SEND, SEND_STEP, "ioctl");
  private static final int IOCTL_RET = label(Kind.KVM_XEN_SEND, SEND_STEP, "ioctl_ret");
  private static final int EXPIRE = label(Kind.KVM_XEN_STEP, STEP_STEP, "timer_expire");
  private static final int TIMER_INJECT = label(Kind.KVM_XEN_STEP, STEP_STEP, "timer_inject");

  /** What one thread is in. */
  private static final class HostThread {
    int vcpu = -1;
    boolean inGuest;
    long command = -1;
    boolean inRequest;
    boolean timer;
    final @Nullable LifeLine[] calls = new LifeLine[4];
  }

  /** What waits for one vCPU's next injection. */
  private static final class Target {
    final List<LifeLine> sent = new ArrayList<>();

    /** Whether its upcall flag was seen clear since the last injection. */
    boolean clear;

    boolean found;
  }

  private final Sink sink;
  private final Event event = new Event();
  private final int[] cursors = new int[Kind.values().length];
  private final Long2ObjectHashMap<HostThread> threads = new Long2ObjectHashMap<>();
  private final Int2ObjectHashMap<Target> targets = new Int2ObjectHashMap<>();
  private final ArrayDeque<LifeLine> waiting = new ArrayDeque<>();

  public LifeLines(Sink sink) {
    this.sink = sink;
  }

  /** The kinds that are looked at. */
  public static Set<Kind> kinds() {
    return Set.copyOf(KINDS);
  }

  private static int label(Kind kind, int column, String label) {
    return kind.columns().get(column).labels().indexOf(label);
  }

  /** Takes the events of a batch in. */
  public void accept(Batch batch) throws IOException {
    Arrays.fill(cursors, 0);
    byte[] order = batch.order();
    for (int i = 0; i < batch.size(); i++) {
      int row = cursors[order[i]]++;
      Kind kind = Kind.values()[order[i]];
      if (KINDS.contains(kind)) {
        event.moveTo(batch.table(order[i]), row);
        step(kind, event);
      }
    }
    handOut(WAITING_MOST);
  }

  /** The recording ends: hands out all that waits. */
  public void finish() throws IOException {
    handOut(0);
  }

  private void handOut(int leave) throws IOException {
    while (!waiting.isEmpty()) {
      LifeLine first = waiting.peek();
      boolean ended = first.result != Result.UNKNOWN && first.end != End.OPEN;
      if (!ended && waiting.size() <= leave) {
        return;
      }
      sink.accept(waiting.remove());
    }
  }

  private void step(Kind kind, Event e) {
    if (kind == Kind.LOST) {
      threads.clear();
      targets.clear();
      return;
    }
    HostThread thread = thread(e);
    switch (kind) {
      case X86_ENTRY -> {
        thread.vcpu = e.getInt(ENTRY_VCPU, thread.vcpu);
        thread.inGuest = true;
        thread.command = -1;
      }
      case X86_EXIT -> {
        thread.vcpu = e.getInt(EXIT_VCPU, thread.vcpu);
        thread.inGuest = false;
        thread.command = -1;
      }
      case KVM_XEN_HYPERCALL ->
          thread.command = e.get(CALL_NR, 0) == EVENT_CHANNEL_OP ? e.get(CALL_A0, -1) : -1;
      case KVM_XEN_STEP -> {
        int step = e.getInt(STEP_STEP, -1);
        thread.timer |= step == EXPIRE || step == TIMER_INJECT;
      }
      case KVM_XEN_SEND -> sent(e, thread);
      case KVM_XEN_UPCALL -> {
        if (thread.vcpu >= 0 && e.has(LOOK_RET)) {
          looked(e, target(thread.vcpu));
        }
      }
      case X86_INJECT -> {
        if (thread.vcpu >= 0 && e.get(INJECT_SOFT, 0) == 0 && e.get(INJECT_AGAIN, 0) == 0) {
          injected(e, thread.vcpu);
        }
      }
      default -> throw new AssertionError(kind);
    }
  }

  private HostThread thread(Event e) {
    long key = e.pid == 0 ? -1L - e.cpu : e.pid;
    HostThread thread = threads.get(key);
    if (thread == null) {
      if (threads.size() >= THREADS_MOST) {
        threads.clear();
      }
      thread = new HostThread();
      threads.put(key, thread);
    }
    return thread;
  }

  private Target target(int vcpu) {
    Target target = targets.get(vcpu);
    if (target == null) {
      if (targets.size() >= THREADS_MOST) {
        targets.clear();
      }
      target = new Target();
      targets.put(vcpu, target);
    }
    return target;
  }

  private void sent(Event e, HostThread thread) {
    int step = e.getInt(SEND_STEP, -1);
    int context = e.flags() < 0 ? 0 : (e.flags() & HARD_OR_SOFT) >>> 3;
    if (step == IOCTL) {
      thread.inRequest = true;
    } else if (step == IOCTL_RET) {
      thread.inRequest = false;
    } else if (step == FAST) {
      thread.calls[context] = begin(e, thread, context);
    } else if (step == FAST_RET) {
      LifeLine line = thread.calls[context];
      if (line == null && e.has(SEND_PORT)) {
        line = begin(e, thread, context);
      }
      thread.calls[context] = null;
      if (line != null && e.has(SEND_RET)) {
        returned(line, e.getInt(SEND_RET, 0));
      }
    }
  }

  private LifeLine begin(Event e, HostThread thread, int context) {
    Raiser raiser = raiser(thread, context);
    int by = raiser == Raiser.GUEST || raiser == Raiser.UNMASK ? thread.vcpu : -1;
    thread.timer = false;
    LifeLine line =
        new LifeLine(e.seq, e.ts, e.get(SEND_PORT, -1), e.getInt(SEND_VCPU, -1), raiser, by, e.pid);
    waiting.add(line);
    return line;
  }

  private static Raiser raiser(HostThread thread, int context) {
    if (thread.timer) {
      return Raiser.TIMER;
    }
    if (context != 0) {
      return Raiser.EVENTFD;
    }
    if (thread.inRequest) {
      return thread.command == UNMASK ? Raiser.UNMASK : Raiser.USER;
    }
    return thread.command == SEND && !thread.inGuest ? Raiser.GUEST : Raiser.EVENTFD;
  }

  private void returned(LifeLine line, int ret) {
    line.result =
        switch (ret) {
          case 1 -> Result.SENT;
          case 0 -> Result.COALESCED;
          case -107 -> Result.MASKED;
          case -11 -> Result.AGAIN;
          default -> Result.REFUSED;
        };
    if (line.result == Result.SENT) {
      line.end = End.OPEN;
      if (line.vcpu >= 0) {
        List<LifeLine> sent = target(line.vcpu).sent;
        if (sent.size() < WAITING_MOST) {
          sent.add(line);
        }
      }
    }
  }

  private void looked(Event e, Target target) {
    target.found = e.getInt(LOOK_RET, 0) != 0;
    if (!target.found) {
      target.clear = true;
      end(target, End.TAKEN, e.ts);
    }
  }

  private void injected(Event e, int vcpu) {
    Target target = target(vcpu);
    if (target.sent.isEmpty() && target.clear && target.found) {
      LifeLine line = new LifeLine(e.seq, e.ts, -1, vcpu, Raiser.UNKNOWN, -1, -1);
      line.result = Result.UNRECORDED;
      line.end = End.INJECTED;
      line.endTs = e.ts;
      waiting.add(line);
    }
    end(target, End.INJECTED, e.ts);
    target.clear = false;
  }

  private static void end(Target target, End how, long ts) {
    for (LifeLine line : target.sent) {
      line.end = how;
      line.endTs = ts;
    }
    target.sent.clear();
  }
}
