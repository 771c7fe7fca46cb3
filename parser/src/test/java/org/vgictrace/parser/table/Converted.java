package org.vgictrace.parser.table;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SortedMap;
import java.util.TreeMap;
import org.vgictrace.parser.Capture;

/** Writes converted captures and looks into their files. */
final class Converted {
  /** The ways in which a capture can be converted. */
  enum Way {
    ARROW(TableLayout.ARROW, TableCompression.NONE),
    ARROW_ZSTD(TableLayout.ARROW, TableCompression.ZSTD),
    CSV(TableLayout.CSV, TableCompression.NONE);

    final TableLayout layout;
    final TableCompression compression;

    Way(TableLayout layout, TableCompression compression) {
      this.layout = layout;
      this.compression = compression;
    }
  }

  private Converted() {}

  /** Converts all kinds of a capture. */
  static Path write(Capture capture, Path target, Way way) throws IOException {
    try (TableWriter writer =
        TableDirectory.create(target, false, way.layout, way.compression, capture.meta())) {
      writer.finish(capture.read(RandomCapture.allKinds(), writer));
    }
    return target;
  }

  /** The files of a directory by name, as text with one character per byte. */
  static SortedMap<String, String> contents(Path directory) throws IOException {
    SortedMap<String, String> contents = new TreeMap<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
      for (Path file : files) {
        contents.put(file.getFileName().toString(), Files.readString(file, ISO_8859_1));
      }
    }
    return contents;
  }
}
