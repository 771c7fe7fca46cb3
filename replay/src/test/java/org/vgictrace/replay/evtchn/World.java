package org.vgictrace.replay.evtchn;

import java.util.Random;

/**
 * A domain of two vCPUs under a hypervisor with two more CPUs that raise events. Everything they do
 * is cut into steps that are atomic in reality, and a seeded scheduler picks whose step is next.
 *
 * <p>CPU 0 and 1 run the vCPUs, CPU 2 and 3 raise.
 */
abstract class World {
  static final int VCPUS = 2;
  static final int DOMAIN = 1;
  private static final int ACTORS = 4;

  /** How much more often than a vCPU the two that raise are picked. */
  private static final int HURRY = 4;

  private static final int STEPS_MAX = 2000;

  /** Places in an upcall have numbers from here on, those in a raise smaller ones. */
  private static final int UPCALL = 20;

  final Random random;
  final XenRecord record;
  final Fault fault;

  /** Bits of the shared memory and of the scheduler. */
  final boolean[] flag = new boolean[VCPUS];

  final boolean[] sleeping = new boolean[VCPUS];

  /** Where each actor is in what it does; 0 for nowhere. */
  final int[] at = new int[ACTORS];

  private int operations;

  World(Random random, XenRecord record, Fault fault, int operations) {
    this.random = random;
    this.record = record;
    this.fault = fault;
    this.operations = operations;
  }

  /** Runs until the operations are used up and everybody has come to rest. */
  final void run() {
    for (int i = 0; i < STEPS_MAX; i++) {
      int actor = random.nextInt(ACTORS + HURRY);
      if (actor >= ACTORS) {
        actor = VCPUS + (actor & 1);
      }
      if (at[actor] == 0) {
        if (operations > 0 || actor < VCPUS && (flag[actor] || !sleeping[actor])) {
          begin(actor);
        } else if (isAtRest()) {
          return;
        }
      } else {
        step(actor);
      }
    }
    finishRaises();
  }

  /** What was begun is ended even where a broken queue keeps the guest busy for ever. */
  private void finishRaises() {
    for (int i = 0; i < STEPS_MAX; i++) {
      int actor = i % ACTORS;
      if (at[actor] != 0 && at[actor] < UPCALL) {
        step(actor);
      }
    }
  }

  private boolean isAtRest() {
    for (int each : at) {
      if (each != 0) {
        return false;
      }
    }
    return !flag[0] && !flag[1] && operations <= 0;
  }

  /** Uses up one of the operations; false if there is none left. */
  final boolean take() {
    return operations-- > 0;
  }

  /** The actor, which does nothing, begins something. */
  abstract void begin(int actor);

  abstract void step(int actor);

  /** Wakes a vCPU whose flag was newly set. */
  final void wake(int cpu, int vcpu) {
    if (sleeping[vcpu] && fault != Fault.NO_WAKE) {
      sleeping[vcpu] = false;
      record.sched(cpu, "wake", DOMAIN, vcpu);
    }
  }

  /** The vCPU wants to sleep; it does if nothing is pending at the moment that it says so. */
  final void sleep(int vcpu) {
    if (!flag[vcpu]) {
      record.sched(vcpu, "block", DOMAIN, vcpu);
    } else {
      sleeping[vcpu] = false;
    }
  }
}
