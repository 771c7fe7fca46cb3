package org.vgictrace.replay;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * The page that says of each known bug of KVM's Xen emulation which rule finds it and which case
 * shows that. A case is tied to a bug by the list it carries.
 */
class KvmXenBugsPageTest {
  private static final Path PAGE = Path.of(System.getProperty("basedir", "."), "KVM-XEN-BUGS.md");

  private static final String HEAD =
      """
      # Known bugs of KVM's Xen emulation

      The table says which rule finds a trace of each bug, and which case of this module imitates it
      and sees it found. It is generated; `KvmXenBugsPageTest` says how to renew it. Cases of EV-20
      to EV-23, EV-52 and EV-53 need probes that read guest memory.

      | | bug | rule | shown by |
      |---|---|---|---|
      """;

  /** Identifier, subject of the change or class of defect, and why no trace shows it. */
  private static final String BUGS =
      """
      KB-01 ! Fix kvm_xen_has_interrupt() sleeping in kvm_vcpu_block(), and selector bits lost without the shadow !
      KB-02 ! Fallback from the eventfd's fast path to the worker missing, or its result swallowed !
      KB-03 ! remove WARN_ON_ONCE() with false positives in evtchn delivery ! only the warning was wrong; EV-55 allows APIC numbers that agree modulo 256
      KB-04 ! Fix event channel callback via INTX/GSI !
      KB-05 ! Number of a vCPU in Xen, in KVM and its index confused (fixed with KVM_XEN_VCPU_ATTR_TYPE_VCPU_ID) !
      KB-06 ! inject vCPU upcall vector when local APIC is enabled !
      KB-07 ! Fix SRCU/RCU usage in readers of evtchn_ports; Fix use-after-free in kvm_xen_eventfd_update() !
      KB-08 ! Fix eventfd error handling in kvm_xen_eventfd_assign() ! a send to an eventfd leaves no record, and neither does one that vanishes
      KB-09 ! Only do in-kernel acceleration of hypercalls for guest CPL0 !
      KB-10 ! fix deadlock for KVM_XEN_EVTCHN_RESET ! a thread that hangs leaves no record
      KB-11 ! Validate port number in SCHEDOP_poll !
      KB-12 ! Fix runstate updates to be atomic when preempting vCPU; Fix potential deadlock in kvm_xen_update_runstate_guest() !
      KB-13 ! Initialize Xen timer only once; Stop Xen timer before changing IRQ !
      KB-14 ! improve accuracy of Xen timers ! the guest's clock is not recorded with the timer
      KB-15 ! Allow 'out of range' event channel ports in IRQ routing table !
      KB-16 ! Fix cleanup logic in emulation of Xen schedop poll hypercalls ! the results of hypercalls are not recorded
      KB-17 ! Fix Xen hypercall tracepoint argument assignment ! of the recording itself: the two arguments are not read
      KB-18 ! Fix get_attr of KVM_XEN_ATTR_TYPE_SHARED_INFO; Fix memory leak in kvm_xen_write_hypercall_page() ! what user space reads back is not recorded
      KB-19 ! MSI-X interrupt not unmasked by the monitor ! an event that is never sent leaves no record
      KB-20 ! -ENOTCONN of a masked port taken for a failure !
      """;

  private record Bug(String id, String subject, String why) {
    static Bug of(String line) {
      String[] cells = line.split(" ?! ?", -1);
      return new Bug(cells[0], cells[1], cells[2]);
    }

    List<KvmXenCase> cases() {
      return KvmXenCasesTest.CASES.stream().filter(one -> one.bugs().contains(id)).toList();
    }

    String line() {
      String rules =
          cases().stream().map(one -> one.rule().id()).distinct().collect(Collectors.joining(", "));
      String shown =
          cases().stream()
              .map(one -> one.rule().id() + ": " + one.name())
              .collect(Collectors.joining("; "));
      return "| "
          + id
          + " | "
          + subject
          + " | "
          + rules
          + " | "
          + (shown.isEmpty() ? "not visible: " + why : shown)
          + " |\n";
    }
  }

  private static List<Bug> bugs() {
    return BUGS.lines().map(Bug::of).toList();
  }

  @Test
  void pageOnDiskIsUpToDate() throws IOException {
    String page = HEAD + bugs().stream().map(Bug::line).collect(Collectors.joining());
    if (Boolean.getBoolean("bugs.rewrite")) {
      Files.writeString(PAGE, page);
    }

    assertThat(PAGE)
        .as(
            "renew it with: mvn -pl replay -am test -Dtest=KvmXenBugsPageTest"
                + " -Dsurefire.failIfNoSpecifiedTests=false -Dbugs.rewrite=true")
        .hasContent(page);
  }

  @Test
  void everyBugHasACaseOrAReasonAndEveryCaseABug() {
    List<Bug> bugs = bugs();
    assertThat(bugs).hasSize(20);
    assertThat(bugs)
        .allSatisfy(
            bug -> assertThat(bug.cases().isEmpty()).as("%s", bug).isEqualTo(!bug.why().isEmpty()));
    Set<String> named = new TreeSet<>();
    KvmXenCasesTest.CASES.forEach(one -> named.addAll(one.bugs()));
    List<String> ids = new ArrayList<>();
    bugs.forEach(bug -> ids.add(bug.id()));
    assertThat(ids).containsAll(named);
    assertThat(KvmXenCasesTest.CASES)
        .filteredOn(one -> !one.bugs().isEmpty())
        .allMatch(KvmXenCase::isRejecting);
  }
}
