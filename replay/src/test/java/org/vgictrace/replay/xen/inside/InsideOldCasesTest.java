package org.vgictrace.replay.xen.inside;

import static org.assertj.core.api.Assertions.assertThat;
import static org.vgictrace.replay.xen.inside.InsideCase.broken;
import static org.vgictrace.replay.xen.inside.InsideCase.entry;
import static org.vgictrace.replay.xen.inside.InsideCase.holds;
import static org.vgictrace.replay.xen.inside.InsideCase.lock;
import static org.vgictrace.replay.xen.inside.InsideCase.thrice;
import static org.vgictrace.replay.xen.inside.InsideCase.with;
import static org.vgictrace.replay.xen.inside.OldState.ACTIVE;
import static org.vgictrace.replay.xen.inside.OldState.ENABLED;
import static org.vgictrace.replay.xen.inside.OldState.FOLLOWED;
import static org.vgictrace.replay.xen.inside.OldState.HERE;
import static org.vgictrace.replay.xen.inside.OldState.IN_FLIGHT;
import static org.vgictrace.replay.xen.inside.OldState.MAPPED;
import static org.vgictrace.replay.xen.inside.OldState.MIGRATING;
import static org.vgictrace.replay.xen.inside.OldState.PRISTINE;
import static org.vgictrace.replay.xen.inside.OldState.QUEUED;
import static org.vgictrace.replay.xen.inside.OldState.VISIBLE;
import static org.vgictrace.replay.xen.inside.OldState.WAITS;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.vgictrace.parser.event.Kind;
import org.vgictrace.replay.rule.XenOldRules;
import org.vgictrace.replay.rule.XenRules;

/** Each rule about the inside of Xen's original vGIC, and of both: kept, and broken. */
public class InsideOldCasesTest {
  private static final int NONE = 255;

  private static final int HW_SPI = 33;

  private static final int SOFT_SPI = 34;

  private static final int LPI = 8200;

  /** A step of the original vGIC on an interrupt, with what a case needs beyond. */
  private static InsideRecord old(
      InsideRecord record, String step, int intid, int[] was, int[] now, Object... more) {
    List<Object> cells = new ArrayList<>();
    Collections.addAll(
        cells, "domain", 1, "vcpu_id", 0, "step", step, "intid", intid, "was_priority", 0xa0);
    Collections.addAll(cells, "was_status", was[0], "was_flags", was[1], "was_lr", was[2]);
    Collections.addAll(
        cells, "status", now[0], "irq_flags", now[1], "lr", now[2], "priority", 0xa0);
    Collections.addAll(cells, "host_irq", intid == HW_SPI ? HW_SPI : -1, "target", 0);
    Collections.addAll(cells, more);
    return record.row(Kind.XEN_OLD_IRQ, 0, cells.toArray());
  }

  private static InsideRecord old(String step, int intid, int[] was, int[] now, Object... more) {
    return old(new InsideRecord(), step, intid, was, now, more);
  }

  private static int[] state(int status, int flags, int lr) {
    return new int[] {status, flags, lr};
  }

  private static final int[] IDLE = state(ENABLED, HERE, NONE);

  private static final int[] GIVEN = state(ENABLED | VISIBLE, IN_FLIGHT | HERE, 1);

  private static InsideRecord lr(
      InsideRecord record, String op, int index, long value, int serial) {
    return record.row(
        Kind.XEN_LR,
        0,
        "domain",
        1,
        "vcpu_id",
        0,
        "op",
        op,
        "lr",
        index,
        "intid",
        value & 0x3ff,
        "value",
        value,
        "serial",
        serial);
  }

  private static Object[] places(int ahead, int behind) {
    return new Object[] {"ahead", ahead, "behind", behind, "wait_ahead", 0, "wait_behind", 0};
  }

  private static void idle(InsideRecord record, int upcall, int inFlight, int deliverable) {
    record.row(
        Kind.XEN_VGIC_IDLE,
        0,
        "vgic",
        "old",
        "domain",
        1,
        "vcpu_id",
        0,
        "upcall",
        upcall,
        "in_flight",
        inFlight,
        "deliverable",
        deliverable,
        "sleeps",
        1);
  }

  @Test
  void ovI01b05OrderOfTheList() {
    int[] flies = state(ENABLED | QUEUED, IN_FLIGHT | WAITS | FOLLOWED, NONE);
    holds(XenOldRules.OV_I01, old("inject", 27, IDLE, flies, places(0xa0, 0xa8)));
    broken(
        XenOldRules.OV_I01,
        old("inject", 27, IDLE, flies, places(0x80, 0xa0)),
        "d1 vCPU 0 INTID 27 [inject] interrupt 27 is put in the wrong place in flight | behind"
            + " those as urgent, ahead of the less urgent | priority a0 behind 80 and ahead of"
            + " a0");
  }

