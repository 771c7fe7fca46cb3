package org.vgictrace.analysis.text;

import java.util.ArrayList;
import java.util.List;

/** Fits text into lines of a bounded width. */
public final class Layout {
  /** Widest line of a report, so that it survives a mail. */
  public static final int WIDTH = 78;

  private Layout() {}

  /**
   * Breaks a paragraph at blanks into lines; a word longer than a line is cut into pieces.
   *
   * @param text one paragraph without line breaks
   * @param width widest line
   */
  public static List<String> wrap(String text, int width) {
    List<String> lines = new ArrayList<>();
    StringBuilder line = new StringBuilder();
    for (String word : text.split(" ", -1)) {
      String rest = word;
      if (line.length() > 0 && line.length() + 1 + rest.length() <= width) {
        line.append(' ').append(rest);
        continue;
      }
      if (line.length() > 0) {
        lines.add(line.toString());
        line.setLength(0);
      }
      while (rest.length() > width) {
        int end = cutAt(rest, width);
        lines.add(rest.substring(0, end));
        rest = rest.substring(end);
      }
      line.append(rest);
    }
    if (line.length() > 0 || lines.isEmpty()) {
      lines.add(line.toString());
    }
    return lines;
  }

  /**
   * Wraps a paragraph and limits it to a number of lines; the last one ends in {@code ...} if
   * something is left out.
   */
  public static List<String> wrap(String text, int width, int linesMax) {
    List<String> lines = wrap(text, width);
    if (lines.size() <= linesMax) {
      return lines;
    }
    List<String> kept = new ArrayList<>(lines.subList(0, linesMax));
    String last = kept.get(linesMax - 1);
    kept.set(linesMax - 1, last.substring(0, cutAt(last, width - 4)) + " ...");
    return kept;
  }

  /** The text, or its beginning and {@code ...} if it is wider. */
  public static String cut(String text, int width) {
    return text.length() <= width ? text : text.substring(0, cutAt(text, width - 3)) + "...";
  }

  /** Where to cut so that at most {@code width} remain and no surrogate pair is split. */
  private static int cutAt(String text, int width) {
    int end = Math.min(text.length(), width);
    return end > 1 && Character.isHighSurrogate(text.charAt(end - 1)) ? end - 1 : end;
  }

  /** The text with blanks before it up to the width. */
  public static String right(String text, int width) {
    return text.length() >= width ? text : " ".repeat(width - text.length()) + text;
  }

  /** The text with blanks after it up to the width. */
  public static String left(String text, int width) {
    return text.length() >= width ? text : text + " ".repeat(width - text.length());
  }
}
