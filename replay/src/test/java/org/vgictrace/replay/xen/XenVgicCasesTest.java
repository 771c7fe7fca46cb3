package org.vgictrace.replay.xen;

import static org.assertj.core.api.Assertions.assertThat;
import static org.vgictrace.replay.xen.XenLog.VMCR_V2;
import static org.vgictrace.replay.xen.XenLog.VMCR_V3;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.vgictrace.replay.Logs;
import org.vgictrace.replay.ReplayOptions;
import org.vgictrace.replay.ReplayResult;
import org.vgictrace.replay.engine.ClockOrder;
import org.vgictrace.replay.rule.Severity;

/** Each rule of Xen's vGICs that a log of the hardware can decide: kept, and broken. */
class XenVgicCasesTest {
  private static final int TIMER = 27;

  /** Rounds that make a log long enough to be told whose it is. */
  private static final int ROUNDS = 60;

  /**
   * The old vGIC: two virtual CPUs take turns on CPU 0, each is given its timer interrupt in LR0,
   * and the first has a left-over in LR1.
   */
  private static XenLog old(XenLog log, long vmcr, int rounds) {
    long left = log.lr(0, 1, 0xa0);
    long done = log.lr(0, TIMER, 0xa0);
    // The guests set their interfaces up.
    log.restore(0, 0, 0).save(0, vmcr, 0).restore(0, 0, 0).save(0, vmcr, 0);
    log.restore(0, vmcr, 0);
    timer(log);
    log.write(0, 1, log.lr(1, 1, 0xa0)).ack(0, 1).end(0, 1);
    log.hcr(0, 1, 1).read(0, 1, left);
    log.save(0, vmcr, 0, done, left).restore(0, vmcr, 0);
    timer(log);
    log.save(0, vmcr, 0, done);
    for (int i = 0; i < rounds; i++) {
      log.restore(0, vmcr, 0, done, left);
      timer(log);
      log.save(0, vmcr, 0, done, left).restore(0, vmcr, 0, done);
      timer(log);
      log.save(0, vmcr, 0, done);
    }
    return log;
  }

  private static void timer(XenLog log) {
    log.write(0, 0, log.lr(1, TIMER, 0xa0)).ack(0, TIMER).end(0, TIMER);
    log.hcr(0, 1, 1).read(0, 0, log.lr(0, TIMER, 0xa0));
  }

  private static XenLog old3() {
    return old(XenLog.v3(), VMCR_V3, ROUNDS);
  }

  private static XenLog old2() {
    return old(XenLog.v2(), VMCR_V2, ROUNDS);
  }

  /** The first virtual CPU of {@link #old} is loaded on CPU 0. */
  private static XenLog loaded() {
    XenLog log = old3();
    return log.restore(0, VMCR_V3, 0, log.lr(0, TIMER, 0xa0), log.lr(0, 1, 0xa0));
  }

  /** The new vGIC: one virtual CPU takes its timer interrupt. */
  private static XenLog fresh() {
    XenLog log = XenLog.v2().restore(0, 0, 0).save(0, VMCR_V2, 0).restore(0, VMCR_V2, 0);
    log.write(0, 0, log.level(1, TIMER)).hcr(0, 1, 1).ack(0, TIMER).end(0, TIMER);
    fold(log, log.level(0, TIMER));
    for (int i = 1; i < ROUNDS; i++) {
      flush(log, log.level(1, TIMER)).ack(0, TIMER).end(0, TIMER);
      fold(log, log.level(0, TIMER));
    }
    return log;
  }

  private static XenLog flush(XenLog log, long... lrs) {
    for (int lr = 0; lr < lrs.length; lr++) {
      log.write(0, lr, lrs[lr]);
    }
    return log.hcr(0, 0, 1);
  }

  private static XenLog fold(XenLog log, long... lrs) {
    log.hcr(0, 1, 1);
    for (int lr = 0; lr < lrs.length; lr++) {
      log.read(0, lr, lrs[lr]).write(0, lr, 0);
    }
    return log.hcr(0, 1, 0);
  }

  private static List<String> findings(XenLog log) {
    return findings(log.toString());
  }

