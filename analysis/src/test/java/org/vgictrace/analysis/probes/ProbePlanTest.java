package org.vgictrace.analysis.probes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.vgictrace.analysis.probes.ProbeOptions.Recorder;
import org.vgictrace.fixtures.write.BtfWriter;
import org.vgictrace.parser.bind.BindingPack;
import org.vgictrace.parser.bind.BindingPacks;
import org.vgictrace.parser.btf.Btf;
import org.vgictrace.parser.btf.SymbolList;
import org.vgictrace.parser.diag.InputException;

/** The probes of three kernels, against what those kernels were recorded with. */
class ProbePlanTest {
  private static ProbePlan plan(String release, int gic) throws IOException {
    return ProbePlan.of(
        Kernels.btf(release),
        Kernels.symbols(release),
        MachineCode.UNKNOWN,
        new ProbeOptions(Level.FULL, gic, 4, false, Recorder.KPROBE_EVENTS));
  }

  @ParameterizedTest
  @CsvSource({"6.1, 2", "6.1, 3", "6.12, 2", "6.12, 3", "7.2, 2", "7.2, 3"})
  void definesWhatWasRecordedWith(String release, int gic) throws Exception {
    List<String> expected = new ArrayList<>(Kernels.recorded(release + "-gicv" + gic));
    if (release.equals("6.1")) {
      // Set by hand, behind a call inside the function; return probes cannot do it there.
      assertThat(expected.removeIf(line -> line.startsWith("p:vgic/its_cmd "))).isTrue();
    }
    assertThat(Kernels.definitions(plan(release, gic)).lines())
        .containsExactlyInAnyOrderElementsOf(expected);
  }

  /**
   * The instructions around the call in that very kernel; it was recorded 36 bytes further on, with
   * the same contents of the registers.
   */
  @Test
  void findsThePlaceBehindACall() throws Exception {
    List<Integer> code = new ArrayList<>(Collections.nCopies(0x94 / 4, 0xd503201f));
    Collections.addAll(
        code,
        0x54000e80,
        0x8b2142d3,
        0xaa1403e0,
        0x9402f8a0,
        0x9100a3e2,
        0xaa1303e1,
        0xd2800403,
        0x2a0003f3,
        0xaa1503e0,
        0x97ff23d1,
        0x2a0003f9);
    MachineCode image = (offset, most) -> offset == 0x7fb84 ? code : List.of();
    ProbePlan plan =
        ProbePlan.of(Kernels.btf("6.1"), Kernels.symbols("6.1"), image, ProbeOptions.DEFAULT);
    assertThat(Kernels.definitions(plan).lines())
        .containsExactlyInAnyOrderElementsOf(
            Kernels.recorded("6.1-gicv3").stream()
                .map(line -> line.replace("commands+224 ", "commands+188 "))
                .toList());
    code.set(0xb4 / 4, 0xaa0103e0);
    assertThat(
            ProbePlan.of(Kernels.btf("6.1"), Kernels.symbols("6.1"), image, ProbeOptions.DEFAULT)
                .probes())
        .as("an argument that is gone after the call")
        .noneMatch(probe -> probe.event().equals("its_cmd"));
  }

  @Test
  void definesListRegistersAsAnArray() throws Exception {
    ProbePlan plan =
        ProbePlan.of(
            Kernels.btf("7.2"),
            Kernels.symbols("7.2"),
            MachineCode.UNKNOWN,
            new ProbeOptions(Level.FULL, 3, 4, true, Recorder.KPROBE_EVENTS));
    assertThat(Kernels.definitions(plan).lines()).containsAll(Kernels.recorded("7.2-gicv3-array"));
  }

  @Test
  void saysWhatIsNotAvailable() throws Exception {
    assertThat(plan("6.1", 3).remarks())
        .contains(
            new Remark(
                "put_irq", false, "incomplete: calls that go to vgic_put_irq.part.0 are not seen"),
            new Remark(
                "prune", true, "no function vgic_prune_ap_list (inlined, or of another release)"),
            new Remark(
                "its_cmd",
                true,
                "kvm_read_guest: return probes of this kernel cannot record arguments (since Linux"
                    + " 6.9), and its Image with a list of symbols, which could show a place in the"
                    + " caller, is not given"))
        .hasSize(21);
    assertThat(plan("7.2", 3).remarks())
        .contains(
            new Remark(
                "add_lpi",
                true,
                "vgic_add_lpi exists only as vgic_add_lpi.part.0, whose arguments are not known"),
            new Remark(
                "pmu_update",
                true,
                "kvm_pmu_update_state: no member arch.pmu.irq_level behind vcpu"))
        .hasSize(15);
  }

  @Test
  void withoutSymbolsTakesWhatTheTypesName() throws Exception {
    ProbePlan plan =
        ProbePlan.of(Kernels.btf("7.2"), null, MachineCode.UNKNOWN, ProbeOptions.DEFAULT);
    assertThat(Kernels.definitions(plan))
        .contains(
            "\np:vgic/queue_irq vgic_queue_irq_unlock kvm=%x0:x64 irq=%x1:x64 intid=+4(%x1):");
    assertThat(plan.checked()).isFalse();
    // This kernel has only a copy of the function, and will refuse.
    assertThat(
            Kernels.definitions(
                ProbePlan.of(Kernels.btf("6.12"), null, MachineCode.UNKNOWN, ProbeOptions.DEFAULT)))
        .contains("\np:vgic/add_lpi vgic_add_lpi kvm=%x0:x64 intid=%x1:u32 vcpu=%x2:x64\n");
  }

