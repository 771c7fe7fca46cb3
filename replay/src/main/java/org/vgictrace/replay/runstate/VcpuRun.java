package org.vgictrace.replay.runstate;

/** What is known of one vCPU. */
final class VcpuRun {
  static final int NONE = -1;

  final int domain;
  final int id;

  /** CPU on which it runs, {@link #NONE} if on none that is recorded. */
  int cpu = NONE;

  /** When it began to run on {@link #cpu}. */
  long since;

  /** CPU it left last, {@link #NONE} if it has not been seen to leave one. */
  int leftCpu = NONE;

  long leftTs;

  /** CPU on which it began to run while it had not left {@link #cpu}; {@link #NONE} for none. */
  int secondCpu = NONE;

  long secondTs;

  VcpuRun(int domain, int id) {
    this.domain = domain;
    this.id = id;
  }

  /** {@code d1v0}. */
  String label() {
    return "d" + domain + "v" + id;
  }

  void forget() {
    cpu = NONE;
    leftCpu = NONE;
    secondCpu = NONE;
  }
}
