package org.vgictrace.analysis.text;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class CleanTest {
  @Test
  void harmlessTextIsTheSameObject() {
    String text = "CPU 0/KVM (vhost) ~";
    assertThat(Clean.of(text)).isSameAs(text);
  }

  @Test
  void lettersOfAnyScriptStay() {
    assertThat(Clean.of("Jörg 日本 \ud83d\ude00 \ufffd")).isEqualTo("Jörg 日本 \ud83d\ude00 \ufffd");
  }

  @Test
  void controlCharactersBecomeEscapes() {
    assertThat(Clean.of("a\u001b[31mred\u001b[0m\r\n\t\u0000\u007f\u009b"))
        .isEqualTo("a\\x1b[31mred\\x1b[0m\\x0d\\x0a\\x09\\x00\\x7f\\x9b");
  }

  @Test
  void whatReordersOrHidesTextBecomesVisible() {
    assertThat(Clean.of("a\u202eb\u2066c\u200bd\ufeffe\u061cf\u00adg\u2028h"))
        .isEqualTo("a\\u202eb\\u2066c\\u200bd\\ufeffe\\u061cf\\xadg\\u2028h");
  }

  @Test
  void whatXmlForbidsBecomesVisible() {
    assertThat(Clean.of("a\ud800b\uffffc\ufffe\udbff\udfff\udb40\udc01"))
        .isEqualTo("a\\ud800b\\uffffc\\ufffe\\U0010ffff\\U000e0001");
  }
}