  private static List<String> findings(String log) {
    return Logs.replay(log, null).findings().stream()
        .filter(finding -> finding.rule().severity() != Severity.QUIRK)
        .filter(finding -> !finding.rule().id().startsWith("INV-GIC"))
        .map(
            finding ->
                finding.rule().id()
                    + ": "
                    + finding.message()
                    + "; expected "
                    + finding.expected()
                    + "; observed "
                    + finding.observed())
        .toList();
  }

  @Test
  void healthyLogsKeepEveryRule() {
    assertThat(findings(old3())).isEmpty();
    assertThat(findings(old2())).isEmpty();
    assertThat(findings(fresh())).isEmpty();
  }

  @Test
  void missingLineIsNoFinding() {
    for (XenLog log :
        List.of(old(XenLog.v3(), VMCR_V3, 4), old(XenLog.v2(), VMCR_V2, 4), fresh())) {
      List<String> lines = log.toString().lines().toList();
      for (int i = 0; i < Math.min(lines.size(), 200); i++) {
        List<String> rest = new ArrayList<>(lines);
        String gone = rest.remove(i);

        assertThat(findings(String.join("\n", rest) + "\n")).as("without " + gone).isEmpty();
      }
    }
  }

  @Test
  void hypervisorAndVirtualCpusAreRecognised() {
    ReplayResult v3 = Logs.replay(old3().toString(), null);
    ReplayResult v2 = Logs.replay(old2().toString(), null);
    ReplayResult newOne = Logs.replay(fresh().toString(), null);

    assertThat(List.of(v3.profile(), v2.profile(), newOne.profile()))
        .containsExactly(
            "XEN_OLD (recognised by its register accesses)",
            "XEN_OLD (recognised by its register accesses)",
            "XEN_NEW (recognised by its register accesses)");
    assertThat(List.of(v3.vcpus(), v2.vcpus(), newOne.vcpus())).containsExactly(2, 2, 1);
  }

  @Test
  void profileIsForced() {
    ReplayOptions options =
        new ReplayOptions("xen_old", null, ClockOrder.TOTAL, Set.of(), Set.of());

    assertThat(Logs.replay(old2().toString(), options).profile()).isEqualTo("XEN_OLD (forced)");
  }

  @Test
  void xvI01b04SecondListRegisterForAnInterrupt() {
    XenLog log = loaded();
    log.write(0, 0, log.lr(1, TIMER, 0xa0)).write(0, 2, log.lr(1, TIMER, 0xa0));

    assertThat(findings(log))
        .containsExactly(
            "XV-I01: LR2 and LR0 of CPU 0 hold the same interrupt; expected one list register per"
                + " interrupt; observed LR2 = 27 pending prio a0 grp1 (0x50a000000000001b); LR0 ="
                + " 27 pending prio a0 grp1 (0x50a000000000001b)");
  }

  @Test
  void xvI02ActiveInterruptOverwritten() {
    XenLog log = loaded();
    log.write(0, 0, log.lr(1, TIMER, 0xa0)).ack(0, TIMER);
    log.hcr(0, 1, 1).read(0, 0, log.lr(2, TIMER, 0xa0)).write(0, 0, log.lr(1, 40, 0x80));

    assertThat(findings(log))
        .containsExactly(
            "XV-I02: LR0 of CPU 0 is overwritten while its interrupt is active; expected LR0 = 27"
                + " active prio a0 grp1 (0x90a000000000001b); observed LR0 = 40 pending prio 80"
                + " grp1 (0x5080000000000028)");
  }

  @Test
  void secondInstanceOfAnActiveInterruptIsRight() {
    XenLog log = loaded();
    log.write(0, 0, log.lr(1, TIMER, 0xa0)).ack(0, TIMER);
    log.hcr(0, 1, 1).read(0, 0, log.lr(2, TIMER, 0xa0)).write(0, 0, log.lr(3, TIMER, 0xa0));

    assertThat(findings(log)).isEmpty();
  }

  @Test
  void xvI02NewVgicForgetsAnActiveInterrupt() {
    XenLog log = fresh();
    flush(log, log.level(1, TIMER)).ack(0, TIMER);
    fold(log, log.level(2, TIMER));
    flush(log, log.lr(1, 3, 0xa0)).ack(0, 3);
    fold(log, log.lr(2, 3, 0xa0));

    assertThat(findings(log))
        .containsExactly(
            "XV-I02: an active interrupt on CPU 0 lost its list register; expected INTID 27 in a"
                + " list register until it is ended; observed other interrupts in LR0 to LR0");
  }

