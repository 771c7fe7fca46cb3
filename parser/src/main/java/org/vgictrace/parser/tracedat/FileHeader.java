package org.vgictrace.parser.tracedat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.vgictrace.parser.diag.InputException;
import org.vgictrace.parser.diag.Place;
import org.vgictrace.parser.record.Cursor;
import org.vgictrace.parser.record.DamageException;

/**
 * What a file starts with:
 *
 * <pre>
 *   0   17 08 44            3  "tracing"       10  version, NUL
 *   ..  byte order (0 little, 1 big)    ..  user-space long size    ..  u32 page size
 *   version 7 only:  compression name, NUL   its version, NUL   u64 offset of the first options section
 * </pre>
 *
 * @param version 6 or 7
 * @param bigEndian byte order of all further numbers
 * @param longBytes size of user space's {@code long}; says nothing about the kernel
 * @param pageBytes page size of the traced machine
 * @param compression name of the compression, {@code none} in version 6
 * @param firstOptions offset of the first options section, 0 if none was written; version 7 only
 * @param bodyOffset where the rest begins
 */
record FileHeader(
    int version,
    boolean bigEndian,
    int longBytes,
    long pageBytes,
    String compression,
    long firstOptions,
    long bodyOffset) {
  static final String NO_COMPRESSION = "none";

  private static final byte[] MAGIC = "\u0017\u0008Dtracing".getBytes(StandardCharsets.US_ASCII);

  static byte[] magic() {
    return MAGIC.clone();
  }

  /** Reads it; without it nothing can be read. */
  static FileHeader read(String file, Cursor start) throws IOException {
    Cursor in = start;
    try {
      if (!Arrays.equals(in.bytes(MAGIC.length), MAGIC)) {
        throw new InputException(file, Place.at(0), "not a trace.dat file");
      }
      String version = in.string();
      if (!version.equals("6") && !version.equals("7")) {
        throw new InputException(
            file,
            Place.at(MAGIC.length),
            "trace.dat version " + shown(version) + " is not supported");
      }
      Place orderPlace = in.place();
      int order = in.u8();
      if (order > 1) {
        throw new InputException(file, orderPlace, "byte order " + order + " is neither 0 nor 1");
      }
      int longBytes = in.u8();
      Cursor ordered = in.inOrder(order == 1);
      long pageBytes = ordered.u32();
      if (version.equals("6")) {
        return new FileHeader(
            6, order == 1, longBytes, pageBytes, NO_COMPRESSION, 0, ordered.position());
      }
      Place compressionPlace = ordered.place();
      String compression = ordered.string();
      if (!compression.equals(NO_COMPRESSION)) {
        try (Codec codec = Codec.named(compression)) {
          if (codec == null) {
            throw new InputException(
                file, compressionPlace, "compression " + shown(compression) + " is not supported");
          }
        }
      }
      ordered.string();
      long firstOptions = ordered.u64();
      return new FileHeader(
          7, order == 1, longBytes, pageBytes, compression, firstOptions, ordered.position());
    } catch (DamageException e) {
      throw new InputException(file, e.place(), "file header: " + e.getMessage());
    }
  }

  /** Untrusted text in a form fit for a message. */
  private static String shown(String text) {
    StringBuilder shown = new StringBuilder("'");
    for (char c : text.substring(0, Math.min(20, text.length())).toCharArray()) {
      shown.append(c >= ' ' && c < 0x7f ? c : '?');
    }
    return shown.append('\'').toString();
  }
}
