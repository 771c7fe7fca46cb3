package org.vgictrace.replay.rule;

import static org.vgictrace.replay.rule.Observation.ENTRY_IMAGE;
import static org.vgictrace.replay.rule.Observation.HARDWARE;
import static org.vgictrace.replay.rule.Rule.rule;
import static org.vgictrace.replay.rule.Severity.ERROR;
import static org.vgictrace.replay.rule.Sources.gicv2;
import static org.vgictrace.replay.rule.Sources.hyp;
import static org.vgictrace.replay.rule.Sources.v2;
import static org.vgictrace.replay.rule.Sources.v3;

import java.util.List;

/**
 * INV-JOIN: what KVM says it wrote to the list registers is what the hardware saw. Judged where a
 * capture of KVM and the log of the emulated hardware it ran on are checked together.
 */
public final class JoinRules {
  public static final Rule JOIN_1 =
      rule("INV-JOIN-1", ERROR, "Hardware is given another value than KVM wrote")
          .holds(
              "Each list register that KVM fills at an entry is given, in the log of the emulated"
                  + " hardware, the very value of KVM's image, register by register.")
          .why("Nothing lies between the image and the register but the store itself.")
          .catches(
              "An image changed between its computation and the store, a register written from"
                  + " another vCPU's image, a store that is cut to 32 bits.")
          .needs(ENTRY_IMAGE, HARDWARE)
          .function(hyp("__vgic_v3_restore_state"))
          .function(gicv2("vgic_v2_restore_state"))
          .architecture(v2("GICH_LRn"))
          .architecture(v3("ICH_LR<n>_EL2"))
          .build();

  public static final Rule JOIN_2 =
      rule("INV-JOIN-2", ERROR, "Write of a list register that only one side shows")
          .holds(
              "Every list register that KVM fills at an entry is written in the log of the emulated"
                  + " hardware, and nothing else is written there but zeros.")
          .why("The registers have no other writer, and the log no losses.")
          .catches(
              "An entry that goes to the guest without its list registers, or with those of an"
                  + " earlier entry.")
          .needs(ENTRY_IMAGE, HARDWARE)
          .absence()
          .function(hyp("__vgic_v3_restore_state"))
          .function(gicv2("vgic_v2_restore_state"))
          .architecture(v2("GICH_LRn"))
          .architecture(v3("ICH_LR<n>_EL2"))
          .build();

  /** All of them, in order. */
  static final List<Rule> ALL = List.of(JOIN_1, JOIN_2);

  private JoinRules() {}
}
