package org.vgictrace.parser.xentrace;

import java.io.IOException;
import org.vgictrace.parser.Capture;
import org.vgictrace.parser.CaptureFormat;
import org.vgictrace.parser.bind.BindingPacks;
import org.vgictrace.parser.input.Head;
import org.vgictrace.parser.input.Input;

/**
 * The binary that {@code xentrace} writes, Xen 4.8 to 4.22, in either byte order. It has no header:
 * it begins with the record that every window of records begins with.
 */
public final class Xentrace implements CaptureFormat {

  @Override
  public Match match(Head head) {
    return isLittleEndian(head) || isBigEndian(head) ? Match.YES : Match.NO;
  }

  @Override
  public Capture open(Input input, BindingPacks packs) throws IOException {
    return XentraceCapture.open(input, isBigEndian(input.head()), packs.idFormats());
  }

  private static boolean isLittleEndian(Head head) {
    return head.startsWith((byte) 0x03, (byte) 0xf0, (byte) 0x01, (byte) 0x20);
  }

  private static boolean isBigEndian(Head head) {
    return head.startsWith((byte) 0x20, (byte) 0x01, (byte) 0xf0, (byte) 0x03);
  }
}
