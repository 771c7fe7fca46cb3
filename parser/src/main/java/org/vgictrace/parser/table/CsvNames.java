package org.vgictrace.parser.table;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.vgictrace.parser.event.Names;

/** The CSV cells of a capture's names. */
final class CsvNames {
  private final Names names;
  private final CsvText text = new CsvText();
  private byte[] @Nullable [] cells = new byte[256][];

  CsvNames(Names names) {
    this.names = names;
  }

  /** The cell of a name. */
  byte[] cell(int id) {
    if (id >= cells.length) {
      cells = Arrays.copyOf(cells, Math.max(id + 1, names.size()));
    }
    byte[] cell = cells[id];
    if (cell == null) {
      byte[] utf8 = names.text(id).getBytes(StandardCharsets.UTF_8);
      text.encode(utf8, 0, utf8.length);
      cell = Arrays.copyOf(text.bytes(), text.length());
      cells[id] = cell;
    }
    return cell;
  }
}
