package org.vgictrace.parser.input;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.luben.zstd.Zstd;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.GZIPOutputStream;
import net.jpountz.lz4.LZ4FrameOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tukaani.xz.LZMA2Options;
import org.tukaani.xz.XZOutputStream;
import org.vgictrace.parser.diag.InputException;

class InputsTest {
  @TempDir Path dir;

  @Test
  void unwrapsEveryCompression() throws IOException {
    byte[] content = lines(20_000);
    for (byte[] stored :
        new byte[][] {content, gzip(content), Zstd.compress(content), xz(content), lz4(content)}) {
      Path file = Files.write(dir.resolve("input"), stored);
      try (Input input = Inputs.open(file)) {
        assertThat(input.head().startsWith(Arrays.copyOf(content, 16))).isTrue();
        assertThat(readAll(input.stream())).isEqualTo(content);
        assertThat(input.stream().damage()).isNull();
      }
    }
  }

  @Test
  void unwrapsWhatAtraceWrites() throws IOException {
    byte[] content = lines(2000);
    for (String before :
        new String[] {
          "TRACE:\n",
          "TRACE:\r\n",
          "capturing trace... done\nTRACE:\n",
          "capturing trace... done\r\nTRACE:\r\n"
        }) {
      for (int level = 0; level <= 9; level += 3) {
        byte[] stored = concat(before.getBytes(StandardCharsets.US_ASCII), zlib(content, level));
        try (Input input = Inputs.open("-", new Dribble(stored))) {
          assertThat(readAll(input.stream())).isEqualTo(content);
          assertThat(input.stream().damage()).isNull();
        }
        byte[] cut = Arrays.copyOf(stored, stored.length / 2);
        try (Input input = Inputs.open("t", new ByteArrayInputStream(cut))) {
          assertThat(readAll(input.stream())).isNotEmpty().hasSizeLessThan(content.length);
          assertThat(input.stream().damage())
              .isEqualTo("damaged compressed data (Unexpected end of ZLIB input stream)");
        }
      }
    }
  }

  @Test
  void leavesTheTextOfAtraceAsItIs() throws IOException {
    for (String text :
        new String[] {
          "TRACE:\n# tracer: nop\n",
          "TRACE:\nx",
          "TRACE:\n",
          "TRACE:",
          "T",
          "capturing trace... done\nTRACE:\nx\235",
          "capturing trace... donex",
          "capturing"
        }) {
      byte[] content = text.getBytes(StandardCharsets.ISO_8859_1);
      try (Input input = Inputs.open("t", new ByteArrayInputStream(content))) {
        assertThat(readAll(input.stream())).isEqualTo(content);
      }
    }
  }

