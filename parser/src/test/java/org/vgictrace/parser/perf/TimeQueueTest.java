package org.vgictrace.parser.perf;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TimeQueueTest {
  private int added;
  private final BlockPool pool = new BlockPool();
  private final Block block = pool.take();
  private final List<String> out = new ArrayList<>();
  private final TimeQueue queue = new TimeQueue(pool, (ts, in, at, tag) -> out.add(ts + "/" + tag));

  /** Records of the second round may be earlier than some of the first. */
  @Test
  void keepsWhatMayStillBeOvertaken() throws IOException {
    add(10, 30, 20, 40);
    queue.round();
    assertThat(out).isEmpty();
    add(25, 50, 35);
    queue.round();
    assertThat(out).containsExactly("10/0", "20/2", "25/4", "30/1", "35/6", "40/3");
    add(45);
    queue.finish();
    assertThat(out.subList(6, 8)).containsExactly("45/7", "50/5");
  }

  @Test
  void keepsTheOrderOfEqualTimes() throws IOException {
    add(5, 7, 5, 7, 5, 7);
    queue.finish();
    assertThat(out).containsExactly("5/0", "5/2", "5/4", "7/1", "7/3", "7/5");
  }

  @Test
  void sortsManyRuns() throws IOException {
    Random random = new Random(7);
    List<Long> times = new ArrayList<>();
    for (int i = 0; i < 20_000; i++) {
      long ts = random.nextInt(5000);
      times.add(ts);
      queue.add(ts, block, 0, 0);
    }
    queue.finish();
    assertThat(out).isEqualTo(times.stream().sorted().map(ts -> ts + "/0").toList());
  }

  /** With too much to keep, the earlier half goes and nothing is dropped. */
  @Test
  void letsTheEarlierHalfGoWhenTooMuchWaits() throws IOException {
    TimeQueue small = new TimeQueue(pool, (ts, in, at, tag) -> out.add("" + ts), 4, 1L << 40);
    for (long ts : new long[] {4, 3, 2, 1, 6, 5}) {
      small.add(ts, block, 0, 0);
    }
    small.finish();
    assertThat(out).containsExactly("1", "2", "3", "4", "5", "6");
    assertThat(small.overflowed()).isTrue();
  }

  @Test
  void givesBlocksBackWhenTheirRecordsAreGone() throws IOException {
    for (int round = 0; round < 5; round++) {
      for (int i = 0; i < 3; i++) {
        Block fresh = pool.take();
        queue.add(round, fresh, i, 0);
        pool.release(fresh);
      }
      queue.round();
    }
    assertThat(pool.heldBytes()).isEqualTo(4L * Block.BYTES);
    queue.finish();
    assertThat(pool.heldBytes()).isEqualTo(Block.BYTES);
  }

  private void add(long... times) throws IOException {
    for (long ts : times) {
      queue.add(ts, block, 0, added++);
    }
  }
}
