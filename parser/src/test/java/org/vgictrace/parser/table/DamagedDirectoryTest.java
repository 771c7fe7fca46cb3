package org.vgictrace.parser.table;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.file.StandardCopyOption.REPLACE_EXISTING;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.vgictrace.parser.Capture;
import org.vgictrace.parser.Captures;
import org.vgictrace.parser.diag.InputException;
import org.vgictrace.parser.event.Column;
import org.vgictrace.parser.event.ColumnType;
import org.vgictrace.parser.event.Kind;
import org.vgictrace.parser.event.Names;
import org.vgictrace.parser.table.Converted.Way;

/** Damaged directories end with one line that names the file; nothing else is thrown. */
class DamagedDirectoryTest {
  @TempDir Path temp;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          "seq,kind"      | "seq"           | order.csv: at line 1: column 'kind' is missing
          "seq,kind"      | "seq,kind,x"    | order.csv: at line 1: column 'x' does not belong to this table
          "seq,kind"      | "seq,kind,kind" | order.csv: at line 1: column 'kind' occurs twice
          "1,mmio"        | "1,mmio,"       | order.csv: at line 3: line has 3 cells, expected 2
          "1,mmio"        | "1,"            | order.csv: at line 3: column 'kind' is empty
          "1,mmio"        | "1,mnio"        | order.csv: at line 3: column 'kind' has no label 'mnio'
          "1,mmio"        | "0,mmio"        | order.csv: event 0 follows event 0
          "1,mmio"        | "1,lost"        | lost.csv: row 0 is event 5, the order file has event 1
          "3,host_irq"    | "2,host_irq"    | host_irq.csv: row 0 is event 3, the order file has event 2
          "1,mmio"        | "1,vcpu_exit"   | vcpu_exit.csv: has 1 rows, the order file has more
          "1,mmio"        | "1,wfx"         | wfx.csv: is missing
          """)
  void csvOrder(String old, String replacement, String message) throws IOException {
    damageCsv("order.csv", unquote(old), unquote(replacement), message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          vcpu_exit.csv | ",77,"       | ",7.7,"      | vcpu_exit.csv: at line 2: column 'pid' has '7.7', expected a number of type INT32
          vcpu_exit.csv | ",36,"       | ",4294967296," | vcpu_exit.csv: at line 2: column 'esr_ec' has '4294967296', expected a number of type UINT32
          vcpu_exit.csv | ",1,2,"      | ",1,+2,"     | vcpu_exit.csv: at line 2: column 'preempt' has '+2', expected a number of type UINT8
          mmio.csv      | ",0x8000100" | ",8000100"   | mmio.csv: at line 2: column 'gpa' has '8000100', expected 0x and up to 16 digits
          other.csv     | "x00"        | "q00"        | other.csv: at line 2: column 'payload' has a bad \\ sequence
          host_irq.csv  | ",exit,"     | ",leave,"    | host_irq.csv: at line 3: column 'point' has no label 'leave'
          mmio.csv      | ",flags"     | ",flag"      | mmio.csv: at line 1: column 'flag' does not belong to this table
          lost.csv      | "5,1210"     | "5"          | lost.csv: at line 2: line has 8 cells, expected 9
          """)
  void csvTable(String file, String old, String replacement, String message) throws IOException {
    damageCsv(file, unquote(old), unquote(replacement), message);
  }

  @Test
  void csvFile() throws IOException {
    Path directory = Converted.write(new SmallCapture(), temp.resolve("out"), Way.CSV);
    Path mmio = directory.resolve("mmio.csv");

    Files.writeString(mmio, "seq,ts\n\"1\"x");
    assertMessage(directory, "mmio.csv: at line 1: column 'cpu' is missing");
    Files.writeString(mmio, "");
    assertMessage(directory, "mmio.csv: is empty, expected a line with column names");
    Files.write(mmio, new byte[] {'s', (byte) 0xff});
    assertMessage(directory, "mmio.csv: at line 0: is not UTF-8");
    Files.writeString(mmio, "\"" + "x\n".repeat(CsvTableReader.LINE_MAX / 2 + 70_000));
    assertThatThrownBy(() -> readAll(directory))
        .isInstanceOf(InputException.class)
        .hasMessageEndingWith(": line has more than 16777216 characters");
  }

  @Test
  void arrowFile() throws IOException {
    Path directory = Converted.write(new SmallCapture(), temp.resolve("out"), Way.ARROW);
    Path mmio = directory.resolve("mmio.arrow");
    byte[] whole = Files.readAllBytes(mmio);

    Files.copy(directory.resolve("order.arrow"), mmio, REPLACE_EXISTING);
    assertMessage(directory, "mmio.arrow: column 'kind' does not belong to this table");
    Files.write(mmio, Arrays.copyOf(whole, whole.length - 1));
    assertMessage(
        directory,
        "mmio.arrow: at byte "
            + (whole.length - 7)
            + ": end of file is missing; the file is truncated");
    Files.write(mmio, Arrays.copyOf(whole, 10));
    assertMessage(directory, "mmio.arrow: is truncated or not an Arrow file");
    byte[] other = whole.clone();
    other[0] = 'B';
    Files.write(mmio, other);
    assertMessage(directory, "mmio.arrow: at byte 0: not an Arrow file");
    other = whole.clone();
    other[whole.length - 7] = 0x7f;
    Files.write(mmio, other);
    int footer = (whole[whole.length - 10] & 0xff) | (whole[whole.length - 9] & 0xff) << 8;
    assertMessage(
        directory,
        "mmio.arrow: at byte "
            + (whole.length - 10)
            + ": footer length "
            + (0x7f000000 | footer)
            + " is out of range");
    Files.delete(mmio);
    assertMessage(directory, "mmio.arrow: is missing");
  }

  @Test
  void arrowColumns() throws IOException {
    Path directory = Converted.write(new SmallCapture(), temp.resolve("out"), Way.ARROW);

    writeMmio(directory, ColumnType.UINT32, ColumnType.HEX64);
    assertMessage(directory, "mmio.arrow: column 'cpu' is UINT32, expected INT32");
    writeMmio(directory, ColumnType.INT32, ColumnType.NAME);
    assertMessage(
        directory, "mmio.arrow: column 'val' is dictionary-encoded text, expected UINT64");
    writeMmio(directory, ColumnType.INT32, ColumnType.HEX64);
    assertMessage(directory, "mmio.arrow: has 0 rows, the order file has more");
  }

  @Test
  void tablesOfAnotherCapture() throws IOException {
    for (Way way : List.of(Way.ARROW, Way.CSV)) {
      String ending = "." + way.layout.label();
      Path one = Converted.write(new RandomCapture(31, 2000), temp.resolve("one" + ending), way);
      Path two = Converted.write(new RandomCapture(33, 2000), temp.resolve("two" + ending), way);
      Files.copy(
          two.resolve("vcpu_entry" + ending), one.resolve("vcpu_entry" + ending), REPLACE_EXISTING);
      long here = firstEntry(31);
      long there = firstEntry(33);
      assertMessage(
          one,
          "vcpu_entry%s: row 0 is event %d, the order file has event %d"
              .formatted(ending, there, here));
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          vgictrace.capture/1 | vgictrace.capture/9 | schema is vgictrace.capture/9, this version reads vgictrace.capture/1
          "mmio" : 1          | "mmio" : 2          | HERE/order.csv: has 1 events of mmio, capture.json has 2
          "mmio" : 1          | "nmio" : 1          | table 'nmio' is not one that this version reads
          "mmio" : 1          | "wfx" : 1           | HERE/wfx.csv: is missing
          "mmio" : 1          | "mmio" : x          | at line 51: not valid JSON: Unrecognized token 'x': was expecting (JSON String, Number, Array, Object or token 'null', 'true' or 'false')
          "mmio" : 1          | "mmio" : "x"        | at line 51: expected a whole number
          "overwritten"       | "overrun"           | at line 47: overwritten is missing
          "counts"            | "numbers"           | counts is missing
          "csv"               | "tsv"               | at line 7: layout is not one that this version reads
          """)
  void head(String old, String replacement, String message) throws IOException {
    Path directory = Converted.write(new SmallCapture(), temp.resolve("out"), Way.CSV);
    replace(directory.resolve("capture.json"), old, replacement);
    String expected =
        message.startsWith("HERE/")
            ? message.replace("HERE", directory.toString())
            : directory.resolve("capture.json") + ": " + message;
    assertThatThrownBy(() -> readAll(directory))
        .isInstanceOf(InputException.class)
        .hasMessage(expected);
  }

  @Test
  void otherDirectories() {
    assertThatThrownBy(() -> Captures.open(temp))
        .isInstanceOf(InputException.class)
        .hasMessage(temp + ": directory is not a converted capture");
  }

  /** Any byte of any file may be wrong: the answer is the events or one line, and it comes soon. */
  @ParameterizedTest
  @EnumSource
  void anyDamage(Way way) throws IOException {
    Path directory = Converted.write(new RandomCapture(41, 300), temp.resolve("out"), way);
    Map<String, String> files = Converted.contents(directory);
    List<String> names = new ArrayList<>(files.keySet());
    Random random = new Random(42);
    Map<Outcome, Integer> outcomes = new EnumMap<>(Outcome.class);
    for (int i = 0; i < 400; i++) {
      String name = names.get(random.nextInt(names.size()));
      Path file = directory.resolve(name);
      byte[] good = files.getOrDefault(name, "").getBytes(ISO_8859_1);
      Files.write(file, damaged(good, random));
      try {
        readAll(directory);
        outcomes.merge(Outcome.READ, 1, Integer::sum);
      } catch (InputException e) {
        assertThat(e.getMessage()).startsWith(directory.toString()).doesNotContain("\n");
        outcomes.merge(Outcome.REFUSED, 1, Integer::sum);
      }
      Files.write(file, good);
    }
    assertThat(outcomes).containsKeys(Outcome.READ, Outcome.REFUSED);
  }

  private enum Outcome {
    READ,
    REFUSED
  }

  private static byte[] damaged(byte[] good, Random random) {
    switch (random.nextInt(4)) {
      case 0 -> {
        return Arrays.copyOf(good, random.nextInt(good.length));
      }
      case 1 -> {
        // Near the end of an Arrow file is what points to everything else.
        byte[] bytes = good.clone();
        bytes[good.length - 1 - random.nextInt(Math.min(400, good.length))] =
            (byte) random.nextInt();
        return bytes;
      }
      case 2 -> {
        byte[] bytes = good.clone();
        int at = random.nextInt(good.length);
        for (int i = at; i < Math.min(good.length, at + 4); i++) {
          bytes[i] = (byte) (random.nextBoolean() ? 0xff : 0x7f);
        }
        return bytes;
      }
      default -> {
        byte[] bytes = good.clone();
        bytes[random.nextInt(good.length)] ^= (byte) (1 << random.nextInt(8));
        return bytes;
      }
    }
  }

  private void damageCsv(String file, String old, String replacement, String message)
      throws IOException {
    Path directory = Converted.write(new SmallCapture(), temp.resolve("out"), Way.CSV);
    replace(directory.resolve(file), old, replacement);
    assertMessage(directory, message);
  }

  private static String unquote(String text) {
    return text.replace("\"", "");
  }

  private static void replace(Path file, String old, String replacement) throws IOException {
    String content = Files.readString(file);
    assertThat(content).contains(old);
    Files.writeString(file, content.replace(old, replacement));
  }

  private static void assertMessage(Path directory, String message) {
    assertThatThrownBy(() -> readAll(directory))
        .isInstanceOf(InputException.class)
        .hasMessage(directory + "/" + message);
  }

  private static void readAll(Path directory) throws IOException {
    try (Capture capture = Captures.open(directory)) {
      capture.read(RandomCapture.allKinds(), (batch, pool) -> pool.recycle(batch));
    }
  }

  private static long firstEntry(long seed) throws IOException {
    List<String> rows = Rows.of(new RandomCapture(seed, 2000), Set.of(Kind.VCPU_ENTRY));
    return Long.parseLong(rows.get(0).split(" ", 2)[0]);
  }

  /** Writes a table without rows whose columns {@code cpu} and {@code val} have the given types. */
  private static void writeMmio(Path directory, ColumnType cpu, ColumnType val) throws IOException {
    List<Column> columns = new ArrayList<>(TableColumns.of(Kind.MMIO));
    columns.set(TableColumns.CPU, new Column("cpu", cpu, "", List.of()));
    columns.set(columns.size() - 1, new Column("val", val, "", List.of()));
    Path file = directory.resolve("mmio.arrow");
    Files.delete(file);
    try (ArrowTableWriter table =
        new ArrowTableWriter(
            file,
            ArrowSchemas.schema("mmio", "", columns, new SmallCapture().meta()),
            columns,
            new Names(),
            new Scratch(),
            TableCompression.NONE)) {
      table.finish();
    }
  }
}
