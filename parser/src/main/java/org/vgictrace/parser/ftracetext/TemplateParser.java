package org.vgictrace.parser.ftracetext;

import java.util.ArrayList;
import java.util.List;

/** Takes the source of a {@link TextTemplate} apart. Used once per template. */
final class TemplateParser {
  private final String source;
  private final List<String> fields;
  private final List<TextTemplate.Part> parts = new ArrayList<>();

  /**
   * @param fields receives the names of the fields in the order of their first use
   */
  TemplateParser(String source, List<String> fields) {
    this.source = source;
    this.fields = fields;
  }

  List<TextTemplate.Part> parse() {
    String text = source.strip();
    int p = 0;
    while (p < text.length()) {
      int open = text.indexOf('{', p);
      int literalEnd = open < 0 ? text.length() : open;
      if (literalEnd > p) {
        parts.add(TextTemplate.Part.literal(text.substring(p, literalEnd).replaceAll("\\s+", " ")));
      }
      if (open < 0) {
        break;
      }
      int close = text.indexOf('}', open);
      if (close < 0) {
        throw malformed("no } for the { at " + open);
      }
      add(placeholder(text.substring(open + 1, close)));
      p = close + 1;
    }
    return parts;
  }

  private void add(TextTemplate.Part part) {
    boolean afterText =
        !parts.isEmpty() && parts.get(parts.size() - 1).shape == TextTemplate.Shape.TEXT;
    if (afterText) {
      throw malformed("a text placeholder must be followed by literal text");
    }
    parts.add(part);
  }

  private TextTemplate.Part placeholder(String inside) {
    if (inside.equals("*")) {
      return TextTemplate.Part.text(-1, "");
    }
    int bar = inside.indexOf('|');
    if (bar >= 0) {
      return symbols(slot(inside.substring(0, bar)), inside.substring(bar + 1));
    }
    int colon = inside.indexOf(':');
    String field = colon < 0 ? inside : inside.substring(0, colon);
    String shape = colon < 0 ? "" : inside.substring(colon + 1);
    if (shape.startsWith("flag(") && shape.endsWith(")")) {
      return flag(slot(field), shape.substring("flag(".length(), shape.length() - 1));
    }
    return switch (shape) {
      case "" -> TextTemplate.Part.number(TextTemplate.Shape.NUMBER, slot(field));
      case "hex" -> TextTemplate.Part.number(TextTemplate.Shape.HEX, slot(field));
      case "word", "rest" -> TextTemplate.Part.text(slot(field), field);
      default -> throw malformed("unknown placeholder {" + inside + "}");
    };
  }

  private TextTemplate.Part symbols(int slot, String list) {
    List<String> names = new ArrayList<>();
    List<Long> codes = new ArrayList<>();
    for (String item : list.split("\\|", -1)) {
      int equals = item.lastIndexOf('=');
      if (equals < 0) {
        throw malformed("symbol without =code: " + item);
      }
      names.add(item.substring(0, equals));
      try {
        codes.add(Long.decode(item.substring(equals + 1)));
      } catch (NumberFormatException e) {
        throw new IllegalArgumentException(
            "template \"" + source + "\": code is not a number: " + item, e);
      }
    }
    return TextTemplate.Part.symbol(slot, names, codes, true);
  }

  private TextTemplate.Part flag(int slot, String words) {
    String[] pair = words.split(",", -1);
    if (pair.length != 2 || pair[0].isEmpty() || pair[1].isEmpty()) {
      throw malformed("flag needs two words: " + words);
    }
    return TextTemplate.Part.symbol(slot, List.of(pair), List.of(1L, 0L), false);
  }

  private int slot(String field) {
    if (field.isEmpty()) {
      throw malformed("placeholder without a field name");
    }
    int known = fields.indexOf(field);
    if (known >= 0) {
      return known;
    }
    if (fields.size() == TextTemplate.FIELDS_MAX) {
      throw malformed("more than " + TextTemplate.FIELDS_MAX + " fields");
    }
    fields.add(field);
    return fields.size() - 1;
  }

  private IllegalArgumentException malformed(String what) {
    return new IllegalArgumentException("template \"" + source + "\": " + what);
  }
}
