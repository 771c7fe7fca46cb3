package org.vgictrace.replay.kvmxen;

/** Codes of the steps of {@link org.vgictrace.parser.event.Kind#KVM_XEN_STEP}, in its order. */
final class Steps {
  static final int HYPERCALL = 0;
  static final int TIMER_EXPIRE = 1;
  static final int TIMER_INJECT = 2;
  static final int FLUSH = 3;
  static final int FLUSH_RET = 4;
  static final int VECTOR = 5;

  private Steps() {}
}
