package org.vgictrace.analysis.report;

import java.io.IOException;
import java.util.List;
import java.util.stream.IntStream;
import org.vgictrace.analysis.text.Layout;

/** Writes lines and labelled paragraphs. */
final class Lines {
  private final Appendable out;

  Lines(Appendable out) {
    this.out = out;
  }

  Lines line(String text) throws IOException {
    out.append(text).append('\n');
    return this;
  }

  Lines blank() throws IOException {
    out.append('\n');
    return this;
  }

  /** A label in its own column and a text beside it, wrapped within {@link Layout#WIDTH}. */
  Lines entry(int indent, int labelWidth, String label, String text) throws IOException {
    for (String line : labelled(indent, labelWidth, label, text, Integer.MAX_VALUE)) {
      line(line);
    }
    return this;
  }

  /** The lines of a label and the text beside it, at most so many. */
  static List<String> labelled(
      int indent, int labelWidth, String label, String text, int linesMax) {
    int column = indent + labelWidth;
    List<String> wrapped = Layout.wrap(text, Layout.WIDTH - column, linesMax);
    String first = " ".repeat(indent) + Layout.left(label, labelWidth);
    String later = " ".repeat(column);
    return IntStream.range(0, wrapped.size())
        .mapToObj(i -> (i == 0 ? first : later) + wrapped.get(i))
        .toList();
  }
}
