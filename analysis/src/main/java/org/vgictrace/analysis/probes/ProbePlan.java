package org.vgictrace.analysis.probes;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.vgictrace.parser.btf.Btf;
import org.vgictrace.parser.btf.SymbolList;
import org.vgictrace.parser.diag.InputException;

/**
 * The probes that a kernel takes, and what it does not offer.
 *
 * @param kernel the file its types were read from
 * @param options what was asked for
 * @param checked whether a list of symbols told which functions can be probed
 * @param probes in the order of the catalogue
 * @param remarks what is not available
 */
public record ProbePlan(
    String kernel,
    ProbeOptions options,
    boolean checked,
    List<Probe> probes,
    List<Remark> remarks) {

  /**
   * Looks up everything the catalogue has for the level.
   *
   * @param symbols the functions that have a symbol; null if that is not known
   * @param code the kernel's instructions, as far as they are known
   * @throws InputException if the types are damaged, or if it is no kernel with a vGIC
   */
  public static ProbePlan of(
      Btf btf, @Nullable SymbolList symbols, MachineCode code, ProbeOptions options)
      throws IOException {
    if (btf.structure("vgic_irq") == 0) {
      throw new InputException(
          btf.file(), "no struct vgic_irq: not an arm64 kernel with KVM built in");
    }
    ProbeResolver resolver = new ProbeResolver(btf, symbols, code, options.recorder());
    List<Probe> probes = new ArrayList<>();
    List<Remark> remarks = new ArrayList<>();
    for (ProbeSpec spec : new ProbeCatalogue(options).probes()) {
      if (spec.level().compareTo(options.level()) <= 0) {
        Probe probe = resolver.resolve(spec, remarks);
        if (probe != null) {
          probes.add(probe);
        }
      }
    }
    return new ProbePlan(btf.file(), options, symbols != null, probes, remarks);
  }
}
