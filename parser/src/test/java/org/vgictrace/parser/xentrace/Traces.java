package org.vgictrace.parser.xentrace;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteOrder;
import java.util.HexFormat;
import org.vgictrace.fixtures.write.XentraceWriter;
import org.vgictrace.parser.Capture;
import org.vgictrace.parser.Rows;
import org.vgictrace.parser.bind.BindingPacks;
import org.vgictrace.parser.input.Inputs;

/** Reads traces for tests. */
final class Traces {
  private Traces() {}

  static XentraceWriter little() {
    return new XentraceWriter(ByteOrder.LITTLE_ENDIAN);
  }

  static Rows read(XentraceWriter trace) throws IOException {
    return read(trace.bytes(), BindingPacks.builtin());
  }

  static Rows readHex(String hex) throws IOException {
    return read(HexFormat.of().parseHex(hex.replaceAll("\\s", "")), BindingPacks.builtin());
  }

  static Rows read(byte[] trace, BindingPacks packs) throws IOException {
    try (Capture capture =
        new Xentrace().open(Inputs.open("test", new ByteArrayInputStream(trace)), packs)) {
      return Rows.of(capture);
    }
  }

  /** The one row of one record on CPU 0 at time 1000 that follows the start of d1v0. */
  static String row(int event, boolean timed, long... words) throws IOException {
    XentraceWriter trace = little().window(0).timed(0x21101, 1000, 0x10000);
    Rows rows = read(timed ? trace.timed(event, 1001, words) : trace.untimed(event, words));
    String line = rows.lines().get(1);
    return line.substring(line.indexOf("] ") + 2);
  }
}
