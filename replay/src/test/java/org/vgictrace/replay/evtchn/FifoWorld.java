package org.vgictrace.replay.evtchn;

import java.util.Random;

/** Event channels with the FIFO ABI. */
final class FifoWorld extends World {
  private static final int PORTS = 5;
  private static final int[] PRIORITIES = {5, 7, 9};
  private static final int QUEUES = VCPUS * 16;

  // Where an actor is: raising, upcall, blocking.
  private static final int LOCK = 1;
  private static final int SET = 2;
  private static final int TEST_MASK = 3;
  private static final int OLD_TAIL = 4;
  private static final int CHAIN = 5;
  private static final int HEAD = 6;
  private static final int TAIL = 7;
  private static final int READY = 8;
  private static final int MARK = 9;
  private static final int WAKE = 10;
  private static final int DONE = 11;
  private static final int TAKE_READY = 20;
  private static final int CONSUME = 21;
  private static final int HANDLE = 22;
  private static final int TAKE_MORE = 23;
  private static final int SLEEP = 30;

  private final boolean[] pending = new boolean[PORTS];
  private final boolean[] masked = new boolean[PORTS];
  private final boolean[] linked = new boolean[PORTS];
  private final int[] link = new int[PORTS];
  private final boolean[] open = new boolean[PORTS];
  private final int[] notify = new int[PORTS];
  private final int[] first = new int[PORTS];
  private final int[] priority = new int[PORTS];
  private final int[] lastQueue = new int[PORTS];
  private final int[] raises = new int[PORTS];
  private final boolean[] hasBlock = new boolean[VCPUS];
  private final int[] head = new int[QUEUES];
  private final int[] privateHead = new int[QUEUES];
  private final int[] tail = new int[QUEUES];
  private final int[] ready = new int[VCPUS];
  private final int[] local = new int[VCPUS];
  private final int[] consumed = new int[VCPUS];
  private final boolean[] locked = new boolean[QUEUES];

  private final int[] port = new int[4];
  private final boolean[] unmask = new boolean[4];
  private final boolean[] wasMasked = new boolean[4];
  private final boolean[] wasPending = new boolean[4];
  private final int[] target = new int[4];
  private final int[] queue = new int[4];
  private final int[] oldQueue = new int[4];
  private final boolean[] links = new boolean[4];
  private final boolean[] behind = new boolean[4];
  private final int[] foundTail = new int[4];
  private final boolean[] newBit = new boolean[4];
  private final boolean[] newFlag = new boolean[4];

  FifoWorld(Random random, XenRecord record, Fault fault, int operations) {
    super(random, record, fault, operations);
    record.domain(DOMAIN, true);
    hasBlock[0] = true;
    hasBlock[1] = random.nextInt(8) != 0 && fault != Fault.PENDING_WITHOUT_QUEUES;
    for (int p = 1; p < PORTS; p++) {
      bind(2, p, random.nextInt(VCPUS));
    }
  }

  private void bind(int cpu, int p, int vcpu) {
    open[p] = true;
    pending[p] = false;
    priority[p] = 7;
    notify[p] = vcpu;
    first[p] = vcpu;
    record.state(cpu, DOMAIN, p, XenRecord.FREE, XenRecord.UNBOUND, vcpu, 0, 0);
  }

  @Override
  void begin(int actor) {
    if (actor >= VCPUS) {
      if (take()) {
        operate(actor);
      }
    } else if (!sleeping[actor]) {
      run(actor);
    }
  }

  private void operate(int cpu) {
    int p = 1 + random.nextInt(PORTS - 1);
    switch (random.nextInt(12)) {
      case 0 -> {
        if (open[p]) {
          notify[p] = random.nextInt(VCPUS);
          record.state(cpu, DOMAIN, p, XenRecord.UNBOUND, XenRecord.UNBOUND, notify[p], 0, 0);
        }
      }
      case 1 -> priority[p] = PRIORITIES[random.nextInt(PRIORITIES.length)];
      case 2, 3 -> {
        if (open[p] && raises[p] == 0) {
          open[p] = false;
          pending[p] = false;
          record.state(cpu, DOMAIN, p, XenRecord.UNBOUND, XenRecord.FREE, 0, 0, 0);
        } else if (!open[p] && (!linked[p] || fault == Fault.BUSY_PORT_REUSED)) {
          bind(cpu, p, random.nextInt(VCPUS));
        }
      }
      default -> {
        if (open[p]) {
          startRaise(cpu, p, false);
        }
      }
    }
  }

  private void startRaise(int actor, int p, boolean byUnmask) {
    port[actor] = p;
    unmask[actor] = byUnmask;
    raises[p]++;
    at[actor] = LOCK;
  }

  /** A vCPU that runs does something. */
  private void run(int v) {
    if (flag[v]) {
      record.hypercall(v, DOMAIN, v, false);
      flag[v] = false;
      at[v] = TAKE_READY;
      return;
    }
    int p = 1 + random.nextInt(PORTS - 1);
    switch (random.nextInt(4)) {
      case 0 -> {
        masked[p] = take() || masked[p];
      }
      case 1 -> {
        if (!open[p] || !masked[p]) {
          return;
        }
        if (pending[p]) {
          record.hypercall(v, DOMAIN, v, false);
          wasMasked[v] = true;
          masked[p] = false;
          startRaise(v, p, true);
        } else {
          masked[p] = false;
        }
      }
      default -> {
        record.hypercall(v, DOMAIN, v, true);
        sleeping[v] = true;
        at[v] = SLEEP;
      }
    }
  }

