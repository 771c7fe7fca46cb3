package org.vgictrace.parser.perf;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.BitSet;
import org.vgictrace.parser.diag.InputException;
import org.vgictrace.parser.diag.Place;
import org.vgictrace.parser.input.RandomBytes;
import org.vgictrace.parser.record.Cursor;
import org.vgictrace.parser.record.DamageException;

/**
 * The beginning of a file (struct perf_file_header of tools/perf/util/header.h), of which a pipe
 * has the first two fields:
 *
 * <pre>
 *   0       8             16          24              40             56              72       104
 *   | magic | header size | attr size | attrs section | data section | types section | features |
 * </pre>
 *
 * Sections are offset and size. Numbers are in the byte order of the recording machine, which the
 * magic tells.
 *
 * @param bigEndian byte order
 * @param pipe whether it is the beginning of a stream, which has nothing else
 * @param attrBytes bytes per entry of the attributes
 * @param attrs where they are
 * @param data where the records are
 * @param features which features follow the data
 */
record FileHeader(
    boolean bigEndian, boolean pipe, long attrBytes, Section attrs, Section data, BitSet features) {
  static final String LITTLE_ENDIAN = "PERFILE2";
  static final String BIG_ENDIAN = "2ELIFREP";

  /** Files of 2009 and 2010. */
  static final String FIRST_VERSION = "PERFFILE";

  static final int PIPE_BYTES = 16;
  private static final int FILE_BYTES = 104;
  private static final int FEATURE_WORDS = 4;

  /** A machine that records has a name: tells how the bits of the features are laid out. */
  private static final int HOST_NAME = 3;

  /** A range of the file, not checked yet. */
  record Section(long offset, long size) {
    /** End of the range within a file; the offset is within it. */
    long end(long fileBytes) {
      return size < 0 || size > fileBytes - offset ? fileBytes : offset + size;
    }

    /** Whether all of it is within a file. */
    boolean isWithin(long fileBytes) {
      return offset >= 0 && size >= 0 && offset <= fileBytes && size <= fileBytes - offset;
    }
  }

  static byte[] magic(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  /** Reads it from a file that begins with one of the magics. */
  static FileHeader read(String name, RandomBytes file) throws IOException {
    Cursor start = Cursor.of(file, false, 0);
    try {
      String magic = new String(start.bytes(LITTLE_ENDIAN.length()), StandardCharsets.ISO_8859_1);
      if (magic.equals(FIRST_VERSION)) {
        throw new InputException(
            name, Place.at(0), "perf.data of the first version (2009), which is not supported");
      }
      boolean bigEndian = magic.equals(BIG_ENDIAN);
      Cursor in = start.inOrder(bigEndian);
      long size = in.u64();
      if (size == PIPE_BYTES) {
        Section none = new Section(0, 0);
        return new FileHeader(bigEndian, true, 0, none, none, new BitSet());
      }
      if (size != FILE_BYTES) {
        throw new InputException(
            name,
            Place.at(8),
            "header of " + Long.toUnsignedString(size) + " bytes, not 104 or 16");
      }
      long attrBytes = in.u64();
      Section attrs = new Section(in.u64(), in.u64());
      Section data = new Section(in.u64(), in.u64());
      in.skip(2 * Long.BYTES);
      return new FileHeader(bigEndian, false, attrBytes, attrs, data, features(in));
    } catch (DamageException e) {
      throw new InputException(name, e.place(), "header: " + e.getMessage());
    }
  }

  /**
   * The bits are those of an array of the recording machine's {@code long}, which matters only
   * where the upper half of a 64-bit number comes first.
   */
  private static BitSet features(Cursor in) throws IOException, DamageException {
    long[] words = new long[FEATURE_WORDS];
    for (int i = 0; i < FEATURE_WORDS; i++) {
      words[i] = in.u64();
    }
    if ((words[0] >>> HOST_NAME & 1) == 0 && (words[0] >>> HOST_NAME + Integer.SIZE & 1) != 0) {
      for (int i = 0; i < FEATURE_WORDS; i++) {
        words[i] = Long.rotateLeft(words[i], Integer.SIZE);
      }
    }
    return BitSet.valueOf(words);
  }
}
