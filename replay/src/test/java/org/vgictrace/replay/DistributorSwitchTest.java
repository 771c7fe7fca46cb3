package org.vgictrace.replay;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.vgictrace.fixtures.scenario.Irq;
import org.vgictrace.fixtures.scenario.ScenarioWriter;

/** GICD_CTLR: off, an interrupt is delivered all the same, on. */
class DistributorSwitchTest {

  static List<RuleCase.Host> hosts() {
    return RuleCase.ALL;
  }

  @ParameterizedTest
  @MethodSource("hosts")
  void deliveryWhileOffIsFound(RuleCase.Host host) {
    ScenarioWriter vm = RuleCase.play(v -> deliveredWhileOff(v, true), host);

    assertThat(Replays.errors(Replays.text(vm)))
        .singleElement()
        .asString()
        .startsWith("INV-LRE-16 vcpu 0 INTID 40 x1: A pending interrupt is delivered while");
  }

  @ParameterizedTest
  @MethodSource("hosts")
  void whatSwitchesOnMayBeMissing(RuleCase.Host host) {
    ScenarioWriter vm = RuleCase.play(v -> deliveredWhileOff(v, false), host);

    assertThat(Replays.errors(Replays.text(vm))).isEmpty();
  }

  private static void deliveredWhileOff(ScenarioWriter vm, boolean switchedOnAgain) {
    vm.create();
    Irq spi = vm.spi(40).edge().enabled();
    for (String name : new String[] {"mmio_v2_misc", "mmio_v3_misc"}) {
      vm.next(name).set("val", 0);
    }
    vm.vcpu(0).writeDistributorControl(true);
    vm.vcpu(0).residency();
    spi.raise();
    vm.vcpu(0).run(spi.ack(), spi.eoi()).exit();
    if (switchedOnAgain) {
      vm.vcpu(0).writeDistributorControl(true);
    }
  }
}
