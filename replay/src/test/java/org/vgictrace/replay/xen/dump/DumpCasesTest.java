package org.vgictrace.replay.xen.dump;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vgictrace.fixtures.Shipped;
import org.vgictrace.replay.Logs;
import org.vgictrace.replay.ReplayResult;
import org.vgictrace.replay.rule.EvtchnPortRules;
import org.vgictrace.replay.rule.Rule;
import org.vgictrace.replay.rule.XenNewRules;
import org.vgictrace.replay.rule.XenOldRules;
import org.vgictrace.replay.rule.XenRules;
import org.vgictrace.replay.verdict.Finding;
import org.vgictrace.replay.verdict.RuleCount;

/** Each rule that dumps of a console decide: kept, and broken. */
public class DumpCasesTest {
  private static final String VCPU =
      """
      (XEN) 'q' pressed -> dumping domain info (now = 1)
      (XEN) General information for domain 1:
      (XEN)     VCPU0: CPU0 [has=F] poll=0 upcall_pend=00 upcall_mask=00
      (XEN)     pause_count=0 pause_flags=1
      """;

  private static final String PORTS =
      """
      (XEN) 'e' pressed -> dumping event-channel info
      (XEN) Event channel information for domain 0:
      (XEN)        3 [0/0/0]: s=3 n=0 x=0 d=1 p=5
      (XEN)        4 [0/0/0]: s=3 n=0 x=0 d=2 p=5
      (XEN) Event channel information for domain 1:
      """;

  private static ReplayResult dumps(int times, String text) {
    return Logs.replay(text.repeat(times), null);
  }

  private static void holds(Rule rule, String text) {
    ReplayResult result = dumps(3, text);
    assertThat(result.findings()).isEmpty();
    assertThat(held(result, rule)).isPositive();
  }

  private static long held(ReplayResult result, Rule rule) {
    return result.rules().stream()
        .filter(count -> count.rule().equals(rule))
        .mapToLong(RuleCount::consistent)
        .sum();
  }

  /** What can be torn is found in the third dump only. */
  private static void torn(Rule rule, String text, String finding) {
    assertThat(dumps(2, text).findings()).isEmpty();
    certain(rule, text.repeat(3), finding);
  }

  private static void certain(Rule rule, String text, String finding) {
    List<Finding> findings = dumps(1, text).findings();
    assertThat(findings)
        .extracting(
            f ->
                f.rule().id()
                    + " "
                    + f.vm()
                    + " "
                    + f.vcpu()
                    + " "
                    + f.intid()
                    + " "
                    + f.message()
                    + " | "
                    + f.expected()
                    + " | "
                    + f.observed())
        .containsExactly(rule.id() + " " + finding);
  }

  private static String vcpu(String lines) {
    return VCPU + lines.indent(0).replaceAll("(?m)^", "(XEN) ").replaceAll("\\(XEN\\) $", "");
  }

