package org.vgictrace.parser.perf;

import java.io.IOException;
import org.vgictrace.parser.Capture;
import org.vgictrace.parser.CaptureFormat;
import org.vgictrace.parser.bind.BindingPacks;
import org.vgictrace.parser.input.Head;
import org.vgictrace.parser.input.Input;

/** Recognises and opens {@code perf.data}. */
public final class PerfDataFormat implements CaptureFormat {

  @Override
  public Match match(Head head) {
    boolean perf =
        head.startsWith(FileHeader.magic(FileHeader.LITTLE_ENDIAN))
            || head.startsWith(FileHeader.magic(FileHeader.BIG_ENDIAN))
            || head.startsWith(FileHeader.magic(FileHeader.FIRST_VERSION));
    return perf ? Match.YES : Match.NO;
  }

  @Override
  public Capture open(Input input, BindingPacks packs) throws IOException {
    return PerfDataCapture.open(input, packs);
  }
}
