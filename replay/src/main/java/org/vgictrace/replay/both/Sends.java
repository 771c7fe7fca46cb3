package org.vgictrace.replay.both;

import org.agrona.collections.IntArrayList;
import org.vgictrace.parser.event.Kind;

/** What of a guest's records is a send, and how long it may last. */
final class Sends {
  private static final int VIA = Kind.GUEST_SEND.column("via");
  private static final int IPI = Labels.of(Kind.GUEST_SEND, VIA, "ipi");
  private static final int BY_IRQ = Labels.of(Kind.GUEST_SEND, VIA, "irq");
  private static final int VECTOR = Kind.GUEST_SEND.column("vector");

  /** Is sent by another hypercall ({@code VCPUOP_send_nmi}). */
  private static final int NMI = Labels.of(Kind.GUEST_SEND, VECTOR, "nmi");

  private static final int STEP = Kind.GUEST_EVDEV.column("step");
  private static final int IOCTL = Labels.of(Kind.GUEST_EVDEV, STEP, "ioctl");
  private static final int INTERRUPT = Labels.of(Kind.GUEST_EVDEV, STEP, "interrupt");

  /** {@code IOCTL_EVTCHN_NOTIFY} (include/uapi/xen/evtchn.h). */
  private static final int NOTIFY = 0x44504;

  private Sends() {}

  static boolean isIpi(GuestRecords guest, int record) {
    return guest.kind(record) == Kind.GUEST_SEND && guest.step(record) == IPI;
  }

  static boolean isNmi(GuestRecords guest, int record) {
    return guest.vector(record) == NMI;
  }

  /** Whether the send is an event channel operation for certain. */
  static boolean isCertain(GuestRecords guest, int record) {
    return isIpi(guest, record)
        && guest.vector(record) != GuestRecords.VECTOR_UNKNOWN
        && !isNmi(guest, record);
  }

  /** Whether a program notifies the other end of a port, if that is bound. */
  static boolean isNotify(GuestRecords guest, int record) {
    return guest.kind(record) == Kind.GUEST_EVDEV
        && guest.step(record) == IOCTL
        && guest.detail(record) == NOTIFY;
  }

  /** The next record of the same context or of one it interrupted; -1 if nothing tells. */
  static int end(GuestRecords guest, IntArrayList records, int k) {
    int level = guest.level(records.getInt(k));
    for (int next = k + 1; next < records.size(); next++) {
      int record = records.getInt(next);
      Kind kind = guest.kind(record);
      if (kind == Kind.LOST) {
        return -1;
      }
      boolean within = kind == Kind.GUEST_SEND && guest.step(record) == BY_IRQ;
      if (guest.level(record) <= level && !within) {
        return record;
      }
    }
    return -1;
  }

  /** The next call of the device by the same thread, if it kept the CPU; -1 if nothing tells. */
  static int endOfIoctl(GuestRecords guest, IntArrayList records, int k) {
    int pid = guest.pid(records.getInt(k));
    for (int next = k + 1; next < records.size(); next++) {
      int record = records.getInt(next);
      Kind kind = guest.kind(record);
      if (kind == Kind.LOST || kind == Kind.SCHED_SWITCH) {
        return -1;
      }
      if (kind == Kind.GUEST_EVDEV && guest.pid(record) == pid && guest.step(record) != INTERRUPT) {
        return record;
      }
    }
    return -1;
  }
}
