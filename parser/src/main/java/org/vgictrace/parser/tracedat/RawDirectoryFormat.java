package org.vgictrace.parser.tracedat;

import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.vgictrace.parser.Capture;
import org.vgictrace.parser.CaptureFormat;
import org.vgictrace.parser.bind.BindingPacks;
import org.vgictrace.parser.diag.InputException;
import org.vgictrace.parser.input.Head;
import org.vgictrace.parser.input.Input;

/** Raw ring buffers as an input format. They are directories; a file never matches. */
public final class RawDirectoryFormat implements CaptureFormat {

  @Override
  public Match match(Head head) {
    return Match.NO;
  }

  @Override
  public Capture open(Input input, BindingPacks packs) throws IOException {
    throw new InputException(input.name(), "is not a directory");
  }

  @Override
  public @Nullable Capture openDirectory(Path directory, BindingPacks packs) throws IOException {
    return RawDirectoryCapture.open(directory, packs);
  }
}
