package org.vgictrace.replay;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.EnumSet;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.vgictrace.fixtures.Shipped;
import org.vgictrace.replay.rule.Transition;
import org.vgictrace.replay.verdict.TransitionCount;

/** Which steps of the model the shipped captures exercise between injection and prune. */
class StepsOfCapturesTest {
  private static final Set<String> GROUPS =
      Set.of(
          "INJ", "SGI", "FLUSH", "POP", "ENTRY", "RUN", "SAVE-HW", "EXIT", "FOLD", "PRUNE",
          "DEACT");

  private static final Set<String> DEVICE_GROUPS =
      Set.of("MSI", "LPI", "ITS", "V4", "TIMER", "PMU", "SAVE", "WFI");

  private static String exercised(ReplayResult result, Set<String> groups) {
    return result.steps().stream()
        .filter(count -> count.times() > 0 && groups.contains(count.transition().group()))
        .map(count -> count.transition().id() + "=" + count.times())
        .collect(Collectors.joining(" "));
  }

  private static ReplayResult capture(String name) {
    return Replays.file(Shipped.file(name, "trace.dat.zst"));
  }

  private static Set<Transition.Model> models(String name, String file) {
    return Replays.file(Shipped.file(name, file)).steps().stream()
        .map(count -> count.transition().model())
        .collect(Collectors.toSet());
  }

  @Test
  void onlyModelsOfWhatWasRecordedAreListed() {
    assertThat(models("7.2-gicv3-mix", "trace.dat.zst")).containsExactly(Transition.Model.KVM);
    assertThat(models("kvm-xen-7.2-mixed", "host.dat.zst"))
        .containsExactly(Transition.Model.KVM_XEN);
    assertThat(models("xen-4.17-x86-pv", "trace.bin.zst")).isEmpty();
    assertThat(models("qemu-xen-4.20-gicv3", "gic.log.zst")).isEmpty();
    assertThat(models("xen-guest-4.20-arm64", "guest.txt.zst")).isEmpty();
  }

  @Test
  void gicv3Of612() {
    assertThat(exercised(capture("6.12-gicv3-mix"), GROUPS))
        .isEqualTo(
            "INJ-5=58 INJ-6=30 SGI-1=7 FLUSH-1=45 FLUSH-3=5 FLUSH-4=36 FLUSH-5=8 FLUSH-6=5"
                + " FLUSH-7=37 FLUSH-11=36 POP-1=79 POP-2=53 POP-3=22 POP-4=2 POP-7=4 ENTRY-1=336"
                + " ENTRY-3=36 RUN-1=61 RUN-2=79 RUN-3=59 RUN-5=14 SAVE-HW-2=36 EXIT-1=36 FOLD-1=5"
                + " FOLD-2=79 FOLD-3=79 FOLD-5=10 FOLD-6=16 FOLD-7=8 FOLD-8=2 FOLD-10=36"
                + " PRUNE-1=76");
  }

  @Test
  void gicv2Of72() {
    assertThat(exercised(capture("7.2-gicv2-mix"), GROUPS))
        .isEqualTo(
            "INJ-5=47 INJ-6=23 SGI-2=4 FLUSH-7=270 FLUSH-8=272 FLUSH-9=43 FLUSH-10=272"
                + " FLUSH-11=270 POP-1=78 POP-2=47 POP-3=20 POP-4=9 POP-5=9 POP-8=78 ENTRY-1=270"
                + " ENTRY-2=2 ENTRY-3=270 RUN-1=50 RUN-2=76 RUN-3=48 RUN-5=9 SAVE-HW-1=270"
                + " EXIT-1=272 FOLD-2=78 FOLD-3=78 FOLD-5=15 FOLD-6=16 FOLD-7=11 FOLD-8=7 FOLD-9=38"
                + " FOLD-10=270 PRUNE-1=42 PRUNE-5=4");
  }

  /** The numbers are those of the events in the text of the capture. */
  @Test
  void devicesOf612() {
    assertThat(exercised(capture("6.12-gicv3-mix"), DEVICE_GROUPS))
        .isEqualTo(
            "MSI-1=1 MSI-2=2 LPI-4=16 LPI-6=2 ITS-1=2 ITS-2=2 ITS-3=16 ITS-5=2 ITS-9=16 ITS-10=2"
                + " ITS-11=3 TIMER-2=210 TIMER-3=6 TIMER-5=204 TIMER-8=204 PMU-1=694 WFI-1=6");
  }

  /** The numbers are those of the events in the text of the capture. */
  @Test
  void emulationOfXen() {
    ReplayResult result = Replays.file(Shipped.file("kvm-xen-7.2-mixed", "host.dat.zst"));

    assertThat(
            result.steps().stream()
                .map(count -> count.transition().id() + "=" + count.times())
                .collect(Collectors.joining(" ")))
        .isEqualTo(
            "EK-FAST=138 EK-SLOW=0 EK-INATOMIC=0 EK-SETUP=12 EK-FLUSH=0 EK-HASINT=916 EK-VEC=0"
                + " EK-SEND=49 EK-TABLE=18 EK-TIMERSET=11 EK-TIMER=11 EK-POLL=20 EK-RS=146");
  }

  @Test
  void everyStepOfTheProfileIsListedAndNoOther() {
    for (String name : Set.of("6.1-gicv2-mix", "6.12-gicv3-mix", "7.2-gicv3-mix")) {
      ReplayResult result = capture(name);
      EnumSet<Transition> expected = EnumSet.allOf(Transition.class);
      expected.removeIf(
          step -> step.generations().stream().noneMatch(g -> result.profile().startsWith(g + " ")));
      assertThat(result.steps())
          .as(name)
          .extracting(TransitionCount::transition)
          .containsExactlyElementsOf(expected);
    }
  }

  @Test
  void nothingIsExercisedByAnEmptyCapture() {
    ReplayResult result = Replays.text("# tracer: nop\n#\n");

    assertThat(result.steps()).hasSize(Transition.values().length);
    assertThat(result.steps()).allMatch(count -> count.times() == 0);
  }
}
