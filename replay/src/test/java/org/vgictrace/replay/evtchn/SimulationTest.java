package org.vgictrace.replay.evtchn;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.vgictrace.replay.ReplayResult;
import org.vgictrace.replay.rule.EvtchnQueueRules;

/**
 * Random interleavings of hypervisor and guest, step by step: what a healthy one records is never
 * found wrong, and each way to do it wrong is.
 */
class SimulationTest {
  private static final int HEALTHY = 50_000;
  private static final int FAULTY = 500;
  private static final int OPERATIONS = 10;
  private static final int OPERATIONS_FAULTY = 60;

  private static int operations(Fault fault) {
    return fault == Fault.NONE ? OPERATIONS : OPERATIONS_FAULTY;
  }

  private static ReplayResult fifo(Fault fault, int schedules, long seed) {
    Random random = new Random(seed);
    XenRecord record = new XenRecord();
    for (int i = 0; i < schedules; i++) {
      new FifoWorld(random, record, fault, operations(fault)).run();
    }
    return record.result();
  }

  private static ReplayResult twoLevel(Fault fault, int schedules, long seed) {
    Random random = new Random(seed);
    XenRecord record = new XenRecord();
    for (int i = 0; i < schedules; i++) {
      new TwoLevelWorld(random, record, fault, operations(fault)).run();
    }
    return record.result();
  }

  @Test
  void healthyQueuesAreNeverFlagged() {
    ReplayResult result = fifo(Fault.NONE, HEALTHY, 1);

    assertThat(result.findings()).isEmpty();
    assertThat(result.gaps()).isZero();
    for (var rule :
        List.of(
            EvtchnQueueRules.EV_21,
            EvtchnQueueRules.EV_23,
            EvtchnQueueRules.EV_26,
            EvtchnQueueRules.EV_30,
            EvtchnQueueRules.EV_32,
            EvtchnQueueRules.EV_40)) {
      assertThat(XenRecord.held(result, rule)).as(rule.id()).isGreaterThan(HEALTHY / 4);
    }
  }

  @Test
  void healthySelectorsAreNeverFlagged() {
    ReplayResult result = twoLevel(Fault.NONE, HEALTHY, 2);

    assertThat(result.findings()).isEmpty();
    assertThat(result.gaps()).isZero();
    for (var rule :
        List.of(
            EvtchnQueueRules.EV_21,
            EvtchnQueueRules.EV_22,
            EvtchnQueueRules.EV_23,
            EvtchnQueueRules.EV_26,
            EvtchnQueueRules.EV_40)) {
      assertThat(XenRecord.held(result, rule)).as(rule.id()).isGreaterThan(HEALTHY / 4);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "OLD_TAIL_KEPT, EV-30",
    "READY_AT_EVERY_LINK, EV-32",
    "NO_FLAG, EV-21",
    "MASK_IGNORED, EV-23",
    "PENDING_WITHOUT_QUEUES, EV-33",
    "BUSY_PORT_REUSED, EV-05",
    "NO_WAKE, EV-40",
    "MOVES_FORGOTTEN, EV-26",
  })
  void wrongQueuesAreFound(Fault fault, String rule) {
    assertThat(XenRecord.broken(fifo(fault, FAULTY, 3))).contains(rule);
  }

  @ParameterizedTest
  @CsvSource({
    "NO_SELECTOR, EV-20",
    "NO_FLAG, EV-21",
    "NOTIFIES_AGAIN, EV-22",
    "MASK_IGNORED, EV-23",
    "NO_WAKE, EV-40",
    "MOVES_FORGOTTEN, EV-26",
  })
  void wrongSelectorsAreFound(Fault fault, String rule) {
    assertThat(XenRecord.broken(twoLevel(fault, FAULTY, 4))).contains(rule);
  }
}
