package org.vgictrace.replay.kvm.lpi;

import org.agrona.collections.Int2ObjectHashMap;
import org.agrona.collections.Long2LongHashMap;
import org.agrona.collections.LongHashSet;
import org.jspecify.annotations.Nullable;
import org.vgictrace.replay.verdict.EventRef;

/** What is known of the LPIs of one VM. */
final class LpiVm {
  /** Address of struct kvm. */
  final long kvm;

  final ItsTable table = new ItsTable();
  final Translations translations = new Translations();

  /** The structure last seen for each LPI number. */
  final Int2ObjectHashMap<Lpi> byIntid = new Int2ObjectHashMap<>();

  /** Whether LPIs are enabled, by vCPU address: 1 off for certain, 2 possibly on. */
  final Long2LongHashMap lpisOf = new Long2LongHashMap(0);

  /** Guest address of the pending table, by vCPU address, where a write showed it. */
  final Long2LongHashMap pendingTableOf = new Long2LongHashMap(-1);

  /** Stretch of gapless recording all of this was learned in. */
  int stretch;

  /** Whether the recording shows every command since the VM was created. */
  boolean complete;

  /** Whether the VM ends. */
  boolean ending;

  /** Whether the ITS is off for certain. */
  boolean itsOff;

  /** When that, or the state of some redistributor, changed last. */
  long switchedTs;

  /** The command in progress, null if none. */
  @Nullable Work running;

  /** The thread that walks over the command queue, null if none. */
  @Nullable Work walker;

  /** vCPUs whose LPIs were flushed while the VM ended. */
  final LongHashSet flushed = new LongHashSet();

  /** When the latest command was complete. */
  long settledTs = Long.MIN_VALUE / 2;

  /** When a command that maps an event, or a restore, was seen last. */
  long lastMapTs = Long.MIN_VALUE / 2;

  /** Whether commands that map events are recorded. */
  boolean showsMapping;

  /** Latest MOVALL. */
  @Nullable EventRef movall;

  /** Value of CBASER at the latest run over the commands, 0 for unknown. */
  long cbaser;

  /** Offset of the next command to be read, -1 for unknown. */
  long nextCommand = -1;

  /** Where the latest run over the commands ends, -1 for unknown. */
  long runEnd = -1;

  /** Frame of the ITS, -1 for unknown. */
  long frame = -1;

  /** More than one ITS: commands cannot be told apart. */
  boolean several;

  LpiVm(long kvm, int stretch) {
    this.kvm = kvm;
    this.stretch = stretch;
  }

  /** The vGIC is created: nothing is mapped, everything is off. */
  void created(int newStretch) {
    forget(newStretch);
    byIntid.clear();
    complete = true;
    ending = false;
    flushed.clear();
    several = false;
    frame = -1;
    itsOff = true;
    switchedTs = Long.MIN_VALUE / 2;
  }

  /** Drops what a lost event may have changed. */
  void forget(int newStretch) {
    stretch = newStretch;
    table.clear();
    translations.clear();
    lpisOf.clear();
    pendingTableOf.clear();
    complete = false;
    itsOff = false;
    running = null;
    walker = null;
    movall = null;
    cbaser = 0;
    nextCommand = -1;
    runEnd = -1;
  }

  /** Commands were executed that were not recorded: no mapping, target or cache is known. */
  void miss() {
    table.clear();
    translations.clear();
    complete = false;
    itsOff = false;
    nextCommand = -1;
    runEnd = -1;
    for (Lpi lpi : byIntid.values()) {
      lpi.expected = Lpi.TARGET_UNKNOWN;
      lpi.movedTo = Lpi.TARGET_UNKNOWN;
      lpi.cached = -1;
    }
  }

  /** Whether some thread may be in the middle of a command. */
  boolean isBusy() {
    return running != null || walker != null;
  }

  /** Whether mappings are known: all commands were seen and go to one ITS. */
  boolean isMapped() {
    return complete && !several;
  }
}
