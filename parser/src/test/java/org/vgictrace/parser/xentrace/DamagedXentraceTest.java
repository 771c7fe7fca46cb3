package org.vgictrace.parser.xentrace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.vgictrace.fixtures.mutate.BinaryMutator;
import org.vgictrace.fixtures.write.XentraceWriter;
import org.vgictrace.parser.Rows;
import org.vgictrace.parser.bind.BindingPacks;
import org.vgictrace.parser.diag.InputException;

class DamagedXentraceTest {
  private static final String NMI = " [0] ?--1 -1/-1 xen_hvm_step step=11 timed=1";
  private static final String NMI1 = " [1] ?--1 -1/-1 xen_hvm_step step=11 timed=1";

  private static XentraceWriter trace() {
    return Traces.little()
        .window(0)
        .timed(0x82010, 1)
        .timed(0x82010, 2)
        .window(1)
        .timed(0x82010, 3)
        .window(0)
        .timed(0x82010, 4);
  }

  private static Rows read(byte[] bytes) throws IOException {
    return Traces.read(bytes, BindingPacks.builtin());
  }

  @Test
  void readsWhatIsThereOfATraceCutWithinARecord() throws IOException {
    byte[] whole = trace().bytes();
    Rows rows = read(Arrays.copyOf(whole, whole.length - 3));
    assertThat(rows.lines()).containsExactly("0 1" + NMI, "1 2" + NMI, "2 3" + NMI1);
    assertThat(rows.diagnostics())
        .containsExactly(
            "ERROR window-cut at byte 60: the window is to be 12 bytes long, but the file ends"
                + " after 9",
            "ERROR record-damaged at byte 72: not a record; the rest of the window, 9 bytes, is"
                + " skipped");
  }

  @Test
  void readsWhatIsThereOfATraceCutWithinAWindowsBeginning() throws IOException {
    Rows rows = read(Arrays.copyOf(trace().bytes(), 68));
    assertThat(rows.lines()).containsExactly("0 1" + NMI, "1 2" + NMI, "2 3" + NMI1);
    assertThat(rows.diagnostics())
        .containsExactly(
            "ERROR window-cut at byte 60: the file ends within the beginning of a window");
  }

  @Test
  void findsTheNextWindowBehindOneWithAWrongSize() throws IOException {
    for (int size : new int[] {20, 28, 0x7ffffff0, 0xfffffffc}) {
      byte[] damaged = trace().bytes();
      ByteBuffer.wrap(damaged).order(ByteOrder.LITTLE_ENDIAN).putInt(8, size);
      Rows rows = read(damaged);
      assertThat(rows.lines()).containsExactly("0 1" + NMI, "1 2" + NMI, "2 3" + NMI1, "3 4" + NMI);
      assertThat(rows.diagnostics())
          .containsExactly(
              "ERROR window-size at byte 0: the window is to be "
                  + Integer.toUnsignedLong(size)
                  + " bytes long, but another one begins after 24");
      assertThat(rows.counts().unparsed()).isOne();
    }
  }

  @Test
  void skipsTheRestOfAWindowBehindWhatIsNoRecord() throws IOException {
    Rows rows =
        Traces.read(
            Traces.little()
                .window(0)
                .timed(0x82010, 1)
                .raw(0x00382010)
                .timed(0x82010, 2)
                .window(0)
                .timed(0x82010, 4));
    assertThat(rows.lines()).containsExactly("0 1" + NMI, "1 4" + NMI);
    assertThat(rows.diagnostics())
        .containsExactly(
            "ERROR record-damaged at byte 24: not a record; the rest of the window, 16 bytes, is"
                + " skipped");
  }

  @Test
  void takesATimeBeyondAnyCounterForDamage() throws IOException {
    Rows rows =
        Traces.read(
            Traces.little()
                .window(0)
                .timed(0x82010, 1)
                .timed(0x82010, Long.MIN_VALUE)
                .window(0)
                .timed(0x82010, 1L << 62)
                .timed(0x82010, 4)
                .window(1)
                .timed(0x82010, 5));
    assertThat(rows.lines())
        .containsExactly("0 1" + NMI, "1 5" + NMI1, "2 " + (1L << 62) + NMI, "3 4" + NMI);
    assertThat(rows.diagnostics())
        .containsExactly(
            "ERROR record-damaged at byte 24: not a record; the rest of the window, 12 bytes, is"
                + " skipped",
            "WARNING time-backwards at byte 60: earlier than the record before it on CPU 0");
  }

  @Test
  void goesOnBehindGarbageBetweenWindows() throws IOException {
    byte[] damaged = trace().bytes();
    Arrays.fill(damaged, 36, 60, (byte) 0x55);
    Rows rows = read(damaged);
    assertThat(rows.lines()).containsExactly("0 1" + NMI, "1 2" + NMI, "2 4" + NMI);
    assertThat(rows.counts().unparsed()).isEqualTo(2);
  }

  @Test
  void refusesWhatHasNoWindowAtAll() {
    byte[] garbage = new byte[64];
    ByteBuffer.wrap(garbage).order(ByteOrder.LITTLE_ENDIAN).putInt(0, 0x2001f003).putInt(4, -1);
    assertThatThrownBy(() -> read(garbage))
        .isInstanceOf(InputException.class)
        .hasMessage("test: at byte 0: no window of records");
  }

  /** Whatever is damaged, reading ends, and what it gives is never more than was recorded. */
  @Test
  void survivesAnyDamage() throws IOException {
    XentraceWriter writer = Traces.little();
    for (int window = 0; window < 40; window++) {
      writer.window(window % 5);
      for (int i = 0; i < 20; i++) {
        long at = 1000L * window + i;
        writer.timed(0x21101, at, 0x10000).untimed(0x82004, 0xf3, 0).timed(0x20100d, at, 0x20);
      }
    }
    byte[] whole = writer.bytes();
    BinaryMutator mutator = new BinaryMutator(whole, 20261120);
    for (int i = 0; i < 500; i++) {
      byte[] damaged = (i % 2 == 0 ? mutator.flipByte() : mutator.truncate()).bytes();
      if (damaged.length >= 16 && damaged[0] == whole[0] && damaged[3] == whole[3]) {
        try {
          Rows rows = read(damaged);
          assertThat(rows.counts().events()).isLessThanOrEqualTo(damaged.length / 4);
        } catch (InputException e) {
          assertThat(e).hasMessage("test: at byte 0: no window of records");
        }
      }
    }
  }
}
