package org.vgictrace.replay.kvmxen;

import org.vgictrace.parser.event.Kind;
import org.vgictrace.replay.engine.Event;
import org.vgictrace.replay.engine.Ledger;
import org.vgictrace.replay.verdict.EventRef;

/**
 * A delivery under way in one context: a call of kvm_xen_set_evtchn_fast from its record to that of
 * its return. Reused for the next one in the context.
 */
final class Delivery {
  static final int STEP = Kind.KVM_XEN_SEND.column("step");
  static final int PORT = Kind.KVM_XEN_SEND.column("port");
  static final int VCPU = Kind.KVM_XEN_SEND.column("vcpu_id");
  static final int INDEX = Kind.KVM_XEN_SEND.column("vcpu_idx");
  static final int RET = Kind.KVM_XEN_SEND.column("ret");

  /** Codes of the steps, in the order of the column's labels. */
  static final int FAST = 0;

  static final int FAST_RET = 1;
  static final int IOCTL = 4;
  static final int IOCTL_RET = 5;

  /** Newly pending, and the guest was notified where that was needed. */
  static final int SENT = 1;

  /** Pending before. */
  static final int COALESCED = 0;

  /** Pending, but masked: -ENOTCONN. */
  static final int MASKED = -107;

  /** The memory cannot be reached right now: -EWOULDBLOCK. */
  static final int AGAIN = -11;

  /** Refused: -EINVAL. */
  static final int REFUSED = -22;

  /** Whether a call has been recorded whose return has not. */
  boolean open;

  long port = -1;
  int vcpuId = -1;
  long seq;
  long ts;
  int cpu;

  /** Whether the target slept in a halt, with nothing given to it since, when the call began. */
  boolean toSleeper;

  /** Whether a timer's callback made the call. */
  boolean byTimer;

  /** The line that made it, -1 if none did or it is not known. */
  long gsi = -1;

  /** Upcall vectors sent by the call, and the vCPU that got the last. */
  int vectors;

  int vectorTo = -1;

  /** Upcall vectors the call said it would send. */
  int vectorsMeant;

  /** Whether the result lets the caller count the event as sent. */
  static boolean isDone(int ret) {
    return ret == SENT || ret == COALESCED || ret == MASKED;
  }

  void begin(Event e) {
    open = true;
    port = e.get(PORT, -1);
    vcpuId = e.getInt(VCPU, -1);
    seq = e.seq;
    ts = e.ts;
    cpu = e.cpu;
    toSleeper = false;
    byTimer = false;
    gsi = -1;
    vectors = 0;
    vectorTo = -1;
    vectorsMeant = 0;
  }

  /** The call, to refer to. */
  EventRef ref() {
    return new EventRef(seq, ts, cpu, "delivery of " + target());
  }

  /** {@code port 70 to vCPU 1}. */
  String target() {
    return target(port, vcpuId);
  }

  static String target(long port, int vcpuId) {
    return (port < 0 ? "an unknown port" : "port " + port)
        + (vcpuId < 0 ? "" : " to vCPU " + vcpuId);
  }

  /** A return, to refer to. */
  static EventRef returned(Event e, int ret) {
    return Ledger.ref(e, "delivery returns " + ret);
  }
}
