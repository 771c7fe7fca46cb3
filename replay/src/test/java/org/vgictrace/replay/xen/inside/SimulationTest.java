package org.vgictrace.replay.xen.inside;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.vgictrace.replay.ReplayResult;
import org.vgictrace.replay.rule.Rule;
import org.vgictrace.replay.rule.XenNewRules;
import org.vgictrace.replay.rule.XenOldRules;
import org.vgictrace.replay.rule.XenRules;

/**
 * Random schedules of two vGICs: what healthy ones record is never found wrong, whatever of it is
 * missing, and each way to do it wrong is.
 */
class SimulationTest {
  private static final int HEALTHY = 20_000;
  private static final int FAULTY = 800;
  private static final int THINNED = 3_000;
  private static final int OPERATIONS = 24;

  /** A faulty hypervisor has one domain, a healthy one has many. */
  private static int domain(boolean healthy, int schedule) {
    return healthy ? schedule & 0x7fff : 1;
  }

  private static ReplayResult old(OldFault fault, int schedules, double missing, long seed) {
    Random random = new Random(seed);
    InsideRecord record = new InsideRecord(missing);
    for (int i = 0; i < schedules; i++) {
      new OldWorld(random, record, fault, domain(fault == OldFault.NONE, i)).run(OPERATIONS);
    }
    return record.result();
  }

  private static ReplayResult fresh(NewFault fault, int schedules, double missing, long seed) {
    Random random = new Random(seed);
    InsideRecord record = new InsideRecord(missing);
    for (int i = 0; i < schedules; i++) {
      new NewWorld(random, record, fault, domain(fault == NewFault.NONE, i)).run(OPERATIONS);
    }
    return record.result();
  }

  @Test
  void healthyOriginalVgicIsNeverFlagged() {
    ReplayResult result = old(OldFault.NONE, HEALTHY, 0, 1);

    assertThat(result.findings()).isEmpty();
    assertThat(result.gaps()).isZero();
    for (Rule rule :
        List.of(
            XenRules.XV_I01,
            XenRules.XV_I02,
            XenOldRules.OV_I01,
            XenOldRules.OV_I02,
            XenOldRules.OV_I04,
            XenOldRules.OV_I07,
            XenOldRules.OV_I08,
            XenOldRules.OV_I09,
            XenOldRules.OV_I10)) {
      assertThat(InsideRecord.held(result, rule)).as(rule.id()).isGreaterThan(HEALTHY / 4);
    }
  }

  @Test
  void healthyNewVgicIsNeverFlagged() {
    ReplayResult result = fresh(NewFault.NONE, HEALTHY, 0, 2);

    assertThat(result.findings()).isEmpty();
    assertThat(result.gaps()).isZero();
    for (Rule rule :
        List.of(
            XenRules.XV_I01,
            XenNewRules.NV_I03,
            XenNewRules.NV_I06,
            XenNewRules.NV_I07,
            XenNewRules.NV_I08,
            XenNewRules.NV_I09,
            XenNewRules.NV_I11,
            XenNewRules.NV_I12)) {
      assertThat(InsideRecord.held(result, rule)).as(rule.id()).isGreaterThan(HEALTHY / 4);
    }
  }

  @ParameterizedTest
  @ValueSource(doubles = {0.001, 0.02, 0.2, 0.6})
  void missingRecordsAreNoFinding(double missing) {
    assertThat(old(OldFault.NONE, THINNED, missing, 3).findings()).isEmpty();
    assertThat(fresh(NewFault.NONE, THINNED, missing, 4).findings()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "REVERSED_ORDER, OV-I01",
    "SECOND_REGISTER, XV-I01",
    "DISABLED_DELIVERED, OV-I07",
    "UNMARKED_MOVE, OV-I05",
    "SECOND_MOVE, OV-I19",
    "AFFINITY_KEPT, OV-I13",
    "SECOND_FORGOTTEN, OV-I08",
    "NEVER_FULL, OV-I09",
    "NO_UNDERFLOW, OV-I09",
    "NO_EVICTION, OV-I10",
    "WRONG_REGISTER_FOLDED, OV-I02",
    "VISIBLE_KEPT, OV-I02",
    "WAITS_DISABLED, OV-I04",
    "IN_PROGRESS_KEPT, OV-I14",
    "UPCALL_LOST, OV-I15",
    "SLEEPS, OV-I16",
  })
  void wrongOriginalVgicsAreFound(OldFault fault, String rule) {
    assertThat(old(fault, FAULTY, 0, 5).findings())
        .extracting(finding -> finding.rule().id())
        .contains(rule);
  }

  @ParameterizedTest
  @CsvSource({
    "OWNER_KEPT, NV-I03",
    "QUEUED_TWICE, NV-I04",
    "ACTIVE_MOVES, NV-I05",
    "NEVER_PRUNED, NV-I06",
    "LATCH_KEPT, NV-I07",
    "LINE_KEPT, NV-I08",
    "NO_EOI, NV-I09",
    "UNSORTED, NV-I11",
    "NO_UNDERFLOW, NV-I12",
    "WRONG_DESCRIPTOR, NV-I14",
    "IN_PROGRESS_KEPT, NV-I16",
    "NO_SENDER, NV-I17",
    "BOTH_WITH_HARDWARE, XV-I04",
    "TARGETS_UNCHECKED, NV-I18",
    "INTERFACE_OFF, NV-I10",
  })
  void wrongNewVgicsAreFound(NewFault fault, String rule) {
    assertThat(fresh(fault, FAULTY, 0, 6).findings())
        .extracting(finding -> finding.rule().id())
        .contains(rule);
  }
}