  @Test
  void ovI02VisibleWithoutARegister() {
    holds(XenOldRules.OV_I02, old("inject", 27, IDLE, GIVEN));
    broken(
        XenOldRules.OV_I02,
        old("inject", 27, IDLE, state(ENABLED | VISIBLE, IN_FLIGHT | HERE, NONE)),
        "d1 vCPU 0 INTID 27 [inject] interrupt 27 is marked visible without a list register, or"
            + " has one unmarked | visible exactly while in a list register | enabled, no LR,"
            + " priority a0; then visible enabled, in flight, no LR, priority a0");
  }

  @Test
  void ovI02b07FoldOfAnotherRegister() {
    broken(
        XenOldRules.OV_I02,
        thrice(record -> old(record, "fold", 27, GIVEN, IDLE, "folded_lr", 2, "folded_state", 0)),
        "d1 vCPU 0 INTID 27 [fold] interrupt 27 is folded from LR2, which is not its list"
            + " register | the list register it is marked to be in | visible enabled, in flight,"
            + " LR1, priority a0; then enabled, no LR, priority a0");
  }

  @Test
  void ovI03InARegisterAndWaiting() {
    int[] both = state(ENABLED | VISIBLE | QUEUED, IN_FLIGHT | WAITS, 1);
    holds(XenOldRules.OV_I03, old("inject", 27, IDLE, GIVEN));
    assertThat(old("inject", 27, GIVEN, both).result().findings())
        .extracting(finding -> finding.rule().id())
        .containsExactly("OV-I03", "OV-I04");
    // Stale marks after CPU_ON are nobody's fault that shows.
    assertThat(old("inject", 27, state(ENABLED | VISIBLE, 0, 1), both).result().findings())
        .extracting(finding -> finding.rule().id())
        .containsExactly("OV-I04");
  }

  @Test
  void ovI04WaitsWhileDisabled() {
    int[] waits = state(QUEUED, IN_FLIGHT | WAITS, NONE);
    int[] before = state(ENABLED | QUEUED, IN_FLIGHT | WAITS, NONE);
    holds(XenOldRules.OV_I04, old("disable", 27, before, state(QUEUED, IN_FLIGHT, NONE)));
    broken(
        XenOldRules.OV_I04,
        old("disable", 27, before, waits),
        "d1 vCPU 0 INTID 27 [disable] interrupt 27 waits for a list register and should not |"
            + " what waits is queued, enabled and not visible | queued enabled, in flight,"
            + " waiting, no LR, priority a0; then queued, in flight, waiting, no LR, priority a0");
    // A disabled interrupt that has to make room waits: that is how Xen does it.
    holds(XenOldRules.OV_I03, old("evict", 27, state(VISIBLE, IN_FLIGHT, 1), waits));
  }

  @Test
  void ovI05b11MovesWithoutAMark() {
    Object[] targets = {"target", 1, "asked_target", 1, "was_target", 0};
    int[] marked = state(ENABLED | VISIBLE | MIGRATING, IN_FLIGHT, 1);
    holds(XenOldRules.OV_I05, old("migrate", HW_SPI, GIVEN, marked, targets));
    broken(
        XenOldRules.OV_I05,
        old("migrate", HW_SPI, GIVEN, GIVEN, targets),
        "d1 vCPU 0 INTID 33 [migrate] interrupt 33 targets another virtual CPU, and nothing tells"
            + " it is in a list register of this one | marked as moving until it is over | visible"
            + " enabled, in flight, LR1, priority a0; then visible enabled, in flight, LR1,"
            + " priority a0");
    // OV-K01: without a physical interrupt nothing moves.
    assertThat(old("migrate", SOFT_SPI, GIVEN, GIVEN, targets).result().findings()).isEmpty();
  }

  @Test
  void ovI06ForeignPrivateInterrupt() {
    holds(XenOldRules.OV_I06, old("inject", 27, IDLE, GIVEN));
    broken(
        XenOldRules.OV_I06,
        old("inject", 27, IDLE, GIVEN, "target", 1),
        "d1 vCPU 0 INTID 27 [inject] interrupt 27 of virtual CPU 1 is changed as one of virtual"
            + " CPU 0 | a private interrupt under the lock of its virtual CPU | enabled, no LR,"
            + " priority a0; then visible enabled, in flight, LR1, priority a0");
  }

