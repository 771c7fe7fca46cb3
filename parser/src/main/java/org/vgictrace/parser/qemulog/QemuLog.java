package org.vgictrace.parser.qemulog;

import java.io.IOException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.vgictrace.parser.Capture;
import org.vgictrace.parser.CaptureFormat;
import org.vgictrace.parser.bind.BindingPacks;
import org.vgictrace.parser.event.Names;
import org.vgictrace.parser.input.Head;
import org.vgictrace.parser.input.Input;
import org.vgictrace.parser.input.LogLines;

/**
 * The log of QEMU's {@code -trace}, recognised by its first line of an event of the GIC models: the
 * name and the text must both be theirs. Other messages of QEMU may stand before it.
 */
public final class QemuLog implements CaptureFormat {

  @Override
  public Match match(Head head) {
    if (firstEvent(head) != null) {
      return Match.YES;
    }
    return head.complete() ? Match.NO : Match.MORE;
  }

  @Override
  public Capture open(Input input, BindingPacks packs) throws IOException {
    LinePrefix first = firstEvent(input.head());
    return new QemuLogCapture(input, first != null && first.stamped);
  }

  /**
   * The prefix of the first whole line that is an event of the GIC models, null if there is none.
   */
  private static @Nullable LinePrefix firstEvent(Head head) {
    byte[] b = Arrays.copyOf(head.bytes(), head.length() + LogLines.PAD_BYTES);
    LogEvents events = new LogEvents(new Names());
    EventText text = new EventText();
    LogRow row = new LogRow();
    LinePrefix prefix = new LinePrefix();
    int start = head.startsWith((byte) 0xef, (byte) 0xbb, (byte) 0xbf) ? 3 : 0;
    while (true) {
      int next = LogLines.lineEnd(b, start, head.length());
      if (next < 0) {
        return null;
      }
      int end = next > start && b[next - 1] == '\r' ? next - 1 : next;
      if (prefix.read(b, start, end)
          && text.read(
              events.of(b, prefix.nameStart, prefix.nameEnd), b, prefix.textStart, end, row)) {
        return prefix;
      }
      start = next + 1;
    }
  }
}
