package org.vgictrace.parser.btf;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.vgictrace.parser.diag.InputException;
import org.vgictrace.parser.diag.Place;
import org.vgictrace.parser.input.RandomBytes;

/**
 * The section table of a 64-bit ELF file, in either byte order (System V ABI, chapter 4):
 *
 * <pre>
 *   40  u64 section headers' offset   58  u16 size of one   60  u16 number   62  u16 names' section
 *
 *   a section header:  0  u32 name   24  u64 offset   32  u64 size
 * </pre>
 */
final class ElfSections {
  /** Where a section's content is in the file; it lies inside the file. */
  record Section(long offset, long size) {}

  private static final int HEADER_BYTES = 64;
  private static final int SECTION_BYTES = 64;

  private final String file;
  private final RandomBytes content;
  private final boolean bigEndian;
  private final byte[] header;

  ElfSections(String file, RandomBytes content) throws IOException {
    this.file = file;
    this.content = content;
    header = bytes(0, HEADER_BYTES);
    if (header[4] != 2) {
      throw new InputException(file, Place.at(4), "not a 64-bit ELF file");
    }
    if (header[5] != 1 && header[5] != 2) {
      throw new InputException(file, Place.at(5), "ELF file of unknown byte order");
    }
    bigEndian = header[5] == 2;
  }

  /**
   * @throws InputException if there is no such section
   */
  Section find(String name) throws IOException {
    long table = number(header, 40, 8);
    int count = (int) number(header, 60, 2);
    int names = (int) number(header, 62, 2);
    if (number(header, 58, 2) != SECTION_BYTES || names >= count) {
      throw new InputException(file, Place.at(58), "ELF file without a table of named sections");
    }
    byte[] wanted = (name + "\0").getBytes(StandardCharsets.US_ASCII);
    Section texts = section(sectionHeader(table, names), table);
    for (int i = 0; i < count; i++) {
      byte[] one = sectionHeader(table, i);
      long text = number(one, 0, 4);
      if (text + wanted.length <= texts.size()
          && Arrays.equals(bytes(texts.offset() + text, wanted.length), wanted)) {
        return section(one, table + (long) i * SECTION_BYTES);
      }
    }
    throw new InputException(
        file, Place.at(table), "no section " + name + ": built without CONFIG_DEBUG_INFO_BTF?");
  }

  private byte[] sectionHeader(long table, int index) throws IOException {
    long offset = (long) index * SECTION_BYTES;
    if (table < 0 || table > content.size() - offset) {
      throw new InputException(file, Place.at(40), "ELF section headers are beyond the file");
    }
    return bytes(table + offset, SECTION_BYTES);
  }

  private Section section(byte[] sectionHeader, long place) throws InputException {
    long offset = number(sectionHeader, 24, 8);
    long size = number(sectionHeader, 32, 8);
    if (offset < 0 || size < 0 || offset > content.size() || size > content.size() - offset) {
      throw new InputException(file, Place.at(place), "ELF section goes beyond the file");
    }
    return new Section(offset, size);
  }

  private byte[] bytes(long offset, int length) throws IOException {
    byte[] bytes = new byte[length];
    int n = content.read(offset, bytes, 0, length);
    if (n < length) {
      throw new InputException(file, Place.at(offset + n), "file ends early");
    }
    return bytes;
  }

  private long number(byte[] bytes, int at, int length) {
    long value = 0;
    for (int i = 0; i < length; i++) {
      value = value << 8 | bytes[at + (bigEndian ? i : length - 1 - i)] & 0xff;
    }
    return value;
  }
}
