package org.vgictrace.parser.table;

import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.vgictrace.parser.Capture;
import org.vgictrace.parser.CaptureMeta;
import org.vgictrace.parser.diag.InputException;

/** Writes and reads converted captures. */
public final class TableDirectory {
  private TableDirectory() {}

  /**
   * Starts a converted capture.
   *
   * @param target the directory, which must not exist or be empty; it appears when the writer is
   *     finished
   * @param replace whether a converted capture that is there is replaced
   * @param meta head of the capture that is converted
   * @param compression for {@link TableLayout#ARROW}; CSV files are never compressed
   * @throws java.nio.file.FileAlreadyExistsException if the target is in use
   */
  public static TableWriter create(
      Path target,
      boolean replace,
      TableLayout layout,
      TableCompression compression,
      CaptureMeta meta)
      throws IOException {
    return switch (layout) {
      case ARROW -> new ArrowDirectoryWriter(target, replace, meta, compression);
      case CSV -> new CsvDirectoryWriter(target, replace, meta);
    };
  }

  /**
   * Opens a converted capture of either layout.
   *
   * @return null if the directory has no {@code capture.json}
   * @throws InputException if the directory is damaged
   */
  public static @Nullable Capture open(Path directory) throws IOException {
    CaptureFile head = CaptureFileReader.read(directory);
    if (head == null) {
      return null;
    }
    return switch (head.layout()) {
      case ARROW -> new ArrowDirectoryCapture(directory, head);
      case CSV -> new CsvDirectoryCapture(directory, head);
    };
  }
}
