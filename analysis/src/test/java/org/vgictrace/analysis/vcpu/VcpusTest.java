package org.vgictrace.analysis.vcpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.vgictrace.analysis.Guest;
import org.vgictrace.analysis.HandMade;
import org.vgictrace.parser.event.Kind;
import org.vgictrace.parser.event.KindTable;

class VcpusTest {
  private final Vcpus vcpus = new Vcpus();

  @Test
  void threadOfAProbeEventIsFollowedByItsStockEvents() throws IOException {
    assertThat(
            labels(
                events ->
                    events
                        .on(0, 950, "vcpu-0")
                        .event(Kind.VCPU_ENTRY, "pc", 1)
                        .event(
                            Kind.LR_IMAGE,
                            "point",
                            "entry",
                            "vcpu",
                            Guest.vcpu(3),
                            "vcpu_id",
                            3,
                            "kvm",
                            Guest.KVM)
                        .event(Kind.VCPU_EXIT, "reason", 0)
                        .event(Kind.WFX, "pc", 1)
                        .on(0, 5, "other")
                        .event(Kind.WFX, "pc", 1)))
        .containsExactly("? pid 950", "vm0 vcpu3", "vm0 vcpu3", "vm0 vcpu3", "none");
    assertThat(vcpus.vcpus()).hasSize(1);
  }

  @Test
  void threadNumberUsedAgainIsAnotherVcpu() throws IOException {
    assertThat(
            labels(
                events ->
                    events
                        .on(0, 950, "vcpu-0")
                        .event(
                            Kind.LR_IMAGE,
                            "point",
                            "entry",
                            "vcpu",
                            0x1000L,
                            "vcpu_id",
                            0,
                            "kvm",
                            0x10L)
                        .event(
                            Kind.LR_IMAGE,
                            "point",
                            "entry",
                            "vcpu",
                            0x2000L,
                            "vcpu_id",
                            0,
                            "kvm",
                            0x20L)
                        .event(Kind.VCPU_EXIT, "reason", 0)))
        .containsExactly("vm0 vcpu0", "vm1 vcpu0", "vm1 vcpu0");
  }

  @Test
  void numberHelpsOnlyIfOneVcpuHasIt() throws IOException {
    assertThat(
            labels(
                events ->
                    events
                        .on(0, 950, "a")
                        .event(
                            Kind.LR_IMAGE,
                            "point",
                            "entry",
                            "vcpu",
                            0x1000L,
                            "vcpu_id",
                            0,
                            "kvm",
                            0x10L)
                        .on(1, 7, "softirq")
                        .event(Kind.TIMER_UPDATE, "vcpu_id", 0, "intid", 27, "level", 1)
                        .on(0, 951, "b")
                        .event(
                            Kind.LR_IMAGE,
                            "point",
                            "entry",
                            "vcpu",
                            0x2000L,
                            "vcpu_id",
                            0,
                            "kvm",
                            0x20L)
                        .on(1, 7, "softirq")
                        .event(Kind.TIMER_UPDATE, "vcpu_id", 0, "intid", 27, "level", 1)))
        .containsExactly("vm0 vcpu0", "vm0 vcpu0", "vm1 vcpu0", "none");
  }

  @Test
  void tracepointOfASharedInterruptNamesNobody() throws IOException {
    assertThat(
            labels(
                events ->
                    events
                        .on(0, 950, "a")
                        .event(
                            Kind.LR_IMAGE,
                            "point",
                            "entry",
                            "vcpu",
                            0x1000L,
                            "vcpu_id",
                            0,
                            "kvm",
                            0x10L)
                        .on(1, 7, "softirq")
                        .event(Kind.IRQ_PENDING, "vcpu_id", 0, "intid", 40, "level", 1)
                        .event(Kind.IRQ_PENDING, "vcpu_id", 0, "intid", 27, "level", 1)))
        .containsExactly("vm0 vcpu0", "none", "vm0 vcpu0");
  }

  @Test
  void accessByUserSpaceDoesNotBindItsThread() throws IOException {
    assertThat(
            labels(
                events ->
                    events
                        .on(0, 5, "qemu")
                        .event(
                            Kind.VM, "kvm", 0x10L, "vcpu", 0x1000L, "vcpu_id", 0, "op", "vcpu_init")
                        .event(
                            Kind.GIC_MMIO,
                            "vcpu",
                            0x1000L,
                            "reg",
                            "senable",
                            "access",
                            "user_write")
                        .event(Kind.WFX, "pc", 1)))
        .containsExactly("vm0 vcpu0", "vm0 vcpu0", "none");
  }

  @Test
  void vcpusBeyondTheLimitStayUnknown() throws IOException {
    List<String> labels =
        labels(
            events -> {
              for (int pid = 1; pid <= Vcpus.VCPUS_MAX + 1; pid++) {
                events.on(0, pid, "x").event(Kind.VCPU_ENTRY, "pc", 1);
              }
            });
    assertThat(labels.get(Vcpus.VCPUS_MAX - 1)).isEqualTo("? pid " + Vcpus.VCPUS_MAX);
    assertThat(labels.get(Vcpus.VCPUS_MAX)).isEqualTo("none");
  }

  private List<String> labels(HandMade.Script script) throws IOException {
    List<String> labels = new ArrayList<>();
    new HandMade(script)
        .read(
            EnumSet.allOf(Kind.class),
            (batch, pool) -> {
              int[] cursors = new int[Kind.values().length];
              for (int i = 0; i < batch.size(); i++) {
                KindTable table = batch.table(batch.order()[i]);
                Vcpu vcpu = vcpus.of(table, cursors[batch.order()[i]]++);
                Vm vm = vcpu == null ? null : vcpu.vm();
                labels.add(
                    vcpu == null ? "none" : (vm == null ? "?" : vm.label()) + " " + vcpu.label());
              }
            });
    return labels;
  }
}
