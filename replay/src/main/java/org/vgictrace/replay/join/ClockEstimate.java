package org.vgictrace.replay.join;

import java.util.Arrays;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.agrona.collections.Long2ObjectHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Finds the offset between two clocks, and which CPU of one recording is which of the other, from
 * equal runs of writes.
 *
 * <p>Each pair of equal runs votes for the difference of their times. Runs that belong together
 * vote for the same difference, all others for differences all over the place; the densest spot is
 * the offset.
 *
 * <pre>
 *  votes |            :
 *        |  .   .  .  :: .     .   .
 *        +------------^^-------------> log time - trace time
 * </pre>
 */
final class ClockEstimate {
  /** Writes that make a run; the longer, the fewer are equal by chance. */
  private static final int[] RUNS = {16, 6, 3};

  /** Equal runs that are looked at; what occurs more often says little. */
  private static final int EQUAL_MAX = 64;

  private static final int VOTES_MAX = 1 << 20;

  /** Votes this close to each other are one spot, nanoseconds. */
  private static final long SPOT_NS = 1_000_000L;

  /** Votes this far from a spot have nothing to do with it, nanoseconds. */
  private static final long ELSEWHERE_NS = 100_000_000L;

  /** Fewest votes that decide. */
  private static final int VOTES_MIN = 4;

  /** How many times as many as the densest spot elsewhere they must be. */
  private static final int OUTSTANDING = 2;

  private final SortedMap<Integer, Writes> written;
  private final SortedMap<Integer, Writes> seen;
  private long[] difference = new long[1024];
  private int[] cpu = new int[1024];
  private int[] cpuSeen = new int[1024];
  private int votes;

  private final SortedMap<Integer, Integer> cpus = new TreeMap<>();

  ClockEstimate(SortedMap<Integer, Writes> written, SortedMap<Integer, Writes> seen) {
    this.written = written;
    this.seen = seen;
  }

  /** The CPU of the log for CPUs of the trace, as far as writes tell. */
  SortedMap<Integer, Integer> cpus() {
    return cpus;
  }

  /**
   * The difference of the clocks, log time less trace time in nanoseconds, that so many runs agree
   * on that it stands out; null if there is none.
   */
  @Nullable Long find() {
    for (int run : RUNS) {
      votes = 0;
      Long2ObjectHashMap<int[]> places = new Long2ObjectHashMap<>();
      for (Writes log : seen.values()) {
        index(log, run, places);
      }
      for (Writes trace : written.values()) {
        vote(trace, run, places);
      }
      Long found = spot();
      if (found != null) {
        return found;
      }
    }
    return null;
  }

  private @Nullable Long spot() {
    if (votes < VOTES_MIN) {
      return null;
    }
    long[] sorted = Arrays.copyOf(difference, votes);
    Arrays.sort(sorted);
    int from = densest(sorted, Long.MIN_VALUE);
    int to = end(sorted, from);
    int elsewhere = densest(sorted, sorted[from]);
    int second = elsewhere < 0 ? 0 : end(sorted, elsewhere) - elsewhere;
    if (to - from < VOTES_MIN || to - from < OUTSTANDING * second) {
      return null;
    }
    mapCpus(sorted[from]);
    return sorted[(from + to) / 2];
  }

  private static int end(long[] sorted, int from) {
    int to = from;
    while (to < sorted.length && sorted[to] - sorted[from] <= SPOT_NS) {
      to++;
    }
    return to;
  }

  /**
   * Where the densest spot begins, -1 if there is none.
   *
   * @param notNear a spot to keep away from, {@link Long#MIN_VALUE} for none
   */
  private static int densest(long[] sorted, long notNear) {
    int best = -1;
    int most = 0;
    int to = 0;
    for (int from = 0; from < sorted.length; from++) {
      while (to < sorted.length && sorted[to] - sorted[from] <= SPOT_NS) {
        to++;
      }
      boolean near = notNear != Long.MIN_VALUE && Math.abs(sorted[from] - notNear) < ELSEWHERE_NS;
      if (to - from > most && !near) {
        most = to - from;
        best = from;
      }
    }
    return best;
  }

  /** Places of runs in the log: CPU and position, up to a number of each. */
  private static void index(Writes log, int run, Long2ObjectHashMap<int[]> places) {
    for (int i = 0; i + run <= log.size(); i++) {
      long hash = log.runHash(i, run);
      int[] known = places.get(hash);
      if (known == null) {
        places.put(hash, new int[] {1, log.cpu, i});
      } else if (known[0] < EQUAL_MAX) {
        int[] more = Arrays.copyOf(known, known.length + 2);
        more[known.length] = log.cpu;
        more[known.length + 1] = i;
        more[0]++;
        places.put(hash, more);
      }
    }
  }

  private void vote(Writes trace, int run, Long2ObjectHashMap<int[]> places) {
    for (int i = 0; i + run <= trace.size(); i++) {
      int[] known = places.get(trace.runHash(i, run));
      for (int k = 1; known != null && k < known.length && votes < VOTES_MAX; k += 2) {
        Writes log = seen.get(known[k]);
        if (log != null && trace.isSameRun(i, trace.size(), log, known[k + 1], log.size(), run)) {
          add(log.ts(known[k + 1]) - trace.ts(i), trace.cpu, log.cpu);
        }
      }
    }
  }

  private void add(long apart, int traceCpu, int logCpu) {
    if (votes == difference.length) {
      int larger = votes * 2;
      difference = Arrays.copyOf(difference, larger);
      cpu = Arrays.copyOf(cpu, larger);
      cpuSeen = Arrays.copyOf(cpuSeen, larger);
    }
    difference[votes] = apart;
    cpu[votes] = traceCpu;
    cpuSeen[votes++] = logCpu;
  }

  private boolean isInSpot(int vote, long low) {
    return difference[vote] >= low && difference[vote] - low <= SPOT_NS;
  }

  private void mapCpus(long low) {
    SortedMap<Integer, SortedMap<Integer, Integer>> counts = new TreeMap<>();
    for (int i = 0; i < votes; i++) {
      if (isInSpot(i, low)) {
        counts.computeIfAbsent(cpu[i], key -> new TreeMap<>()).merge(cpuSeen[i], 1, Integer::sum);
      }
    }
    counts.forEach(
        (trace, bySeen) ->
            bySeen.entrySet().stream()
                .max(Map.Entry.comparingByValue())
                .ifPresent(entry -> cpus.put(trace, entry.getKey())));
    // A CPU with few writes has no votes: by its number if that is free.
    for (int trace : written.keySet()) {
      if (!cpus.containsKey(trace) && seen.containsKey(trace) && !cpus.containsValue(trace)) {
        cpus.put(trace, trace);
      }
    }
  }
}