  @Test
  void xvI03HardwareBitOnAPrivateInterrupt() {
    XenLog log = loaded();
    log.write(0, 0, log.hw(1, TIMER));

    assertThat(findings(log))
        .containsExactly(
            "XV-I03: LR0 of CPU 0 ties what is no SPI to the hardware; expected HW=1 for an SPI"
                + " and a physical SPI only; observed INTID 27 to physical 27");
  }

  @Test
  void xvI04b19PendingAndActiveWithTheHardwareBit() {
    XenLog log = loaded().hostAck(0, 79);
    log.write(0, 0, log.hw(3, 79));

    assertThat(findings(log))
        .containsExactly(
            "XV-I04: LR0 of CPU 0 is pending and active with HW=1; expected active only; the"
                + " distributor holds what comes meanwhile; observed LR0 = 79 pending+active"
                + " HW->79 prio a0 grp1 (0xf0a0004f0000004f)");
  }

  @Test
  void xvI05b11HardwareInterruptGivenToASecondVirtualCpu() {
    XenLog log = old3();
    long left = log.lr(0, 1, 0xa0);
    log.restore(0, VMCR_V3, 0, log.lr(0, TIMER, 0xa0), left).hostAck(0, 79);
    log.write(0, 0, log.hw(1, 79)).save(0, VMCR_V3, 0, log.hw(1, 79), left);
    log.restore(0, VMCR_V3, 0, log.lr(0, TIMER, 0xa0)).write(0, 1, log.hw(1, 79));

    assertThat(findings(log))
        .containsExactly(
            "XV-I05: physical interrupt 79 is given to a second virtual CPU; expected one list"
                + " register of the machine for a physical interrupt; observed virtual CPU 1,"
                + " which is not running, holds it as well");
  }

  @Test
  void xvI06HardwareInterruptThatDidNotFire() {
    XenLog log = loaded().hostAck(0, 79);
    for (int i = 0; i < 4; i++) {
      log.write(0, 0, log.hw(1, 79)).ack(0, 79).end(0, 79);
      log.hcr(0, 1, 1).read(0, 0, log.hw(0, 79));
    }

    assertThat(findings(log))
        .containsExactly(
            "XV-I06: physical interrupt 79 is given to a guest without having fired; expected a"
                + " physical acknowledge since its last deactivation; observed LR0 = 79 pending"
                + " HW->79 prio a0 grp1 (0x70a0004f0000004f)");
  }

  @Test
  void xvI07WrongGroup() {
    XenLog log = old2();
    log.restore(0, VMCR_V2, 0, log.lr(0, TIMER, 0xa0));
    log.write(0, 0, log.lr(1, TIMER, 0xa0) | 1L << 30);

    assertThat(findings(log))
        .containsExactly(
            "XV-I07: LR0 of CPU 0 is in the wrong group for its guest; expected group 0 for a"
                + " guest with a GICv2; observed group 1");
  }

  @Test
  void xvI08b03ForeignInterruptInTheRestoredRegisters() {
    XenLog log = old3();
    log.restore(0, VMCR_V3, 0, log.lr(0, TIMER, 0xa0), log.lr(1, 3, 0xa0));

    assertThat(findings(log))
        .containsExactly(
            "XV-I08: list registers that no virtual CPU had are restored on CPU 0; expected LR1 ="
                + " empty (0x0); observed LR1 = 3 pending prio a0 grp1 (0x50a0000000000003)");
  }

  @Test
  void xvI08InterruptLostInASwitch() {
    XenLog log = loaded();
    log.write(0, 0, log.lr(1, TIMER, 0xa0)).write(0, 2, log.lr(1, 40, 0xa0));
    log.save(0, VMCR_V3, 0, log.lr(1, TIMER, 0xa0), log.lr(0, 1, 0xa0), log.lr(1, 40, 0xa0));
    log.restore(0, VMCR_V3, 0, log.lr(1, TIMER, 0xa0), log.lr(0, 1, 0xa0));

    assertThat(findings(log))
        .containsExactly(
            "XV-I08: list registers that no virtual CPU had are restored on CPU 0; expected LR2 ="
                + " 40 pending prio a0 grp1 (0x50a0000000000028); observed LR2 = empty (0x0)");
  }

