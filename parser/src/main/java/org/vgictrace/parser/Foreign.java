package org.vgictrace.parser;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;
import org.vgictrace.parser.input.Head;

/** Says of content that no format recognises what it may be and what to give instead. */
final class Foreign {
  /** Start and duration of a call: {@code 1.789 ( 0.002 ms): task/12 ioctl(}. */
  private static final Pattern PERF_TRACE =
      Pattern.compile("^ *\\d+\\.\\d+ \\( *(\\d+\\.\\d+ ms)? *\\): \\S.*", Pattern.DOTALL);

  private static final String ELF = "\177ELF";
  private static final int TAR_MAGIC = 257;
  private static final int TEXT_MAX = 400;

  /** A page starts with a time stamp and, in the next word, its length in bytes. */
  private static final int COMMIT = Long.BYTES;

  private static final long COMMIT_MAX = 0xffff;

  private Foreign() {}

  /** The hint, empty if nothing can be said. */
  static String hint(Head head) {
    if (head.startsWith(ELF.getBytes(StandardCharsets.ISO_8859_1))) {
      return "; this is a program or a kernel, which 'vgictrace probes' reads";
    }
    String text = text(head, 0, TEXT_MAX);
    if (text(head, TAR_MAGIC, 5).equals("ustar")) {
      return "; this is a tar archive, unpack it first";
    }
    if (PERF_TRACE.matcher(text).matches()) {
      return "; this looks like the text of perf trace, which has no events: use perf record";
    }
    if (isPage(head, ByteOrder.LITTLE_ENDIAN) || isPage(head, ByteOrder.BIG_ENDIAN)) {
      return "; if these are pages of a ring buffer (trace_pipe_raw), give the directory that holds"
          + " them and the formats of the events";
    }
    return "";
  }

  private static boolean isPage(Head head, ByteOrder order) {
    if (head.length() < COMMIT + Long.BYTES) {
      return false;
    }
    ByteBuffer bytes = ByteBuffer.wrap(head.bytes(), 0, head.length()).order(order);
    long commit = bytes.getLong(COMMIT);
    return bytes.getLong(0) > 0
        && commit > 0
        && commit <= COMMIT_MAX
        && commit % Integer.BYTES == 0;
  }

  private static String text(Head head, int from, int length) {
    int end = Math.min(head.length(), from + length);
    return from >= end
        ? ""
        : new String(head.bytes(), from, end - from, StandardCharsets.ISO_8859_1);
  }
}
