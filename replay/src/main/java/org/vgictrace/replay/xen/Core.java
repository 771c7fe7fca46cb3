package org.vgictrace.replay.xen;

import java.util.ArrayList;
import java.util.List;

/** What the model knows of one physical CPU beside the state of its interface. */
final class Core {
  /** Whose registers are in the interface. */
  enum Context {
    /** Not known. */
    UNKNOWN,
    /** Those of a virtual CPU. */
    LOADED,
    /** Left-overs: the virtual CPU is saved, the idle one has none. */
    NONE
  }

  /** How far a context switch has come. */
  enum Stage {
    IDLE,
    SAVE_LRS,
    SAVE_AP,
    SAVE_VMCR,
    SAVE_DOUBT,
    RESTORE_VMCR,
    RESTORE_AP,
    RESTORE_LRS,
    RESTORE_BROKEN
  }

  final int cpu;
  final boolean v3;
  Context context = Context.UNKNOWN;

  /** The virtual CPU that is loaded, -1 if it is not known which. */
  int vcpu = -1;

  /** GICv2: the registers were read as a save reads them, but also as a poll after a fold does. */
  boolean maybeLeft;

  // The switch in progress.
  Stage stage = Stage.IDLE;
  Image image = new Image(0);

  /** Whether a restore has just become complete. */
  boolean restored;

  /** List register to come next. */
  int expected;

  /** Groups of which active priorities were seen: 1 and 2. */
  int groups;

  /** List register read right before, -1 if something else was accessed. */
  int lastRead = -1;

  /** Whether HCR was read right before. */
  boolean afterHcrRead;

  /** List registers the hypervisor read or wrote since the guest last used its interface. */
  long fresh;

  /** List registers that the hypervisor read or wrote, or restored, in this residency. */
  long own;

  /** Whether the latest access was the guest's. */
  boolean running;

  /** Whether the guest of this residency uses system registers, which only GICv3 has. */
  boolean v3Guest;

  /** Rises of the maintenance line since the guest last got on. */
  int rises;

  int line = -1;

  // The old vGIC.

  /** List registers that the fold after this exit has to read. */
  long due;

  boolean folding;

  /** Interrupts put back from list registers for more urgent ones since the last guest run. */
  int evicted;

  // The new vGIC.

  /** List registers filled at the last flush, -1 if not known. */
  int used = -1;

  /** How many of them the fold has read and cleared. */
  int folded;

  /** List register that was read and is to be cleared, -1 for none. */
  int toClear = -1;

  long toClearValue;

  /** Whether a flush is going on, and how many registers it has filled. */
  boolean flushing;

  int filled;

  /** Whether HCR.En was cleared since the last flush. */
  boolean disabled;

  /** Interrupts that the last fold found active, and how many of them there are. */
  final long[] active = new long[64];

  int actives;

  /** The same of the fold that is going on. */
  final long[] activeNow = new long[64];

  int activesNow;

  /** Which of the active ones this fold has met again, as bits. */
  long met;

  /** Whether underflow was asked for at the last flush with fewer registers than there are. */
  boolean early;

  /** The same, from a fold to the clearing of HCR.En. */
  boolean mustDisable;

  // Recognition.

  /** Whether an exit was seen whose vote is open. */
  boolean voting;

  int voteReads;
  int voteCleared;
  boolean voteDisabled;
  int voteLr = -1;

  /** Whether VTR was read, which Xen does once for each CPU. */
  boolean vtrRead;

  /** Contradictions that wait to be confirmed. */
  final List<Suspicion> suspicions = new ArrayList<>();

  Core(int cpu, boolean v3) {
    this.cpu = cpu;
    this.v3 = v3;
  }

  boolean isFresh(int lr) {
    return (fresh >>> lr & 1) != 0;
  }

  /** A list register is read or written. */
  void touch(int lr) {
    fresh |= 1L << lr;
    own |= 1L << lr;
  }

  boolean isOwn(int lr) {
    return (own >>> lr & 1) != 0;
  }

  /** Another virtual CPU, or none, is in the interface. */
  void enter(Context newContext, int newVcpu) {
    context = newContext;
    vcpu = newVcpu;
    maybeLeft = false;
    v3Guest = false;
    fresh = 0;
    own = 0;
    due = 0;
    folding = false;
    evicted = 0;
    used = newContext == Context.LOADED ? 0 : -1;
    folded = 0;
    toClear = -1;
    actives = 0;
    activesNow = 0;
    met = 0;
    flushing = false;
    filled = 0;
    disabled = false;
    early = false;
    mustDisable = false;
  }

  /** An access may have been made here that is not known. */
  void doubt() {
    fresh = 0;
    own = 0;
    due = 0;
    folding = false;
    used = -1;
    folded = 0;
    toClear = -1;
    actives = 0;
    activesNow = 0;
    flushing = false;
    early = false;
    mustDisable = false;
    suspicions.clear();
  }

  /** Nothing is known any more. */
  void forget() {
    enter(Context.UNKNOWN, -1);
    stage = Stage.IDLE;
    fresh = 0;
    lastRead = -1;
    voting = false;
    suspicions.clear();
  }
}
