package org.vgictrace.replay.oracle;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.vgictrace.parser.event.Kind;
import org.vgictrace.replay.oracle.TinyKernel.Move;

/**
 * All that the tiny hypervisor can do, written down, and the question whether a recording is among
 * it. There is no reasoning here: a recording is possible if some state is left after its last
 * event, whatever the state it began in.
 */
final class Oracle {
  private final int states;

  /** Per state what can happen in it, and the number of the state that follows. */
  private final List<List<Step>> steps = new ArrayList<>();

  /** Per event the states it can happen in and those it leads to. */
  private final Map<Recorded, List<int[]>> edges = new HashMap<>();

  /** Where one gets from each state without a recorded event, by what is not recorded. */
  private final Map<Unseen, BitSet[]> closures = new HashMap<>();

  private record Step(@Nullable Recorded shows, int to) {}

  Oracle(TinyKernel kernel) {
    Map<State, Integer> numbers = new HashMap<>();
    Deque<State> left = new ArrayDeque<>(List.of(kernel.start()));
    numbers.put(kernel.start(), 0);
    while (!left.isEmpty()) {
      List<Step> next = new ArrayList<>();
      for (Move move : kernel.moves(left.removeFirst())) {
        int number = numbers.getOrDefault(move.to(), numbers.size());
        if (numbers.putIfAbsent(move.to(), number) == null) {
          left.addLast(move.to());
        }
        next.add(new Step(move.shows(), number));
      }
      steps.add(next);
    }
    states = steps.size();
    for (int from = 0; from < states; from++) {
      for (Step step : steps.get(from)) {
        if (step.shows() != null) {
          edges
              .computeIfAbsent(step.shows(), event -> new ArrayList<>())
              .add(new int[] {from, step.to()});
        }
      }
    }
  }

  /** Events that happen without being recorded. */
  record Unseen(Predicate<Recorded> events) {}

  /** A recording that shows everything. */
  static final Unseen NOTHING = new Unseen(event -> false);

  private static final Unseen OF_GUEST = new Unseen(Recorded::guest);
  private static final Unseen OF_DEVICE = new Unseen(event -> !event.guest());

  private BitSet[] closure(Unseen unseen) {
    return closures.computeIfAbsent(unseen, this::close);
  }

  private BitSet[] close(Unseen unseen) {
    BitSet[] reachable = new BitSet[states];
    for (int from = 0; from < states; from++) {
      BitSet reached = new BitSet(states);
      Deque<Integer> left = new ArrayDeque<>(List.of(from));
      reached.set(from);
      while (!left.isEmpty()) {
        for (Step step : steps.get(left.removeFirst())) {
          boolean hidden = step.shows() == null || unseen.events().test(step.shows());
          if (hidden && !reached.get(step.to())) {
            reached.set(step.to());
            left.addLast(step.to());
          }
        }
      }
      reachable[from] = reached;
    }
    return reachable;
  }

  /**
   * Whether the hypervisor can have made the recording.
   *
   * @param recording events; a loss mark stands for any number of events of its thread
   * @param unseen events that are missing everywhere
   */
  boolean explains(List<Recorded> recording, Unseen unseen) {
    BitSet[] closure = closure(unseen);
    BitSet now = new BitSet();
    now.set(0, states);
    for (Recorded event : recording) {
      BitSet next = new BitSet();
      if (event.kind() == Kind.LOST) {
        BitSet[] lost = closure(event.guest() ? OF_GUEST : OF_DEVICE);
        now.stream().forEach(state -> next.or(lost[state]));
      } else {
        for (int[] edge : edges.getOrDefault(event, List.of())) {
          if (now.get(edge[0])) {
            next.or(closure[edge[1]]);
          }
        }
      }
      now = next;
    }
    return !now.isEmpty();
  }

  /** A recording of so many events of one execution, from some point in the middle of it. */
  List<Recorded> record(Random random, int events) {
    List<Recorded> recording = new ArrayList<>();
    int at = random.nextInt(states);
    while (recording.size() < events) {
      List<Step> next = steps.get(at);
      Step step = next.get(random.nextInt(next.size()));
      if (step.shows() != null) {
        recording.add(step.shows());
      }
      at = step.to();
    }
    return recording;
  }

  /** {@code 1124 states, 66 events}: how much there is to it. */
  String size() {
    return states + " states, " + edges.size() + " events";
  }
}
