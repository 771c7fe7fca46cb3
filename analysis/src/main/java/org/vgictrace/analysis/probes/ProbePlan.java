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
 * @param registers where functions find their arguments
 * @param module the module that holds the functions, null if it is the kernel
 * @param checked whether a list of symbols told which functions can be probed
 * @param probes in the order of the catalogue
 * @param remarks what is not available
 */
public record ProbePlan(
    String kernel,
    ProbeOptions options,
    Registers registers,
    @Nullable String module,
    boolean checked,
    List<Probe> probes,
    List<Remark> remarks) {

  /**
   * Looks up everything the catalogue has for the level.
   *
   * @param symbols the functions that have a symbol; null if that is not known
   * @param code the kernel's instructions, as far as they are known
   * @throws InputException if the types are damaged, or if the kernel has nothing to record
   */
  public static ProbePlan of(
      Btf btf, @Nullable SymbolList symbols, MachineCode code, ProbeOptions options)
      throws IOException {
    return of(btf, null, symbols, code, options);
  }

  /**
   * The same for functions of a module.
   *
   * @param btf types of the kernel and the module
   * @param module its name, null if the functions are the kernel's
   */
  public static ProbePlan of(
      Btf btf,
      @Nullable String module,
      @Nullable SymbolList symbols,
      MachineCode code,
      ProbeOptions options)
      throws IOException {
    Target target = options.target();
    if (btf.structure(target.marker()) == 0) {
      throw new InputException(btf.file(), target.absence());
    }
    Registers registers = Registers.of(btf);
    ProbeResolver resolver = new ProbeResolver(btf, symbols, code, options.recorder(), registers);
    List<Probe> probes = new ArrayList<>();
    List<Remark> remarks = new ArrayList<>();
    for (ProbeSpec spec : catalogue(options)) {
      if (spec.level().compareTo(options.level()) <= 0) {
        Probe probe = resolver.resolve(spec, remarks);
        if (probe != null) {
          probes.add(probe);
        }
      }
    }
    return new ProbePlan(btf.file(), options, registers, module, symbols != null, probes, remarks);
  }

  private static List<ProbeSpec> catalogue(ProbeOptions options) {
    return switch (options.target()) {
      case VGIC -> new ProbeCatalogue(options).probes();
      case KVM_XEN -> XenProbeCatalogue.KVM;
      case XEN_GUEST -> XenProbeCatalogue.GUEST;
    };
  }
}
