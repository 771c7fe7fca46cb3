package org.vgictrace.parser.bind;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.vgictrace.parser.bind.Binding.FieldBinding;
import org.vgictrace.parser.diag.InputException;

/**
 * The notation of a field in a pack: {@code name}, {@code name[i]}, {@code name.s}, {@code
 * name.s:n}.
 */
final class FieldSpec {
  /**
   * Longest array that ftrace's probes can record is 64 elements; tracepoints stay far below this
   * limit as well.
   */
  private static final int ELEMENT_MAX = 1023;

  private static final Pattern SPEC =
      Pattern.compile(
          "([A-Za-z_][A-Za-z0-9_]*)(?:\\[(\\d{1,4})\\])?(?:\\.(\\d{1,2})(?::(\\d{1,2}))?)?");

  private FieldSpec() {}

  static FieldBinding parse(int column, Json json) throws InputException {
    Matcher matcher = SPEC.matcher(json.string());
    if (!matcher.matches()) {
      throw json.wrong(
          "not a field: " + json.shown() + "; write name, name[i], name.bit or name.bit:count");
    }
    int element = matcher.group(2) == null ? -1 : Integer.parseInt(matcher.group(2));
    if (element > ELEMENT_MAX) {
      throw json.wrong("element beyond " + ELEMENT_MAX + ": " + json.shown());
    }
    int shift = 0;
    int bits = Long.SIZE;
    if (matcher.group(3) != null) {
      shift = Integer.parseInt(matcher.group(3));
      bits = matcher.group(4) == null ? 1 : Integer.parseInt(matcher.group(4));
      if (bits < 1 || shift + bits > Long.SIZE) {
        throw json.wrong("bits outside a 64-bit value: " + json.shown());
      }
    }
    return new FieldBinding(column, matcher.group(1), element, shift, bits);
  }
}