  @Test
  void ovI07b08DisabledDelivered() {
    int[] off = state(0, HERE, NONE);
    holds(XenOldRules.OV_I07, old("inject", 27, off, state(QUEUED, IN_FLIGHT | HERE, NONE)));
    broken(
        XenOldRules.OV_I07,
        old("inject", 27, off, state(VISIBLE, IN_FLIGHT | HERE, 0)),
        "d1 vCPU 0 INTID 27 [inject] interrupt 27 is disabled, and is delivered when it is"
            + " injected | in flight only, until it is enabled | no LR, priority a0; then visible,"
            + " in flight, LR0, priority a0");
  }

  @Test
  void ovI08b15SecondInstanceForgotten() {
    int[] flies = state(ENABLED | VISIBLE | ACTIVE, IN_FLIGHT, 1);
    holds(
        XenOldRules.OV_I08,
        old("inject", 27, flies, state(ENABLED | VISIBLE | ACTIVE | QUEUED, IN_FLIGHT, 1)));
    broken(
        XenOldRules.OV_I08,
        old("inject", 27, flies, flies),
        "d1 vCPU 0 INTID 27 [inject] interrupt 27 is injected and forgotten | in flight, and"
            + " queued or in a list register | active visible enabled, in flight, LR1, priority a0;"
            + " then active visible enabled, in flight, LR1, priority a0");
    broken(
        XenOldRules.OV_I08,
        old("inject", 27, IDLE, state(ENABLED | QUEUED, IN_FLIGHT | HERE, NONE)),
        "d1 vCPU 0 INTID 27 [inject] interrupt 27 is in flight, enabled and queued, and nothing"
            + " will deliver it | a list register, or a place among those that wait | enabled, no"
            + " LR, priority a0; then queued enabled, in flight, no LR, priority a0");
  }

  @Test
  void ovI09b16b17UnderflowNotAskedFor() {
    Object[] full = {"vgic", "old", "lrs", 4, "used", 4, "left", 1, "waits", 1};
    holds(XenOldRules.OV_I09, entry(new InsideRecord(), with(full, "hcr", 3)));
    broken(
        XenOldRules.OV_I09,
        entry(new InsideRecord(), with(full, "hcr", 1)),
        "d1 vCPU 0 INTID null [on the way to the guest] interrupts wait, and nothing tells when"
            + " there is room again | HCR.UIE, for every list register is in use | 4 of 4 list"
            + " registers in use, 1 left, HCR 0x1");
  }

  @Test
  void ovI10b20LessUrgentKeepsTheRegister() {
    Object[] full = {
      "vgic", "old", "lrs", 4, "used", 4, "left", 1, "waits", 1, "hcr", 3, "best_left", 0x80
    };
    holds(XenOldRules.OV_I10, entry(new InsideRecord(), with(full, "worst_given", 0x80)));
    broken(
        XenOldRules.OV_I10,
        thrice(record -> entry(record, with(full, "worst_given", 0xa0))),
        "d1 vCPU 0 INTID null [on the way to the guest] a less urgent interrupt has the list"
            + " register of one that waits | only the least urgent wait | priority 80 waits, a0 is"
            + " pending in a list register");
  }

  @Test
  void ovI12MarkOfAMove() {
    int[] marked = state(ENABLED | MIGRATING, IN_FLIGHT, NONE);
    holds(
        XenOldRules.OV_I12,
        old("migrate", HW_SPI, GIVEN, state(ENABLED | VISIBLE | MIGRATING, IN_FLIGHT, 1)));
    broken(
        XenOldRules.OV_I12,
        old("migrate", HW_SPI, state(ENABLED, 0, NONE), marked),
        "d1 vCPU 0 INTID 33 [migrate] interrupt 33 is marked as moving | a physical interrupt that"
            + " is in a list register | enabled, no LR, priority a0; then enabled migrating, in"
            + " flight, no LR, priority a0");
  }

  @Test
  void ovI13b12AffinityKept() {
    int[] moving = state(ENABLED | VISIBLE | MIGRATING, IN_FLIGHT, 1);
    Object[] fold = {"folded_lr", 1, "folded_state", 0, "target_cpu", 1, "physical_cpu"};
    holds(XenOldRules.OV_I13, old("fold", HW_SPI, moving, IDLE, with(fold, 1)));
    broken(
        XenOldRules.OV_I13,
        thrice(record -> old(record, "fold", HW_SPI, moving, IDLE, with(fold, 0))),
        "d1 vCPU 0 INTID 33 [fold] interrupt 33 has moved, and the physical one is routed to CPU 0"
            + " | CPU 1, where the virtual CPU it targets is | visible enabled migrating, in"
            + " flight, LR1, priority a0; then enabled, no LR, priority a0");
  }