  @Test
  void genuineConsoleIsConsistent() throws IOException {
    String console =
        Files.readString(Shipped.file("xen-4.17-arm64-console", "console.txt"), ISO_8859_1);
    ReplayResult result = dumps(1, console);

    assertThat(result.findings()).isEmpty();
    assertThat(held(result, XenRules.XV_I01)).isEqualTo(7);
    assertThat(held(result, XenOldRules.OV_I02)).isEqualTo(6);
    assertThat(held(result, EvtchnPortRules.EV_03)).isEqualTo(4);
    assertThat(dumps(5, console).findings()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(doubles = {0.003, 0.01, 0.05, 0.2, 0.5, 0.8})
  void missingLinesAreNoFinding(double share) throws IOException {
    List<String> console =
        Files.readAllLines(Shipped.file("xen-4.17-arm64-console", "console.txt"), ISO_8859_1);
    for (int seed = 0; seed < 50; seed++) {
      Random random = new Random(seed);
      StringBuilder text = new StringBuilder("(XEN) General information for domain 0:\n");
      for (int i = 0; i < 10; i++) {
        for (String line : console) {
          text.append(random.nextDouble() < share ? "" : line + "\n");
        }
      }
      assertThat(dumps(1, text.toString()).findings()).as("seed %d", seed).isEmpty();
    }
  }

  @Test
  void ovI02ListAndListRegister() {
    holds(
        XenOldRules.OV_I02,
        vcpu("GICH_LRs (vcpu 0) mask=1\n   VCPU_LR[0]=1000001b\nInflight irq=27 lr=0"));
    torn(
        XenOldRules.OV_I02,
        vcpu("GICH_LRs (vcpu 0) mask=1\n   VCPU_LR[0]=1000001b\nInflight irq=33 lr=0"),
        "d1 0 33 interrupt 33 is not in LR0 | the interrupt in it | 27 pending prio 00 grp0");
    torn(
        XenOldRules.OV_I02,
        vcpu("GICH_LRs (vcpu 0) mask=1\n   VCPU_LR[0]=1000001b\nInflight irq=33 lr=255"),
        "d1 0 27 interrupt 27 is in LR0 | in flight | on no list");
  }

  @Test
  void ovI01b01TwiceInFlight() {
    String mask = "GICH_LRs (vcpu 0) mask=0\n";
    torn(
        XenOldRules.OV_I01,
        vcpu(mask + "Inflight irq=33 lr=255\nInflight irq=33 lr=255"),
        "d1 0 33 interrupt 33 is on the list twice | once | twice");
    torn(
        XenOldRules.OV_I01,
        vcpu(mask + "Inflight irq=34 lr=255\nPending irq=33"),
        "d1 0 33 interrupt 33 waits and is not in flight | in flight | waiting only");
    assertThat(
            dumps(
                    9,
                    vcpu(mask + "Inflight irq=33 lr=255\nInflight irq=33 lr=255")
                        .replace("has=F", "has=T"))
                .findings())
        .isEmpty();
  }

  @Test
  void ovI03WaitsInARegister() {
    String lr = "GICH_LRs (vcpu 0) mask=1\n   VCPU_LR[0]=1000001b\nInflight irq=27 lr=0\n";
    holds(XenOldRules.OV_I03, vcpu(lr + "Inflight irq=33 lr=255\nPending irq=33"));
    torn(
        XenOldRules.OV_I03,
        vcpu(lr + "Pending irq=27"),
        "d1 0 27 interrupt 27 waits and is in a list register | one of both | LR0");
  }

  @Test
  void ovI05OnTwoLists() {
    String second =
        VCPU.substring(VCPU.indexOf("(XEN)     VCPU0")).replace("VCPU0", "VCPU1")
            + "(XEN) GICH_LRs (vcpu 1) mask=0\n";
    String first = vcpu("GICH_LRs (vcpu 0) mask=0\nInflight irq=33 lr=255") + "\n" + second;
    holds(XenOldRules.OV_I05, first + "(XEN) Inflight irq=34 lr=255\n");
    torn(
        XenOldRules.OV_I05,
        first + "(XEN) Inflight irq=33 lr=255\n",
        "d1 1 33 interrupt 33 is on the lists of two virtual CPUs | on one | interrupt 33 of vCPU 0"
            + " and interrupt 33 of vCPU 1");
  }

  @Test
  void ovI15b02SleepsWithAnUpcall() {
    String idle = vcpu("GICH_LRs (vcpu 0) mask=0\n   VCPU_LR[0]=0\n");
    assertThat(dumps(9, idle).findings()).isEmpty();
    torn(
        XenOldRules.OV_I15,
        idle.replace("upcall_pend=00", "upcall_pend=01"),
        "d1 0 null the vCPU sleeps with an upcall pending and no interrupt for it | its interrupt"
            + " in flight | nothing in flight");
  }

  @Test
  void xvI01TwoRegisters() {
    String lrs =
        "GICH_LRs (vcpu 0) mask=3\n   VCPU_LR[0]=1000001b\n   VCPU_LR[1]=1000001c\n"
            + "Inflight irq=27 lr=0\nInflight irq=28 lr=1";
    holds(XenRules.XV_I01, vcpu(lrs));
    torn(
        XenRules.XV_I01,
        vcpu(lrs.replace("1000001c", "1000001b").replace("\nInflight irq=28 lr=1", "")),
        "d1 0 27 interrupt 27 is in two list registers | in one | LR0 and LR1");
  }

  @Test
  void registersByThemselves() {
    String lr = "GICH_LRs (vcpu 0) mask=1\n   HW_LR[0]=%s\n";
    certain(
        XenRules.XV_I03,
        vcpu(lr.formatted("90006c1b")),
        "d1 0 27 LR0 holds HW=1 for what is no SPI | SPIs only | 27 pending HW->27 prio 00 grp0");
    certain(
        XenRules.XV_I04,
        vcpu(lr.formatted("b0008421")),
        "d1 0 33 LR0 holds pending and active with HW=1 | active only | 33 pending+active HW->33"
            + " prio 00 grp0");
    certain(
        XenOldRules.OV_I20,
        vcpu(lr.formatted("100003ff")),
        "d1 0 1023 LR0 holds an interrupt that no guest has | one there is | 1023 pending prio 00"
            + " grp0");
  }

  @Test
  void nvI04OnTheListTwice() {
    String irq = "     virtual edge irq 40: pending, not active, enabled\n";
    holds(XenNewRules.NV_I04, vcpu("GICH_LRs (vcpu 0) mask=0\n" + irq));
    torn(
        XenNewRules.NV_I04,
        vcpu("GICH_LRs (vcpu 0) mask=0\n" + irq + irq),
        "d1 0 40 interrupt 40 is on the list twice | once | twice");
  }

  @Test
  void ev02TwoEnds() {
    holds(EvtchnPortRules.EV_02, PORTS + "(XEN)        5 [0/0/0]: s=3 n=0 x=0 d=0 p=3\n");
    torn(
        EvtchnPortRules.EV_02,
        PORTS + "(XEN)        5 [0/0/0]: s=3 n=0 x=0 d=3 p=4\n",
        "d0 null null port 3 is bound to a port that is not bound to it | port 5 of d1 bound to it"
            + " | bound to port 4 of d3");
    // Ports and domains that are not printed tell nothing.
    assertThat(dumps(9, PORTS).findings()).isEmpty();
    // Those of one domain are printed under its lock.
    certain(
        EvtchnPortRules.EV_02,
        PORTS
            + "(XEN)        6 [0/0/0]: s=3 n=0 x=0 d=1 p=7\n"
            + "(XEN)        7 [0/0/0]: s=2 n=0 x=0 d=0\n",
        "d1 null null port 6 is bound to a port that is not bound to it | port 7 of d1 bound to it"
            + " | not bound to another domain");
  }

  @Test
  void ev03VirtualInterruptBoundTwice() {
    String bound =
        """
        (XEN) Event channel information for domain 1:
        (XEN)        5 [0/0/0]: s=5 n=0 x=0 v=%d
        (XEN)        6 [0/0/0]: s=5 n=%d x=0 v=%d
        """;
    holds(EvtchnPortRules.EV_03, bound.formatted(0, 1, 0));
    certain(
        EvtchnPortRules.EV_03,
        bound.formatted(0, 0, 0),
        "d1 0 null VIRQ 0 is bound to two ports | one port | port 5 of d1 and port 6 of d1");
    certain(
        EvtchnPortRules.EV_03,
        bound.formatted(2, 1, 2),
        "d1 null null VIRQ 2 is bound to two ports | one port | port 5 of d1 and port 6 of d1");
  }
}
