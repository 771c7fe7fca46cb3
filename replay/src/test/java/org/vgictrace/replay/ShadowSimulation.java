package org.vgictrace.replay;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;
import java.util.SplittableRandom;
import org.vgictrace.parser.event.BatchBuilder;
import org.vgictrace.parser.event.Kind;
import org.vgictrace.parser.event.KindTable;

/**
 * A small KVM that emulates Xen's two-level event channels for two vCPUs, in steps of one memory
 * access each, under a random scheduler. Mappings of guest memory come and go. It records what
 * probes that read memory would. Knows nothing of the replay: it follows arch/x86/kvm/xen.c and a
 * Linux guest.
 */
final class ShadowSimulation {
  /** What a wrong kernel does. */
  enum Wrong {
    /** The shadow is cleared by a store of zero. */
    PLAIN_STORE,
    /** The flush does not set the upcall flag. */
    NO_UPCALL,
    /** The mask is not looked at. */
    MASK_IGNORED,
    /** A delivery that finds the memory out of reach is not repeated. */
    SWALLOWED
  }

  private static final int[] PORTS = {1, 70, 300, 2, 71};
  private static final int[] OWNERS = {0, 0, 0, 1, 1};
  private static final int WORKER = 300;
  private static final int VECTOR = 0xf3;

  private final BatchBuilder out;
  private final SplittableRandom random;
  private final Set<Wrong> wrong;
  private long now = 1_000_000_000L;

  private final boolean[] pending = new boolean[PORTS.length];
  private final boolean[] masked = new boolean[PORTS.length];
  private final long[] selector = new long[2];
  private final long[] shadow = new long[2];
  private final boolean[] upcall = new boolean[2];
  private boolean sharedInReach;
  private int sharedHeld;
  private final boolean[] infoInReach = new boolean[2];
  private final int[] infoHeld = new int[2];
  private int changesLeft;
  private final ArrayDeque<Integer> work = new ArrayDeque<>();

  private final Sender[] senders = {new Sender(0, 2, true), new Sender(0, 3, true)};
  private final Sender worker = new Sender(WORKER, 3, false);
  private final Vcpu[] vcpus = {new Vcpu(0), new Vcpu(1)};

  ShadowSimulation(BatchBuilder out, long seed, Wrong... wrong) {
    this.out = out;
    this.random = new SplittableRandom(seed);
    this.wrong = wrong.length == 0 ? EnumSet.noneOf(Wrong.class) : EnumSet.of(wrong[0], wrong);
  }

  /** Plays one schedule from empty memory to rest. */
  void play() throws IOException {
    Arrays.fill(pending, false);
    Arrays.fill(masked, false);
    for (int v = 0; v < 2; v++) {
      selector[v] = 0;
      shadow[v] = 0;
      upcall[v] = false;
      infoInReach[v] = true;
      vcpus[v].begin();
    }
    sharedInReach = true;
    changesLeft = 6;
    for (Sender sender : senders) {
      sender.left = 3;
    }
    while (!isAtRest()) {
      switch (random.nextInt(6)) {
        case 0 -> senders[0].step();
        case 1 -> senders[1].step();
        case 2 -> worker.step();
        case 3 -> vcpus[0].step();
        case 4 -> vcpus[1].step();
        default -> mappingChanges();
      }
    }
    for (int i = 0; i < PORTS.length; i++) {
      words(i);
    }
    for (Vcpu vcpu : vcpus) {
      vcpu.end();
    }
  }

  private boolean isAtRest() {
    return senders[0].isDone()
        && senders[1].isDone()
        && worker.isDone()
        && work.isEmpty()
        && vcpus[0].isIdle()
        && vcpus[1].isIdle();
  }

  /** A mapping goes away, which nobody who uses it allows, or comes back. */
  private void mappingChanges() {
    if (changesLeft == 0) {
      return;
    }
    changesLeft--;
    int which = random.nextInt(3);
    if (which == 2) {
      sharedInReach = sharedHeld > 0 ? sharedInReach : random.nextInt(2) == 0;
    } else if (infoHeld[which] == 0) {
      infoInReach[which] = random.nextInt(3) == 0;
    }
  }

  private KindTable row(Kind kind, int cpu, int pid, boolean irq) throws IOException {
    now += 1000;
    return out.append(kind, now, cpu, pid, 0, irq ? 8 : 0, 0, 0);
  }

  private static void put(KindTable row, String column, long value) {
    row.put(row.kind().column(column), value);
  }

