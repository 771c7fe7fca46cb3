package org.vgictrace.parser.bind;

import java.util.List;

/**
 * A named set of bindings.
 *
 * @param name such as {@code stock}, {@code vgic}, {@code vx}, {@code vendor}
 * @param doc one sentence
 * @param bindings in the order of the file; several for one event name are alternatives, first match by fields wins
 */
public record BindingPack(String name, String doc, List<Binding> bindings) {
  public BindingPack {
    bindings = List.copyOf(bindings);
  }
}
