package org.vgictrace.parser;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.vgictrace.parser.input.Head;

class ForeignTest {
  private static String hint(byte[] bytes) {
    return Foreign.hint(new Head(bytes, bytes.length, true));
  }

  private static String hint(String text) {
    return hint(text.getBytes(StandardCharsets.ISO_8859_1));
  }

  private static byte[] page(ByteOrder order, long stamp, long commit) {
    return ByteBuffer.allocate(4096).order(order).putLong(stamp).putLong(commit).array();
  }

  @Test
  void namesWhatItIsAndWhatToGive() {
    assertThat(hint("\177ELF\2\1\1")).contains("'vgictrace probes' reads");
    assertThat(hint("\0".repeat(257) + "ustar  ")).contains("tar archive");
    assertThat(hint("     1.789 ( 0.002 ms): kvmloop/12593 ioctl(fd: 4, cmd: KVM_RUN) = 0\n"))
        .contains("text of perf trace");
    assertThat(hint("\n0x6a8@perf.data [0x290]: event: 69\n.\n. ... raw event: size 656 bytes\n"))
        .contains("perf script -D");
    assertThat(hint("            perf 16037 [000] 68214.386343: comm=migration/0 pid=18 prio=0\n"))
        .contains("the field event");
    assertThat(hint("            perf 16037 [000] kvm:kvm_entry: PC: 0x40\n"))
        .contains("the field time");
    assertThat(hint(page(ByteOrder.LITTLE_ENDIAN, 94_000_000_000L, 4060)))
        .contains("trace_pipe_raw");
    assertThat(hint(page(ByteOrder.BIG_ENDIAN, 94_000_000_000L, 4060))).contains("trace_pipe_raw");
  }

  @Test
  void saysNothingOfOtherThings() {
    assertThat(hint("")).isEmpty();
    assertThat(hint("hello, world, this is no trace\n")).isEmpty();
    assertThat(hint(page(ByteOrder.LITTLE_ENDIAN, 94_000_000_000L, 4061))).isEmpty();
    assertThat(hint(page(ByteOrder.LITTLE_ENDIAN, 94_000_000_000L, 0x10000))).isEmpty();
  }
}
