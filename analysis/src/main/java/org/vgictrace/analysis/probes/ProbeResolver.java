package org.vgictrace.analysis.probes;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.vgictrace.analysis.probes.ProbeOptions.Recorder;
import org.vgictrace.parser.btf.Btf;
import org.vgictrace.parser.btf.Member;
import org.vgictrace.parser.btf.Parameter;
import org.vgictrace.parser.btf.SymbolList;
import org.vgictrace.parser.diag.InputException;

/** Finds the functions and members of catalogued probes in one kernel. */
final class ProbeResolver {
  /** Arguments that AAPCS64 passes in registers. */
  private static final int ARGUMENT_REGISTERS = 8;

  /** Return probes record arguments since Linux 6.9, which needs this structure. */
  private static final String ENTRY_ARGUMENTS = "probe_entry_arg";

  private static final int[] CONTAINER_BITS = {8, 16, 32, 64};

  private final Btf btf;
  private final @Nullable SymbolList symbols;
  private final boolean remembersArguments;

  /**
   * @param recorder what the probes are for
   */
  ProbeResolver(Btf btf, @Nullable SymbolList symbols, Recorder recorder) throws InputException {
    this.btf = btf;
    this.symbols = symbols;
    remembersArguments = recorder == Recorder.BPFTRACE || btf.structure(ENTRY_ARGUMENTS) != 0;
  }

  /**
   * @param remarks take what is missing
   * @return null if the probe cannot be set
   */
  @Nullable Probe resolve(ProbeSpec spec, List<Remark> remarks) throws InputException {
    if (spec.remembersArguments() && !remembersArguments) {
      remarks.add(
          new Remark(
              spec.event(),
              true,
              spec.functions().get(0)
                  + ": return probes of this kernel cannot record arguments (since Linux 6.9)"));
      return null;
    }
    for (String function : spec.functions()) {
      List<Argument> arguments = arguments(function);
      if (arguments != null && hasSymbol(function)) {
        return fetch(spec, function, arguments, remarks);
      }
    }
    remarks.add(new Remark(spec.event(), true, absence(spec.functions())));
    return null;
  }

  private boolean hasSymbol(String function) {
    // The compiler's own names are no part of BTF: without a list of symbols they are unknown.
    return symbols == null ? function.indexOf('.') < 0 : symbols.contains(function);
  }

  /** Why none of the functions can be probed. */
  private String absence(List<String> functions) throws InputException {
    StringBuilder why = new StringBuilder();
    for (String function : functions) {
      if (function.indexOf('.') >= 0) {
        continue;
      }
      List<String> clones = symbols == null ? List.of() : symbols.clones(function);
      why.append(why.length() == 0 ? "" : "; ");
      if (!clones.isEmpty()) {
        why.append(function)
            .append(" exists only as ")
            .append(String.join(", ", clones))
            .append(", whose arguments are not known");
      } else if (btf.function(function) != null) {
        why.append(function).append(" has no symbol: inlined into its callers");
      } else {
        why.append("no function ").append(function).append(" (inlined, or of another release)");
      }
    }
    return why.toString();
  }

  /** An argument of a function and what it points to. */
  private record Argument(String name, int structure, boolean inRegister) {}

  private @Nullable List<Argument> arguments(String function) throws InputException {
    List<Parameter> parameters = btf.function(function);
    List<Argument> arguments = new ArrayList<>();
    if (parameters != null) {
      boolean inRegister = true;
      for (Parameter parameter : parameters) {
        inRegister &= arguments.size() < ARGUMENT_REGISTERS && btf.fitsRegister(parameter.type());
        arguments.add(
            new Argument(parameter.name(), btf.pointedStructure(parameter.type()), inRegister));
      }
      return arguments;
    }
    KnownPrototype known = KnownPrototype.of(function);
    if (known == null || !known.appliesTo(btf)) {
      return null;
    }
    for (KnownPrototype.Pointer pointer : known.arguments()) {
      int structure = pointer.structure() == null ? 0 : btf.structure(pointer.structure());
      arguments.add(new Argument(pointer.name(), structure, true));
    }
    return arguments;
  }