  @Test
  void ovI14InProgressKept() {
    Object[] fold = {"folded_lr", 1, "folded_state", 0};
    int[] busy = state(ENABLED, OldState.IN_PROGRESS, NONE);
    holds(XenOldRules.OV_I14, old("fold", HW_SPI, GIVEN, IDLE, fold));
    broken(
        XenOldRules.OV_I14,
        thrice(record -> old(record, "fold", HW_SPI, GIVEN, busy, fold)),
        "d1 vCPU 0 INTID 33 [fold] interrupt 33 is over, and its descriptor is in progress | no"
            + " longer in progress, unless it has fired again on another CPU | visible enabled, in"
            + " flight, LR1, priority a0; then enabled, no LR, priority a0");
    // XV-K01: once is a known race.
    assertThat(old("fold", HW_SPI, GIVEN, busy, fold).result().findings()).isEmpty();
  }

  @Test
  void ovI15b02b14UpcallLost() {
    holds(XenOldRules.OV_I15, thrice(record -> idle(record, 1, 1, 0)));
    broken(
        XenOldRules.OV_I15,
        thrice(record -> idle(record, 1, 0, 0)),
        "d1 vCPU 0 INTID null [the vCPU sleeps] the vCPU sleeps with an upcall pending and no"
            + " interrupt for it | awake until the interrupt is injected again | upcall pending,"
            + " its interrupt not in flight");
  }

  @Test
  void ovI16SleepsWithAnInterrupt() {
    broken(
        XenOldRules.OV_I16,
        thrice(record -> idle(record, 0, 0, 1)),
        "d1 vCPU 0 INTID null [the vCPU sleeps] the vCPU sleeps with an interrupt to deliver |"
            + " awake | an enabled interrupt in flight that its interface would deliver");
    assertThat(thrice(record -> idle(record, 0, 0, 0)).result().findings()).isEmpty();
  }

  @Test
  void ovI17b24Pristine() {
    int[] fresh = state(ENABLED | PRISTINE, MAPPED, NONE);
    holds(XenOldRules.OV_I17, old("map", LPI, state(0, 0, NONE), fresh));
    broken(
        XenOldRules.OV_I17,
        old("map", 27, IDLE, state(ENABLED | PRISTINE, 0, NONE)),
        "d1 vCPU 0 INTID 27 [map] interrupt 27 is marked as a pristine LPI | an LPI that was in no"
            + " list register since it was mapped | enabled, no LR, priority a0; then enabled"
            + " pristine, no LR, priority a0");
  }

  @Test
  void ovI18UnmappedLpi() {
    int[] flies = state(ENABLED | QUEUED, IN_FLIGHT | WAITS, NONE);
    holds(XenOldRules.OV_I18, old("inject", LPI, IDLE, state(flies[0], flies[1] | MAPPED, NONE)));
    broken(
        XenOldRules.OV_I18,
        thrice(record -> old(record, "inject", LPI, IDLE, flies)),
        "d1 vCPU 0 INTID 8200 [inject] interrupt 8200 is on a list, and no event is mapped to it |"
            + " LPIs of mapped events | enabled, no LR, priority a0; then queued enabled, in"
            + " flight, waiting, no LR, priority a0");
  }

  @Test
  void ovI19b12SecondMove() {
    int[] moving = state(ENABLED | VISIBLE | MIGRATING, IN_FLIGHT, 1);
    Object[] asked = {"asked_target", 0, "was_target", 1, "target"};
    holds(XenOldRules.OV_I19, old("migrate", HW_SPI, moving, moving, with(asked, 1)));
    broken(
        XenOldRules.OV_I19,
        old("migrate", HW_SPI, moving, moving, with(asked, 0)),
        "d1 vCPU 0 INTID 33 [migrate] interrupt 33 is given target 0 while an earlier move is in"
            + " progress | the move refused: target 1 | visible enabled migrating, in flight, LR1,"
            + " priority a0; then visible enabled migrating, in flight, LR1, priority a0");
  }

  @Test
  void ovI20NumberThatDoesNotExist() {
    holds(XenOldRules.OV_I20, lr(new InsideRecord(), "write", 0, 0x1000_001bL, 0));
    broken(
        XenOldRules.OV_I20,
        lr(new InsideRecord(), "write", 0, 0x1000_03ffL, 0),
        "d1 vCPU 0 INTID 1023 [write LR0 = 1023 pending prio 00 grp0 (0x100003ff)] LR0 holds an"
            + " interrupt that no guest has | one there is | LR0 = 1023 pending prio 00"
            + " grp0 (0x100003ff)");
  }

