package org.vgictrace.analysis.probes;

import java.util.ArrayList;
import java.util.List;

/**
 * What a field of a probe records, as the catalogue says it:
 *
 * <pre>
 *   name=argument:type               the argument itself
 *   name=argument->path:type         a member of the structure it points to
 *   name=argument->@offset:type      so many bytes behind where it points to
 *   name=$result:type                what the function returns
 * </pre>
 *
 * {@code ?name} is not missed where a kernel does not have it. Without {@code !name} the probe is
 * useless. A type with {@code +} may be wider than the member: what follows is recorded with it.
 *
 * @param name of the field
 * @param need what its absence means
 * @param argument name of the function's parameter; empty for its result
 * @param path of the member, empty for the argument itself
 * @param type how to record it
 * @param readsOn whether it may be wider than the member
 */
record FieldSpec(
    String name, Need need, String argument, String path, FetchType type, boolean readsOn) {
  /** What the absence of a field means. */
  enum Need {
    /** The kernel is of another release; nothing to report. */
    IF_THERE,
    /** The probe is set without it, and that is reported. */
    WANTED,
    /** The probe is not set. */
    KEY
  }

  static final String RESULT = "$result";

  /** Reads blank-separated fields. */
  static List<FieldSpec> parseAll(String text) {
    List<FieldSpec> fields = new ArrayList<>();
    for (String field : text.split(" ", -1)) {
      fields.add(parse(field));
    }
    return fields;
  }

  private static FieldSpec parse(String text) {
    Need need =
        switch (text.charAt(0)) {
          case '?' -> Need.IF_THERE;
          case '!' -> Need.KEY;
          default -> Need.WANTED;
        };
    int name = need == Need.WANTED ? 0 : 1;
    int equals = text.indexOf('=');
    int colon = text.lastIndexOf(':');
    String value = text.substring(equals + 1, colon);
    int arrow = value.indexOf("->");
    boolean readsOn = text.endsWith("+");
    String type = text.substring(colon + 1, text.length() - (readsOn ? 1 : 0));
    return new FieldSpec(
        text.substring(name, equals),
        need,
        value.equals(RESULT) ? "" : arrow < 0 ? value : value.substring(0, arrow),
        arrow < 0 ? "" : value.substring(arrow + 2),
        FetchType.parse(type),
        readsOn);
  }

  /** Whether it records what the function returns. */
  boolean isResult() {
    return argument.isEmpty();
  }
}
