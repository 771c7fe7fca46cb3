package org.vgictrace.parser.ftracetext;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.vgictrace.fixtures.Shipped;
import org.vgictrace.parser.Capture;
import org.vgictrace.parser.Captures;
import org.vgictrace.parser.event.Kind;

/** The text and the binary of one recording give the same rows. */
class TextAgainstBinaryTest {
  private static final String TEXT = "trace.txt.zst";
  private static final String BINARY = "trace.dat.zst";

  static Stream<String> captures() {
    return Shipped.namesWith(TEXT).stream()
        .filter(name -> !name.endsWith("-raw-text"))
        .filter(name -> Files.exists(Shipped.capture(name).resolve(BINARY)));
  }

  @ParameterizedTest
  @MethodSource("captures")
  void sameRows(String name) {
    List<String> text = rows(Shipped.file(name, TEXT));
    List<String> binary = rows(Shipped.file(name, BINARY));
    assertThat(text).as(name).isNotEmpty().containsExactlyElementsOf(binary);
  }

  /**
   * All rows but those of lost events, which the file {@code trace} shows in its header only. Times
   * are rounded to microseconds as the text has them. Left out is what only one side has: the
   * payload of an event without a kind, the reason of an exit to user space that is an error, and
   * the state of a task that is switched off, for which the text has letters.
   */
  private static List<String> rows(Path file) {
    List<String> rows = new ArrayList<>();
    try (Capture capture = Captures.open(file)) {
      boolean rounds = capture.meta().nanoseconds();
      capture.read(
          EnumSet.complementOf(EnumSet.of(Kind.LOST)),
          (batch, pool) -> {
            List<String> some = new ArrayList<>();
            Texts.addRows(batch, some);
            some.forEach(row -> rows.add(comparable(row, rounds)));
            pool.recycle(batch);
          });
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return rows;
  }

  private static String comparable(String row, boolean rounds) {
    int blank = row.indexOf(' ');
    long time = Long.parseLong(row.substring(0, blank));
    String rest = row.substring(blank).replaceFirst("(?s) payload=.*", "");
    rest = rest.replaceFirst("( sched_switch .*) prev_state=\\d+", "$1");
    if (rest.contains(" userspace_exit ") && rest.contains(" errno=-")) {
      rest = rest.replaceFirst(" reason=\\d+", "");
    }
    return (rounds ? (time + 500) / 1000 : time) + rest;
  }
}
