package org.vgictrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.vgictrace.fixtures.Shipped;

/** A trace of Xen and the capture of a guest, checked and listed together. */
class BothSidesCommandsTest {
  private static final String X86 = "xen-guest-4.20-x86-fifo";
  private static final String ARM = "xen-guest-4.20-arm64";

  private static String file(String name, String file) {
    return Path.of("").toAbsolutePath().relativize(Shipped.file(name, file)).toString();
  }

  /** What is said of both sides, behind the names of the files. */
  private static String both(Run run, String first) {
    return run.out().substring(run.out().indexOf("  " + first, run.out().indexOf("  both sides")));
  }

  @Test
  void checkLaysBothSidesOnOneTimeLine() {
    Run run = Run.of("check", file(X86, "xen.bin.zst"), file(X86, "guest.txt.zst"));

    assertThat(run.code()).isZero();
    assertThat(run.out())
        .contains(
            """
              EV-BOTH-1              289             0             55  race_window
              EV-BOTH-2              984             0              0
              EV-BOTH-3               69             0              0
              EV-BOTH-4             5159             0              0
              EV-BOTH-5              318             0              0
            """);
    assertThat(both(run, "domain"))
        .isEqualTo(
            """
              domain       the guest is domain 0, its CPU n is vCPU n: 100.0 % of its
                           records lie where these run; the next best domain fits 17 % of
                           the time
              clocks       one clock on both sides; the records allow -2.256 us to 2.024
                           us more or less
              records      9168 of the guest: 6143 at times at which Xen's run state is
                           known, 0 at others, 3025 before or after the trace of Xen
              upcalls      984 of 984 while their vCPU runs
              sends        289 of 289 with the hypercall in Xen
                           send to hypercall: 289, median 2.164 us, p99 2.236 us, max
                           90.88 us
                           hypercall to wake: 69, median 2.376 us, p99 6.389 us, max 6.389
                           us
                           wake to running: 318, median 30.80 us, p99 768.6 us, max 939.8
                           us
                           running to upcall: 318, median 4.391 us, p99 83.33 us, max
                           208.5 us
            """);
  }

  @Test
  void theOrderOfTheFilesDoesNotMatter() {
    String xen = file(ARM, "xen.bin.zst");
    String guest = file(ARM, "guest.txt.zst");

    String said = both(Run.of("check", xen, guest), "domain");
    assertThat(both(Run.of("check", guest, xen), "domain"))
        .isEqualTo(said)
        .isEqualTo(
            """
              domain       the guest is domain 0, its CPU n is vCPU n: 100.0 % of its
                           records lie where these run; the next best domain fits 0 % of
                           the time
              clocks       time 11830056000 of the guest is 829874608 in Xen's trace, one
                           unit of it 0.062499646; the records allow -5.344 us to 5.344 us
                           more or less; judged is what is more than 15.63 us off
              records      6709 of the guest: 6044 at times at which Xen's run state is
                           known, 0 at others, 665 before or after the trace of Xen
              upcalls      558 of 558 while their vCPU runs
            """);
  }

  @Test
  void capturesOfDifferentRunsAreCheckedEachByItself() {
    Run run = Run.of("check", file(ARM, "xen.bin.zst"), file(X86, "guest.txt.zst"));

    assertThat(run.code()).isZero();
    assertThat(run.out()).doesNotContain("EV-BOTH-");
    assertThat(both(run, "not aligned"))
        .isEqualTo(
            """
              not aligned  no difference of the clocks puts what the guest records where a
                           domain's vCPUs run (at best 37 % of it); they are of different
                           runs, or too short; each is checked by itself
            """);
  }

  @Test
  void rulesAboutBothSidesCanBeChosen() {
    Run run =
        Run.of(
            "check", "--rules", "ev-both-3", file(X86, "xen.bin.zst"), file(X86, "guest.txt.zst"));

    assertThat(run.out()).contains("EV-BOTH-3               69").doesNotContain("EV-BOTH-1 ");
  }

  @Test
  void jsonHasTheClocksAndTheDelays() {
    Run run =
        Run.of("check", "--format", "json", file(ARM, "xen.bin.zst"), file(ARM, "guest.txt.zst"));

    String json = run.out().replaceAll("\\s+", " ");
    int from = json.indexOf("\"domain\" :");
    assertThat(json.substring(from, json.indexOf("\"upcalls\" :")))
        .isEqualTo(
            "\"domain\" : 0, \"clock\" : { \"guest_ts\" : 11830056000, \"xen_ts\" : 829874608,"
                + " \"rate\" : 0.06249964552284349, \"low\" : -334, \"high\" : 334, \"slack\" :"
                + " 977, \"ns_per_unit\" : 16.000405141582533 }, \"records\" : { \"within\" : 6044,"
                + " \"apart\" : 0, \"unknown\" : 0, \"outside\" : 665 }, \"sends\" : 0,"
                + " \"sends_seen\" : 0, ");
  }

