package org.vgictrace.parser.input;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import net.jpountz.xxhash.XXHash32;
import net.jpountz.xxhash.XXHashFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Frames are put together by hand from the format's description. */
class Lz4StreamTest {
  private static final XXHash32 HASH = XXHashFactory.fastestJavaInstance().hash32();

  /** Five literals. */
  private static final String ABCDE = "50" + "6162636465";

  /** Literal f, 8 bytes from 4 back (cdef twice), literals xyz. */
  private static final String BACK = "14" + "66" + "0400" + "30" + "78797a";

  @Test
  void readsBlocksThatReachIntoTheOnesBefore() throws IOException {
    assertThat(content(frame(0x40, "", "abcdefcdefcdefxyz", ABCDE, BACK)))
        .isEqualTo("abcdefcdefcdefxyz");
  }

  @Test
  void readsEveryOptionOfAFrame() throws IOException {
    byte[] all =
        frame(0x40 | 0x10 | 0x08 | 0x04, "1100000000000000", "abcdefcdefcdefxyz", ABCDE, BACK);
    assertThat(content(all)).isEqualTo("abcdefcdefcdefxyz");
    assertThat(content(frame(0x60, "", "abcde", ABCDE, "-78797a"))).isEqualTo("abcdexyz");
    byte[] skippable = HexFormat.of().parseHex("5a2a4d18" + "03000000" + "ffffff");
    assertThat(content(join(skippable, all, skippable, all)))
        .isEqualTo("abcdefcdefcdefxyz".repeat(2));
    assertThat(content(new byte[0])).isEmpty();
  }

  @Test
  void keepsHistoryOverManyBlocks() throws IOException {
    String[] blocks = new String[3000];
    StringBuilder expected = new StringBuilder();
    for (int i = 0; i < blocks.length; i++) {
      String literals = "%05d%05d%05d".formatted(i, i * 7, i * 31);
      blocks[i] = "f000" + HexFormat.of().formatHex(literals.getBytes(StandardCharsets.US_ASCII));
      if (i > 2000) {
        // 20 bytes from 30000 back, then the literals.
        blocks[i] = "0f3075" + "01" + blocks[i];
        expected.append(expected, expected.length() - 30_000, expected.length() - 29_980);
      }
      expected.append(literals);
    }
    assertThat(content(frame(0x40 | 0x04, "", expected.toString(), blocks)))
        .isEqualTo(expected.toString());
  }

  @ParameterizedTest
  @CsvSource({
    "50616263, LZ4 block is damaged",
    "146604, LZ4 block is damaged",
    "14660000307878, LZ4 block is damaged",
    "14660700307878, LZ4 block is damaged",
    "f0ffffff, LZ4 block is damaged",
    "1f66010000, LZ4 block is damaged"
  })
  void refusesDamagedBlocks(String block, String what) {
    assertThatThrownBy(() -> content(frame(0x60, "", "", block)))
        .isInstanceOf(IOException.class)
        .hasMessage(what);
  }

  @Test
  void verifiesEveryChecksum() {
    for (int offset : new int[] {6, 17, 25}) {
      byte[] damaged = frame(0x60 | 0x10 | 0x04, "", "abcde", ABCDE);
      damaged[offset] ^= 1;
      assertThatThrownBy(() -> content(damaged)).hasMessageContaining("checksum of an LZ4");
    }
  }

  @Test
  void refusesWhatItDoesNotKnow() {
    assertThatThrownBy(() -> content(frame(0x80, "", "", ABCDE)))
        .hasMessageStartingWith("LZ4 frame of");
    assertThatThrownBy(() -> content(frame(0x41, "", "", ABCDE)))
        .hasMessageStartingWith("LZ4 frame of");
    byte[] twice = join(frame(0x60, "", "abcde", ABCDE), new byte[] {1, 2, 3, 4});
    assertThatThrownBy(() -> content(twice)).hasMessage("no LZ4 frame");
    byte[] whole = frame(0x60, "", "abcde", ABCDE);
    for (int length = 1; length < whole.length; length++) {
      byte[] cut = Arrays.copyOf(whole, length);
      assertThatThrownBy(() -> content(cut)).hasMessage("LZ4 frame ends early");
    }
  }

  private static String content(byte[] frames) throws IOException {
    try (Lz4Stream stream = new Lz4Stream(new ByteArrayInputStream(frames))) {
      return new String(stream.readAllBytes(), StandardCharsets.US_ASCII);
    }
  }

  /**
   * A frame with blocks of up to 64 KiB.
   *
   * @param size the content size field in hex, empty for none
   * @param content what the content's checksum is made of
   * @param blocks blocks in hex; with a minus sign in front stored as they are
   */
  private static byte[] frame(int flags, String size, String content, String... blocks) {
    ByteBuffer out = ByteBuffer.allocate(200_000).order(ByteOrder.LITTLE_ENDIAN);
    out.putInt(0x184d2204).put((byte) flags).put((byte) 0x40).put(HexFormat.of().parseHex(size));
    out.put((byte) (HASH.hash(out.array(), 4, out.position() - 4, 0) >> 8));
    for (String block : blocks) {
      boolean stored = block.startsWith("-");
      byte[] bytes = HexFormat.of().parseHex(stored ? block.substring(1) : block);
      out.putInt(stored ? bytes.length | 1 << 31 : bytes.length).put(bytes);
      if ((flags & 0x10) != 0) {
        out.putInt(HASH.hash(bytes, 0, bytes.length, 0));
      }
    }
    out.putInt(0);
    if ((flags & 0x04) != 0) {
      byte[] bytes = content.getBytes(StandardCharsets.US_ASCII);
      out.putInt(HASH.hash(bytes, 0, bytes.length, 0));
    }
    return Arrays.copyOf(out.array(), out.position());
  }

  private static byte[] join(byte[]... parts) {
    ByteBuffer out = ByteBuffer.allocate(1000);
    for (byte[] part : parts) {
      out.put(part);
    }
    return Arrays.copyOf(out.array(), out.position());
  }
}
