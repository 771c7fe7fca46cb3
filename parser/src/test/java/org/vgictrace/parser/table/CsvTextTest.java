package org.vgictrace.parser.table;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CsvTextTest {
  private final CsvText text = new CsvText();

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      delimiter = '|',
      textBlock =
          """
          qemu-system-aar | qemu-system-aar
          `` | ""
          a,b | "a,b"
          say "hi" | "say ""hi""\"
          C:\\x | C:\\\\x
          =1+1 | \\x3D1+1
          +1 | \\x2B1
          -bash | \\x2Dbash
          @SUM(A1) | \\x40SUM(A1)
          a=b | a=b
          =a,b | "\\x3Da,b"
          """)
  void writesTextAsCell(String value, String cell) {
    assertThat(encoded(value.getBytes(UTF_8))).isEqualTo(cell);
  }

  @Test
  void writesWhatIsNotShownAsBytes() {
    assertThat(encoded("a\nb\rc\td\0e\u001b[0m\u007f".getBytes(UTF_8)))
        .isEqualTo("a\\nb\\rc\\td\\x00e\\x1B[0m\\x7F");
    assertThat(encoded("\u00e9\u4e2d\ud83d\ude00".getBytes(UTF_8)))
        .isEqualTo("\u00e9\u4e2d\ud83d\ude00");
    assertThat(encoded("\u202etxt\u0085\ufeff".getBytes(UTF_8)))
        .isEqualTo("\\xE2\\x80\\xAEtxt\\xC2\\x85\\xEF\\xBB\\xBF");
    // Overlong, surrogate, beyond Unicode, cut short.
    assertThat(encoded(bytes(0xc0, 0x80, 0xed, 0xa0, 0x80, 0xf4, 0x90, 0x80, 0x80, 0xe4, 0xb8)))
        .isEqualTo("\\xC0\\x80\\xED\\xA0\\x80\\xF4\\x90\\x80\\x80\\xE4\\xB8");
  }

  @Test
  void anyBytesReadBack() {
    Random random = new Random(1);
    for (int i = 0; i < 5000; i++) {
      byte[] bytes = new byte[random.nextInt(40)];
      random.nextBytes(bytes);
      for (int k = 0; k < bytes.length; k++) {
        // Half of the bytes are ones that matter.
        if (random.nextBoolean()) {
          bytes[k] = (byte) "=+-@\\\"',xnrt\n\r\t0".charAt(random.nextInt(16));
        }
      }
      String cell = encoded(bytes);
      assertThat(cell).doesNotContain("\n", "\r", "\t").doesNotStartWith("=");
      boolean quoted = cell.startsWith("\"");
      String content = quoted ? cell.substring(1, cell.length() - 1).replace("\"\"", "\"") : cell;
      assertThat(CsvText.decode(content.getBytes(UTF_8))).isEqualTo(bytes);
    }
  }

  @ParameterizedTest
  @CsvSource({"\\", "a\\", "\\q", "\\x", "\\x1", "\\xg0", "\\x0g"})
  void rejectsUnknownSequences(String content) {
    assertThat(CsvText.decode(content.getBytes(UTF_8))).isNull();
  }

  private String encoded(byte[] bytes) {
    byte[] framed = new byte[bytes.length + 2];
    Arrays.fill(framed, (byte) '#');
    System.arraycopy(bytes, 0, framed, 1, bytes.length);
    text.encode(framed, 1, bytes.length);
    String cell = new String(text.bytes(), 0, text.length(), UTF_8);
    assertThat(new String(text.bytes(), 0, text.length(), ISO_8859_1).getBytes(ISO_8859_1))
        .isEqualTo(cell.getBytes(UTF_8));
    return cell;
  }

  private static byte[] bytes(int... values) {
    byte[] bytes = new byte[values.length];
    for (int i = 0; i < values.length; i++) {
      bytes[i] = (byte) values[i];
    }
    return bytes;
  }
}
