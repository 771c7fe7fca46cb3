package org.vgictrace.parser.rows;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.vgictrace.parser.Capture;
import org.vgictrace.parser.Rows;
import org.vgictrace.parser.bind.BindingPacks;
import org.vgictrace.parser.bind.PackReader;
import org.vgictrace.parser.input.Input;
import org.vgictrace.parser.input.Inputs;

/** What the page for users shows is what happens. */
class RowsPageTest {
  private static final Path PAGE = Path.of(System.getProperty("basedir", "."), "ROWS.md");

  private static Rows read(String text, BindingPacks packs) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    try (Input input = Inputs.open("t", new ByteArrayInputStream(bytes));
        Capture capture = new RowText().open(input, packs)) {
      return Rows.of(capture);
    }
  }

  /** What the page has in quotation, in its order. */
  private static List<String> blocks() throws IOException {
    String[] parts = Files.readString(PAGE).split("(?m)^```.*\n");
    return IntStream.range(0, parts.length / 2).mapToObj(i -> parts[2 * i + 1]).toList();
  }

  @Test
  void bothExamplesAreTheSameRow() throws IOException {
    String row = "0 1204 [0] CPU 0/KVM-461 -1/-1 lr_write intid=27 pending=1 vcpu_id=0 lr=1";
    for (String block : blocks().subList(0, 2)) {
      Rows rows = read(block, BindingPacks.builtin());
      assertThat(rows.lines()).containsExactly(row);
      assertThat(rows.diagnostics()).isEmpty();
    }
  }

  @Test
  void rowOfTheScriptBecomesWhatThePageSays() throws IOException {
    List<String> blocks = blocks();
    int last = blocks.size() - 1;
    String pack =
        blocks.stream().filter(block -> block.contains("\"pack\"")).findFirst().orElseThrow();
    BindingPacks packs =
        BindingPacks.with(
            List.of(
                PackReader.read(
                    "ROWS.md", new ByteArrayInputStream(pack.getBytes(StandardCharsets.UTF_8)))));
    Rows rows = read(blocks.get(last - 1), packs);
    assertThat(rows.lines())
        .containsExactly("0 " + blocks.get(last).strip().replace("-461 ", "-461 -1/-1 "));
    assertThat(rows.diagnostics()).isEmpty();
  }
}
