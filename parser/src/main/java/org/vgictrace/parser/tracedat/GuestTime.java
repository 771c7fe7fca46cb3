package org.vgictrace.parser.tracedat;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.vgictrace.parser.diag.Diagnostics;
import org.vgictrace.parser.diag.Place;

/**
 * Judges whether the clocks of a host and a guest were brought together: while a guest's CPU
 * records, the host's thread for it is between {@code kvm_entry} and {@code kvm_exit}. Only events
 * of the guest between the first and the last of those are judged.
 */
final class GuestTime {
  private final Map<Integer, Integer> threads;
  private final Set<Integer> inGuest = new HashSet<>();
  private final Set<Integer> seen = new HashSet<>();
  private final Map<Integer, long[]> outsideSinceExit = new HashMap<>();
  private long inside;
  private long outside;

  /**
   * @param threads the host's thread of each CPU of the guest
   */
  GuestTime(Map<Integer, Integer> threads) {
    this.threads = threads;
  }

  /** The host enters or leaves a guest. */
  void host(int pid, boolean enters) {
    seen.add(pid);
    if (enters) {
      inGuest.add(pid);
    } else {
      inGuest.remove(pid);
    }
    long[] since = outsideSinceExit.remove(pid);
    if (since != null) {
      outside += since[0];
    }
  }

  /** The guest recorded an event. */
  void guest(int cpu) {
    Integer pid = threads.get(cpu);
    if (pid == null || !seen.contains(pid)) {
      return;
    }
    if (inGuest.contains(pid)) {
      inside++;
    } else {
      // Counts once the host is seen to go on; behind its last record nothing is known.
      outsideSinceExit.computeIfAbsent(pid, p -> new long[1])[0]++;
    }
  }

  /** Says what was found. */
  void report(String guest, Diagnostics diagnostics) {
    long judged = inside + outside;
    if (judged == 0) {
      return;
    }
    String what = outside + " of " + judged + " events of " + guest + " lie outside of guest mode";
    if (outside * 100 > judged) {
      diagnostics.warning("guest-time", Place.at(0), what + "; the clocks do not agree");
    } else {
      diagnostics.info("guest-time", Place.at(0), what);
    }
  }
}
