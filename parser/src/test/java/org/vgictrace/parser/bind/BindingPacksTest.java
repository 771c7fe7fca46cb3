package org.vgictrace.parser.bind;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.vgictrace.parser.bind.Binding.Constant;
import org.vgictrace.parser.event.Kind;
import org.vgictrace.parser.event.LrImage;
import org.vgictrace.parser.event.Snapshot;

class BindingPacksTest {
  private static final Set<String> IMAGE_GICV3 =
      Set.of("vcpu", "used_lrs", "hcr", "vmcr", "sre", "lr0", "lr1");
  private static final Set<String> IMAGE_GICV2_ARRAY =
      Set.of("vcpu", "used_lrs", "hcr", "vmcr", "apr", "lr");

  private final BindingPacks packs = BindingPacks.builtin();

  @Test
  void builtinPacksLoad() {
    assertThat(packs.packs())
        .extracting(BindingPack::name)
        .containsExactly("stock", "vgic", "vx", "vendor", "kvmxen", "evtchn");
  }

  @Test
  void noEventIsBothBoundAndLeftOut() {
    for (BindingPack pack : packs.packs()) {
      List<String> bound = pack.bindings().stream().map(Binding::event).toList();
      assertThat(pack.others())
          .allSatisfy(other -> assertThat(other.events()).doesNotContainAnyElementsOf(bound));
    }
  }

  @Test
  void alternativeIsChosenByRecordedFields() {
    Binding plain = packs.find("vgic", "enter", IMAGE_GICV3);
    Binding array = packs.find("vgic", "enter", IMAGE_GICV2_ARRAY);

    assertThat(plain).isNotNull();
    assertThat(plain.constants())
        .containsExactly(
            new Constant(LrImage.POINT, LrImage.POINT_ENTRY), new Constant(LrImage.LR_BYTES, 8));
    assertThat(source(plain, "lr1")).isEqualTo("lr1[-1]");
    assertThat(array).isNotNull();
    assertThat(array.constants())
        .containsExactly(
            new Constant(LrImage.POINT, LrImage.POINT_ENTRY), new Constant(LrImage.LR_BYTES, 4));
    assertThat(source(array, "lr1")).isEqualTo("lr[1]");
  }

  @Test
  void pointsAndTheirCodesAgree() {
    Map<String, Integer> codes = new TreeMap<>();
    List<String> labels = Kind.LR_IMAGE.columns().get(LrImage.POINT).labels();
    labels.forEach(label -> codes.put(label, labels.indexOf(label)));

    assertThat(codes)
        .isEqualTo(
            Map.of(
                "entry", LrImage.POINT_ENTRY,
                "exit", LrImage.POINT_EXIT,
                "restore", LrImage.POINT_RESTORE,
                "save", LrImage.POINT_SAVE,
                "populate", LrImage.POINT_POPULATE,
                "fold", LrImage.POINT_FOLD));
  }

  @Test
  void packedFlagsOf619ComeFromTheirBits() {
    Binding packed = packs.find("vx", "pop", Set.of("vcpu", "irq", "lr", "intid", "bits"));
    Binding plain = packs.find("vx", "pop", Set.of("vcpu", "irq", "lr", "intid", "P", "A"));

    assertThat(packed).isNotNull();
    assertThat(packed.fields())
        .contains(new Binding.FieldBinding(Kind.LR_WRITE.column("active"), "bits", -1, 4, 1));
    assertThat(plain).isNotNull();
    assertThat(source(plain, "active")).isEqualTo("A[-1]");
  }

  @Test
  void misreadArgumentsOfTheSplitQueueFunctionAreLeftOut() {
    Binding misread = packs.find("vgic", "queue_irq_part", Set.of("kvm", "irq", "intid", "active"));
    Binding good = packs.find("vgic", "queue_irq_part", Set.of("irq", "intid", "active"));

    assertThat(misread).isNotNull();
    assertThat(misread.fields()).containsExactly(Binding.FieldBinding.whole(Snapshot.IRQ, "kvm"));
    assertThat(good).isNotNull();
    assertThat(source(good, "irq")).isEqualTo("irq[-1]");
  }

  @Test
  void vendorFieldIrqIsAnInterruptNumber() {
    Binding binding =
        packs.find("kvm", "vgic_v3_populate_lr", Set.of("vcpu_id", "irq", "val", "lr"));

    assertThat(binding).isNotNull();
    assertThat(source(binding, "intid")).isEqualTo("irq[-1]");
    assertThat(binding.fields()).noneMatch(field -> field.column() == Kind.LR_WRITE.column("irq"));
  }

  @Test
  void systemDistinguishesEventsOfOneName() {
    assertThat(packs.find("vgic", "put", Set.of("vcpu", "vcpu_id")))
        .extracting(Binding::kind)
        .isEqualTo(Kind.VGIC_STEP);
    assertThat(packs.find("vx", "put", Set.of("kvm", "irq", "rc")))
        .extracting(Binding::kind)
        .isEqualTo(Kind.IRQ_PUT);
    assertThat(packs.find("block", "put", Set.of("vcpu", "vcpu_id"))).isNull();
    assertThat(packs.byName("put"))
        .extracting(Binding::kind)
        .containsExactly(Kind.VGIC_STEP, Kind.IRQ_PUT, Kind.IRQ_PUT);
  }

  @Test
  void compilerSuffixesAreIgnored() {
    Set<String> fields = Set.of("irq", "intid");
    for (String name :
        List.of(
            "queue_irq.part.0",
            "queue_irq.isra.3",
            "queue_irq_part_0",
            "queue_irq.constprop.0.isra.0")) {
      assertThat(packs.find("vgic", name, fields))
          .as(name)
          .isSameAs(packs.find("vgic", "queue_irq", fields));
    }
    assertThat(packs.find("vgic", "queue_irq.cold.0", fields)).isNull();
  }

  @Test
  void packsOfTheUserComeFirst() {
    Binding mine =
        new Binding("kvm", "kvm_entry", Kind.WFX, List.of(), List.of(), List.of("odd"), List.of());
    BindingPacks with =
        BindingPacks.with(List.of(new BindingPack("mine", "", List.of(mine), List.of())));

    assertThat(with.find("kvm", "kvm_entry", Set.of("odd"))).isSameAs(mine);
    assertThat(with.find("kvm", "kvm_entry", Set.of("vcpu_pc")))
        .isSameAs(packs.byName("kvm_entry").get(0));
    assertThat(with.packs()).hasSize(7);
  }

  @Test
  void unknownEventHasNoBinding() {
    assertThat(packs.find("kvm", "kvm_fpu", Set.of("load"))).isNull();
    assertThat(packs.byName("no_such_event")).isEmpty();
  }

  private static String source(Binding binding, String column) {
    int index = binding.kind().column(column);
    return binding.fields().stream()
        .filter(field -> field.column() == index)
        .map(field -> field.field() + "[" + field.element() + "]")
        .findFirst()
        .orElse("none");
  }
}
