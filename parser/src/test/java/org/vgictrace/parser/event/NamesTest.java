package org.vgictrace.parser.event;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class NamesTest {
  private final Names names = new Names();

  @Test
  void givesOneIdentifierPerName() {
    byte[] comm = "<qemu>".getBytes(StandardCharsets.UTF_8);
    int id = names.intern(comm, 1, 4);

    assertThat(names.intern("qemu")).isEqualTo(id).isEqualTo(1);
    assertThat(names.intern("")).isZero();
    assertThat(names.text(id)).isEqualTo("qemu");
    assertThat(names.size()).isEqualTo(2);
  }

  @Test
  void keepsManyNames() {
    for (int i = 0; i < 5000; i++) {
      assertThat(names.intern("n" + i)).isEqualTo(i + 1);
    }
    for (int i = 0; i < 5000; i++) {
      assertThat(names.intern("n" + i)).isEqualTo(i + 1);
    }
  }

  @Test
  void textOfBadBytesFitsIntoAName() {
    byte[] bad = new byte[Names.NAME_BYTES_MAX + 5];
    Arrays.fill(bad, (byte) 0xff);
    String text = names.text(names.intern(bad, 0, bad.length));

    assertThat(text).isEqualTo("\ufffd".repeat(Names.NAME_BYTES_MAX / 3));
    assertThat(names.text(names.intern(text))).isEqualTo(text);
  }

  @Test
  void cutsLongNamesBetweenCharacters() {
    String text = names.text(names.intern("ab" + "\ud83d\ude00".repeat(300)));

    assertThat(text).isEqualTo("ab" + "\ud83d\ude00".repeat(255));
    assertThat(names.text(names.intern(text))).isEqualTo(text);
  }
}