  private static void label(KindTable row, String column, String label) {
    int index = row.kind().column(column);
    row.put(index, row.kind().columns().get(index).labels().indexOf(label));
  }

  private void words(int port) throws IOException {
    int v = OWNERS[port];
    KindTable row = row(Kind.KVM_XEN_WORDS, 3, 400, false);
    put(row, "port", PORTS[port]);
    put(row, "vcpu_id", v);
    put(row, "pending", pending[port] ? 1 : 0);
    put(row, "masked", masked[port] ? 1 : 0);
    put(row, "selector", selector[v]);
    put(row, "shadow", shadow[v]);
    put(row, "upcall", upcall[v] ? 1 : 0);
    put(row, "at_rest", 1);
  }

  private static long bit(int port) {
    return 1L << PORTS[port] / 64;
  }

  /** Delivers events, an access at a time. */
  private final class Sender {
    final int pid;
    final int cpu;
    final boolean irq;
    int left;
    private int at;
    private int port;
    private boolean sawMask;

    Sender(int pid, int cpu, boolean irq) {
      this.pid = pid;
      this.cpu = cpu;
      this.irq = irq;
    }

    boolean isDone() {
      return at == 0 && left == 0;
    }

    void step() throws IOException {
      int v = OWNERS[port];
      switch (at) {
        case 0 -> call();
        case 1 -> reach();
        case 2 -> {
          boolean before = pending[port];
          pending[port] = true;
          at = 3;
          if (before) {
            returns(0, 1, -1);
          }
        }
        case 3 -> {
          sawMask = masked[port];
          at = 4;
          if (sawMask && !wrong.contains(Wrong.MASK_IGNORED)) {
            returns(-107, 0, 1);
          }
        }
        case 4 -> {
          if (infoInReach[v]) {
            infoHeld[v]++;
            at = 5;
          } else {
            shadow[v] |= bit(port);
            vcpus[v].kicked = true;
            at = 8;
          }
        }
        case 5 -> {
          at = (selector[v] & bit(port)) == 0 ? 6 : 7;
          selector[v] |= bit(port);
        }
        case 6 -> {
          upcall[v] = true;
          vcpus[v].kicked = true;
          at = 7;
        }
        case 7 -> {
          infoHeld[v]--;
          at = 8;
        }
        default -> returns(1, 0, sawMask ? 1 : 0);
      }
    }

    private void call() throws IOException {
      if (irq && left == 0) {
        return;
      }
      if (!irq) {
        if (work.isEmpty()) {
          return;
        }
        port = work.remove();
        sharedInReach = true;
      } else {
        left--;
        port = random.nextInt(PORTS.length);
      }
      KindTable row = row(Kind.KVM_XEN_SEND, cpu, pid, irq);
      label(row, "step", "fast");
      put(row, "port", PORTS[port]);
      put(row, "vcpu_id", OWNERS[port]);
      at = 1;
    }

    private void reach() throws IOException {
      if (sharedInReach) {
        sharedHeld++;
        at = 2;
        return;
      }
      sharedHeld++;
      if (!irq || !wrong.contains(Wrong.SWALLOWED)) {
        work.add(port);
      }
      returns(-11, -1, -1);
    }

    private void returns(int ret, int before, int mask) throws IOException {
      KindTable row = row(Kind.KVM_XEN_SEND, cpu, pid, irq);
      label(row, "step", "fast_ret");
      put(row, "ret", ret);
      if (before >= 0) {
        put(row, "pending", before);
      }
      if (mask >= 0) {
        put(row, "masked", mask);
      }
      put(row, "shadow", shadow[OWNERS[port]]);
      sharedHeld--;
      at = 0;
    }
  }

  /** A vCPU: its run loop, and the guest in it. */
  private final class Vcpu {
    private static final int LOOP = 0;
    private static final int FLUSH = 1;
    private static final int ENTER = 6;
    private static final int GUEST = 7;
    private static final int HANDLER = 8;
    private static final int UNMASK = 12;

    final int id;
    boolean kicked;
    private int at;
    private int suspended;
    private long moved;
    private long scanned;
    private int masks;
    private int unmasked;

    Vcpu(int id) {
      this.id = id;
    }

    void begin() {
      at = LOOP;
      suspended = GUEST;
      kicked = false;
      // What is masked is sent again by user space, which would make up for what was swallowed.
      masks = wrong.contains(Wrong.SWALLOWED) ? 0 : 2;
    }

