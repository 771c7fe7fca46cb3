package org.vgictrace.replay.xen.inside;

import static org.vgictrace.replay.xen.inside.InsideCase.broken;
import static org.vgictrace.replay.xen.inside.InsideCase.entry;
import static org.vgictrace.replay.xen.inside.InsideCase.holds;
import static org.vgictrace.replay.xen.inside.InsideCase.lock;
import static org.vgictrace.replay.xen.inside.InsideCase.thrice;
import static org.vgictrace.replay.xen.inside.InsideCase.with;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.vgictrace.parser.event.Kind;
import org.vgictrace.replay.rule.XenNewRules;

/** Each rule about the inside of Xen's new vGIC: kept, and broken. */
public class InsideNewCasesTest {
  private static InsideRecord fresh(String step, int intid, int[] was, int[] now, Object... more) {
    return fresh(new InsideRecord(), step, intid, was, now, more);
  }

  /** A step of the new vGIC: status, flags, source, owner, before and after. */
  private static InsideRecord fresh(
      InsideRecord record, String step, int intid, int[] was, int[] now, Object... more) {
    List<Object> cells = new ArrayList<>();
    Collections.addAll(cells, "domain", 1, "vcpu_id", 0, "step", step, "intid", intid);
    Collections.addAll(cells, "was_status", was[0], "was_flags", was[1]);
    Collections.addAll(cells, "was_source", was[2], "was_owner", was[3]);
    Collections.addAll(cells, "status", now[0], "irq_flags", now[1]);
    Collections.addAll(cells, "source", now[2], "owner", now[3]);
    Collections.addAll(cells, more);
    return record.row(Kind.XEN_NEW_IRQ, 0, cells.toArray());
  }

  private static int[] fresh(int status, int flags, int source, int owner) {
    return new int[] {status | NewState.DISTRIBUTOR, flags, source, owner};
  }

  private static final int DUE = NewState.ENABLED | NewState.LATCH;

  private static final int LISTED = NewState.LISTED;

  private static final Object[] FULL = {
    "vgic", "new", "lrs", 4, "used", 4, "left", 1, "listed", 5, "best_left", 0x80
  };

  private static InsideRecord sgir(int reached) {
    return new InsideRecord()
        .row(
            Kind.XEN_SGIR,
            0,
            "domain",
            1,
            "vcpu_id",
            0,
            "intid",
            3,
            "vcpus",
            2,
            "asked",
            0xff,
            "reached",
            reached);
  }

  @Test
  void nvI15Locks() {
    holds(XenNewRules.NV_I15, lock("desc", 0b10000));
    broken(
        XenNewRules.NV_I15,
        lock("desc", 0b10000000),
        "null vCPU null INTID null [lock desc] a CPU takes the lock desc while it holds the lock"
            + " irq | desc before irq | held: irq");
  }

  @Test
  void nvI03ListAndOwner() {
    int[] listed = fresh(DUE, LISTED, 0, 0);
    holds(XenNewRules.NV_I03, fresh("queue", 40, fresh(DUE, 0, 0, -1), listed));
    broken(
        XenNewRules.NV_I03,
        fresh("remove", 40, fresh(0, LISTED, 0, 0), fresh(0, 0, 0, 0)),
        "d1 vCPU 0 INTID 40 [remove] interrupt 40 is on a list and names no virtual CPU, or the"
            + " other way round | a virtual CPU named exactly while on its list | on a list, of"
            + " virtual CPU 0; then on no list, of virtual CPU 0");
  }

  @Test
  void nvI04QueuedTwice() {
    broken(
        XenNewRules.NV_I04,
        fresh("queue", 40, fresh(DUE, LISTED, 0, 1), fresh(DUE, LISTED, 0, 0)),
        "d1 vCPU 0 INTID 40 [queue] interrupt 40 is queued while it is on the list of another"
            + " virtual CPU | left on the list it is on | latched enabled, on a list, of virtual"
            + " CPU 1; then latched enabled, on a list, of virtual CPU 0");
  }