  @Test
  void xvI09b13PriorityMaskOfAnotherGuest() {
    XenLog log = old2();
    log.restore(0, 0x804c0001L, 0, log.lr(0, TIMER, 0xa0));

    assertThat(findings(log))
        .containsExactly(
            "XV-I09: active priorities or VMCR that no virtual CPU had are restored on CPU 0;"
                + " expected VMCR 0xf04c0001, active priorities 0x0 0x0; observed VMCR 0x804c0001,"
                + " active priorities 0x0 0x0");
  }

  @Test
  void xvI10b06UnderflowLeftSet() {
    XenLog log = full(loaded()).hcr(0, 1, 3).ack(0, 40).end(0, 40);
    log.hcr(0, 3, 3).read(0, 0, log.lr(0, 40, 0x80)).write(0, 0, log.lr(1, 44, 0xa0));
    log.hcrRead(0, 3);

    assertThat(findings(log))
        .containsExactly(
            "XV-I10: LR0 of CPU 0 is written with underflow still asked for; expected HCR.UIE"
                + " cleared on the way into the hypervisor, before any list register; observed"
                + " HCR.UIE set");
  }

  /** Gives the virtual CPU four interrupts, the first the most urgent. */
  private static XenLog full(XenLog log) {
    log.write(0, 0, log.lr(1, 40, 0x80)).write(0, 1, log.lr(1, 41, 0xa0));
    return log.write(0, 2, log.lr(1, 42, 0xa0)).write(0, 3, log.lr(1, 43, 0xa0));
  }

  @Test
  void underflowWithEveryListRegisterInUseIsRight() {
    XenLog log = full(loaded()).hcr(0, 1, 3).ack(0, 40).end(0, 40).hcr(0, 3, 1);
    log.read(0, 0, log.lr(0, 40, 0x80)).read(0, 1, log.lr(1, 41, 0xa0));
    log.read(0, 2, log.lr(1, 42, 0xa0)).read(0, 3, log.lr(1, 43, 0xa0));

    assertThat(findings(log)).isEmpty();
  }

  @Test
  void xvI10b16UnderflowWithAFreeListRegister() {
    XenLog log = loaded();
    log.write(0, 0, log.lr(1, 40, 0x80)).hcr(0, 1, 3).ack(0, 40).end(0, 40).hcr(0, 3, 1);
    log.read(0, 0, log.lr(0, 40, 0x80));
    log.save(0, VMCR_V3, 0, log.lr(0, 40, 0x80), log.lr(0, 1, 0xa0));

    assertThat(findings(log))
        .containsExactly(
            "XV-I10: CPU 0 asks for underflow with a list register free; expected UIE only with"
                + " all list registers in use; observed LR1 = 1 inactive prio a0 grp1"
                + " (0x10a0000000000001)");
  }

  @Test
  void xvI11b06Storm() {
    XenLog log = loaded().line(0, 0);
    for (int i = 0; i < 100; i++) {
      log.hcr(0, 1, 3).line(0, 1).hcr(0, 3, 1).line(0, 0);
    }

    assertThat(findings(log))
        .containsExactly(
            "XV-I11: maintenance interrupts of CPU 0 without a step of the guest; expected fewer"
                + " than 100 between two accesses of the guest; observed 100 in a row");
  }

  @Test
  void xvI12AcknowledgeOfAnInterruptNobodyGave() {
    XenLog log = full(loaded()).ack(0, 50);

    assertThat(findings(log))
        .containsExactly(
            "XV-I12: the guest of CPU 0 is given an interrupt that it does not have pending;"
                + " expected an interrupt pending in a list register; observed INTID 50 (0x32)");
  }

  @Test
  void xvI13b26WrittenWithNobodyLoaded() {
    XenLog log = old3();
    log.write(0, 1, log.lr(1, 40, 0xa0));

    assertThat(findings(log))
        .containsExactly(
            "XV-I13: list registers of CPU 0 are written while no virtual CPU is loaded; expected"
                + " a restore first; observed no restore since the last virtual CPU was saved");
  }

