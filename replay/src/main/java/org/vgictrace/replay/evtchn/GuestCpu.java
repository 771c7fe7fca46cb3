package org.vgictrace.replay.evtchn;

import java.util.Arrays;

/** What one CPU of a Linux guest is doing about its event channels. */
final class GuestCpu {
  static final int NONE = -1;

  /** IPIs that are told apart: the labels of column {@code vector}. */
  static final int VECTORS = 6;

  private static final int DEPTH_MAX = 8;

  final int cpu;

  /** Whether an upcall was recorded since the beginning or a loss, and where the latest began. */
  boolean inUpcall;

  long upcallSeq;
  long upcallTs;

  /** Ports given to their interrupts in the upcall. */
  int events;

  /** The upcall's function was entered; its search for ports must be next. */
  boolean awaitsScan;

  /** Step of the interrupt chip that was recorded last, if its port has not followed yet. */
  int chip = NONE;

  long chipData;

  /** Port whose pending bit was cleared last, if its handler has not followed yet. */
  int acknowledged = NONE;

  /** Port that is about to be masked. */
  int masking = NONE;

  boolean masksInInterrupt;

  /** Where the IPI under way was sent to, and which one it is. */
  int sendingTo = NONE;

  int sendingVector;
  boolean sendsInInterrupt;

  /** Per IPI for this CPU that was sent and not seen handled: the record; -1 for none. */
  final long[] sentSeq = new long[VECTORS];

  final long[] sentTs = new long[VECTORS];
  final int[] sentBy = new int[VECTORS];

  /** Whether its sender has gone on, so that the event has been raised. */
  final boolean[] raised = new boolean[VECTORS];

  /** Upcalls of this CPU that began since then. */
  final int[] upcallsSince = new int[VECTORS];

  /** Whether the handler of the IPI was ever recorded on this CPU. */
  final boolean[] handlerSeen = new boolean[VECTORS];

  private final int[] open = new int[DEPTH_MAX];
  private int depth;

  /** Whether no handler is open that began before the recording or in a loss. */
  private boolean followed;

  GuestCpu(int cpu) {
    this.cpu = cpu;
    forget();
  }

  /** Events were lost. */
  void forget() {
    inUpcall = false;
    awaitsScan = false;
    chip = NONE;
    acknowledged = NONE;
    masking = NONE;
    sendingTo = NONE;
    depth = 0;
    followed = false;
    Arrays.fill(sentSeq, NONE);
  }

  /** A handler begins. Returns false if the records do not fit together. */
  boolean enter(int irq) {
    for (int i = 0; i < depth; i++) {
      if (open[i] == irq) {
        depth = 0;
        return false;
      }
    }
    if (depth == DEPTH_MAX) {
      depth = 0;
      return false;
    }
    open[depth++] = irq;
    return true;
  }

  /** A handler ends. Returns false if the records do not fit together. */
  boolean leave(int irq) {
    if (depth > 0 && open[depth - 1] == irq) {
      depth--;
      return true;
    }
    boolean fits = depth == 0 && !followed;
    depth = 0;
    followed = true;
    return fits;
  }

  /** A task runs: no handler that began before the recording is left. */
  void runsTask() {
    followed = true;
  }
}
