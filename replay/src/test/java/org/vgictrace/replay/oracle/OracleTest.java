package org.vgictrace.replay.oracle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vgictrace.parser.event.Kind;
import org.vgictrace.parser.event.LrImage;
import org.vgictrace.parser.event.Snapshot;
import org.vgictrace.replay.ReplayResult;
import org.vgictrace.replay.verdict.Finding;

/**
 * Holds the engine against the enumeration of all that a tiny hypervisor can do, on short generated
 * recordings, of which some have a value changed and some have events missing.
 */
class OracleTest {
  private static final long SEED = Long.getLong("vgictrace.test.seed", 20_26);
  private static final int RECORDINGS = Integer.getInteger("vgictrace.test.recordings", 60_000);
  private static final int EVENTS_MIN = 4;
  private static final int EVENTS_MAX = 80;

  private final Engine engine = new Engine();

  /** What may be changed in a recording: a column of a kind and what to flip in its value. */
  private record Change(Kind kind, int column, long flip) {
    @Override
    public String toString() {
      return kind.tableName() + "." + kind.columns().get(column).name() + "^" + flip;
    }
  }

  /** What a recording lacks. */
  private enum Missing {
    NOTHING,
    LOST,
    UNPROBED
  }

  private static final Missing[] MISSING = Missing.values();

  /** Probes that may not have been set. */
  private static final List<Oracle.Unseen> UNPROBED =
      List.of(
          without(Kind.QUEUE, Kind.QUEUE_RET),
          without(Kind.LR_WRITE),
          without(Kind.LR_WRITE, Kind.LR_CLEAR),
          without(Kind.LR_FOLD),
          without(Kind.IRQ_ACK),
          without(Kind.UNDERFLOW),
          without(Kind.QUEUE, Kind.QUEUE_RET, Kind.LR_FOLD, Kind.LR_WRITE, Kind.LR_CLEAR),
          without(Kind.LR_IMAGE));

  private static Oracle.Unseen without(Kind... kinds) {
    Set<Kind> set = Set.of(kinds);
    return new Oracle.Unseen(event -> set.contains(event.kind()));
  }

  private static final List<Change> CHANGES = changes();

  private static List<Change> changes() {
    List<Change> changes = new ArrayList<>();
    for (Kind kind : List.of(Kind.QUEUE, Kind.LR_WRITE, Kind.LR_FOLD)) {
      for (int column : new int[] {Snapshot.PENDING, Snapshot.ACTIVE, Snapshot.LEVEL}) {
        changes.add(new Change(kind, column, 1));
      }
    }
    changes.add(new Change(Kind.QUEUE, Snapshot.OWN, TinyKernel.VCPU));
    changes.add(new Change(Kind.QUEUE_RET, Kind.QUEUE_RET.column("queued"), 1));
    changes.add(new Change(Kind.LR_WRITE, Snapshot.OWN, TinyKernel.VCPU));
    changes.add(new Change(Kind.LR_WRITE, Snapshot.PRIORITY, 0x20));
    changes.add(new Change(Kind.LR_FOLD, Kind.LR_FOLD.column("lr_pending"), 1));
    changes.add(new Change(Kind.LR_FOLD, Kind.LR_FOLD.column("lr_deactivated"), 1));
    changes.add(new Change(Kind.LR_IMAGE, LrImage.USED_LRS, 1));
    changes.add(new Change(Kind.LR_IMAGE, LrImage.HCR, 2));
    for (int bit : new int[] {63, 62, 60, 53, 41, 0}) {
      changes.add(new Change(Kind.LR_IMAGE, LrImage.LR0, 1L << bit));
    }
    return List.copyOf(changes);
  }

  /** Changes that no rule speaks of. */
  private static final List<Change> NOT_JUDGED =
      List.of(
          new Change(Kind.QUEUE, Snapshot.PENDING, 1),
          new Change(Kind.QUEUE, Snapshot.ACTIVE, 1),
          new Change(Kind.QUEUE, Snapshot.LEVEL, 1),
          new Change(Kind.LR_FOLD, Snapshot.LEVEL, 1));

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void onlyWhatNoExecutionExplainsIsAFinding(int registers) {
    Oracle oracle = new Oracle(new TinyKernel(registers));
    Random random = new Random(SEED + registers);
    int[] found = new int[CHANGES.size()];
    int[] missed = new int[CHANGES.size()];
    for (int i = 0; i < RECORDINGS; i++) {
      List<Recorded> recording =
          oracle.record(random, EVENTS_MIN + random.nextInt(EVENTS_MAX - EVENTS_MIN));
      int change = random.nextInt(CHANGES.size());
      boolean changed = random.nextInt(3) > 0 && apply(CHANGES.get(change), recording, random);
      Missing missing = MISSING[random.nextInt(MISSING.length)];
      Oracle.Unseen unseen = Oracle.NOTHING;
      if (missing == Missing.LOST) {
        lose(recording, random);
      } else if (missing == Missing.UNPROBED) {
        unseen = UNPROBED.get(random.nextInt(UNPROBED.size()));
        recording.removeIf(unseen.events());
      }

      ReplayResult result = engine.replay(recording);

      boolean possible = oracle.explains(recording, unseen);
      boolean isFound = !result.findings().isEmpty();
      if (isFound && possible) {
        fail("seed " + SEED + ": a finding, but it can be explained\n" + text(recording, result));
      }
      if (changed && missing == Missing.NOTHING && !possible) {
        (isFound ? found : missed)[change]++;
      }
    }
    assertThat(IntStream.range(0, found.length).filter(i -> found[i] == 0).mapToObj(CHANGES::get))
        .as("changes of which none was found")
        .containsExactlyInAnyOrderElementsOf(NOT_JUDGED);
    assertThat(Arrays.stream(found).sum())
        .as("impossible recordings found, of %s", oracle.size())
        .isGreaterThan(Arrays.stream(missed).sum());
  }

  private static boolean apply(Change change, List<Recorded> recording, Random random) {
    List<Integer> places = new ArrayList<>();
    for (int i = recording.size() / 2; i < recording.size(); i++) {
      if (recording.get(i).kind() == change.kind()) {
        places.add(i);
      }
    }
    if (places.isEmpty()) {
      return false;
    }
    int place = places.get(random.nextInt(places.size()));
    Recorded event = recording.get(place);
    Long old = event.values().get(change.column());
    if (old == null) {
      return false;
    }
    recording.set(place, event.with(change.column(), old ^ change.flip()));
    return true;
  }

  /** Removes stretches of one thread's events; a loss mark stands before its next event. */
  private static void lose(List<Recorded> recording, Random random) {
    double share = random.nextDouble() / 2;
    boolean guest = random.nextBoolean();
    List<Recorded> kept = new ArrayList<>();
    boolean gap = false;
    for (Recorded event : recording) {
      if (event.guest() == guest && random.nextDouble() < share) {
        gap = true;
        continue;
      }
      if (gap && event.guest() == guest) {
        kept.add(Recorded.of(Kind.LOST, guest).done());
        gap = false;
      }
      kept.add(event);
    }
    recording.clear();
    recording.addAll(kept);
  }

  private static String text(List<Recorded> recording, ReplayResult result) {
    StringBuilder text = new StringBuilder();
    for (Finding finding : result.findings()) {
      text.append(finding.rule().id())
          .append(" at ")
          .append(finding.at().seq())
          .append(": ")
          .append(finding.message())
          .append('\n');
    }
    for (int i = 0; i < recording.size(); i++) {
      text.append(i).append(' ').append(recording.get(i)).append('\n');
    }
    return text.toString();
  }
}
