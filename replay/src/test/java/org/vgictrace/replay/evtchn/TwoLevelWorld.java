package org.vgictrace.replay.evtchn;

import java.util.Random;

/** Event channels with the two-level ABI. */
final class TwoLevelWorld extends World {
  /** Two words with two ports each. */
  private static final int[] PORTS = {3, 40, 70, 100};

  private static final int WORDS = 2;
  private static final int WORD_BITS = 64;

  // Where an actor is.
  private static final int SET = 1;
  private static final int TEST_MASK = 2;
  private static final int SELECT = 3;
  private static final int MARK = 4;
  private static final int WAKE = 5;
  private static final int DONE = 6;
  private static final int TAKE = 20;
  private static final int SCAN = 21;
  private static final int OWN_SELECT = 22;
  private static final int OWN_FLAG = 23;
  private static final int SLEEP = 30;

  private final boolean[] pending = new boolean[PORTS.length];
  private final boolean[] masked = new boolean[PORTS.length];
  private final int[] notify = new int[PORTS.length];
  private final int[] first = new int[PORTS.length];
  private final boolean[][] selector = new boolean[VCPUS][WORDS];
  private final boolean[][] taken = new boolean[VCPUS][WORDS];
  private final int[] next = new int[VCPUS];

  private final int[] port = new int[4];
  private final boolean[] unmask = new boolean[4];
  private final boolean[] newly = new boolean[4];
  private final boolean[] wasMasked = new boolean[4];
  private final int[] target = new int[4];
  private final boolean[] newBit = new boolean[4];
  private final boolean[] newFlag = new boolean[4];

  TwoLevelWorld(Random random, XenRecord record, Fault fault, int operations) {
    super(random, record, fault, operations);
    record.domain(DOMAIN, true);
    for (int p = 0; p < PORTS.length; p++) {
      notify[p] = random.nextInt(VCPUS);
      first[p] = notify[p];
      record.state(2, DOMAIN, PORTS[p], XenRecord.FREE, XenRecord.UNBOUND, notify[p], 0, 0);
    }
  }

  @Override
  void begin(int actor) {
    int p = random.nextInt(PORTS.length);
    if (actor < VCPUS) {
      if (!sleeping[actor]) {
        run(actor, p);
      }
    } else if (take()) {
      if (random.nextInt(8) == 0) {
        notify[p] = random.nextInt(VCPUS);
        record.state(
            actor, DOMAIN, PORTS[p], XenRecord.UNBOUND, XenRecord.UNBOUND, notify[p], 0, 0);
      } else {
        start(actor, p, false);
      }
    }
  }

  private void start(int actor, int p, boolean byUnmask) {
    port[actor] = p;
    unmask[actor] = byUnmask;
    target[actor] = fault == Fault.MOVES_FORGOTTEN ? first[p] : notify[p];
    newBit[actor] = false;
    newFlag[actor] = false;
    wasMasked[actor] = false;
    at[actor] = SET;
  }

  private void run(int v, int p) {
    if (flag[v]) {
      record.hypercall(v, DOMAIN, v, false);
      flag[v] = false;
      at[v] = TAKE;
      return;
    }
    switch (random.nextInt(4)) {
      case 0 -> masked[p] = take() || masked[p];
      case 1 -> {
        if (!masked[p]) {
          return;
        }
        if (notify[p] == v) {
          // Its own port: the guest does without the hypervisor.
          masked[p] = false;
          if (pending[p]) {
            port[v] = p;
            at[v] = OWN_SELECT;
          }
        } else {
          record.hypercall(v, DOMAIN, v, false);
          start(v, p, true);
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
      case TAKE -> {
        for (int w = 0; w < WORDS; w++) {
          taken[a][w] = selector[a][w];
          selector[a][w] = false;
        }
        next[a] = 0;
        at[a] = SCAN;
      }
      case SCAN -> {
        int p = next[a]++;
        if (taken[a][PORTS[p] / WORD_BITS] && pending[p] && !masked[p]) {
          pending[p] = false;
        }
        at[a] = next[a] == PORTS.length ? 0 : SCAN;
      }
      case OWN_SELECT -> {
        selector[a][PORTS[port[a]] / WORD_BITS] = true;
        at[a] = OWN_FLAG;
      }
      case OWN_FLAG -> {
        flag[a] = true;
        at[a] = 0;
      }
      case SLEEP -> {
        at[a] = 0;
        sleep(a);
      }
      default -> raise(a);
    }
  }

  private void raise(int a) {
    int p = port[a];
    int word = PORTS[p] / WORD_BITS;
    switch (at[a]) {
      case SET -> {
        if (unmask[a]) {
          wasMasked[a] = masked[p];
          masked[p] = false;
          newly[a] = !pending[p];
          boolean waits = wasMasked[a] && pending[p];
          at[a] = waits && fault != Fault.UNMASK_WITHOUT_DELIVERY ? SELECT : DONE;
          return;
        }
        newly[a] = !pending[p];
        pending[p] = true;
        boolean stops = !newly[a] && fault != Fault.NOTIFIES_AGAIN;
        at[a] = stops ? DONE : TEST_MASK;
      }
      case TEST_MASK -> {
        wasMasked[a] = masked[p];
        boolean delivers = !wasMasked[a] || fault == Fault.MASK_IGNORED;
        boolean forgets = fault == Fault.NO_SELECTOR && random.nextInt(4) == 0;
        at[a] = delivers && !forgets ? SELECT : DONE;
      }
      case SELECT -> {
        newBit[a] = !selector[target[a]][word];
        selector[target[a]][word] = true;
        at[a] = newBit[a] && fault != Fault.NO_FLAG ? MARK : DONE;
      }
      case MARK -> {
        newFlag[a] = !flag[target[a]];
        flag[target[a]] = true;
        at[a] = newFlag[a] ? WAKE : DONE;
      }
      case WAKE -> {
        wake(a, target[a]);
        at[a] = DONE;
      }
      default -> {
        int v = target[a];
        boolean mask = wasMasked[a];
        record.raise(a, unmask[a], DOMAIN, PORTS[p], v, newly[a], mask, newBit[a], newFlag[a]);
        at[a] = 0;
      }
    }
  }
}
