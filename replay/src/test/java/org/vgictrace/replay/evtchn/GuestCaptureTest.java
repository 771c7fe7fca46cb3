package org.vgictrace.replay.evtchn;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vgictrace.fixtures.Shipped;
import org.vgictrace.replay.ReplayResult;

/** What is said of a recording of a genuine guest, and of parts of it. */
class GuestCaptureTest {
  private static final String NAME = "xen-guest-4.20-x86-fifo";
  private static final double[] RATES = {0.001, 0.01, 0.1, 0.5};

  private static List<String> verdicts(ReplayResult result) {
    return result.rules().stream()
        .filter(count -> count.rule().id().startsWith("EV-") && count.total() > 0)
        .map(
            count ->
                "%s %d/%d/%d"
                    .formatted(
                        count.rule().id(),
                        count.consistent(),
                        count.inconsistent(),
                        count.undecided()))
        .toList();
  }

  @Test
  void binaryAndTextOfAHealthyGuestAreNearlyAllDecided() throws IOException {
    ReplayResult binary = GuestTrace.replay(Shipped.file(NAME, "guest.dat.zst"));
    ReplayResult text = GuestTrace.replay(Shipped.file(NAME, "guest.txt.zst"));

    assertThat(binary.findings()).isEmpty();
    assertThat(text.findings()).isEmpty();
    assertThat(binary.gaps()).isZero();
    assertThat(verdicts(binary))
        .containsExactly(
            "EV-70 624/0/0", "EV-71 196/0/1", "EV-72 827/0/0", "EV-73 986/0/8", "EV-74 202/0/1");
    assertThat(verdicts(text)).isEqualTo(verdicts(binary));
  }

  @Test
  void missingLinesAreNoFindings(@TempDir Path folder) throws IOException {
    List<String> lines = Files.readAllLines(Shipped.plain(NAME, "guest.txt"));
    Path file = folder.resolve("guest.txt");
    for (int seed = 0; seed < 6; seed++) {
      for (double rate : RATES) {
        Random random = new Random(seed);
        List<String> left =
            lines.stream()
                .filter(line -> line.startsWith("#") || random.nextDouble() >= rate)
                .toList();
        Files.write(file, left, StandardCharsets.ISO_8859_1);

        assertThat(GuestTrace.replay(file).findings()).as("seed %d rate %s", seed, rate).isEmpty();
      }
    }
  }
}