  @Test
  void nvI05ActiveMoves() {
    int active = NewState.ACTIVE | NewState.ENABLED;
    int[] here = fresh(active, LISTED, 0, 0);
    holds(XenNewRules.NV_I05, fresh("keep", 40, here, here, "target", 1));
    broken(
        XenNewRules.NV_I05,
        fresh("move", 40, here, fresh(active, LISTED, 0, 1), "target", 1),
        "d1 vCPU 0 INTID 40 [move] interrupt 40 leaves the list of its virtual CPU while it is"
            + " active | on that list until it is over | active enabled, on a list, of virtual CPU"
            + " 0; then active enabled, on a list, of virtual CPU 1");
  }

  @Test
  void nvI06StaysWhereItIsNotDue() {
    int[] due = fresh(DUE, LISTED, 0, 0);
    holds(XenNewRules.NV_I06, fresh("keep", 40, due, due, "target", 0));
    broken(
        XenNewRules.NV_I06,
        fresh("keep", 40, due, due, "target", 1),
        "d1 vCPU 0 INTID 40 [keep] interrupt 40 stays on a list, where it is not due | on the list"
            + " of virtual CPU 1 | latched enabled, on a list, of virtual CPU 0; then latched"
            + " enabled, on a list, of virtual CPU 0");
  }

  @Test
  void nvI07LatchKept() {
    int[] due = fresh(DUE, LISTED, 0, 0);
    int given = LISTED | NewState.LR_PENDING;
    holds(XenNewRules.NV_I07, fresh("populate", 40, due, fresh(NewState.ENABLED, given, 0, 0)));
    broken(
        XenNewRules.NV_I07,
        fresh("populate", 40, due, fresh(DUE, given, 0, 0)),
        "d1 vCPU 0 INTID 40 [populate] interrupt 40 is given pending, and stays latched | the latch"
            + " cleared | latched enabled, on a list, of virtual CPU 0; then latched enabled, on a"
            + " list, of virtual CPU 0");
  }

  @Test
  void nvI08LineKept() {
    int level = NewState.ENABLED | NewState.LEVEL | NewState.MAPPED;
    int[] due = fresh(level | NewState.LINE, LISTED, 0, 0);
    int given = LISTED | NewState.LR_PENDING | NewState.LR_HW;
    holds(XenNewRules.NV_I08, fresh("populate", 40, due, fresh(level, given, 0, 0)));
    broken(
        XenNewRules.NV_I08,
        fresh("populate", 40, due, fresh(level | NewState.LINE, given, 0, 0)),
        "d1 vCPU 0 INTID 40 [populate] interrupt 40 is given pending, and its line stays up | the"
            + " line down until the fold samples it | line up enabled level mapped, on a list, of"
            + " virtual CPU 0; then line up enabled level mapped, on a list, of virtual CPU 0");
  }

  @Test
  void nvI09NoEoiBit() {
    int level = NewState.ENABLED | NewState.LEVEL | NewState.LINE;
    int[] due = fresh(level, LISTED, 0, 0);
    int given = LISTED | NewState.LR_PENDING;
    holds(
        XenNewRules.NV_I09,
        fresh("populate", 27, due, fresh(level, given | NewState.LR_EOI, 0, 0)));
    broken(
        XenNewRules.NV_I09,
        fresh("populate", 27, due, fresh(level, given, 0, 0)),
        "d1 vCPU 0 INTID 27 [populate] interrupt 27 is given without telling its end | the EOI bit,"
            + " for a level without hardware | line up enabled level, on a list, of virtual CPU 0;"
            + " then line up enabled level, on a list, of virtual CPU 0");
  }

  @Test
  void nvI11LessUrgentGiven() {
    Object[] uie = with(FULL, "hcr", 3);
    holds(XenNewRules.NV_I11, entry(new InsideRecord(), with(uie, "worst_given", 0x80)));
    broken(
        XenNewRules.NV_I11,
        thrice(record -> entry(record, with(uie, "worst_given", 0x90))),
        "d1 vCPU 0 INTID null [on the way to the guest] a less urgent interrupt has the list"
            + " register of one that waits | the most urgent in list registers | priority 80 waits,"
            + " 90 is pending in a list register");
    broken(
        XenNewRules.NV_I11,
        thrice(record -> entry(record, with(uie, "left_active", 1))),
        "d1 vCPU 0 INTID null [on the way to the guest] active interrupts are left without a list"
            + " register | active ones first | 4 of 4 list registers in use, 1 left, HCR 0x3");
  }

