package org.vgictrace.replay;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.vgictrace.fixtures.Shipped;

/** A genuine recording of a kernel with lockdep. */
class LockCaptureTest {

  @Test
  void everyLockIsJudged() throws IOException {
    ReplayResult result = Replays.text(text());

    assertThat(result.findings()).isEmpty();
    assertThat(result.gaps()).isZero();
    assertThat(result.rules())
        .filteredOn(count -> count.rule().id().startsWith("INV-LOCK-"))
        .map(c -> c.rule().id() + " " + c.consistent() + "/" + c.inconsistent() + c.indeterminate())
        .containsExactly(
            "INV-LOCK-1 534/0{UNKNOWN_VERSION=16}",
            "INV-LOCK-2 418/0{}",
            "INV-LOCK-3 1/0{}",
            "INV-LOCK-4 65/0{}",
            "INV-LOCK-5 36/0{}",
            "INV-LOCK-6 16/0{}",
            "INV-LOCK-7 33/0{}",
            "INV-LOCK-8 10/0{}",
            "INV-LOCK-9 70/0{}");
  }

  /** The migration of an interrupt, with the locks of the two lists exchanged. */
  @Test
  void listsLockedInTheWrongOrderAreFound() throws IOException {
    List<String> lines = new ArrayList<>(text().lines().toList());
    int second = lines.indexOf(taking(lines, "d..3. ", "&vgic_cpu->ap_list_lock"));
    String inner = address(lines.get(second));
    String outer = address(lines.get(second - 2));
    for (int i = second - 2; i <= second + 6; i++) {
      String line = lines.get(i).replace(inner, "INNER").replace(outer, inner);
      lines.set(i, line.replace("INNER", outer));
    }

    ReplayResult result = Replays.text(String.join("\n", lines) + "\n");

    assertThat(result.findings())
        .extracting(finding -> finding.rule().id() + " " + finding.message())
        .containsExactly("INV-LOCK-3 The ap_list_lock of vCPU 0 is taken under that of vCPU 1");
  }

  @Test
  void aLockTakenWithInterruptsOnIsFound() throws IOException {
    String text = text();
    String taken = taking(text.lines().toList(), "d..2. ", "&irq->irq_lock");

    ReplayResult result = Replays.text(text.replace(taken, taken.replace("d..2. ", "...2. ")));

    assertThat(result.findings())
        .extracting(finding -> finding.rule().id() + " " + finding.message())
        .containsExactly("INV-LOCK-1 &irq->irq_lock is taken with interrupts on");
  }

  private static String text() throws IOException {
    return Files.readString(
        Shipped.plain("6.12-gicv3-lock", "trace.txt"), StandardCharsets.ISO_8859_1);
  }

  /** The first line with these flags that says that a lock of a class is taken. */
  private static String taking(List<String> lines, String flags, String name) {
    return lines.stream()
        .filter(line -> line.contains(flags + " ") && line.contains(": lock_acquire: "))
        .filter(line -> line.endsWith(" " + name))
        .findFirst()
        .orElseThrow();
  }

  private static String address(String line) {
    int from = line.indexOf("lock_acquire: ") + "lock_acquire: ".length();
    return line.substring(from, line.indexOf(' ', from));
  }
}
