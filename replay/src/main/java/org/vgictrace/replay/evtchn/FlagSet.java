package org.vgictrace.replay.evtchn;

/**
 * What two bits that a vCPU shares with the hypervisor may be: the upcall flag, and a selector bit
 * (two-level ABI) or ready bit (FIFO ABI). A set of possibilities has one bit for each:
 *
 * <pre>
 * possibility = 2 * marked + flag
 *
 *   flag     the upcall flag
 *   marked   the selector or ready bit
 * </pre>
 *
 * <p>A guest clears the flag and takes the bits whenever it runs. With the two-level ABI it may set
 * them, too: so does Linux when it unmasks a pending port by itself (evtchn_2l_unmask).
 */
final class FlagSet {
  static final int ALL = 0b1111;

  /** Both bits are 0, as they are when a vCPU has blocked. */
  static final int BOTH_CLEAR = 0b0001;

  private static final int WITH_FLAG = 0b1010;
  private static final int WITH_MARK = 0b1100;
  private static final int BY_FLAG = 1;
  private static final int BY_MARK = 2;

  private FlagSet() {}

  /** What the bits may be once the guest has had time to do something, or nothing. */
  static int afterGuest(int set, boolean fifo) {
    if (!fifo) {
      return ALL;
    }
    int unflagged = set | (set & WITH_FLAG) >> BY_FLAG;
    return unflagged | (unflagged & WITH_MARK) >> BY_MARK;
  }

  /**
   * What they may be after the hypervisor marked; 0 if that contradicts all that they may have
   * been.
   *
   * @param flagged whether the flag was newly set, too; if not it was set
   */
  static int marked(int set, boolean flagged) {
    return markedOther(set & ~WITH_MARK, flagged) << BY_MARK;
  }

  /** What they may be if the hypervisor wanted to mark and found it done. */
  static int foundMarked(int set) {
    return set & WITH_MARK;
  }

  /** What another bit of the same vCPU and the flag may be after a mark. */
  static int markedOther(int set, boolean flagged) {
    return flagged ? (set & ~WITH_FLAG) << BY_FLAG : set & WITH_FLAG;
  }

  /** Whether the mark is known to be clear. */
  static boolean isUnmarked(int set) {
    return set != 0 && (set & WITH_MARK) == 0;
  }

  /** Whether the mark may be clear, which only a new mark contradicts. */
  static boolean mayBeUnmarked(int set) {
    return (set & ~WITH_MARK) != 0;
  }
}