  @Test
  void minimalLevelIsTheListRegisters() throws Exception {
    ProbeOptions minimal = new ProbeOptions(Level.MINIMAL, 3, 16, false, Recorder.KPROBE_EVENTS);
    ProbePlan plan =
        ProbePlan.of(Kernels.btf("6.12"), Kernels.symbols("6.12"), MachineCode.UNKNOWN, minimal);
    assertThat(plan.probes().stream().map(Probe::event))
        .containsExactly(
            "enter",
            "fold",
            "set_underflow",
            "maintenance",
            "load",
            "put",
            "create",
            "init",
            "vcpu_init",
            "destroy");
    assertThat(Kernels.definitions(plan)).contains(" lr15=+4648(%x0):x64\n");
  }

  /** Nothing that is recorded may end up as an event that the model does not know. */
  @ParameterizedTest
  @CsvSource({"6.1, 2", "6.1, 3", "6.12, 2", "6.12, 3", "7.2, 2", "7.2, 3"})
  void everyProbeIsBound(String release, int gic) throws Exception {
    BindingPacks packs = BindingPacks.builtin();
    BindingPack pack =
        packs.packs().stream().filter(p -> p.name().equals("vgic")).findFirst().orElseThrow();
    Set<String> leftOut = new TreeSet<>();
    for (Probe probe : plan(release, gic).probes()) {
      Set<String> fields = new LinkedHashSet<>(probe.fieldNames());
      if (packs.find(Target.VGIC.group(), probe.event(), fields) == null) {
        leftOut.add(probe.event());
      }
    }
    assertThat(pack.others().stream().flatMap(other -> other.events().stream()))
        .containsAll(leftOut);
    assertThat(leftOut)
        .isSubsetOf(
            "timer_update",
            "timer_hr_expire",
            "notify_acked",
            "irqfd_set",
            "kick_vcpus",
            "pending_irq",
            "pending_irq_ret",
            "set_vmcr",
            "add_lpi");
  }

  /** A member narrower than a field has its value in its last bytes, bits count from the top. */
  @Test
  void bigEndianKernelsHaveLowBytesLast() throws Exception {
    String types =
        """
        struct vgic_irq 16
         intid u32 0
         config enum32 32
         pending_latch bool 64 1
         active bool 68 2
         hw u32 70 12
        func vgic_target_oracle irq:*vgic_irq
        """;
    String definition = "p:vgic/target_oracle vgic_target_oracle irq=%x0:x64 intid=+0(%x0):u32 ";
    assertThat(definitions(types, ByteOrder.LITTLE_ENDIAN))
        .isEqualTo(
            definition
                + "pending_latch=+8(%x0):b1@0/8 active=+8(%x0):b2@4/8 hw=+8(%x0):b12@6/32"
                + " config=+4(%x0):u8\n");
    assertThat(definitions(types, ByteOrder.BIG_ENDIAN))
        .isEqualTo(
            definition
                + "pending_latch=+8(%x0):b1@7/8 active=+8(%x0):b2@2/8 hw=+8(%x0):b12@14/32"
                + " config=+7(%x0):u8\n");
  }

  private static String definitions(String types, ByteOrder order) throws IOException {
    Btf btf = Btf.of("k", 0, BtfWriter.blob(types, order));
    SymbolList symbols = SymbolList.of(List.of("vgic_target_oracle"));
    return Kernels.definitions(
        ProbePlan.of(btf, symbols, MachineCode.UNKNOWN, ProbeOptions.DEFAULT));
  }

  @Test
  void argumentsBehindAStructureByValueAreNotGuessed() throws Exception {
    String types =
        """
        struct vgic_irq 8
         intid u32 0
        func vgic_irq_set_phys_active irq:*vgic_irq by_value:vgic_irq active:bool
        """;
    Btf btf = Btf.of("k", 0, BtfWriter.blob(types, ByteOrder.LITTLE_ENDIAN));
    SymbolList symbols = SymbolList.of(List.of("vgic_irq_set_phys_active"));
    ProbePlan plan = ProbePlan.of(btf, symbols, MachineCode.UNKNOWN, ProbeOptions.DEFAULT);
    assertThat(Kernels.definitions(plan))
        .isEqualTo(
            "p:vgic/set_phys_active vgic_irq_set_phys_active irq=%x0:x64 intid=+0(%x0):u32\n");
    assertThat(plan.remarks())
        .contains(
            new Remark(
                "set_phys_active",
                false,
                "recorded without active: argument active is in no register"),
            new Remark(
                "set_phys_active",
                false,
                "recorded without host_irq: no member host_irq behind irq"));
  }

  @Test
  void refusesKernelsWithoutVgic() {
    assertThatThrownBy(
            () ->
                ProbePlan.of(
                    Btf.of(
                        "vmlinux", 0, BtfWriter.blob("struct kvm_vcpu 8", ByteOrder.LITTLE_ENDIAN)),
                    SymbolList.of(List.of("kvm_vcpu_kick")),
                    MachineCode.UNKNOWN,
                    ProbeOptions.DEFAULT))
        .isInstanceOf(InputException.class)
        .hasMessage("vmlinux: no struct vgic_irq: not an arm64 kernel with KVM built in");
  }
}
