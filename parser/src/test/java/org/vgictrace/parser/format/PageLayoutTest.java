package org.vgictrace.parser.format;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PageLayoutTest {

  @ParameterizedTest
  @CsvSource({"8, 16, 4080", "4, 12, 4084", "8, 16, 65520"})
  void readsWhatTheKernelSays(int commitBytes, int dataOffset, int dataBytes) {
    String file =
        """
        \tfield: u64 timestamp;\toffset:0;\tsize:8;\tsigned:0;
        \tfield: local_t commit;\toffset:8;\tsize:%d;\tsigned:1;
        \tfield: char overwrite;\toffset:8;\tsize:1;\tsigned:1;
        \tfield: char data;\toffset:%d;\tsize:%d;\tsigned:1;
        """
            .formatted(commitBytes, dataOffset, dataBytes);
    PageLayout layout = new PageLayout(commitBytes, dataOffset, dataBytes);
    assertThat(parse(file)).isEqualTo(layout);
    assertThat(layout).isEqualTo(PageLayout.standard(commitBytes, dataOffset + dataBytes));
    assertThat(layout.subBufferBytes()).isEqualTo(dataOffset + dataBytes);
  }

  @Test
  void refusesWhatCannotBe() {
    String commit = "\tfield: local_t commit;\toffset:8;\tsize:8;\tsigned:1;\n";
    assertThat(parse(commit)).isNull();
    assertThat(parse(commit + "field: char data; offset:16; size:0;")).isNull();
    assertThat(parse(commit + "field: char data; offset:12; size:4080;")).isNull();
    assertThat(parse(commit + "field: char data; offset:16; size:4294967295;")).isNull();
    assertThat(parse(commit + "field: char data; offset:16;")).isNull();
    assertThat(
            parse(
                "field: local_t commit; offset:8; size:2;\nfield: char data; offset:10; size:99;"))
        .isNull();
    assertThat(parse("")).isNull();
  }

  private static @Nullable PageLayout parse(String file) {
    return PageLayout.parse(file.getBytes(StandardCharsets.US_ASCII));
  }
}
