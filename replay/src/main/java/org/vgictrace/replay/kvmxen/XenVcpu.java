package org.vgictrace.replay.kvmxen;

/** What is known of one vCPU, by the number it was created with. */
final class XenVcpu {
  /** How the guest is told of events. */
  enum Upcall {
    UNKNOWN,
    /** By the VM's callback vector, put into the vCPU at its entry. */
    CALLBACK,
    /** By a vector of the vCPU's own, sent to its local APIC. */
    VECTOR
  }

  final int id;

  /** Its dense index, -1 if not known. */
  int index = -1;

  /** Thread that runs it, -1 if not known. */
  int pid = -1;

  Upcall upcall = Upcall.UNKNOWN;

  /** Whether it sleeps in a halt: nothing was recorded of its thread since. */
  boolean asleep;

  /** Deliveries that newly set a port of it since it fell asleep. */
  int sentToSleeper;

  /** It was woken by an event and must be told of it at its entry. */
  boolean dueAtEntry;

  final Mark due = new Mark();

  /** It left the guest because it can take an interrupt now, and has an upcall due. */
  boolean windowOpen;

  /** Whether an interrupt was put into it since its last exit. */
  boolean injected;

  /** What the last look at its upcall flag found since the last exit; -1 if there was none. */
  int found = -1;

  final Mark look = new Mark();

  /** Injections of the callback since the last event or cleared flag. */
  int unanswered;

  /** Bits known to be in KVM's shadow of its selector, and entries since. */
  long shadow;

  int entriesWithShadow;
  final Mark shadowed = new Mark();

  /** Whether a flush of the shadow is under way, and what must come out of it. */
  boolean flushing;

  long flushed;

  /** Run state as last accounted, -1 if not known. */
  int state = -1;

  final Mark stateSet = new Mark();

  /** Port of its timer, -1 if not known. */
  long timerPort = -1;

  /** Times the timer was set and not yet fired; -1 if not known. */
  int armed = -1;

  final Mark timerSet = new Mark();

  XenVcpu(int id) {
    this.id = id;
  }

  /** Forgets all that may have changed while nothing was recorded. */
  void forget() {
    asleep = false;
    sentToSleeper = 0;
    dueAtEntry = false;
    windowOpen = false;
    injected = false;
    found = -1;
    unanswered = 0;
    shadow = 0;
    flushing = false;
    state = -1;
    armed = -1;
  }
}
