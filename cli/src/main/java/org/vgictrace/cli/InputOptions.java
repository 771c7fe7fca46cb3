package org.vgictrace.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.vgictrace.parser.bind.BindingPack;
import org.vgictrace.parser.bind.BindingPacks;
import org.vgictrace.parser.bind.PackReader;
import picocli.CommandLine.Option;

/** How captures are read. */
final class InputOptions {
  @Option(
      names = "--bind",
      paramLabel = "PACK",
      description =
          "Binding pack (JSON) that says what your own probes mean; searched before the built-in"
              + " ones.")
  private List<Path> bind = new ArrayList<>();

  /** The packs in force. */
  BindingPacks packs() throws IOException {
    if (bind.isEmpty()) {
      return BindingPacks.builtin();
    }
    List<BindingPack> packs = new ArrayList<>();
    for (Path file : bind) {
      packs.add(PackReader.read(file));
    }
    return BindingPacks.with(packs);
  }
}
