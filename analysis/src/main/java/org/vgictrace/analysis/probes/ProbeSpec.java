package org.vgictrace.analysis.probes;

import java.util.List;

/**
 * A probe as the catalogue has it, for any kernel.
 *
 * @param event name of its event
 * @param level lowest level that has it
 * @param look whether it only looks on, very often, and is left disabled unless asked for
 * @param onReturn whether it fires when the function returns
 * @param functions where it may be set, best first; releases differ
 * @param fields what it records
 */
record ProbeSpec(
    String event,
    Level level,
    boolean look,
    boolean onReturn,
    List<String> functions,
    List<FieldSpec> fields) {

  /** Whether it records arguments when the function returns. */
  boolean remembersArguments() {
    return onReturn && fields.stream().anyMatch(field -> !field.isResult());
  }
}
