package org.vgictrace.replay;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vgictrace.fixtures.Shipped;
import org.vgictrace.parser.Capture;
import org.vgictrace.parser.Captures;

/** What is decided about a capture does not depend on whether it comes as rows of CSV or JSON. */
class RowTextVerdictsTest {
  @TempDir Path directory;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "6.12-gicv3-mix/trace.dat.zst",
        "6.1-gicv2-pipe-lost/trace.txt.zst",
        "7.2-gicv3-lost/trace.dat.zst",
        "qemu-kvm-6.12-gicv3/gic.log.zst"
      })
  void verdictsOfShippedCaptures(String name) throws IOException {
    assertSame(Shipped.root().resolve(name));
  }

  @Test
  void findings() throws IOException {
    String text = Files.readString(Shipped.plain("6.12-gicv3-mix", "trace.txt"));
    int entry = text.indexOf(" enter: ", text.length() / 2);
    String damaged =
        text.substring(0, entry) + text.substring(entry).replaceFirst("hcr=0x[0-9a-f]*", "hcr=0x0");
    Path file = Files.writeString(directory.resolve("damaged"), damaged);
    assertThat(Replays.file(file).findings()).isNotEmpty();
    assertSame(file);
  }

  private void assertSame(Path original) throws IOException {
    ReplayResult expected = Replays.file(original);
    for (boolean json : new boolean[] {false, true}) {
      try (Capture capture = Captures.open(original)) {
        String text = json ? RowTexts.json(capture) : RowTexts.csv(capture);
        Path rows = Files.writeString(directory.resolve("rows"), text);
        assertThat(Replays.file(rows)).isEqualTo(expected);
        Path shuffled = Files.write(directory.resolve("shuffled"), shuffled(text));
        assertThat(Replays.file(shuffled)).isEqualTo(expected);
      }
    }
  }

  /** The rows as they come from buffers that are emptied one after the other. */
  private static List<String> shuffled(String text) {
    List<String> lines = new ArrayList<>(text.lines().toList());
    Random random = new Random(7);
    for (int i = 10; i + 500 < lines.size(); i += 500) {
      Collections.shuffle(lines.subList(i, i + 500), random);
    }
    return lines;
  }
}
