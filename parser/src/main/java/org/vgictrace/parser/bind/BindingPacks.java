package org.vgictrace.parser.bind;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The packs in force for a capture, first match first: the user's own in the order given, then the
 * built-in ones. Immutable and thread-safe. Look-ups are for once per event format, not for once
 * per event.
 */
public final class BindingPacks {
  /** Names of the built-in packs, in the order they are searched. */
  private static final List<String> BUILTIN =
      List.of("stock", "vgic", "vx", "vendor", "kvmxen", "evtchn");

  /**
   * What compilers append to the symbol of a partial or specialised copy of a function; probes
   * named after the symbol carry it too, with the dots replaced where the event name may not have
   * any. {@code .cold} is left alone: such a symbol is a fragment, not the function.
   */
  private static final Pattern CLONE_SUFFIX =
      Pattern.compile("([._]+(part|isra|constprop)[._]\\d+)+$");

  private final List<BindingPack> packs;
  private final IdFormats idFormats;
  private final Map<String, List<Binding>> byEvent = new HashMap<>();

  private BindingPacks(List<BindingPack> packs, IdFormats idFormats) {
    this.packs = List.copyOf(packs);
    this.idFormats = idFormats;
    for (BindingPack pack : packs) {
      for (Binding binding : pack.bindings()) {
        byEvent.computeIfAbsent(binding.event(), name -> new ArrayList<>()).add(binding);
      }
    }
    byEvent.replaceAll((name, bindings) -> List.copyOf(bindings));
  }

  /** The built-in packs. */
  public static BindingPacks builtin() {
    return Builtin.PACKS;
  }

  /** No packs at all: every event is of kind {@code other}. */
  public static BindingPacks none() {
    return new BindingPacks(List.of(), IdFormats.NONE);
  }

  /** The given packs before the built-in ones. */
  public static BindingPacks with(List<BindingPack> userPacks) {
    List<BindingPack> all = new ArrayList<>(userPacks);
    all.addAll(builtin().packs);
    return new BindingPacks(all, IdFormats.NONE);
  }

  /** The same with names for events that are recorded as numbers. */
  public BindingPacks naming(IdFormats formats) {
    return new BindingPacks(packs, formats);
  }

  /** Names for events that are recorded as numbers. */
  public IdFormats idFormats() {
    return idFormats;
  }

  /** All packs in the order they are searched. */
  public List<BindingPack> packs() {
    return packs;
  }

  /**
   * The binding for an event whose record layout is known.
   *
   * @param system trace system
   * @param event event name; a compiler's suffix such as {@code .part.0} is ignored if the full
   *     name is not bound
   * @param recordedFields names of the recorded fields
   * @return null if the event has no kind
   */
  public @Nullable Binding find(String system, String event, Set<String> recordedFields) {
    for (Binding binding : byName(event)) {
      if ((binding.system() == null || binding.system().equals(system))
          && recordedFields.containsAll(binding.requires())) {
        return binding;
      }
    }
    return null;
  }

  /**
   * All bindings for an event name, for captures that do not tell the system. The first one applies
   * whose {@link Binding#requires} are all found in the event's text.
   *
   * @return empty if the event has no kind
   */
  public List<Binding> byName(String event) {
    List<Binding> bindings = byEvent.get(event);
    if (bindings == null) {
      bindings = byEvent.get(CLONE_SUFFIX.matcher(event).replaceFirst(""));
    }
    return bindings == null ? List.of() : bindings;
  }

  /**
   * All bindings for an event by the name a recording has, which may have the trace system in front
   * ({@code kvm:kvm_entry}); then those of other systems do not apply.
   *
   * @return empty if the event has no kind
   */
  public List<Binding> byRecordedName(String name) {
    int colon = name.indexOf(':');
    if (colon <= 0) {
      return byName(name);
    }
    String system = name.substring(0, colon);
    return byName(name.substring(colon + 1)).stream()
        .filter(binding -> binding.system() == null || binding.system().equals(system))
        .toList();
  }

  /** Loads the built-in packs when they are first asked for. */
  private static final class Builtin {
    static final BindingPacks PACKS =
        new BindingPacks(BUILTIN.stream().map(Builtin::load).toList(), IdFormats.NONE);

    private Builtin() {}

    private static BindingPack load(String name) {
      String resource = name + ".json";
      try (InputStream in = BindingPacks.class.getResourceAsStream(resource)) {
        if (in == null) {
          throw new AssertionError("built-in pack " + resource + " is missing");
        }
        return PackReader.read(resource, in);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