  @Test
  void xvI01b04TwoRegisters() {
    InsideRecord record = entry(new InsideRecord(), "vgic", "old", "serial", 0);
    lr(record, "write", 0, 0x1000_001bL, 1);
    lr(record, "write", 1, 0x1000_001bL, 2);
    broken(
        XenRules.XV_I01,
        record,
        "d1 vCPU 0 INTID 27 [write LR1 = 27 pending prio 00 grp0 (0x1000001b) because write LR0 = 27"
            + " pending prio 00 grp0 (0x1000001b)] LR1 is given an interrupt that LR0 holds | each"
            + " interrupt in one list register | LR1 = 27 pending prio 00 grp0 (0x1000001b)");
    InsideRecord missing = entry(new InsideRecord(), "vgic", "old", "serial", 0);
    lr(missing, "write", 0, 0x1000_001bL, 1);
    lr(missing, "write", 1, 0x1000_001bL, 3);
    holds(XenRules.XV_I01, missing);
  }

  @Test
  void xvI02ActiveOverwritten() {
    InsideRecord record = entry(new InsideRecord(), "vgic", "old", "serial", 0);
    lr(record, "read", 0, 0x2000_001bL, 1);
    lr(record, "write", 0, 0x1000_001eL, 2);
    broken(
        XenRules.XV_I02,
        record,
        "d1 vCPU 0 INTID 30 [write LR0 = 30 pending prio 00 grp0 (0x1000001e) because read LR0 = 27"
            + " active prio 00 grp0 (0x2000001b)] LR0 is overwritten while its interrupt is active | LR0"
            + " = 27 active prio 00 grp0 (0x2000001b) | LR0 = 30 pending prio 00 grp0 (0x1000001e)");
    InsideRecord again = entry(new InsideRecord(), "vgic", "old", "serial", 0);
    lr(again, "read", 0, 0x2000_001bL, 1);
    holds(XenRules.XV_I02, lr(again, "write", 0, 0x3000_001bL, 2));
  }

  @Test
  void xvI03xvI04HardwareBit() {
    holds(XenRules.XV_I03, lr(new InsideRecord(), "write", 0, 0x9000_8421L, 0));
    broken(
        XenRules.XV_I03,
        lr(new InsideRecord(), "write", 0, 0x9000_6c1bL, 0),
        "d1 vCPU 0 INTID 27 [write LR0 = 27 pending HW->27 prio 00 grp0 (0x90006c1b)] LR0 ties what is"
            + " no SPI to the hardware | HW=1 for an SPI and a physical SPI only | LR0 = 27 pending"
            + " HW->27 prio 00 grp0 (0x90006c1b)");
    holds(XenRules.XV_I04, lr(new InsideRecord(), "write", 0, 0xa000_8421L, 0));
    broken(
        XenRules.XV_I04,
        lr(new InsideRecord(), "write", 0, 0xb000_8421L, 0),
        "d1 vCPU 0 INTID 33 [write LR0 = 33 pending+active HW->33 prio 00 grp0 (0xb0008421)] LR0 is"
            + " pending and active with HW=1 | active only; the distributor holds what comes"
            + " meanwhile | LR0 = 33 pending+active HW->33 prio 00 grp0 (0xb0008421)");
  }

  @Test
  void xvI10b06UnderflowWithRoom() {
    Object[] some = {"vgic", "old", "lrs", 4, "used", 3, "left", 0, "waits", 0, "hcr", 3};
    broken(
        XenRules.XV_I10,
        entry(new InsideRecord(), some),
        "d1 vCPU 0 INTID null [on the way to the guest] underflow is asked for with list registers"
            + " free | HCR.UIE with every list register in use only | 3 of 4 list registers in use,"
            + " 0 left, HCR 0x3");
  }

  @Test
  void xvI15b09b10Locks() {
    holds(XenRules.XV_I15, lock("desc", 0b1));
    broken(
        XenRules.XV_I15,
        lock("desc", 0b100),
        "null vCPU null INTID null [lock desc] a CPU takes the lock desc while it holds the lock"
            + " vgic | desc before vgic | held: vgic");
    broken(
        XenRules.XV_I15,
        lock("rank", 0b1000100),
        "null vCPU null INTID null [lock rank] a CPU takes the lock rank while it holds the lock"
            + " vgic | rank before vgic | held: vgic, desc");
  }
}