    boolean isIdle() {
      return at == GUEST && !kicked && !upcall[id] && shadow[id] == 0;
    }

    void end() throws IOException {
      exits("interrupt");
    }

    void step() throws IOException {
      if (at >= GUEST) {
        inGuest();
        return;
      }
      switch (at) {
        case LOOP -> {
          at = shadow[id] == 0 ? ENTER : FLUSH;
          if (at == FLUSH) {
            moved = shadow[id];
            step("flush");
          }
        }
        case FLUSH -> {
          infoInReach[id] = true;
          infoHeld[id]++;
          at++;
        }
        case FLUSH + 1 -> {
          selector[id] |= moved;
          at++;
        }
        case FLUSH + 2 -> {
          shadow[id] = wrong.contains(Wrong.PLAIN_STORE) ? 0 : shadow[id] & ~moved;
          at++;
        }
        case FLUSH + 3 -> {
          upcall[id] |= !wrong.contains(Wrong.NO_UPCALL);
          at++;
        }
        case FLUSH + 4 -> {
          infoHeld[id]--;
          step("flush_ret");
          at = LOOP;
        }
        default -> enter();
      }
    }

    private void step(String what) throws IOException {
      KindTable row = row(Kind.KVM_XEN_STEP, id, 500 + id, false);
      label(row, "step", what);
      put(row, "vcpu_id", id);
      put(row, "selector", selector[id]);
      put(row, "shadow", shadow[id]);
      put(row, "upcall", upcall[id] ? 1 : 0);
    }

    private void enter() throws IOException {
      KindTable look = row(Kind.KVM_XEN_UPCALL, id, 500 + id, false);
      label(look, "point", "return");
      put(look, "ret", upcall[id] ? 1 : 0);
      if (upcall[id] && suspended < HANDLER) {
        KindTable inject = row(Kind.X86_INJECT, id, 500 + id, false);
        put(inject, "vector", VECTOR);
        put(inject, "soft", 0);
        put(inject, "reinjected", 0);
        suspended = HANDLER;
      }
      put(row(Kind.X86_ENTRY, id, 500 + id, false), "vcpu_id", id);
      at = suspended;
    }

    private void exits(String reason) throws IOException {
      KindTable row = row(Kind.X86_EXIT, id, 500 + id, false);
      put(row, "vcpu_id", id);
      put(row, "reason", reason.equals("hypercall") ? 0x81 : 0x60);
      suspended = at;
      at = LOOP;
    }

    private void inGuest() throws IOException {
      // One that could not be interrupted on its way in leaves as soon as it can.
      if (kicked || at == GUEST && upcall[id]) {
        kicked = false;
        exits("interrupt");
        return;
      }
      switch (at) {
        case GUEST -> idle();
        case HANDLER -> {
          upcall[id] = false;
          at++;
        }
        case HANDLER + 1 -> {
          scanned = selector[id];
          selector[id] = 0;
          at++;
        }
        case HANDLER + 2 -> scan();
        case HANDLER + 3 -> at = upcall[id] ? HANDLER : GUEST;
        default -> unmask();
      }
    }

    private void scan() {
      for (int i = 0; i < PORTS.length; i++) {
        if (OWNERS[i] == id && (scanned & bit(i)) != 0 && pending[i] && !masked[i]) {
          pending[i] = false;
          return;
        }
      }
      at = HANDLER + 3;
    }

    /** The guest masks a port, or unmasks the first that is masked. */
    private void idle() {
      int port = random.nextInt(PORTS.length);
      if (masks > 0 && OWNERS[port] == id && !masked[port]) {
        masks--;
        masked[port] = true;
        return;
      }
      for (int i = 0; i < PORTS.length; i++) {
        if (OWNERS[i] == id && masked[i]) {
          masked[i] = false;
          unmasked = i;
          at = UNMASK;
          return;
        }
      }
    }

    /** What was pending while it was masked is for user space to deliver. */
    private void unmask() throws IOException {
      at = GUEST;
      if (!pending[unmasked]) {
        return;
      }
      exits("hypercall");
      KindTable call = row(Kind.KVM_XEN_HYPERCALL, id, 500 + id, false);
      put(call, "nr", 0x20);
      put(call, "a0", 9);
      put(row(Kind.USERSPACE_EXIT, id, 500 + id, false), "reason", 34);
      pending[unmasked] = false;
      work.add(unmasked);
    }
  }
}
