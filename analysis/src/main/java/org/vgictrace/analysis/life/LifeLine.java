package org.vgictrace.analysis.life;

import java.util.Locale;

/** One delivery and what became of it. Filled while the recording is read, then handed out. */
public final class LifeLine {
  /** Who raised the event. */
  public enum Raiser {
    /** A vCPU, by a hypercall. */
    GUEST,
    /** User space, by a request. */
    USER,
    /** User space, by a request that follows the guest's hypercall to unmask the port. */
    UNMASK,
    /** Whoever signalled an eventfd or a device. */
    EVENTFD,
    /** The vCPU's own timer. */
    TIMER,
    /** Nothing recorded says so. */
    UNKNOWN;

    /** The lower-case name used in reports. */
    public String label() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** What the delivery did. */
  public enum Result {
    /** The port became pending and its vCPU was told where that was needed. */
    SENT,
    /** The port was pending before. */
    COALESCED,
    /** The port became pending but is masked. */
    MASKED,
    /** The guest's memory was out of reach; the delivery is repeated. */
    AGAIN,
    /** There is no such port or vCPU. */
    REFUSED,
    /** The return was not recorded. */
    UNKNOWN,
    /** Nothing was recorded but an injection that must have had a cause. */
    UNRECORDED;

    /** The lower-case name used in reports. */
    public String label() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** How it went on for one that was sent. */
  public enum End {
    /** The guest was given its upcall vector afterwards. */
    INJECTED,
    /** The guest cleared its upcall flag without an injection: it was in an upcall already. */
    TAKEN,
    /** Nothing recorded says so. */
    OPEN,
    /** It was not sent. */
    NONE;

    /** The lower-case name used in reports. */
    public String label() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** Position and time of the delivery's call, or of the injection that nothing explains. */
  public final long seq;

  public final long ts;

  /** Port, -1 if not known. */
  public final long port;

  /** Target vCPU, -1 if not known. */
  public final int vcpu;

  public final Raiser raiser;

  /** vCPU that made the hypercall, -1 if it was none. */
  public final int by;

  /** Thread of the delivery, -1 if not known. */
  public final int pid;

  Result result = Result.UNKNOWN;
  End end = End.NONE;
  long endTs;

  LifeLine(long seq, long ts, long port, int vcpu, Raiser raiser, int by, int pid) {
    this.seq = seq;
    this.ts = ts;
    this.port = port;
    this.vcpu = vcpu;
    this.raiser = raiser;
    this.by = by;
    this.pid = pid;
  }

  public Result result() {
    return result;
  }

  public End end() {
    return end;
  }

  /** When it was injected or taken, if it was. */
  public long endTs() {
    return endTs;
  }

  /** Whether {@link #endTs} means something. */
  public boolean hasEnded() {
    return end == End.INJECTED || end == End.TAKEN;
  }
}
