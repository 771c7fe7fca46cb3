package org.vgictrace.parser.xentrace;

import java.util.Arrays;
import org.vgictrace.parser.Capture;
import org.vgictrace.parser.CaptureFormat;
import org.vgictrace.parser.bind.BindingPacks;
import org.vgictrace.parser.input.Head;
import org.vgictrace.parser.input.Input;
import org.vgictrace.parser.input.LogLines;

/**
 * What {@code xenalyze --dump-all} prints, recognised by its first line that stands for a record.
 * The text lacks what the binary has: device emulation is left out, the codes of guest exits are
 * names, payloads are shortened. Read the binary where there is one.
 */
public final class XenalyzeDump implements CaptureFormat {

  @Override
  public Match match(Head head) {
    byte[] b = Arrays.copyOf(head.bytes(), head.length() + LogLines.PAD_BYTES);
    DumpLine line = new DumpLine();
    DumpShapes shapes = new DumpShapes();
    for (int start = 0; ; ) {
      int end = LogLines.lineEnd(b, start, head.length());
      if (end < 0) {
        return head.complete() ? Match.NO : Match.MORE;
      }
      if (line.read(b, start, end)
          && (shapes.read(b, line.body, end) != null
              || DumpCapture.isBracketed(b, line.body, end))) {
        return Match.YES;
      }
      start = end + 1;
    }
  }

  @Override
  public Capture open(Input input, BindingPacks packs) {
    return new DumpCapture(input);
  }
}
