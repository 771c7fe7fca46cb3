package org.vgictrace.analysis.probes;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.vgictrace.parser.btf.Btf;
import org.vgictrace.parser.diag.InputException;

/**
 * Arguments of functions that BTF may leave out although their symbols exist. Encoders drop a
 * function as soon as the compiler has made a copy of it with other arguments.
 *
 * @param function its symbol
 * @param arguments in registers from the first on
 * @param marker a structure and a member of it that kernels must have for this to be true of them,
 *     null if it is true of all
 */
record KnownPrototype(String function, List<Pointer> arguments, @Nullable Marker marker) {
  /**
   * An argument.
   *
   * @param structure what it points to, null if it is no pointer to a structure
   */
  record Pointer(String name, @Nullable String structure) {}

  /** A member of a structure. */
  record Marker(String structure, String member) {}

  private static final List<KnownPrototype> ALL =
      List.of(
          new KnownPrototype(
              "vgic_queue_irq_unlock",
              List.of(
                  new Pointer("kvm", "kvm"),
                  new Pointer("irq", "vgic_irq"),
                  new Pointer("flags", null)),
              null),
          // What is left of it behind the test for the interrupt's own hook, in Linux 7.2 and
          // later, is compiled as a function without the VM.
          new KnownPrototype(
              "vgic_queue_irq_unlock.part.0",
              List.of(new Pointer("irq", "vgic_irq"), new Pointer("flags", null)),
              new Marker("irq_ops", "queue_irq_unlock")));

  /** The arguments of a function, null if nothing is known. */
  static @Nullable KnownPrototype of(String function) {
    for (KnownPrototype known : ALL) {
      if (known.function().equals(function)) {
        return known;
      }
    }
    return null;
  }

  boolean appliesTo(Btf btf) throws InputException {
    if (marker == null) {
      return true;
    }
    int structure = btf.structure(marker.structure());
    return structure != 0 && btf.member(structure, marker.member()) != null;
  }
}