  @Test
  void nvI12LeftUnnoticed() {
    broken(
        XenNewRules.NV_I12,
        entry(new InsideRecord(), with(FULL, "hcr", 1, "worst_given", 0)),
        "d1 vCPU 0 INTID null [on the way to the guest] interrupts are left unnoticed | HCR.UIE"
            + " exactly if the flush stopped early, with every list register in use | 4 of 4 list"
            + " registers in use, 1 left, HCR 0x1");
  }

  @Test
  void nvI10nvI13EmptyList() {
    Object[] empty = {"vgic", "new", "lrs", 4, "left", 0, "hcr", 1, "listed", 0, "used"};
    holds(XenNewRules.NV_I13, entry(new InsideRecord(), with(empty, 0)));
    broken(
        XenNewRules.NV_I13,
        entry(new InsideRecord(), with(empty, 1)),
        "d1 vCPU 0 INTID null [on the way to the guest] list registers are in use and the list is"
            + " empty | no list register in use | 1 of 4 list registers in use, 0 left, HCR 0x1");
    Object[] off = {"vgic", "new", "lrs", 4, "left", 0, "hcr", 0, "listed", 1, "used", 1};
    broken(
        XenNewRules.NV_I10,
        entry(new InsideRecord(), off),
        "d1 vCPU 0 INTID null [on the way to the guest] the guest runs with list registers in use"
            + " and the interface off | HCR.En | 1 of 4 list registers in use, 0 left, HCR 0x0");
  }

  @Test
  void nvI14WrongDescriptor() {
    int edge = NewState.ENABLED | NewState.MAPPED;
    int[] due = fresh(edge | NewState.LATCH, LISTED, 0, 0);
    int[] given = fresh(edge, LISTED | NewState.LR_PENDING | NewState.LR_HW, 0, 0);
    holds(XenNewRules.NV_I14, fresh("populate", 40, due, given, "host_irq", 40, "desc_irq", 40));
    broken(
        XenNewRules.NV_I14,
        fresh("populate", 40, due, given, "host_irq", 40, "desc_irq", 41),
        "d1 vCPU 0 INTID 40 [populate] interrupt 40 is mapped to physical 40 with the descriptor of"
            + " 41 | the descriptor of physical 40 | latched enabled mapped, on a list, of virtual"
            + " CPU 0; then enabled mapped, on a list, of virtual CPU 0");
  }

  @Test
  void nvI16InProgressKept() {
    int edge = NewState.ENABLED | NewState.MAPPED;
    int[] was = fresh(edge | NewState.IN_PROGRESS, LISTED, 0, 0);
    holds(XenNewRules.NV_I16, fresh("fold", 40, was, fresh(edge, LISTED, 0, 0)));
    broken(
        XenNewRules.NV_I16,
        thrice(record -> fresh(record, "fold", 40, was, was)),
        "d1 vCPU 0 INTID 40 [fold] interrupt 40 is over, and its descriptor is in progress | no"
            + " longer in progress, unless it has fired again on another CPU | enabled mapped, on a"
            + " list, of virtual CPU 0; then enabled mapped, on a list, of virtual CPU 0");
  }

  @Test
  void nvI17NoSender() {
    int[] idle = fresh(NewState.ENABLED, 0, 0, -1);
    holds(XenNewRules.NV_I17, fresh("sgi", 3, idle, fresh(DUE, 0, 1, -1)));
    broken(
        XenNewRules.NV_I17,
        fresh("sgi", 3, idle, fresh(DUE, 0, 0, -1)),
        "d1 vCPU 0 INTID 3 [sgi] interrupt 3 is sent by nobody | the CPU that sent it among its"
            + " sources | enabled, on no list; then latched enabled, on no list");
  }

  @Test
  void nvI18b22b23TargetsThatDoNotExist() {
    holds(XenNewRules.NV_I18, sgir(3));
    broken(
        XenNewRules.NV_I18,
        sgir(0xff),
        "d1 vCPU 0 INTID 3 [SGI] an SGI is sent to virtual CPUs that do not exist | targets among"
            + " the 2 virtual CPUs of the domain | asked for 0xff, sent to 0xff");
  }
}
