package org.vgictrace.parser.printfmt;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.vgictrace.fixtures.Shipped;
import org.vgictrace.parser.Capture;
import org.vgictrace.parser.Captures;
import org.vgictrace.parser.PayloadText;
import org.vgictrace.parser.bind.BindingPacks;
import org.vgictrace.parser.event.Batch;
import org.vgictrace.parser.event.Kind;
import org.vgictrace.parser.event.KindTable;

/** What is made of the records of a recording is what the kernel printed of the same records. */
class KernelTextTest {
  private static final String TEXT = "trace.txt.zst";
  private static final String BINARY = "trace.dat.zst";

  /** The kernel shows a hash of an address. */
  private static final Pattern POINTER = Pattern.compile("(?<![0-9a-fx])[0-9a-f]{16}\\b");

  /** The recordings carry some of the kernel's symbols, so that sizes and callers are not known. */
  private static final Pattern SIZE = Pattern.compile("/0x[0-9a-f]+(?=[) ]|$)");

  private static final Pattern CALLER = Pattern.compile("\\(\\S+ <- ");

  /** Names of registers are strings of the kernel that recordings do not carry. */
  private static final Pattern REGISTER =
      Pattern.compile(
          "^(kvm_arm_set_dreg32) \\w+:|^(kvm_sys_access PC: \\w+) \\w+|^(trap_reg) \\w+ ");

  static Stream<String> captures() {
    return Shipped.namesWith(TEXT).stream()
        .filter(name -> !name.endsWith("-raw-text"))
        .filter(name -> Files.exists(Shipped.capture(name).resolve(BINARY)));
  }

  @ParameterizedTest
  @MethodSource("captures")
  void sameWords(String name) throws IOException {
    List<String> kernel = words(Shipped.file(name, TEXT));
    List<String> made = words(Shipped.file(name, BINARY));
    assertThat(made).as(name).hasSizeGreaterThan(100).containsExactlyElementsOf(kernel);
  }

  private static List<String> words(Path file) throws IOException {
    List<String> words = new ArrayList<>();
    try (Capture capture = Captures.open(file, BindingPacks.none())) {
      PayloadText texts = capture.payloadText();
      capture.read(
          EnumSet.of(Kind.OTHER),
          (batch, pool) -> {
            KindTable table = batch.table(Kind.OTHER);
            for (int row = 0; row < table.rows(); row++) {
              words.add(comparable(line(batch, table, row, texts)));
            }
            pool.recycle(batch);
          });
    }
    return words;
  }

  private static String line(Batch batch, KindTable table, int row, PayloadText texts) {
    int payload = Kind.OTHER.column("payload");
    long place = table.get(row, payload, 0);
    StringBuilder line = new StringBuilder();
    line.append(batch.names().text((int) table.get(row, Kind.OTHER.column("name"), 0)));
    int start = line.append(' ').length();
    if (!texts.append("", table.arena(), (int) (place >>> 32), (int) place, line)) {
      line.append(table.text(row, payload));
    }
    // A marker's line begins with where it was written, not with the name of its event.
    boolean marker = line.substring(0, start).equals("print ");
    return marker
        ? line.substring(start).replaceFirst("^\\S+ ", "tracing_mark_write ")
        : line.toString();
  }

  private static String comparable(String line) {
    String same = POINTER.matcher(line.stripTrailing()).replaceAll("POINTER");
    same = SIZE.matcher(same).replaceAll("");
    same = CALLER.matcher(same).replaceFirst("(<- ");
    return REGISTER.matcher(same).replaceFirst("$1$2$3 REGISTER");
  }
}
