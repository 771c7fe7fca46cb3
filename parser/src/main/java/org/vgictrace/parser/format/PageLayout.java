package org.vgictrace.parser.format;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Layout of a ring-buffer page, as {@code events/header_page} describes it:
 *
 * <pre>
 *   0          8             8 + commitBytes                                subBufferBytes
 *   | time base | commit word | records ........................................|
 * </pre>
 *
 * @param commitBytes size of the commit word, which is the kernel's {@code long}: 4 or 8
 * @param dataOffset where the records start
 * @param dataBytes room for records
 */
public record PageLayout(int commitBytes, int dataOffset, int dataBytes) {
  private static final int TIME_BASE_BYTES = 8;
  private static final int DATA_BYTES_MAX = 64 << 20;

  /** What a kernel with that {@code long} and page size has. */
  public static PageLayout standard(int longBytes, int pageBytes) {
    int header = TIME_BASE_BYTES + longBytes;
    return new PageLayout(longBytes, header, Math.max(0, pageBytes - header));
  }

  /** Page size that goes with the layout. */
  public int subBufferBytes() {
    return dataOffset + dataBytes;
  }

  /**
   * Reads a {@code header_page} file.
   *
   * @return null if it does not describe a layout that can be
   */
  public static @Nullable PageLayout parse(byte[] file) {
    long commitBytes = -1;
    long dataOffset = -1;
    long dataBytes = -1;
    for (String line : new String(file, StandardCharsets.UTF_8).split("\n", 64)) {
      String content = line.strip();
      if (!content.startsWith("field")) {
        continue;
      }
      FieldFormat field;
      try {
        field = FieldParser.parse(content, Long.BYTES);
      } catch (FormatException e) {
        return null;
      }
      if (field.name().equals("commit")) {
        commitBytes = field.offset() == TIME_BASE_BYTES ? field.size() : -1;
      } else if (field.name().equals("data")) {
        dataOffset = field.offset();
        dataBytes = field.size();
      }
    }
    boolean possible =
        (commitBytes == 4 || commitBytes == 8)
            && dataOffset == TIME_BASE_BYTES + commitBytes
            && dataBytes > 0
            && dataBytes <= DATA_BYTES_MAX;
    return possible ? new PageLayout((int) commitBytes, (int) dataOffset, (int) dataBytes) : null;
  }
}
