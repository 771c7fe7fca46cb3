package org.vgictrace.analysis.probes;

import java.util.List;

/**
 * A probe for one kernel.
 *
 * @param event name of its event, in the group of its {@link Target}
 * @param function symbol where it is set
 * @param onReturn whether it fires when the function returns
 * @param look whether it only looks on, very often
 * @param fields what it records, in this order
 */
public record Probe(
    String event, String function, boolean onReturn, boolean look, List<Fetch> fields) {
  /** The names of the recorded fields. */
  public List<String> fieldNames() {
    return fields.stream().map(Fetch::name).toList();
  }
}