  private static byte[] zlib(byte[] content, int level) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (OutputStream zlib = new DeflaterOutputStream(out, new Deflater(level))) {
      zlib.write(content);
    }
    return out.toByteArray();
  }

  private static byte[] concat(byte[] a, byte[] b) {
    byte[] both = Arrays.copyOf(a, a.length + b.length);
    System.arraycopy(b, 0, both, a.length, b.length);
    return both;
  }

  @Test
  void readsSeveralGzipMembersFromASlowPipe() throws IOException {
    byte[] content = lines(100);
    ByteArrayOutputStream members = new ByteArrayOutputStream();
    members.write(gzip(Arrays.copyOf(content, 50)));
    members.write(gzip(Arrays.copyOfRange(content, 50, content.length)));
    try (Input input = Inputs.open("-", new Dribble(members.toByteArray()))) {
      assertThat(readAll(input.stream())).isEqualTo(content);
    }
  }

  @Test
  void givesRandomAccessToEverything() throws IOException {
    byte[] content = noise(Spool.MEMORY_BYTES + 100_000);
    for (byte[] stored :
        new byte[][] {content, gzip(content), gzip(Arrays.copyOf(content, 1000))}) {
      Path file = Files.write(dir.resolve("input"), stored);
      try (Input input = Inputs.open(file)) {
        assertThat(input.head().startsWith(Arrays.copyOf(content, 4))).isTrue();
        RandomBytes bytes = input.random();
        byte[] part = new byte[600];
        assertThat(bytes.read(300, part, 0, 600)).isEqualTo(600);
        assertThat(part).isEqualTo(Arrays.copyOfRange(content, 300, 900));
        long tail = bytes.size() - 7;
        assertThat(bytes.read(tail, part, 0, 600)).isEqualTo(7);
        assertThat(Arrays.copyOf(part, 7))
            .isEqualTo(Arrays.copyOfRange(content, (int) tail, (int) tail + 7));
        assertThat(bytes.read(bytes.size() + 5, part, 0, 1)).isEqualTo(0);
      }
    }
  }

  @Test
  void keepsWhatComesBeforeDamage() throws IOException {
    byte[] content = lines(200_000);
    for (byte[] whole :
        new byte[][] {gzip(content), Zstd.compress(content), xz(content), lz4(content)}) {
      byte[] cut = Arrays.copyOf(whole, whole.length * 3 / 4);
      try (Input input = Inputs.open("cut", new ByteArrayInputStream(cut))) {
        byte[] read = readAll(input.stream());
        assertThat(read).isEqualTo(Arrays.copyOf(content, read.length));
        assertThat(read.length).isBetween(1, content.length - 1);
        assertThat(input.stream().damage()).startsWith("damaged compressed data");
        assertThat(input.stream().position()).isEqualTo(read.length);
      }
    }
  }

  @Test
  void stopsADecompressionBomb() throws IOException {
    byte[] bomb = Zstd.compress(new byte[100 << 20]);
    try (Input input = Inputs.open("bomb", new ByteArrayInputStream(bomb))) {
      assertThat(input.random().size()).isBetween(16L << 20, 17L << 20);
      assertThat(input.stream().damage())
          .isEqualTo("expands more than the limit of 1000 times, and 20 times beyond 1 GiB");
    }
  }

  @Test
  void limitsGrowWithTheInput() {
    assertThat(ExpansionLimit.exceeded(16L << 20, 1)).isFalse();
    assertThat(ExpansionLimit.exceeded((16L << 20) + 1, 1)).isTrue();
    assertThat(ExpansionLimit.exceeded(1L << 30, 2 << 20)).isFalse();
    assertThat(ExpansionLimit.exceeded((1L << 30) + 40_000_000, 2_000_000)).isFalse();
    assertThat(ExpansionLimit.exceeded((1L << 30) + 40_000_020, 2_000_000)).isTrue();
  }

  @Test
  void hasAHeadThatGrowsOnDemandAndIsReadAgain() throws IOException {
    byte[] content = lines(10_000);
    try (Input input = Inputs.open("-", new Dribble(content))) {
      Head head = input.head();
      assertThat(head.length()).isEqualTo(16);
      assertThat(head.complete()).isFalse();
      assertThat(input.longerHead().length()).isEqualTo(17);
      while (!head.complete()) {
        head = input.longerHead();
      }
      assertThat(head.length()).isEqualTo(Head.BYTES_MAX);
      assertThat(readAll(input.stream())).isEqualTo(content);
    }
  }

  @Test
  void saysWhyAnInputCannotBeOpened() throws IOException {
    assertThatThrownBy(() -> Inputs.open(Path.of("no/such")))
        .isInstanceOf(InputException.class)
        .hasMessage("no/such: no such file");
    assertThatThrownBy(() -> Inputs.open(Path.of(".")))
        .isInstanceOf(InputException.class)
        .hasMessage(".: is a directory");
    byte[] magicOnly = {0x1f, (byte) 0x8b, 8};
    assertThatThrownBy(() -> Inputs.open("x.gz", new ByteArrayInputStream(magicOnly)))
        .isInstanceOf(InputException.class)
        .hasMessageStartingWith("x.gz: at byte 0: damaged gzip data");
  }

  @Test
  void tellsAFailingSystemFromDamage() throws IOException {
    byte[] whole = gzip(noise(300_000));
    InputStream failing =
        new ByteArrayInputStream(whole) {
          @Override
          public int read(byte[] buffer, int offset, int length) {
            if (available() < 100_000) {
              throw new UncheckedIOException(new IOException("disk is broken"));
            }
            return super.read(buffer, offset, length);
          }
        };
    InputStream broken =
        new InputStream() {
          @Override
          public int read() {
            throw new UnsupportedOperationException();
          }

          @Override
          public int read(byte[] buffer, int offset, int length) throws IOException {
            try {
              return failing.read(buffer, offset, length);
            } catch (UncheckedIOException e) {
              throw e.getCause();
            }
          }
        };
    try (Input input = Inputs.open("x", broken)) {
      assertThatThrownBy(() -> readAll(input.stream()))
          .isExactlyInstanceOf(IOException.class)
          .hasMessage("disk is broken");
    }
  }

  static byte[] lines(int count) {
    StringBuilder text = new StringBuilder();
    Random random = new Random(7);
    for (int i = 0; i < count; i++) {
      text.append("line ").append(i).append(' ').append(random.nextInt(1000)).append('\n');
    }
    return text.toString().getBytes(StandardCharsets.US_ASCII);
  }

  private static byte[] noise(int length) {
    byte[] bytes = new byte[length];
    new Random(3).nextBytes(bytes);
    bytes[0] = 0;
    return bytes;
  }

  private static byte[] readAll(ByteStream stream) throws IOException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    byte[] buffer = new byte[5000];
    for (int n = stream.read(buffer, 0, 5000); n >= 0; n = stream.read(buffer, 0, 5000)) {
      all.write(buffer, 0, n);
    }
    return all.toByteArray();
  }

  private static byte[] gzip(byte[] content) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (OutputStream gzip = new GZIPOutputStream(out)) {
      gzip.write(content);
    }
    return out.toByteArray();
  }

  private static byte[] xz(byte[] content) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (OutputStream xz = new XZOutputStream(out, new LZMA2Options(1))) {
      xz.write(content);
    }
    return out.toByteArray();
  }

  private static byte[] lz4(byte[] content) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (OutputStream lz4 =
        new LZ4FrameOutputStream(out, LZ4FrameOutputStream.BLOCKSIZE.SIZE_64KB)) {
      lz4.write(content);
    }
    return out.toByteArray();
  }

  /** Gives one byte at a time and never says how many there are. */
  private static final class Dribble extends InputStream {
    private final byte[] bytes;
    private int next;

    Dribble(byte[] bytes) {
      this.bytes = bytes;
    }

    @Override
    public int read() {
      return next < bytes.length ? bytes[next++] & 0xff : -1;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) {
      if (next == bytes.length) {
        return -1;
      }
      buffer[offset] = bytes[next++];
      return 1;
    }
  }
}
