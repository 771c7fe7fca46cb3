package org.vgictrace.parser.ftracetext;

import java.io.IOException;
import org.vgictrace.parser.Capture;
import org.vgictrace.parser.CaptureFormat;
import org.vgictrace.parser.bind.BindingPacks;
import org.vgictrace.parser.input.Head;
import org.vgictrace.parser.input.Input;
import org.vgictrace.parser.lines.InputLines;

/** The text of {@code perf script}, with any choice of fields that has the time and the event. */
public final class PerfScript implements CaptureFormat {

  @Override
  public Match match(Head head) {
    PerfScriptHead beginning = new PerfScriptHead();
    try {
      beginning.match(InputLines.ofHead(head));
    } catch (IOException e) {
      throw new AssertionError("memory cannot fail", e);
    }
    if (beginning.isPerf()) {
      return Match.YES;
    }
    return beginning.isDecided() || head.complete() ? Match.NO : Match.MORE;
  }

  @Override
  public Capture open(Input input, BindingPacks packs) throws IOException {
    return PerfScriptCapture.open(input, InputLines.of(input), packs);
  }
}
