package org.vgictrace.parser.bind;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.vgictrace.parser.diag.InputException;
import org.vgictrace.parser.diag.Place;

/**
 * Names and texts of events that a recording knows by number only, as Xen's tool {@code
 * xentrace_format} takes them from its file {@code formats} (Xen up to 4.18, tools/xentrace):
 *
 * <pre>
 * # comment
 * 0x0800f001  CPU%(cpu)d  %(tsc)d (+%(reltsc)8d)  my_event  [ irq = 0x%(1)08x, level = %(2)d ]
 * </pre>
 *
 * <p>{@code %(1)} to {@code %(7)} are payload words, with the conversions {@code d}, {@code u},
 * {@code x}, {@code X} and {@code o}. The name is what stands before the bracket; number 0, the
 * text of all other events, is passed over. Immutable.
 */
public final class IdFormats {
  /** None at all. */
  public static final IdFormats NONE = new IdFormats(Map.of());

  private static final int ID_MAX = 0x0fff_ffff;
  private static final int FILE_BYTES_MAX = 1 << 20;
  private static final String HEAD_END = "%(reltsc)";

  /**
   * One event.
   *
   * @param name what it is called
   * @param text its text, with the words' places in it
   */
  public record IdFormat(String name, String text) {

    /** The text with the words in it. */
    public String with(int[] words) {
      StringBuilder out = new StringBuilder(text.length() + 16);
      int p = 0;
      for (int at; (at = text.indexOf("%(", p)) >= 0; ) {
        out.append(text, p, at);
        p = field(out, words, at);
      }
      return out.append(text, p, text.length()).toString();
    }

    /** Appends the value of the place at an index; returns the index behind the place. */
    private int field(StringBuilder out, int[] words, int at) {
      int close = text.indexOf(')', at);
      int end = close + 1;
      while (close > 0 && end < text.length() && "0123456789-+# ".indexOf(text.charAt(end)) >= 0) {
        end++;
      }
      if (close != at + 3 || end == text.length()) {
        out.append(text, at, at + 2);
        return at + 2;
      }
      int index = text.charAt(at + 2) - '1';
      long value = index >= 0 && index < words.length ? words[index] & 0xffff_ffffL : 0;
      String digits =
          switch (text.charAt(end)) {
            case 'x' -> Long.toHexString(value);
            case 'X' -> Long.toHexString(value).toUpperCase(Locale.ROOT);
            case 'o' -> Long.toOctalString(value);
            default -> Long.toString(value);
          };
      String format = text.substring(close + 1, end);
      int width = width(format);
      char fill = format.startsWith("0") ? '0' : ' ';
      out.append(String.valueOf(fill).repeat(Math.max(0, width - digits.length()))).append(digits);
      return end + 1;
    }

    private static int width(String format) {
      int width = 0;
      for (int i = 0; i < format.length() && width < 100; i++) {
        char c = format.charAt(i);
        width = c >= '0' && c <= '9' ? width * 10 + c - '0' : width;
      }
      return Math.min(width, 100);
    }
  }

  private final Map<Integer, IdFormat> byId;

  private IdFormats(Map<Integer, IdFormat> byId) {
    this.byId = Map.copyOf(byId);
  }

  /** The event with that number; null if the file has none. */
  public @Nullable IdFormat find(int id) {
    return byId.get(id);
  }

  /**
   * Reads a file.
   *
   * @throws InputException if it is missing or a line is not of that form
   */
  public static IdFormats read(Path file) throws IOException {
    try {
      if (Files.size(file) > FILE_BYTES_MAX) {
        throw new InputException(file.toString(), "more than " + FILE_BYTES_MAX + " bytes");
      }
      return parse(
          file.toString(),
          new String(Files.readAllBytes(file), StandardCharsets.UTF_8).lines().toList());
    } catch (NoSuchFileException e) {
      throw new InputException(file.toString(), "no such file");
    }
  }

  /**
   * Reads lines.
   *
   * @param name of the file, for messages
   */
  public static IdFormats parse(String name, List<String> lines) throws InputException {
    Map<Integer, IdFormat> formats = new TreeMap<>();
    int number = 0;
    for (String line : lines) {
      number++;
      String text = line.strip();
      if (text.isEmpty() || text.startsWith("#")) {
        continue;
      }
      int blank = 0;
      while (blank < text.length() && !Character.isWhitespace(text.charAt(blank))) {
        blank++;
      }
      long id;
      try {
        id = Long.decode(text.substring(0, blank));
      } catch (NumberFormatException e) {
        throw new InputException(name, Place.line(number), "does not begin with an event id");
      }
      if (id < 0 || id > ID_MAX || blank == text.length()) {
        throw new InputException(name, Place.line(number), "not an event id and a text");
      }
      if (id != 0) {
        formats.put((int) id, format((int) id, text.substring(blank).strip()));
      }
    }
    return new IdFormats(formats);
  }

  private static IdFormat format(int id, String template) {
    int head = template.indexOf(HEAD_END);
    int close = head < 0 ? -1 : template.indexOf(')', head + HEAD_END.length());
    String body = template.substring(close + 1).strip();
    int end = 0;
    while (end < body.length() && "[(%".indexOf(body.charAt(end)) < 0) {
      end++;
    }
    String name = String.join("_", body.substring(0, end).strip().split("\\s+"));
    return new IdFormat(name.isEmpty() ? "#" + Integer.toHexString(id) : name, body);
  }
}
