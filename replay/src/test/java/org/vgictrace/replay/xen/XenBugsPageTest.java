package org.vgictrace.replay.xen;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.vgictrace.replay.rule.Catalogue;
import org.vgictrace.replay.xen.dump.DumpCasesTest;
import org.vgictrace.replay.xen.inside.InsideNewCasesTest;
import org.vgictrace.replay.xen.inside.InsideOldCasesTest;

/**
 * The page that says of each known bug of Xen's vGICs which rule finds it and which test shows
 * that. A test is tied to a bug by its name: {@code xvI01b04...} shows bug B04.
 */
class XenBugsPageTest {
  private static final Path PAGE = Path.of(System.getProperty("basedir", "."), "XEN-VGIC-BUGS.md");

  private static final Pattern NAME = Pattern.compile("(?:[a-z]+I\\d\\d)+((?:b\\d\\d)+)[A-Z].*");

  /** Length of the number of a bug in the name of a test. */
  private static final int NUMBER = 3;

  private static final List<Class<?>> CASES =
      List.of(
          XenVgicCasesTest.class,
          InsideOldCasesTest.class,
          InsideNewCasesTest.class,
          DumpCasesTest.class);

  private static final String HEAD =
      """
      # Known bugs of Xen's vGICs

      Every bug of this list was in a release of Xen. The table says which rule finds it, and which
      test of this module imitates the bug and sees it found: those of `XenVgicCasesTest` in a log
      of the emulated interrupt controller, those of `Inside...CasesTest` in a trace of a hypervisor
      that is instrumented for it, those of `DumpCasesTest` in dumps on the console. For the others
      it says why none can show it. It is generated; `XenBugsPageTest` says how to renew it.

      | | fixed by | year | rule | shown by |
      |---|---|---|---|---|
      """;

  /**
   * A bug.
   *
   * @param why why no log of the hardware shows it, empty if one does
   */
  private record Bug(int number, String fix, String year, String rules, String why) {}

  private static final List<Bug> BUGS =
      List.of(
          new Bug(1, "arm: vgic: fix race in vgic_vcpu_inject_irq", "2013", "OV-I01", ""),
          new Bug(
              2,
              "arm: vgic: fix race between evtchn upcall and evtchnop_send",
              "2013",
              "OV-I15",
              ""),
          new Bug(
              3,
              "xen/arm: do not use is_running to decide whether we can write directly to the LR"
                  + " registers",
              "2013",
              "XV-I08",
              ""),
          new Bug(
              4,
              "xen/arm: do not add a second irq to the LRs if one is already present",
              "2013",
              "XV-I01",
              ""),
          new Bug(5, "arm: fix inflight_irqs list priority ordering", "2012", "OV-I01", ""),
          new Bug(6, "xen/arm: clear UIE on hypervisor entry", "2014", "XV-I10, XV-I11", ""),
          new Bug(7, "xen: arm: correct use of find_next_bit", "2014", "OV-I02", ""),
          new Bug(
              8,
              "arm: vgic: Don't update the LR when the IRQ is not enabled (XSA-223)",
              "2017",
              "OV-I02, OV-I07",
              ""),
          new Bug(9, "xen/arm: Fix deadlock in gic_set_guest_irq()", "2014", "XV-I15", ""),
          new Bug(10, "arm: read/write rank->vcpu atomically", "2017", "XV-I15", ""),
          new Bug(11, "xen/arm: inflight irqs during migration", "2014", "XV-I05, OV-I05", ""),
          new Bug(
              12,
              "arm: remove irq from inflight, then change physical affinity; vgic: refuse irq"
                  + " migration when one is already in progress",
              "2017",
              "OV-I13, OV-I19",
              ""),
          new Bug(
              13,
              "xen/arm: Save/restore GICH_VMCR on domain context switch; Save/Restore GICH_APR"
                  + " register",
              "2014, 2013",
              "XV-I09",
              ""),
          new Bug(
              14,
              "xen: remove workaround to inject evtchn_irq on irq enable",
              "2014",
              "OV-I15",
              ""),
          new Bug(15, "xen/arm: move setting GIC_IRQ_GUEST_QUEUED earlier", "2014", "OV-I08", ""),
          new Bug(
              16,
              "ARM/vgic: Correct the expression for lr_all_full()",
              "2024",
              "XV-I10, OV-I09",
              ""),
          new Bug(17, "xen/arm: set GICH_HCR_UIE if all the LRs are in use", "2014", "OV-I09", ""),
          new Bug(
              18,
              "acknowledged race of the mark in progress, in both vGICs",
              "2018",
              "",
              "not fixed: XV-K01 reports where it can have happened"),
          new Bug(
              19,
              "pending and active with the hardware bit, inherited from Linux",
              "2014",
              "XV-I04",
              ""),
          new Bug(
              20,
              "xen/arm: gic_events_need_delivery and irq priorities",
              "2014",
              "OV-I11, OV-I10",
              ""),
          new Bug(
              21,
              "arm/vgic-v3: fix virq offset in the rank when storing irouter",
              "2022",
              "",
              "accesses of guests to the distributor are not recorded"),
          new Bug(
              22,
              "xen/arm: vgic: Sanitize target mask used to send SGI (XSA-225)",
              "2017",
              "NV-I18",
              ""),
          new Bug(
              23,
              "ARM/vgic: Fix out-of-bounds accesses in vgic_mmio_write_sgir()",
              "2025",
              "NV-I18",
              ""),
          new Bug(24, "ARM: vITS: handling of pristine LPIs", "2017", "XV-I01, OV-I17", ""),
          new Bug(
              25,
              "xen/arm: vGICv3: Restore the interrupt state correctly",
              "2022",
              "",
              "whether interrupts are on is not recorded"),
          new Bug(26, "xen/arm: Don't save/restore context for idle VCPU", "2014", "XV-I13", ""),
          new Bug(
              27,
              "xen/arm: gic: Ensure we have an ISB between ack and do_IRQ()",
              "2018",
              "",
              "the emulator executes in order"),
          new Bug(
              28,
              "xen/arm: gic: Defer the decision to unmask interrupts to do_{LPI, IRQ}()",
              "2019",
              "",
              "nested handling is legal, and was only risky"),
          new Bug(
              29,
              "missing vgic_unlock_rank in gic_remove_irq_from_guest",
              "2016",
              "",
              "locks are not recorded"),
          new Bug(
              30,
              "xen/arm: gic-vgic: Fix the assert condition in vgic_connect_hw_irq",
              "2019",
              "",
              "debug builds stop with a message on the console"),
          new Bug(
              31,
              "arm/vgic-v3: Fix data abort in get_vcpu_from_rdist() and others",
              "2020 to 2026",
              "",
              "the guest is stopped by a data abort, which is on the console"),
          new Bug(
              32,
              "xen/arm: vgic: Check rank in GICD_ICFGR* emulation before locking (XSA-94)",
              "2014",
              "",
              "the hypervisor crashes or floods the console"));

