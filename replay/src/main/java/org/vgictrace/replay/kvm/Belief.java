package org.vgictrace.replay.kvm;

import org.jspecify.annotations.Nullable;
import org.vgictrace.parser.event.Snapshot;
import org.vgictrace.replay.engine.Event;
import org.vgictrace.replay.verdict.EventRef;

/**
 * The fields of one interrupt as far as the recording proves them, to compare the next snapshot
 * with.
 *
 * <p>{@link IrqState} is what was seen last; this is what must still hold. Whatever may change a
 * field forgets it here, so that a difference that remains has no recorded cause.
 *
 * <pre>
 *   bit   0  1  2  3  4   5         6      7         8      9       10      11
 *         P  A  E  L  HW  trigger   on_lr  priority  group  target  source  physical INTID
 * </pre>
 */
final class Belief {
  static final int PRIORITY = 1 << 7;
  static final int GROUP = 1 << 8;
  static final int TARGET = 1 << 9;
  static final int SOURCE = 1 << 10;
  static final int HWINTID = 1 << 11;

  /** What only an access to the distributor or a redistributor changes. */
  static final int CONFIGURED =
      IrqState.ENABLED | IrqState.LEVEL_SENSITIVE | PRIORITY | GROUP | TARGET;

  /** What the flags columns of a snapshot show: the low six fields. */
  private static final int FLAGS = 0x3f;

  /** Which fields are known, as above. */
  int known;

  /** Values of the flags among them. */
  int bits;

  int priority;
  int group;
  int source;
  long target;
  long hwintid;

  /** Where the knowledge was seen last. */
  long seq = -1;

  long ts;
  int cpu;

  /** {@link VmState#generation} that the knowledge belongs to. */
  private int generation;

  /** Fields that the write in progress sets, 0 if none. */
  int written;

  int writtenBits;
  int writtenPriority;
  int writtenGroup;
  long writtenTarget;
  int writerPid = IrqState.NOBODY;
  long writtenSeq;

  /** Fields that the write in progress may change, whether its effect is certain or not. */
  int writing;

  /** Thread of an injection whose effect is not seen yet. */
  int injectorPid = IrqState.NOBODY;

  /** Level of the latest injection if that was ignored and nothing moved the line since, or -1. */
  int ignoredLevel = -1;

  /** By whom. */
  long ignoredOwner;

  /** Whether an injection of it is under way; its result is judged there. */
  boolean openInjection;

  /** Whether a write in progress names the interrupt and must have no effect on it. */
  boolean ignored;

  /** Fields that the latest snapshot without a lock showed otherwise. */
  int suspect;

  @Nullable EventRef suspectRef;

  /** Drops what the VM's generation outdates. */
  void refresh(@Nullable VmState vm) {
    if (vm != null && vm.generation != generation) {
      generation = vm.generation;
      clear();
    }
  }

  /** These fields may change from now on. */
  void forget(int fields) {
    known &= ~fields;
    suspect &= ~fields;
    if ((fields & IrqState.LEVEL) != 0) {
      ignoredLevel = -1;
    }
  }

  /** Nothing is known any more. */
  void clear() {
    known = 0;
    suspect = 0;
    injectorPid = IrqState.NOBODY;
    ignoredLevel = -1;
    endWrite();
  }

  /** What the write in progress sets is not certain any more. */
  void doubtWrite() {
    written = 0;
    ignored = false;
  }

  /** The write in progress is over. */
  void endWrite() {
    written = 0;
    writing = 0;
    ignored = false;
    writerPid = IrqState.NOBODY;
  }

  /** The fields that a snapshot shows. */
  static int fields(Event e) {
    long present = e.present();
    int fields = (int) (present >>> Snapshot.PENDING) & FLAGS;
    fields |= bit(present, Snapshot.PRIORITY, PRIORITY);
    fields |= bit(present, Snapshot.GROUP, GROUP);
    fields |= bit(present, Snapshot.TARGET, TARGET);
    fields |= bit(present, Snapshot.SOURCE, SOURCE);
    return fields | bit(present, Snapshot.HWINTID, HWINTID);
  }

  private static int bit(long present, int column, int field) {
    return (present >>> column & 1) != 0 ? field : 0;
  }

  /** The known fields among those that differ from the state just seen. */
  int differing(IrqState seen, int fields) {
    int differs = (bits ^ seen.bits) & FLAGS;
    differs |= priority != seen.priority ? PRIORITY : 0;
    differs |= group != seen.group ? GROUP : 0;
    differs |= target != seen.target ? TARGET : 0;
    differs |= source != seen.source ? SOURCE : 0;
    differs |= hwintid != seen.hwintid ? HWINTID : 0;
    return differs & known & fields;
  }

  /** Takes these fields over from the state just seen. */
  void adopt(IrqState seen, int fields, Event e) {
    known |= fields;
    int flags = fields & FLAGS;
    bits = bits & ~flags | seen.bits & flags;
    if ((fields & PRIORITY) != 0) {
      priority = seen.priority;
    }
    if ((fields & GROUP) != 0) {
      group = seen.group;
    }
    if ((fields & TARGET) != 0) {
      target = seen.target;
    }
    if ((fields & SOURCE) != 0) {
      source = seen.source;
    }
    if ((fields & HWINTID) != 0) {
      hwintid = seen.hwintid;
    }
    seq = e.seq;
    ts = e.ts;
    cpu = e.cpu;
  }

  /** The write has taken effect: what it sets is known. */
  void applyWrite() {
    known |= written;
    int flags = written & FLAGS;
    bits = bits & ~flags | writtenBits & flags;
    if ((written & PRIORITY) != 0) {
      priority = writtenPriority;
    }
    if ((written & GROUP) != 0) {
      group = writtenGroup;
    }
    if ((written & TARGET) != 0) {
      target = writtenTarget;
    }
    endWrite();
  }

  /** The value of one field in words: {@code enabled=1}. */
  String text(int field) {
    return switch (field) {
      case IrqState.PENDING -> flag("pending", field);
      case IrqState.ACTIVE -> flag("active", field);
      case IrqState.ENABLED -> flag("enabled", field);
      case IrqState.LEVEL -> flag("line", field);
      case IrqState.HW -> flag("hw", field);
      case IrqState.LEVEL_SENSITIVE -> (bits & field) != 0 ? "level-triggered" : "edge-triggered";
      case PRIORITY -> "priority 0x" + Integer.toHexString(priority);
      case GROUP -> "group " + group;
      case TARGET -> "target " + Reporter.hex(target);
      case SOURCE -> "source 0x" + Integer.toHexString(source);
      default -> "physical INTID " + hwintid;
    };
  }

  private String flag(String name, int field) {
    return name + ((bits & field) != 0 ? "=1" : "=0");
  }
}
