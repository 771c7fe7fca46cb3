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

  /** Address and size of a record: {@code 0x6a8@perf.data [0x290]: event: 69}. */
  private static final Pattern PERF_DUMP =
      Pattern.compile("\\s*0x[0-9a-f]+(@\\S+)? \\[0x[0-9a-f]+\\]: event: \\d.*", Pattern.DOTALL);

  /** {@code task 12 [001] 63.160278: vcpu_id=0}, without the event's name. */
  private static final Pattern NO_EVENT =
      Pattern.compile("\\s*[^\n]*\\s\\d+\\s+(\\[\\d+\\]\\s+)?\\d+\\.\\d{6,9}:.*", Pattern.DOTALL);

  /** {@code task 12 [001] kvm:kvm_entry: PC: 0x40}, without the time. */
  private static final Pattern NO_TIME =
      Pattern.compile(
          "\\s*[^\n]*\\d\\s+(\\[\\d+\\]\\s+)?[a-z_0-9]+:[a-z_0-9]+: .*", Pattern.DOTALL);

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
    if (PERF_DUMP.matcher(text).matches()) {
      return "; this looks like records dumped by perf script -D: give perf.data itself";
    }
    if (NO_EVENT.matcher(text).matches()) {
      return "; if this is text of perf script, it lacks the field event (-F"
          + " comm,tid,cpu,time,event,trace)";
    }
    if (NO_TIME.matcher(text).matches()) {
      return "; if this is text of perf script, it lacks the field time (-F"
          + " comm,tid,cpu,time,event,trace)";
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
