package org.vgictrace.replay.kvm;

import org.jspecify.annotations.Nullable;
import org.vgictrace.parser.event.Snapshot;
import org.vgictrace.replay.engine.Event;

/**
 * What is known of one interrupt ({@code struct vgic_irq}).
 *
 * <p>Booleans are kept as two bit sets: {@link #known} says which are known, {@link #bits} their
 * values. Other fields have a value that stands for unknown. Losses do not visit every interrupt:
 * {@link #epoch} says in which stretch of gapless recording the knowledge was gained, and older
 * knowledge counts as none.
 */
final class IrqState {
  static final int PENDING = 1;
  static final int ACTIVE = 2;
  static final int ENABLED = 4;
  static final int LEVEL = 8;
  static final int HW = 16;
  static final int LEVEL_SENSITIVE = 32;
  static final int ON_LR = 64;

  static final int NOBODY = -1;

  /** More than one thread at a time. */
  static final int SEVERAL = -2;

  /** An unknown pointer; no pointer has this value. */
  static final long POINTER_UNKNOWN = -1;

  private static final int[] FLAG_COLUMNS = {
    Snapshot.PENDING,
    Snapshot.ACTIVE,
    Snapshot.ENABLED,
    Snapshot.LEVEL,
    Snapshot.HW,
    Snapshot.CONFIG,
    Snapshot.ON_LR
  };

  /** Address of the structure, 0 if no event showed it. */
  final long address;

  final int intid;

  @Nullable VmState vm;

  int known;
  int bits;
  int priority = -1;
  int group = -1;
  int source = -1;
  int activeSource = -1;
  long hwintid = -1;
  long own = POINTER_UNKNOWN;
  long target = POINTER_UNKNOWN;

  int epoch;

  /** The latest snapshot. */
  long seenSeq = -1;

  long seenTs;
  int seenCpu;

  /** Latest time at which some event changed or may have changed the state. */
  long changedTs;

  /** That time before the latest snapshot. */
  long beforeTs;

  /** Time of the latest snapshot that shows whose list it is on. */
  long ownTs;

  /** The ap_list that it must leave at the next prune, null for none. */
  PruneChecks.@Nullable Leaving leaving;

  /** Latest step of an injection, a queueing or an access that may have made it pending. */
  private long raisedSeq = -1;

  private long raisedTs = Long.MIN_VALUE;

  /** The one before. */
  private long raisedBeforeTs = Long.MIN_VALUE;

  /** Thread of the latest access to it whose effect is not seen yet, {@link #NOBODY} for none. */
  int writerPid = NOBODY;

  /** Position of that access. */
  long writtenSeq;

  /** The vCPU in whose list registers it was populated last and not folded since. */
  @Nullable VcpuState inLrOf;

  /** Whether the pending latch comes from the latest fold. */
  boolean pendingFromFold;

  /**
   * Between these times it was added to its ap_list and has not been moved since; 0 for unknown.
   */
  long listedFrom;

  long listedUntil;

  /** Cookie of the device that may inject it, as far as accepted injections show. */
  long owner = POINTER_UNKNOWN;

  /** Flushes in a row that should have served it and did not. */
  int missed;

  /** {@link VmState#generation} of the latest snapshot outside of flushes and folds. */
  int seenGeneration;

  /** Its reference count when it was seen last, -1 for unknown; counted for LPIs only. */
  int refs = -1;

  /** What must still hold of it. */
  final Belief belief = new Belief();

  /** {@link VcpuState#imageSerial} of the latest entry image that holds it. */
  long imageSerial = -1;

  IrqState(long address, int intid) {
    this.address = address;
    this.intid = intid;
  }

  boolean isPrivate() {
    return intid >= 0 && intid < 32;
  }

  boolean isSgi() {
    return intid >= 0 && intid < 16;
  }

  boolean isLpi() {
    return Integer.compareUnsigned(intid, 8192) >= 0;
  }

  boolean isSpi() {
    return intid >= 32 && intid < 1020;
  }

  boolean isKnown(int flag) {
    return (known & flag) == flag;
  }

  /** Whether the flag is known to be set. */
  boolean is(int flag) {
    return (known & bits & flag) != 0;
  }

