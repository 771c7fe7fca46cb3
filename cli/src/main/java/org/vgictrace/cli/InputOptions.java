package org.vgictrace.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.vgictrace.parser.bind.BindingPack;
import org.vgictrace.parser.bind.BindingPacks;
import org.vgictrace.parser.bind.IdFormats;
import org.vgictrace.parser.bind.PackReader;
import picocli.CommandLine.Option;

/** How captures are read. */
final class InputOptions {
  @Option(
      names = "--bind",
      paramLabel = "PACK",
      description =
          "Binding pack (JSON) that says what your own probes, or the events in your script's rows,"
              + " mean; searched before the built-in ones.")
  private List<Path> bind = new ArrayList<>();

  @Option(
      names = "--formats",
      paramLabel = "FILE",
      description =
          "Names for further event ids of a xentrace, in the form of the file 'formats' of"
              + " xentrace_format.")
  private @Nullable Path formats;

  /** The packs and names in force. */
  BindingPacks packs() throws IOException {
    BindingPacks packs = bind.isEmpty() ? BindingPacks.builtin() : BindingPacks.with(read(bind));
    return formats == null ? packs : packs.naming(IdFormats.read(formats));
  }

  private static List<BindingPack> read(List<Path> files) throws IOException {
    List<BindingPack> packs = new ArrayList<>();
    for (Path file : files) {
      packs.add(PackReader.read(file));
    }
    return packs;
  }
}
