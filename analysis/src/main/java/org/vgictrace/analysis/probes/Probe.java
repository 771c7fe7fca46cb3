package org.vgictrace.analysis.probes;

import java.util.List;

/**
 * A probe for one kernel.
 *
 * @param event name of its event, in the group {@value #GROUP}
 * @param function symbol where it is set
 * @param onReturn whether it fires when the function returns
 * @param look whether it only looks on, very often
 * @param fields what it records, in this order
 */
public record Probe(
    String event, String function, boolean onReturn, boolean look, List<Fetch> fields) {
  /** The trace system of all probes; the binding pack of this name knows them. */
  public static final String GROUP = "vgic";

  /** The names of the recorded fields. */
  public List<String> fieldNames() {
    return fields.stream().map(Fetch::name).toList();
  }
}
