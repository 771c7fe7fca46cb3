package org.vgictrace.parser.perf;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.vgictrace.parser.record.Cursor;
import org.vgictrace.parser.record.DamageException;
import org.vgictrace.parser.record.MetadataReader;

/**
 * Formats of the recorded tracepoints, in the layout that {@code trace.dat} version 6 begins with
 * (tools/perf/util/trace-event-info.c):
 *
 * <pre>
 *   17 08 44 "tracing" "0.6\0" u8 byte order   u8 bytes of long   u32 page size
 *   header pages, ftrace formats, event formats, kallsyms, printk formats, names of threads (0.6)
 * </pre>
 */
final class TracingData {
  private static final byte[] MAGIC = "\27\10Dtracing".getBytes(StandardCharsets.ISO_8859_1);
  private static final byte[] HEADER_EVENT = "header_event\0".getBytes(StandardCharsets.US_ASCII);
  private static final String WITHOUT_NAMES = "0.5";

  /** A damaged page header is looked behind so far. */
  private static final int SEARCH_BYTES = 64 << 10;

  private TracingData() {}

  /** Whether tracing data begins at a position. */
  static boolean isAt(Cursor in) throws IOException {
    Cursor ahead = in.at(in.position());
    if (ahead.remaining() < MAGIC.length) {
      return false;
    }
    try {
      return Arrays.equals(ahead.bytes(MAGIC.length), MAGIC);
    } catch (DamageException e) {
      return false;
    }
  }

  /** Reads it. What was read before damage stays. */
  static void read(Cursor in, Recording recording) throws IOException {
    MetadataReader reader = new MetadataReader(recording.metadata);
    try {
      if (!Arrays.equals(in.bytes(MAGIC.length), MAGIC)) {
        throw new DamageException(in.place(), "no tracing data");
      }
      String version = in.string();
      Cursor body = in.inOrder(in.u8() == 1);
      body.skip(1);
      recording.longBytes = in.u8() == Integer.BYTES ? Integer.BYTES : Long.BYTES;
      body.skip(Integer.BYTES);
      body = headerPages(body, reader, recording);
      reader.formatsAndTexts(body);
      if (!version.equals(WITHOUT_NAMES) && body.remaining() >= Long.BYTES) {
        reader.threadNames(body);
      }
    } catch (DamageException e) {
      recording.diagnostics.error("tracing-data", e.place(), "tracing data: " + e.getMessage());
    }
  }

  /** Reads the headers, which say nothing that samples need, or finds where they end. */
  private static Cursor headerPages(Cursor in, MetadataReader reader, Recording recording)
      throws IOException, DamageException {
    long start = in.position();
    try {
      reader.headerPages(in);
      return in;
    } catch (DamageException e) {
      recording.diagnostics.warning(
          "header-page", e.place(), "page layout cannot be read: " + e.getMessage());
      Cursor search = in.at(start);
      byte[] bytes = search.bytes(Math.min(SEARCH_BYTES, search.remaining()));
      for (int i = 0; i + HEADER_EVENT.length <= bytes.length; i++) {
        if (Arrays.equals(
            bytes, i, i + HEADER_EVENT.length, HEADER_EVENT, 0, HEADER_EVENT.length)) {
          Cursor behind = in.at(start + i + HEADER_EVENT.length);
          behind.skip(behind.u64());
          return behind;
        }
      }
      throw e;
    }
  }
}