  @Test
  void xvI14PriorityChangesInTheListRegister() {
    XenLog log = old2();
    log.restore(0, VMCR_V2, 0, log.lr(0, TIMER, 0xa0));
    log.write(0, 0, log.lr(1, TIMER, 0xa0)).ack(0, TIMER);
    log.hcr(0, 1, 1).read(0, 0, log.lr(2, TIMER, 0xa0)).write(0, 0, log.lr(3, TIMER, 0x80));

    assertThat(findings(log))
        .containsExactly(
            "XV-I14: the interrupt in LR0 of CPU 0 changes its priority; expected LR0 = 27 active"
                + " prio a0 grp0 (0x2a00001b); observed LR0 = 27 pending+active prio 80 grp0 (0x3800001b)");
  }

  @Test
  void ovI02b07ListRegistersInUseNotRead() {
    XenLog log = loaded();
    for (int i = 0; i < 8; i++) {
      log.write(0, 0, log.lr(1, TIMER, 0xa0)).write(0, 2, log.lr(1, 40, 0xc0));
      log.ack(0, TIMER).end(0, TIMER).hcr(0, 1, 1).read(0, 0, log.lr(0, TIMER, 0xa0));
      log.ack(0, 40).end(0, 40).hcr(0, 1, 1).hcr(0, 1, 1);
    }

    assertThat(findings(log))
        .containsExactly(
            "OV-I02: LR2 of CPU 0 is in use, and not read after the exit; expected a read of each"
                + " list register in use; observed none of LR2");
  }

  @Test
  void ovI02b08PendingInterruptCleared() {
    XenLog log = loaded();
    log.write(0, 0, log.lr(1, TIMER, 0xa0)).hcr(0, 1, 1);
    log.read(0, 0, log.lr(1, TIMER, 0xa0)).write(0, 0, 0);

    assertThat(findings(log))
        .containsExactly(
            "OV-I02: LR0 of CPU 0 is cleared with an interrupt pending in it; expected LR0 = 27"
                + " pending prio a0 grp1 (0x50a000000000001b); observed LR0 = empty (0x0)");
  }

  @Test
  void ovI03PendingInterruptGivenAgain() {
    XenLog log = loaded();
    log.write(0, 0, log.lr(1, TIMER, 0xa0)).write(0, 0, log.lr(1, TIMER, 0xa0));

    assertThat(findings(log))
        .containsExactly(
            "OV-I03: LR0 of CPU 0 is given the interrupt that is pending in it; expected an"
                + " interrupt that is in a list register waits for no other; observed LR0 = 27"
                + " pending prio a0 grp1 (0x50a000000000001b); then LR0 = 27 pending prio a0 grp1"
                + " (0x50a000000000001b)");
  }

  @Test
  void ovI09b17NoUnderflowAskedFor() {
    XenLog log = loaded();
    for (int i = 0; i < 3; i++) {
      full(log).write(0, 3, log.lr(1, 44, 0x90)).ack(0, 40).end(0, 40).hcr(0, 1, 1);
      log.read(0, 0, log.lr(0, 40, 0x80)).read(0, 1, log.lr(1, 41, 0xa0));
      log.read(0, 2, log.lr(1, 42, 0xa0)).read(0, 3, log.lr(1, 44, 0x90));
      log.ack(0, 44).end(0, 44).ack(0, 41).end(0, 41).ack(0, 42).end(0, 42).hcr(0, 1, 1);
      log.read(0, 1, log.lr(0, 41, 0xa0)).read(0, 2, log.lr(0, 42, 0xa0));
      log.read(0, 3, log.lr(0, 44, 0x90));
    }

    assertThat(findings(log))
        .containsExactly(
            "OV-I09: the guest of CPU 0 runs, and nothing tells when there is room again; expected"
                + " HCR.UIE, for an interrupt had to make room for another; observed HCR.UIE"
                + " clear");
  }

  @Test
  void ovI11b20LessUrgentInterruptTakesTheListRegister() {
    XenLog log = full(loaded());
    log.write(0, 0, log.lr(1, 44, 0xc0)).hcr(0, 1, 3);

    assertThat(findings(log))
        .containsExactly(
            "OV-I11: a pending interrupt in LR0 of CPU 0 makes room for a less urgent; expected"
                + " only a more urgent interrupt takes its place; observed LR0 = 40 pending prio"
                + " 80 grp1 (0x5080000000000028); then LR0 = 44 pending prio c0 grp1"
                + " (0x50c000000000002c)");
  }

