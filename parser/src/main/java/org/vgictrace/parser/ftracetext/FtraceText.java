package org.vgictrace.parser.ftracetext;

import java.io.IOException;
import org.vgictrace.parser.Capture;
import org.vgictrace.parser.CaptureFormat;
import org.vgictrace.parser.bind.BindingPacks;
import org.vgictrace.parser.input.Head;
import org.vgictrace.parser.input.Input;
import org.vgictrace.parser.lines.InputLines;

/**
 * The text of ftrace's {@code trace} and {@code trace_pipe} and of {@code trace-cmd report}.
 *
 * <p>Names of events carry no trace system in text. In counts by name, a name that the bindings
 * know from one system only gets it in front; a name known from several gets the system of the
 * binding that fits the event's text; all others stay bare.
 */
public final class FtraceText implements CaptureFormat {

  @Override
  public Match match(Head head) {
    if (InputLines.isWebPage(head) || InputLines.isJson(head)) {
      return Match.YES;
    }
    TextHead beginning = new TextHead((bytes, start, end) -> false);
    try {
      beginning.read(InputLines.ofHead(head));
    } catch (IOException e) {
      throw new AssertionError("memory cannot fail", e);
    }
    if (beginning.isText()) {
      return Match.YES;
    }
    return head.complete() ? Match.NO : Match.MORE;
  }

  @Override
  public Capture open(Input input, BindingPacks packs) throws IOException {
    return FtraceTextCapture.open(input, InputLines.of(input), packs::byName);
  }
}