  private static List<String> tests(int number) {
    List<String> tests = new ArrayList<>();
    for (Class<?> cases : CASES) {
      for (Method method : cases.getDeclaredMethods()) {
        Matcher name = NAME.matcher(method.getName());
        if (name.matches() && isAbout(name.group(1), number)) {
          tests.add(cases.getSimpleName() + "." + method.getName());
        }
      }
    }
    tests.sort(null);
    return tests;
  }

  /** Whether a name such as {@code b02b14} contains the number of a bug. */
  private static boolean isAbout(String numbers, int number) {
    for (int i = 0; i < numbers.length(); i += NUMBER) {
      if (Integer.parseInt(numbers.substring(i + 1, i + NUMBER)) == number) {
        return true;
      }
    }
    return false;
  }

  private static String page() {
    StringBuilder page = new StringBuilder(HEAD);
    for (Bug bug : BUGS) {
      List<String> tests = tests(bug.number());
      String shown = bug.why().isEmpty() ? "cases of the rule" : "not visible: " + bug.why();
      page.append(bug.number() < 10 ? "| B0" : "| B").append(bug.number());
      page.append(" | ").append(bug.fix()).append(" | ").append(bug.year());
      page.append(" | ").append(bug.rules()).append(" | ");
      page.append(tests.isEmpty() ? shown : String.join("; ", tests)).append(" |\n");
    }
    return page.toString();
  }

  @Test
  void pageOnDiskIsUpToDate() throws IOException {
    String page = page();
    if (Boolean.getBoolean("bugs.rewrite")) {
      Files.writeString(PAGE, page);
    }

    assertThat(PAGE)
        .as(
            "renew it with: mvn -pl replay -am test -Dtest=XenBugsPageTest"
                + " -Dsurefire.failIfNoSpecifiedTests=false -Dbugs.rewrite=true")
        .hasContent(page);
  }

  @Test
  void everyBugHasARuleOrAReason() {
    assertThat(BUGS)
        .allSatisfy(
            bug -> {
              assertThat(bug.rules().isEmpty()).as("%s", bug).isEqualTo(!bug.why().isEmpty());
              assertThat(bug.rules().split(", "))
                  .allMatch(rule -> rule.isEmpty() || Catalogue.find(rule) != null);
              assertThat(tests(bug.number()).isEmpty() || bug.why().isEmpty())
                  .as("%s", bug)
                  .isTrue();
            });
    assertThat(BUGS).extracting(Bug::number).doesNotHaveDuplicates().hasSize(32);
  }
}
