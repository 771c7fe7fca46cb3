package org.vgictrace.parser.tracedat;

import java.io.IOException;
import org.vgictrace.parser.Capture;
import org.vgictrace.parser.CaptureFormat;
import org.vgictrace.parser.bind.BindingPacks;
import org.vgictrace.parser.input.Head;
import org.vgictrace.parser.input.Input;

/** Recognises and opens {@code trace.dat}. */
public final class TraceDatFormat implements CaptureFormat {
  private static final String PERF_VERSION = "0.";

  @Override
  public Match match(Head head) {
    byte[] magic = FileHeader.magic();
    if (!head.startsWith(magic)) {
      return Match.NO;
    }
    boolean perf =
        head.length() > magic.length + 1
            && head.bytes()[magic.length] == PERF_VERSION.charAt(0)
            && head.bytes()[magic.length + 1] == PERF_VERSION.charAt(1);
    return perf ? Match.NO : Match.YES;
  }

  @Override
  public Capture open(Input input, BindingPacks packs) throws IOException {
    return TraceDatCapture.open(input, packs);
  }
}
