package org.vgictrace.parser.bind;

import java.util.List;

/**
 * A named set of bindings.
 *
 * @param name such as {@code stock}, {@code vgic}, {@code vx}, {@code vendor}
 * @param doc one sentence
 * @param bindings in the order of the file; several for one event name are alternatives, first
 *     match by fields wins
 * @param others events the pack knows and deliberately leaves to {@link
 *     org.vgictrace.parser.event.Kind#OTHER}
 */
public record BindingPack(String name, String doc, List<Binding> bindings, List<Unbound> others) {
  public BindingPack {
    bindings = List.copyOf(bindings);
    others = List.copyOf(others);
  }

  /**
   * Events that stay without a kind.
   *
   * @param why the reason, one sentence
   * @param events their names
   */
  public record Unbound(String why, List<String> events) {
    public Unbound {
      events = List.copyOf(events);
    }
  }
}
