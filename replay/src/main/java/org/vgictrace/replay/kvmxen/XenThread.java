package org.vgictrace.replay.kvmxen;

import org.jspecify.annotations.Nullable;

/** What is known of one host thread: the vCPU it runs and the calls it is in. */
final class XenThread {
  /** Contexts that may interrupt each other on a thread: task, hard interrupt, softirq, both. */
  private static final int CONTEXTS = 4;

  private static final int HARD_OR_SOFT = 0x08 | 0x10;

  private final Delivery[] deliveries = new Delivery[CONTEXTS];

  /** Its vCPU; null if it runs none, or none yet. */
  @Nullable XenVcpu vcpu;

  /** Whether it is in the guest: 1, 0, or -1 if not known. */
  int inGuest = -1;

  /** The hypercall whose outcome is open. */
  boolean inHypercall;

  boolean isSend;
  int cpl = -1;
  final Mark hypercall = new Mark();
  long hypercallNr;

  /** Result of the hypercall's own delivery; valid if {@link #delivered}. */
  int sendRet;

  boolean delivered;
  final Mark delivery = new Mark();

  /** User space's request to send that is under way. */
  boolean inRequest;

  long requestPort;
  int requestVcpu;
  final Mark request = new Mark();

  /** Deliveries within the request, and the last of them. */
  int requestCalls;

  long requestCallPort;
  int requestCallVcpu;
  int requestCallRet;

  /** vCPU whose upcall flag is being looked at, -1 if not known. */
  int looksAt = -1;

  /** Whether its last record was user space setting an attribute. */
  boolean byUser;

  /** Whether the timer's callback is running. */
  boolean timerExpired;

  /** A line being set: its delivery's result, valid if {@link #lineDelivered}. */
  boolean inLine;

  boolean lineDelivered;
  int lineRet;

  /** The line being set, -1 if that is not known or it is lowered. */
  long lineGsi = -1;

  /** The line an eventfd has just raised, in that context; -1 if none. */
  long atomicGsi = -1;

  int atomicContext;

  /** Whether its last record takes a port out of the table of ports to send to; -1 for all. */
  boolean removes;

  long removedPort;

  /** How many deliveries in a row ended out of reach. */
  int agains;

  XenThread() {
    for (int i = 0; i < CONTEXTS; i++) {
      deliveries[i] = new Delivery();
    }
  }

  /** Index of a context; the task's if it was not recorded. */
  static int context(int flags) {
    return flags < 0 ? 0 : (flags & HARD_OR_SOFT) >>> 3;
  }

  /** The delivery of the context with those flags. */
  Delivery delivery(int flags) {
    return deliveries[context(flags)];
  }

  /** Forgets what is under way. */
  void forget() {
    for (Delivery each : deliveries) {
      each.open = false;
    }
    inGuest = -1;
    inHypercall = false;
    inRequest = false;
    timerExpired = false;
    inLine = false;
    looksAt = -1;
    byUser = false;
    agains = 0;
    atomicGsi = -1;
    removes = false;
  }
}