  @Test
  void moreUrgentInterruptTakesTheListRegister() {
    XenLog log = full(loaded());
    log.write(0, 3, log.lr(1, 44, 0x60)).hcr(0, 1, 3).ack(0, 44);

    assertThat(findings(log)).isEmpty();
  }

  @Test
  void ovI20InterruptThatDoesNotExist() {
    XenLog log = loaded();
    log.write(0, 0, log.lr(1, 2000, 0xa0));

    assertThat(findings(log))
        .containsExactly(
            "OV-I20: LR0 of CPU 0 is given an interrupt that no guest has; expected an SGI, PPI or"
                + " SPI of the domain, or an LPI; observed INTID 2000");
  }

  @Test
  void nvI01ListRegisterWrittenTwiceByAFlush() {
    XenLog log = fresh();
    log.write(0, 0, log.lr(1, 3, 0xa0)).write(0, 0, log.lr(1, 4, 0xa0));

    assertThat(findings(log))
        .containsExactly(
            "NV-I01: LR0 of CPU 0 is written outside a flush; expected all of them written once,"
                + " in order, right before the guest runs; observed LR0 written after 1 were"
                + " filled");
  }

  @Test
  void nvI02UsedListRegisterNotCleared() {
    XenLog log = fresh();
    flush(log, log.level(1, TIMER), log.lr(1, 3, 0xa0)).ack(0, TIMER).end(0, TIMER);
    log.hcr(0, 1, 1).read(0, 0, log.level(0, TIMER)).write(0, 0, 0);
    log.read(0, 1, log.lr(1, 3, 0xa0)).hcr(0, 1, 0);
    log.save(0, VMCR_V2, 0, 0, log.lr(1, 3, 0xa0));

    assertThat(findings(log))
        .containsExactly(
            "NV-I02: LR1 of CPU 0 is folded and not cleared; expected a write of 0 after the read;"
                + " observed LR1 = 3 pending src 0 prio a0 grp0 (0x1a000003)");
  }

  @Test
  void nvI09EndOfATimerInterruptNotTold() {
    XenLog log = fresh();
    flush(log, log.lr(1, TIMER, 0xa0));

    assertThat(findings(log))
        .containsExactly(
            "NV-I09: the end of the level interrupt in LR0 of CPU 0 is not told; expected the EOI"
                + " bit, for PPIs are level interrupts; observed LR0 = 27 pending prio a0 grp0"
                + " (0x1a00001b)");
  }

  @Test
  void nvI10InterfaceLeftEnabled() {
    XenLog log = fresh();
    flush(log, log.level(1, TIMER)).ack(0, TIMER).end(0, TIMER).hcr(0, 1, 1);
    log.read(0, 0, log.level(0, TIMER)).write(0, 0, 0);
    log.write(0, 0, log.level(1, TIMER)).hcr(0, 1, 1);

    assertThat(findings(log))
        .containsExactly(
            "NV-I10: CPU 0 leaves its interface enabled in the hypervisor; expected HCR.En cleared"
                + " after the fold; observed HCR.En still set");
  }

  @Test
  void nvI10GuestRunsWithItsInterfaceOff() {
    XenLog log = fresh();
    log.write(0, 0, log.level(1, TIMER)).ack(0, 1023).hcrRead(0, 0);

    assertThat(findings(log))
        .containsExactly(
            "NV-I10: the guest of CPU 0 runs with its interface switched off; expected HCR.En, for"
                + " list registers are in use; observed HCR.En clear");
  }

  @Test
  void nvI12UnderflowWithListRegistersFree() {
    XenLog log = fresh();
    log.write(0, 0, log.level(1, TIMER)).hcr(0, 0, 2).hcr(0, 2, 3).ack(0, TIMER).end(0, TIMER);
    log.hcr(0, 3, 1).read(0, 0, log.level(0, TIMER)).write(0, 0, 0).hcr(0, 1, 0);

    assertThat(findings(log))
        .containsExactly(
            "NV-I12: CPU 0 asked for underflow with list registers free; expected UIE only if more"
                + " wait than the 4 list registers hold; observed UIE with 1 filled");
  }
}