  @Override
  void step(int a) {
    switch (at[a]) {
      case TAKE_READY -> {
        local[a] = ready[a];
        ready[a] = 0;
        at[a] = CONSUME;
      }
      case CONSUME -> consume(a);
      case HANDLE -> {
        int p = consumed[a];
        if (pending[p] && !masked[p]) {
          pending[p] = false;
        }
        at[a] = TAKE_MORE;
      }
      case TAKE_MORE -> {
        local[a] |= ready[a];
        ready[a] = 0;
        at[a] = CONSUME;
      }
      case SLEEP -> {
        at[a] = 0;
        sleep(a);
      }
      default -> raise(a);
    }
  }

  private void consume(int v) {
    if (local[v] == 0) {
      at[v] = 0;
      return;
    }
    int q = Integer.numberOfTrailingZeros(local[v]);
    int i = v * 16 + q;
    int h = privateHead[i] == 0 ? head[i] : privateHead[i];
    if (h == 0) {
      local[v] &= ~(1 << q);
      return;
    }
    int next = link[h];
    linked[h] = false;
    link[h] = 0;
    if (next == 0) {
      local[v] &= ~(1 << q);
    }
    privateHead[i] = next;
    consumed[v] = h;
    at[v] = HANDLE;
  }

  private void raise(int a) {
    int p = port[a];
    int q = queue[a];
    switch (at[a]) {
      case LOCK -> lock(a, p);
      case SET -> {
        wasPending[a] = pending[p];
        if (!hasBlock[target[a]]) {
          pending[p] |= fault == Fault.PENDING_WITHOUT_QUEUES;
          unlock(a);
          if (fault == Fault.PENDING_WITHOUT_QUEUES) {
            at[a] = DONE;
          } else {
            raises[p]--;
            at[a] = 0;
          }
          return;
        }
        pending[p] = true;
        at[a] = TEST_MASK;
      }
      case TEST_MASK -> {
        boolean mask = masked[p];
        if (!unmask[a]) {
          wasMasked[a] = mask;
        }
        boolean mayLink = !mask || fault == Fault.MASK_IGNORED;
        if (fault == Fault.UNMASK_WITHOUT_DELIVERY && unmask[a]) {
          mayLink = false;
        }
        links[a] = mayLink && !linked[p];
        linked[p] |= mayLink;
        at[a] = links[a] ? OLD_TAIL : WAKE;
        if (!links[a]) {
          unlock(a);
        }
      }
      case OLD_TAIL -> {
        if (tail[oldQueue[a]] == p && fault != Fault.OLD_TAIL_KEPT) {
          tail[oldQueue[a]] = 0;
        }
        lastQueue[p] = q;
        at[a] = CHAIN;
      }
      case CHAIN -> {
        foundTail[a] = tail[q];
        behind[a] = foundTail[a] != 0 && linked[foundTail[a]];
        if (behind[a]) {
          link[foundTail[a]] = p;
        }
        at[a] = behind[a] ? TAIL : HEAD;
      }
      case HEAD -> {
        head[q] = p;
        at[a] = TAIL;
      }
      case TAIL -> {
        tail[q] = p;
        record.link(a, DOMAIN, p, target[a], q % 16, foundTail[a], behind[a]);
        unlock(a);
        at[a] = !behind[a] || fault == Fault.READY_AT_EVERY_LINK ? READY : WAKE;
      }
      case READY -> {
        int bit = 1 << q % 16;
        newBit[a] = (ready[target[a]] & bit) == 0;
        ready[target[a]] |= bit;
        at[a] = newBit[a] && fault != Fault.NO_FLAG ? MARK : WAKE;
      }
      case MARK -> {
        newFlag[a] = !flag[target[a]];
        flag[target[a]] = true;
        at[a] = WAKE;
      }
      case WAKE -> {
        if (newFlag[a]) {
          wake(a, target[a]);
        }
        at[a] = DONE;
      }
      default -> {
        int v = target[a];
        boolean newly = !wasPending[a];
        boolean mask = wasMasked[a];
        record.raise(a, unmask[a], DOMAIN, p, v, newly, mask, newBit[a], newFlag[a]);
        raises[p]--;
        at[a] = 0;
      }
    }
  }

  private void lock(int a, int p) {
    int v = fault == Fault.MOVES_FORGOTTEN ? first[p] : notify[p];
    int q = v * 16 + priority[p];
    int old = lastQueue[p];
    if (locked[q] || locked[old]) {
      return;
    }
    locked[q] = true;
    locked[old] = true;
    target[a] = v;
    queue[a] = q;
    oldQueue[a] = old;
    newBit[a] = false;
    newFlag[a] = false;
    links[a] = false;
    at[a] = SET;
  }

  private void unlock(int a) {
    locked[queue[a]] = false;
    locked[oldQueue[a]] = false;
  }
}
