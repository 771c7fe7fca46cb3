package org.vgictrace.parser.btf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vgictrace.parser.diag.InputException;

/** Lists of symbols. */
class SymbolListTest {
  @TempDir Path folder;

  @Test
  void tellsFunctionsAndTheirClones() throws Exception {
    SymbolList list =
        SymbolList.read(
            file(
                """
                ffffd2aaa3ab9e88 t put.isra.0
                ffffd2aaa3ab9e89 t put.cold
                0000000000000000 T put_all
                ffffd2aaa3ab9e8b d data
                ffffd2aaa3ab9e8c t of_module\t[kvm]
                ffffd2aaa3ab9e8d W last"""));
    assertThat(list.contains("put_all")).isTrue();
    assertThat(list.contains("of_module")).isTrue();
    assertThat(list.contains("last")).isTrue();
    assertThat(list.contains("put")).isFalse();
    assertThat(list.contains("data")).isFalse();
    assertThat(list.clones("put")).containsExactly("put.isra.0");
    assertThat(list.clones("put_all")).isEmpty();
    assertThat(list.address("put_all")).isZero();
    assertThat(list.address("put")).isZero();
    assertThat(list.address("put.cold")).isEqualTo(0xffffd2aaa3ab9e89L);
    assertThat(list.addressBehind("put.cold")).isEqualTo(0xffffd2aaa3ab9e8cL);
    assertThat(list.addressBehind("last")).isZero();
  }

  @Test
  void refusesOtherFiles() throws Exception {
    assertRefused("xyz t f\n", ": at line 1: expected an address, a type and the name of a symbol");
    assertRefused("abc\n", ": at line 1: expected an address, a type and the name of a symbol");
    assertRefused(
        "0 t f\n\n" + "x".repeat(5000),
        ": at line 3: line of more than 4096 bytes: no list of symbols");
    assertRefused(
        "ffffffffffffffff B The real System.map is elsewhere\n",
        ": names no function; /proc/kallsyms does");
    assertRefused("", ": names no function; /proc/kallsyms does");
  }

  private void assertRefused(String content, String what) throws Exception {
    Path file = file(content);
    assertThatThrownBy(() -> SymbolList.read(file))
        .isInstanceOf(InputException.class)
        .hasMessage(file + what);
  }

  private Path file(String content) throws Exception {
    return Files.writeString(folder.resolve("symbols"), content);
  }
}