  /** Whether the flag is known to be clear. */
  boolean isNot(int flag) {
    return (known & ~bits & flag) != 0;
  }

  void set(int flag, boolean value) {
    known |= flag;
    bits = value ? bits | flag : bits & ~flag;
  }

  void forget(int flags) {
    known &= ~flags;
  }

  /** Whether it is known to be pending: latched, or a level interrupt whose line is high. */
  boolean isPending() {
    return is(PENDING) || is(LEVEL_SENSITIVE) && is(LEVEL);
  }

  /** Something may have made it pending between its latest event and this one. */
  void raised(Event e) {
    if (raisedSeq != e.seq) {
      raisedBeforeTs = raisedTs;
    }
    raisedSeq = e.seq;
    raisedTs = e.ts;
  }

  /**
   * Whether something may have made it pending after that event: what began before it and is not
   * over may take effect at any time.
   */
  boolean mayBeRaisedSince(long seq, long ts) {
    return raisedSeq > seq
        || raisedTs >= ts
        || belief.openInjection
        || (belief.writing & PENDING) != 0;
  }

  /**
   * Whether nothing but the event at that position may have made it pending later than some time
   * before it.
   */
  boolean isRaisedBy(long seq, long margin) {
    boolean alone = raisedBeforeTs == Long.MIN_VALUE || raisedTs - raisedBeforeTs > margin;
    return raisedSeq == seq && alone && !belief.openInjection;
  }

  /** Drops all knowledge that a lost event could have made stale. */
  void forgetAll() {
    known = 0;
    priority = -1;
    group = -1;
    source = -1;
    activeSource = -1;
    hwintid = -1;
    target = POINTER_UNKNOWN;
    pendingFromFold = false;
    listedUntil = 0;
    inLrOf = null;
    belief.clear();
  }

  /**
   * Takes over a snapshot; fields it does not carry become unknown. The owner is left to the
   * caller.
   */
  void observe(Event e) {
    int newKnown = 0;
    int newBits = 0;
    for (int i = 0; i < FLAG_COLUMNS.length; i++) {
      int column = FLAG_COLUMNS[i];
      if (e.has(column)) {
        newKnown |= 1 << i;
        newBits |= (int) (e.get(column, 0) & 1) << i;
      }
    }
    // The trigger does not come with every probe but changes only by an observable write.
    int keep = LEVEL_SENSITIVE & ~newKnown & known;
    known = newKnown | keep;
    bits = newBits | bits & keep;
    if (e.has(Snapshot.PRIORITY)) {
      priority = e.getInt(Snapshot.PRIORITY, -1);
      group = e.getInt(Snapshot.GROUP, -1);
      target = e.get(Snapshot.TARGET, POINTER_UNKNOWN);
    }
    if (e.has(Snapshot.SOURCE)) {
      source = e.getInt(Snapshot.SOURCE, -1);
      activeSource = e.getInt(Snapshot.ACTIVE_SOURCE, -1);
      hwintid = e.get(Snapshot.HWINTID, -1);
    }
    if (e.pid == writerPid) {
      // The thread that wrote goes on: what it wrote is in the snapshot.
      writerPid = NOBODY;
    }
    seenSeq = e.seq;
    seenTs = e.ts;
    seenCpu = e.cpu;
    beforeTs = changedTs;
    changedTs = e.ts;
  }

  /** The state in words, for reports. */
  String text() {
    StringBuilder text = new StringBuilder(80);
    text.append("INTID ").append(Integer.toUnsignedString(intid));
    flag(text, PENDING, "pending");
    flag(text, ACTIVE, "active");
    flag(text, ENABLED, "enabled");
    flag(text, LEVEL, "line");
    flag(text, HW, "hw");
    if (isKnown(LEVEL_SENSITIVE)) {
      text.append(is(LEVEL_SENSITIVE) ? " level" : " edge");
    }
    if (priority >= 0) {
      text.append(" prio ").append(Integer.toHexString(priority));
    }
    if (group >= 0) {
      text.append(" grp").append(group);
    }
    return text.toString();
  }

  private void flag(StringBuilder text, int flag, String name) {
    if (isKnown(flag)) {
      text.append(' ').append(name).append(is(flag) ? "=1" : "=0");
    }
  }
}
