package org.vgictrace.parser.xenconsole;

import org.vgictrace.parser.Capture;
import org.vgictrace.parser.CaptureFormat;
import org.vgictrace.parser.bind.BindingPacks;
import org.vgictrace.parser.input.Head;
import org.vgictrace.parser.input.Input;
import org.vgictrace.parser.input.LogLines;

/** The log of a Xen console, recognised by a line that a debug key printed. */
public final class XenConsole implements CaptureFormat {

  @Override
  public Match match(Head head) {
    byte[] b = head.bytes();
    ConsoleLine line = new ConsoleLine();
    DumpText text = new DumpText();
    for (int start = 0; ; ) {
      int end = LogLines.lineEnd(b, start, head.length());
      if (end < 0) {
        return head.complete() ? Match.NO : Match.MORE;
      }
      if (line.read(b, start, end) && text.read(line.text()) != DumpText.Line.OTHER) {
        return Match.YES;
      }
      start = end + 1;
    }
  }

  @Override
  public Capture open(Input input, BindingPacks packs) {
    return new ConsoleCapture(input);
  }
}