  private @Nullable Probe fetch(
      ProbeSpec spec, String function, List<Argument> arguments, List<Remark> remarks)
      throws InputException {
    List<Fetch> fields = new ArrayList<>();
    List<Remark> without = new ArrayList<>();
    for (FieldSpec field : spec.fields()) {
      Found found = fetch(field, arguments);
      if (found.fetch() != null) {
        fields.add(found.fetch());
      } else if (field.need() == FieldSpec.Need.KEY) {
        remarks.add(new Remark(spec.event(), true, function + ": " + found.why()));
        return null;
      } else if (field.need() == FieldSpec.Need.WANTED) {
        without.add(
            new Remark(
                spec.event(), false, "recorded without " + field.name() + ": " + found.why()));
      }
    }
    if (fields.isEmpty()) {
      remarks.add(new Remark(spec.event(), true, function + ": none of its fields"));
      return null;
    }
    remarks.addAll(without);
    if (symbols != null && function.indexOf('.') < 0) {
      List<String> clones = symbols.clones(function);
      if (!clones.isEmpty()) {
        remarks.add(
            new Remark(
                spec.event(),
                false,
                "incomplete: calls that go to " + String.join(", ", clones) + " are not seen"));
      }
    }
    return new Probe(spec.event(), function, spec.onReturn(), spec.look(), List.copyOf(fields));
  }

  /** A field's place, or why it has none. */
  private record Found(@Nullable Fetch fetch, String why) {
    static Found at(Fetch fetch) {
      return new Found(fetch, "");
    }

    static Found nowhere(String why) {
      return new Found(null, why);
    }
  }

  private Found fetch(FieldSpec field, List<Argument> arguments) throws InputException {
    if (field.isResult()) {
      return Found.at(Fetch.result(field.name(), field.type()));
    }
    int index = 0;
    while (index < arguments.size() && !arguments.get(index).name().equals(field.argument())) {
      index++;
    }
    if (index == arguments.size()) {
      return Found.nowhere("no argument " + field.argument());
    }
    Argument argument = arguments.get(index);
    if (!argument.inRegister()) {
      return Found.nowhere("argument " + field.argument() + " is in no register");
    }
    if (field.path().isEmpty()) {
      return Found.at(Fetch.argument(field.name(), index, field.type()));
    }
    if (field.path().startsWith("@")) {
      long offset = Long.parseLong(field.path().substring(1));
      return Found.at(Fetch.memory(field.name(), index, offset, field.type()));
    }
    if (argument.structure() == 0) {
      return Found.nowhere("argument " + field.argument() + " points to no structure");
    }
    return member(field, index, argument.structure());
  }

  private Found member(FieldSpec field, int index, int structure) throws InputException {
    Member member = btf.member(structure, field.path());
    if (member == null) {
      return Found.nowhere("no member " + field.path() + " behind " + field.argument());
    }
    if (member.isBitField()) {
      return bitField(field, index, member);
    }
    long size = btf.size(member.type());
    FetchType type = field.type();
    if (size < type.bytes() && !field.readsOn()) {
      return Found.nowhere(field.path() + " has " + size + " bytes");
    }
    long offset = member.bitOffset() / 8;
    if (btf.bigEndian() && size > type.bytes()) {
      offset += size - type.bytes();
    }
    return Found.at(Fetch.memory(field.name(), index, offset, type));
  }

  /** Takes the smallest aligned number that holds all of a bit-field. */
  private Found bitField(FieldSpec field, int index, Member member) {
    for (int bits : CONTAINER_BITS) {
      int inside = (int) (member.bitOffset() % bits);
      if (inside + member.bitWidth() <= bits) {
        int shift = btf.bigEndian() ? bits - inside - member.bitWidth() : inside;
        long offset = (member.bitOffset() - inside) / 8;
        FetchType type = new FetchType('u', bits, 0);
        return Found.at(
            new Fetch(
                field.name(), Fetch.From.BIT_FIELD, index, offset, shift, member.bitWidth(), type));
      }
    }
    return Found.nowhere(field.path() + " is a bit-field of " + member.bitWidth() + " bits");
  }
}
