package org.vgictrace.parser.perf;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.vgictrace.parser.Capture;
import org.vgictrace.parser.CaptureFormat;
import org.vgictrace.parser.bind.BindingPacks;
import org.vgictrace.parser.diag.InputException;
import org.vgictrace.parser.input.Head;
import org.vgictrace.parser.input.Input;
import org.vgictrace.parser.input.Inputs;

/** Recognises and opens {@code perf.data}. */
public final class PerfDataFormat implements CaptureFormat {
  /** What {@code perf record --threads} names its files (tools/perf/util/data.c). */
  private static final String DIRECTORY_HEAD = "data";

  private static final String DATA_FILES = "data.*";

  /** Files of samples that are opened at a time; perf makes one per CPU. Each holds memory. */
  private static final int FILES_MAX = 256;

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

  @Override
  public @Nullable Capture openDirectory(Path directory, BindingPacks packs) throws IOException {
    Path first = directory.resolve(DIRECTORY_HEAD);
    if (!Files.isRegularFile(first)) {
      return null;
    }
    List<Input> inputs = new ArrayList<>();
    boolean opened = false;
    try {
      inputs.add(Inputs.open(first));
      if (match(inputs.get(0).head()) != Match.YES) {
        return null;
      }
      List<Path> files = dataFiles(directory);
      if (files.size() > FILES_MAX) {
        throw new InputException(
            directory.toString(),
            "has " + files.size() + " files of samples, at most " + FILES_MAX);
      }
      for (Path file : files) {
        inputs.add(Inputs.open(file));
      }
      Capture capture = PerfDataCapture.openDirectory(directory.toString(), inputs, packs);
      opened = true;
      return capture;
    } finally {
      if (!opened) {
        for (Input input : inputs) {
          input.close();
        }
      }
    }
  }

  /** The files {@code data.NUMBER}, ascending. */
  private static List<Path> dataFiles(Path directory) throws IOException {
    SortedMap<Integer, Path> files = new TreeMap<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory, DATA_FILES)) {
      for (Path file : entries) {
        String name = String.valueOf(file.getFileName());
        int number = number(name.substring(name.indexOf('.') + 1));
        if (number >= 0 && Files.isRegularFile(file)) {
          files.put(number, file);
        }
      }
    }
    return List.copyOf(files.values());
  }

  private static int number(String text) {
    boolean digits = text.length() < 6 && text.chars().allMatch(c -> c >= '0' && c <= '9');
    return digits && !text.isEmpty() ? Integer.parseInt(text) : -1;
  }
}
