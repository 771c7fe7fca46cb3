package org.vgictrace.replay;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.vgictrace.replay.rule.Reason;
import org.vgictrace.replay.rule.Rule;
import org.vgictrace.replay.rule.RunStateRules;
import org.vgictrace.replay.verdict.RuleCount;

/** XT: run states of a Xen host's vCPUs, from rows of the kinds that xentrace gives. */
class RunStateCasesTest {
  private static final String IDLE = "32767";

  private final List<String> rows = new ArrayList<>();
  private long now = 1_000;

  @BeforeEach
  void names() {
    rows.add("ts,cpu,kind,domain,vcpu_id,old,new");
  }

  /** One more record, ten units after the last. */
  private void record(int cpu, String domain, int vcpu, String from, String to) {
    now += 10;
    row(now, cpu, domain, vcpu, from, to);
  }

  private void row(long ts, int cpu, String domain, int vcpu, String from, String to) {
    rows.add("%d,%d,xen_runstate,%s,%d,%s,%s".formatted(ts, cpu, domain, vcpu, from, to));
  }

  /** A vCPU is woken, runs and blocks on a CPU that else runs its idle vCPU. */
  private void runs(int cpu, int vcpu) {
    record(1 - cpu, "1", vcpu, "blocked", "runnable");
    record(cpu, IDLE, cpu, "running", "runnable");
    record(cpu, "1", vcpu, "runnable", "running");
    record(cpu, "1", vcpu, "running", "running");
    record(cpu, "1", vcpu, "running", "blocked");
    record(cpu, IDLE, cpu, "runnable", "running");
  }

  /** Both CPUs run both vCPUs, many times over. */
  private void busy() {
    for (int i = 0; i < 40; i++) {
      runs(0, 0);
      runs(1, 0);
    }
  }

  private List<String> findings() {
    return Replays.text(String.join("\n", rows) + "\n").findings().stream()
        .map(Replays::describe)
        .toList();
  }

  private RuleCount count(Rule rule) {
    return Replays.text(String.join("\n", rows) + "\n").rules().stream()
        .filter(count -> count.rule().equals(rule))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void vcpusThatTakeTurnsAreConsistent() {
    busy();

    assertThat(findings()).isEmpty();
    assertThat(count(RunStateRules.XT_4))
        .isEqualTo(new RuleCount(RunStateRules.XT_4, 159, 0, Map.of(Reason.TRACE_START, 1L)));
    assertThat(count(RunStateRules.XT_5))
        .isEqualTo(new RuleCount(RunStateRules.XT_5, 160, 0, Map.of()));
    assertThat(count(RunStateRules.XT_6))
        .isEqualTo(new RuleCount(RunStateRules.XT_6, 398, 0, Map.of(Reason.TRACE_START, 2L)));
  }

  @Test
  void cpuThatBeginsASecondVcpu() {
    busy();
    record(0, "1", 1, "runnable", "running");

    assertThat(findings())
        .containsExactly(
            """
            XT-I05 vcpu 1 INTID null x1: d1v1 begins to run on CPU 0, which d32767v0 has not left
              at d1v1 runnable -> running
              expected a CPU runs one vCPU at a time
              observed d32767v0 ran there
              because d32767v0 -> running
            """);
  }

  @Test
  void vcpusOfACoreBeginOneAfterTheOther() {
    for (int i = 0; i < 5; i++) {
      record(0, "1", 0, "runnable", "running");
      record(0, "1", 1, "runnable", "running");
      record(0, "1", 0, "running", "runnable");
      record(0, "1", 1, "running", "runnable");
    }

    assertThat(findings()).isEmpty();
    assertThat(count(RunStateRules.XT_5).indeterminate()).containsEntry(Reason.CONFIG, 5L);
  }

  @Test
  void vcpuThatRunsWithoutHavingBecomeRunnable() {
    busy();
    record(0, IDLE, 0, "running", "runnable");
    record(0, "1", 1, "blocked", "running");

    assertThat(findings())
        .containsExactly(
            """
            XT-I06 vcpu 1 INTID null x1: d1v1 begins to run although it was blocked
              at d1v1 blocked -> running
              expected a vCPU becomes runnable before it runs
              observed blocked -> running
            """);
  }

  @Test
  void vcpuThatLeavesACpuOnWhichItDidNotRun() {
    busy();
    record(0, "1", 1, "running", "blocked");

    assertThat(findings())
        .containsExactly(
            """
            XT-I06 vcpu 1 INTID null x1: d1v1 stops running on CPU 0, where it did not run
              at d1v1 running -> blocked
              expected only the vCPU that runs on a CPU leaves it or stays
              observed d32767v0 ran there
              because d32767v0 -> running
            """);
  }

  @Test
  void nothingIsKnownAfterALoss() {
    busy();
    rows.add("%d,0,lost,,,,".formatted(now + 5));
    record(0, "1", 1, "running", "blocked");
    record(0, "1", 0, "runnable", "running");

    assertThat(findings()).isEmpty();
  }

  @Test
  void vcpuThatRunsOnTwoCpus() {
    busy();
    overlap(500);

    assertThat(findings())
        .containsExactly(
            """
            XT-I04 vcpu 0 INTID null x1: d1v0 ran on CPU 0 and on CPU 1 at one time
              at d1v0 running -> blocked
              expected a vCPU leaves one CPU before it begins to run on another
              observed it began to run on CPU 1 500 clock units before it left CPU 0, more than the counters are apart
              because d1v0 runnable -> running
            """);
  }

  @Test
  void countersMayBeApartByLessThanAMoveTakes() {
    busy();
    overlap(15);

    assertThat(findings()).isEmpty();
    assertThat(count(RunStateRules.XT_4).indeterminate()).containsEntry(Reason.RACE_WINDOW, 1L);
  }

  @Test
  void withoutMovesNobodyKnowsHowFarCountersAreApart() {
    for (int i = 0; i < 40; i++) {
      runs(0, 0);
      runs(1, 1);
    }
    overlap(500);

    assertThat(findings()).isEmpty();
  }

  /** d1v0 begins on CPU 1 that long before it leaves CPU 0. */
  private void overlap(long time) {
    record(0, IDLE, 0, "running", "runnable");
    record(0, "1", 0, "runnable", "running");
    now += 1_000;
    record(1, IDLE, 1, "running", "runnable");
    record(1, "1", 0, "runnable", "running");
    row(now + time, 0, "1", 0, "running", "blocked");
    now += time;
    record(1, "1", 0, "running", "blocked");
  }

  @Test
  void guestThatIsLeftTwice() {
    rows.clear();
    rows.add("ts,cpu,kind,domain,vcpu_id");
    rows.add("10,0,xen_hvm_entry,1,0");
    rows.add("20,0,xen_hvm_exit,1,0");
    rows.add("25,1,xen_hvm_exit,1,1");
    rows.add("30,0,xen_hvm_entry,1,0");
    rows.add("40,0,xen_hvm_exit,1,0");
    assertThat(findings()).isEmpty();

    rows.add("50,0,xen_hvm_exit,1,0");
    assertThat(findings())
        .containsExactly(
            """
            XT-I07 vcpu null INTID null x1: CPU 0 records two exits in a row
              at guest exit
              expected guest entries and exits of a CPU alternate
              observed no guest entry between the two
              because guest exit
            """);
  }
}
