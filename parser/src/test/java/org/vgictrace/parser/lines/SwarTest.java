package org.vgictrace.parser.lines;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SwarTest {
  private static final String OTHERS = " :,.x/;GgzZ@`\u0000\u007f\u0080\u00b5\u00ff";

  private static long word(String eight) {
    return Swar.word(eight.getBytes(StandardCharsets.ISO_8859_1), 0);
  }

  private static String digits(Random random, String alphabet, int length) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < length; i++) {
      text.append(alphabet.charAt(random.nextInt(alphabet.length())));
    }
    return text.toString();
  }

  /** Any digits with anything behind them. */
  @Test
  void numbers() {
    Random random = new Random(3);
    for (int i = 0; i < 20_000; i++) {
      int n = 1 + random.nextInt(Long.BYTES);
      String rest = digits(random, OTHERS, 1) + digits(random, OTHERS + "0123456789abcdef", 7);
      String decimal = digits(random, "0123456789", n);
      long word = word((decimal + rest).substring(0, Long.BYTES));
      assertThat(Swar.decimalDigits(word)).isEqualTo(n);
      assertThat(Swar.decimalValue(word, n)).isEqualTo(Long.parseLong(decimal));
      String hexadecimal = digits(random, "0123456789abcdefABCDEF", n);
      word = word((hexadecimal + rest).substring(0, Long.BYTES));
      assertThat(Swar.hexDigits(word)).isEqualTo(n);
      assertThat(Swar.hexValue(word, n)).isEqualTo(Long.parseLong(hexadecimal, 16));
    }
  }

  @Test
  void noNumber() {
    assertThat(Swar.decimalDigits(word("a1234567"))).isZero();
    assertThat(Swar.decimalDigits(word("\u00b01234567"))).isZero();
    assertThat(Swar.hexDigits(word("g1234567"))).isZero();
  }
}
