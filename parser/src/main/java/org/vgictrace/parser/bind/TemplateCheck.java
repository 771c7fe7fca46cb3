package org.vgictrace.parser.bind;

import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.vgictrace.parser.diag.InputException;

/**
 * Checks the notation of text templates when a pack is read, so that a mistake is reported with its
 * place and not when the first event of that name is met. The text reader is what gives templates
 * their meaning; see {@code PACKS.md}.
 */
final class TemplateCheck {
  /** Most fields one template may name. */
  static final int FIELDS_MAX = 32;

  private static final Pattern PLACEHOLDER =
      Pattern.compile(
          "(?<name>[A-Za-z_][A-Za-z0-9_]*)"
              + "(?<shape>:hex|:word|:rest|:flag\\([^,()]+,[^,()]+\\)|(\\|[^|=]*=-?(0x[0-9a-f]{1,15}|[0-9]{1,18}))+)?");

  private final Json json;
  private final String template;
  private final Set<String> fields = new TreeSet<>();

  private TemplateCheck(Json json) throws InputException {
    this.json = json;
    this.template = json.string();
  }

  /**
   * Checks one template.
   *
   * @param wanted fields that some column takes
   * @param required fields that the template must have
   * @return the template
   */
  static String check(Json json, Collection<String> wanted, List<String> required)
      throws InputException {
    TemplateCheck check = new TemplateCheck(json);
    check.placeholders();
    for (String field : check.fields) {
      if (!wanted.contains(field)) {
        throw json.wrong(
            "no column takes the field \""
                + field
                + "\"; use {*} to skip it; nearest: "
                + Nearest.to(field, wanted));
      }
    }
    for (String field : required) {
      if (!check.fields.contains(field)) {
        throw json.wrong("the required field \"" + field + "\" is not in the text");
      }
    }
    return check.template;
  }

  private void placeholders() throws InputException {
    int end = 0;
    boolean afterText = false;
    for (int open = template.indexOf('{'); open >= 0; open = template.indexOf('{', end)) {
      if (afterText && open == end) {
        throw json.wrong("{*}, :word and :rest must be followed by literal text, not by another {");
      }
      int close = template.indexOf('}', open);
      if (close < 0) {
        throw json.wrong("a { is not closed");
      }
      afterText = isText(template.substring(open + 1, close));
      end = close + 1;
    }
    if (fields.size() > FIELDS_MAX) {
      throw json.wrong("more than " + FIELDS_MAX + " fields");
    }
  }

  /** Notes the field of a placeholder; true if it stands for text of any length. */
  private boolean isText(String inside) throws InputException {
    if (inside.equals("*")) {
      return true;
    }
    Matcher matcher = PLACEHOLDER.matcher(inside);
    if (!matcher.matches()) {
      throw json.wrong(
          "not a placeholder: {"
              + inside
              + "}; write {f}, {f:hex}, {f:word}, {f:rest}, {f:flag(a,b)}, {f|NAME=1|OTHER=2} or {*}");
    }
    fields.add(matcher.group("name"));
    String shape = matcher.group("shape");
    return ":word".equals(shape) || ":rest".equals(shape);
  }
}
