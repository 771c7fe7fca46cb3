package org.vgictrace.parser.lines;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LineSourceTest {

  /** Hands out a text in pieces, and says that it has to be waited for between them. */
  private static final class Pieces implements ByteReader {
    private final byte[] bytes;
    private final int pieceBytes;
    private int used;

    Pieces(byte[] bytes, int pieceBytes) {
      this.bytes = bytes;
      this.pieceBytes = pieceBytes;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) {
      if (used == bytes.length) {
        return -1;
      }
      int n = Math.min(Math.min(length, pieceBytes), bytes.length - used);
      System.arraycopy(bytes, used, buffer, offset, n);
      used += n;
      return n;
    }

    @Override
    public boolean ready() {
      return false;
    }
  }

  /** Counts what a source tells. */
  private static final class Counter implements LineSource.Listener {
    private int waits;
    private int moved;

    @Override
    public void beforeWait() {
      waits++;
    }

    @Override
    public void moved(int by) {
      moved += by;
    }
  }

  private static List<String> lines(byte[] bytes, int pieceBytes) throws IOException {
    LineSource source = new LineSource(new Pieces(bytes, pieceBytes));
    Counter counter = new Counter();
    List<String> lines = new ArrayList<>();
    while (source.next(counter)) {
      byte after = source.bytes()[source.end()];
      assertThat(after).isIn((byte) '\n', (byte) '\r');
      lines.add(
          new String(
              source.bytes(),
              source.start(),
              source.end() - source.start(),
              StandardCharsets.ISO_8859_1));
      assertThat(source.number()).isEqualTo(lines.size());
    }
    assertThat(counter.waits).isPositive();
    return lines;
  }

  private static List<String> lines(String text) throws IOException {
    return lines(text.getBytes(StandardCharsets.ISO_8859_1), 7);
  }

  @Test
  void lineEnds() throws IOException {
    assertThat(lines("")).isEmpty();
    assertThat(lines("\n")).containsExactly("");
    assertThat(lines("a\n\nbc\n")).containsExactly("a", "", "bc");
    assertThat(lines("a\nno end")).containsExactly("a", "no end");
    assertThat(lines("a\r\nb\r\n\r\nc")).containsExactly("a", "b", "", "c");
    assertThat(lines("a\nb\r\nc\r")).containsExactly("a", "b\r", "c\r");
    assertThat(lines("a\rb\rc")).containsExactly("a", "b", "c");
    assertThat(lines("a\0b\n\0\n")).containsExactly("a\0b", "\0");
  }

  @Test
  void byteOrderMark() throws IOException {
    assertThat(lines(new byte[] {(byte) 0xef, (byte) 0xbb, (byte) 0xbf, 'a', '\n', 'b'}, 100))
        .containsExactly("a", "b");
    assertThat(lines(new byte[] {(byte) 0xef, (byte) 0xbb, 'a', '\n'}, 100))
        .containsExactly("\u00ef\u00bba");
  }

  @Test
  void linesOfAnyLengthInPiecesOfAnySize() throws IOException {
    Random random = new Random(7);
    for (int round = 0; round < 30; round++) {
      List<String> expected = new ArrayList<>();
      StringBuilder text = new StringBuilder();
      for (int i = 0; i < 40; i++) {
        String line = "x".repeat(random.nextInt(1 << random.nextInt(1, 17)));
        expected.add(line);
        text.append(line).append('\n');
      }
      byte[] bytes = text.toString().getBytes(StandardCharsets.ISO_8859_1);
      assertThat(lines(bytes, 1 + random.nextInt(100_000))).isEqualTo(expected);
    }
  }

  @Test
  void tooLongLinesAreCut() throws IOException {
    int max = LineSource.LINE_BYTES_MAX;
    String text =
        "a\n" + "x".repeat(max) + "\n" + "y".repeat(3 * max + 5) + "\nb\n" + "z".repeat(max + 1);
    LineSource source =
        new LineSource(new Pieces(text.getBytes(StandardCharsets.ISO_8859_1), 100_001));
    Counter counter = new Counter();
    List<String> found = new ArrayList<>();
    while (source.next(counter)) {
      byte first = source.bytes()[source.start()];
      found.add((char) first + " " + (source.end() - source.start()) + " " + source.cut());
    }
    assertThat(found)
        .containsExactly(
            "a 1 false",
            "x " + max + " true",
            "y " + max + " true",
            "b 1 false",
            "z " + max + " true");
  }

  @Test
  void keepsBytesAndTellsWhereTheyGo() throws IOException {
    byte[] bytes =
        ("first\n" + "second line\n".repeat(100_000)).getBytes(StandardCharsets.US_ASCII);
    LineSource source = new LineSource(new Pieces(bytes, 10_000));
    Counter counter = new Counter();
    source.next(counter);
    source.next(counter);
    int kept = source.start();
    source.keepFrom(kept);
    for (int i = 0; i < 90_000; i++) {
      source.next(counter);
    }
    assertThat(counter.moved).isEqualTo(kept);
    assertThat(new String(source.bytes(), 0, 11, StandardCharsets.US_ASCII))
        .isEqualTo("second line");
    source.rewind();
    source.next(counter);
    assertThat(source.number()).isEqualTo(1);
    assertThat(source.start()).isZero();
  }

  @Test
  void utf16BecomesUtf8() throws IOException {
    String text = "\ufeffa\u00e9\n\ud83d\ude00b\n\ud83d\n";
    for (var charset : List.of(StandardCharsets.UTF_16LE, StandardCharsets.UTF_16BE)) {
      byte[] bytes = text.getBytes(charset);
      for (int piece = 1; piece < 5; piece++) {
        ByteReader reader = Utf16Reader.over(new Pieces(bytes, piece), bytes, bytes.length);
        LineSource source = new LineSource(reader);
        List<String> lines = new ArrayList<>();
        while (source.next(new Counter())) {
          int length = source.end() - source.start();
          lines.add(new String(source.bytes(), source.start(), length, StandardCharsets.UTF_8));
        }
        assertThat(lines).containsExactly("a\u00e9", "\ud83d\ude00b", "\ufffd");
      }
    }
  }
}
