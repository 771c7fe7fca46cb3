package org.vgictrace.parser.rows;

import java.io.IOException;
import org.vgictrace.parser.Capture;
import org.vgictrace.parser.CaptureFormat;
import org.vgictrace.parser.bind.BindingPacks;
import org.vgictrace.parser.input.Head;
import org.vgictrace.parser.input.Input;
import org.vgictrace.parser.lines.InputLines;
import org.vgictrace.parser.lines.LineSource;

/**
 * CSV with a line of column names, and JSON lines, as scripts print them. Recognised by that line
 * or by the first object; what a tool prints before may be {@value RowHead#FOREIGN_MAX} lines.
 */
public final class RowText implements CaptureFormat {

  @Override
  public Match match(Head head) {
    RowHead beginning = new RowHead();
    try {
      beginning.read(InputLines.ofHead(head));
    } catch (IOException e) {
      throw new AssertionError("memory cannot fail", e);
    }
    if (beginning.isRows()) {
      return Match.YES;
    }
    return beginning.isDecided() || head.complete() ? Match.NO : Match.MORE;
  }

  @Override
  public Capture open(Input input, BindingPacks packs) throws IOException {
    RowHead head = new RowHead();
    LineSource lines = InputLines.of(input);
    head.read(lines);
    lines.rewind();
    return new RowCapture(input, lines, packs, head);
  }
}