  @Test
  void showListsBothSidesAsOne() {
    Run run =
        Run.of(
            "show",
            "--kind",
            "xen_hypercall,xen_runstate,guest_send,guest_upcall",
            "--from",
            "35065625253",
            "--to",
            "35065700000",
            file(X86, "guest.txt.zst"),
            file(X86, "xen.bin.zst"));

    assertThat(run.code()).isZero();
    assertThat(List.of(run.out().split("\n")))
        .extracting(line -> line.replaceAll(" +", " "))
        .containsExactly(
            "d0 2049 35065625253 [000] sh-353 guest_send via=ipi target_cpu=1"
                + " vector=callfuncsingle",
            "xen 1694 35065627281 [002] d0v0 xen_hypercall d0v0 via=pv op=32 call=event_channel_op"
                + " timed=1",
            "xen 1696 35065629627 [002] d0v0 xen_runstate d0v1 old=blocked new=runnable",
            "d0 2051 35065666289 [000] sh-353 guest_send via=ipi target_cpu=1 vector=resched",
            "xen 1697 35065668317 [002] d0v0 xen_hypercall d0v0 via=pv op=32 call=event_channel_op"
                + " timed=1");
  }

  /** What the figures say of sends, behind the name of the guest's file. */
  private static String sends(Run run) {
    return run.out().substring(run.out().indexOf("\n", run.out().indexOf("  sends of ")) + 1);
  }

  @Test
  void statFollowsEventsFromTheSenderToTheUpcall() {
    Run run = Run.of("stat", file(X86, "guest.txt.zst"), file(X86, "xen.bin.zst"));

    assertThat(run.code()).isZero();
    assertThat(run.out()).startsWith(file(X86, "xen.bin.zst") + "\n").contains("  run states ");
    assertThat(sends(run))
        .isEqualTo(
            """
                domain 0         count        p50        p90        p99        max
                to hypercall       289   2.175 us   2.223 us   2.239 us   90.88 us
                to wake             69   2.383 us   2.383 us   6.389 us   6.389 us
                to running          69   50.43 us   477.2 us   939.8 us   939.8 us
                to upcall           68   3.727 us   5.983 us   208.5 us   208.5 us
                d0v0 woken          27   4.383 us   4.405 us   4.405 us   4.405 us
                d0v0 upcall         27   65.02 us   235.5 us   516.9 us   516.9 us
                d0v1 woken          42   4.415 us   4.415 us   8.418 us   8.418 us
                d0v1 upcall         41   54.27 us   516.1 us   947.9 us   947.9 us
                              Each step from the one before, those of a vCPU from the send
                              on; all but the first of IPIs to vCPUs that sleep.
            """);
  }

  @Test
  void statSaysWhyNothingIsKnownOfSends() {
    String arm = file(ARM, "guest.txt.zst");

    assertThat(sends(Run.of("stat", file(ARM, "xen.bin.zst"), arm)))
        .isEqualTo("    domain 0      no send is recorded whose hypercall Xen records, too\n");
    assertThat(sends(Run.of("stat", file(X86, "xen.bin.zst"), arm)))
        .isEqualTo(
            """
                not aligned   no difference of the clocks puts what the guest records
                              where a domain's vCPUs run (at best 40 % of it); they are of
                              different runs, or too short
            """);
  }

  @Test
  void jsonOfStatHasTheSends() {
    Run run =
        Run.of("stat", "--format", "json", file(X86, "xen.bin.zst"), file(X86, "guest.txt.zst"));

    String json = run.out().replaceAll("\\s+", " ");
    assertThat(json.substring(json.indexOf("\"domain\" : 0, \"nanoseconds\"")))
        .startsWith(
            "\"domain\" : 0, \"nanoseconds\" : true, \"unsure\" : 0, \"send_to_hypercall\" :"
                + " { \"count\" : 289, \"p50\" : 2175, \"p90\" : 2223, \"p99\" : 2239, \"max\" :"
                + " 90883 }, \"hypercall_to_wake\" : { \"count\" : 69,")
        .contains("\"vcpus\" : [ { \"vcpu\" : 0, \"send_to_wake\" : { \"count\" : 27,");
  }

  @Test
  void statRefusesCapturesThatHaveNothingToDoWithEachOther() {
    String guest = file(X86, "guest.txt.zst");
    String other = file(ARM, "guest.txt.zst");
    Run run = Run.of("stat", guest, other);

    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err())
        .isEqualTo("vgictrace: " + other + " is not of a guest of " + guest + "\n");
  }

  @Test
  void showRefusesCapturesOfDifferentRuns() {
    String xen = file(X86, "xen.bin.zst");
    String guest = file(ARM, "guest.txt.zst");
    Run run = Run.of("show", guest, xen);

    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err())
        .isEqualTo(
            "vgictrace: "
                + guest
                + " cannot be listed beside "
                + xen
                + ": no difference of the clocks puts what the guest records where a domain's vCPUs"
                + " run (at best 40 % of it); they are of different runs, or too short\n");
  }
}
