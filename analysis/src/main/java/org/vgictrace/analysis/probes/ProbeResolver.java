package org.vgictrace.analysis.probes;

import java.io.IOException;
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
  /** Return probes record arguments since Linux 6.9, which needs this structure. */
  private static final String ENTRY_ARGUMENTS = "probe_entry_arg";

  /** The only caller of interest where a return probe cannot record arguments. */
  private static final String COMMAND_READER = "vgic_its_process_commands";

  private static final int COMMAND_BYTES = 32;

  /** The command reader is far shorter. */
  private static final int INSTRUCTIONS_MAX = 1024;

  /** The Image is loaded at a multiple of this; its text begins with it. */
  private static final long IMAGE_ALIGNMENT = 2 << 20;

  private static final int[] CONTAINER_BITS = {8, 16, 32, 64};

  private final Btf btf;
  private final @Nullable SymbolList symbols;
  private final MachineCode code;
  private final Registers registers;
  private final boolean remembersArguments;

  /**
   * @param recorder what the probes are for
   */
  ProbeResolver(
      Btf btf,
      @Nullable SymbolList symbols,
      MachineCode code,
      Recorder recorder,
      Registers registers)
      throws InputException {
    this.registers = registers;
    this.code = code;
    this.btf = btf;
    this.symbols = symbols;
    remembersArguments = recorder == Recorder.BPFTRACE || btf.structure(ENTRY_ARGUMENTS) != 0;
  }

  /**
   * @param remarks take what is missing
   * @return null if the probe cannot be set
   */
  @Nullable Probe resolve(ProbeSpec spec, List<Remark> remarks) throws IOException {
    if (spec.remembersArguments() && !remembersArguments) {
      Probe behindCall = behindCall(spec);
      if (behindCall != null) {
        return behindCall;
      }
      remarks.add(
          new Remark(
              spec.event(),
              true,
              spec.functions().get(0)
                  + ": return probes of this kernel cannot record arguments (since Linux 6.9), and"
                  + " its Image with a list of symbols, which could show a place in the caller, is"
                  + " not given"));
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

  /**
   * A probe in the caller, right behind the call, where it still knows what it has passed.
   *
   * @return null if that place is not known
   */
  private @Nullable Probe behindCall(ProbeSpec spec) throws IOException {
    String callee = spec.functions().get(0);
    List<Argument> arguments = arguments(callee);
    CallSite site = arguments == null ? null : callSite(callee);
    if (arguments == null || site == null) {
      return null;
    }
    List<Fetch> fields = new ArrayList<>();
    for (FieldSpec field : spec.fields()) {
      switch (index(arguments, field.argument())) {
        case 0 -> fields.add(Fetch.argument(field.name(), site.keptIn(), field.type()));
        case 2 -> {
          long offset = site.stackOffset() + Long.parseLong(field.path().substring(1));
          fields.add(Fetch.stack(field.name(), offset, field.type()));
        }
        case 3 -> fields.add(Fetch.constant(field.name(), site.length(), field.type()));
        default -> {
          // It is not kept.
        }
      }
    }
    String place = COMMAND_READER + "+" + site.returnOffset();
    return new Probe(spec.event(), place, false, spec.look(), fields);
  }

  private @Nullable CallSite callSite(String callee) throws IOException {
    long start = symbols == null ? 0 : symbols.address(COMMAND_READER);
    if (symbols == null || start == 0) {
      return null;
    }
    long text = symbols.address("_text");
    long base = text != 0 ? text : symbols.address("_stext") & -IMAGE_ALIGNMENT;
    long most = (symbols.addressBehind(COMMAND_READER) - start) / Integer.BYTES;
    if (base == 0 || most <= 0) {
      return null;
    }
    List<Integer> words = code.read(start - base, (int) Math.min(most, INSTRUCTIONS_MAX));
    CallSite site = CallSite.find(words, start, symbols.address(callee));
    return site != null && site.length() == COMMAND_BYTES ? site : null;
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
        inRegister &=
            arguments.size() < registers.arguments() && btf.fitsRegister(parameter.type());
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
    if (fields.isEmpty() && !spec.fields().isEmpty()) {
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
    int index = index(arguments, field.argument());
    if (index < 0) {
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

  /** The position of an argument, -1 if there is none of this name. */
  private static int index(List<Argument> arguments, String name) {
    for (int i = 0; i < arguments.size(); i++) {
      if (arguments.get(i).name().equals(name)) {
        return i;
      }
    }
    return -1;
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
