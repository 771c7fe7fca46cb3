package org.vgictrace.parser.ftracetext;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.vgictrace.parser.lines.LineSource;

class FlagColumnsTest {
  private final FlagColumns columns = new FlagColumns();

  /** {@code flags:preempt} in hexadecimal, {@code -} for not recorded; {@code ?} if unknown. */
  private String read(String letters) {
    byte[] b = letters.getBytes(StandardCharsets.ISO_8859_1);
    boolean known = columns.read(Arrays.copyOf(b, b.length + LineSource.PAD_BYTES), 0, b.length);
    return hex(columns.flags()) + ":" + hex(columns.preempt()) + (known ? "" : "?");
  }

  private static String hex(int value) {
    return value < 0 ? "-" : Integer.toHexString(value);
  }

  @Test
  void irqsColumn() {
    assertThat(read(".....")).isEqualTo("0:0");
    assertThat(read("d....")).isEqualTo("1:0");
    assertThat(read("D....")).isEqualTo("81:0");
    assertThat(read("b....")).isEqualTo("80:0");
    assertThat(read("X....")).isEqualTo("2:0");
  }

  @Test
  void reschedColumn() {
    assertThat(read(".n...")).isEqualTo("4:0");
    assertThat(read(".p...")).isEqualTo("20:0");
    assertThat(read(".N...")).isEqualTo("24:0");
    assertThat(read(".l...")).isEqualTo("2:0");
    assertThat(read(".L...")).isEqualTo("22:0");
    assertThat(read(".b...")).isEqualTo("6:0");
    assertThat(read(".B...")).isEqualTo("26:0");
  }

  @Test
  void contextColumn() {
    assertThat(read("..s..")).isEqualTo("10:0");
    assertThat(read("..h..")).isEqualTo("8:0");
    assertThat(read("..H..")).isEqualTo("18:0");
    assertThat(read("..z..")).isEqualTo("40:0");
    assertThat(read("..Z..")).isEqualTo("48:0");
  }

  @Test
  void countColumns() {
    assertThat(read("...f.")).isEqualTo("0:f");
    assertThat(read("....2")).isEqualTo("0:20");
    assertThat(read("dNh31")).isEqualTo("2d:13");
  }

  @Test
  void numberOfColumnsTellsTheKernel() {
    assertThat(read("")).isEqualTo("-:-");
    assertThat(read("dNh3")).isEqualTo("2d:3");
    assertThat(read("dNLh31")).isEqualTo("2d:13");
    assertThat(read("dNLh321")).isEqualTo("2d:13");
    assertThat(read("dNh")).isEqualTo("-:-?");
    assertThat(read("dNh312345")).isEqualTo("-:-?");
  }

  @Test
  void headerNamesTheColumns() {
    columns.label("CPU#");
    columns.label("irqs-off");
    columns.label("hardirq/softirq");
    columns.label("need-resched");
    columns.label("preempt-lazy-depth");
    columns.label("migrate-disable");
    assertThat(read("dhN31")).isEqualTo("2d:-");
    columns.clear();
    assertThat(read("dNh31")).isEqualTo("2d:13");
    columns.label("irqs-off");
    columns.label("something new");
    columns.label("need-resched_lazy");
    columns.label("preempt-depth");
    assertThat(read("d?L7")).isEqualTo("1:7");
  }

  @Test
  void unknownLettersAreNotGuessed() {
    assertThat(read("q....")).isEqualTo("-:-?");
    assertThat(read(".q...")).isEqualTo("-:-?");
    assertThat(read("..q..")).isEqualTo("-:-?");
    assertThat(read("...q.")).isEqualTo("-:-?");
    assertThat(read("....q")).isEqualTo("-:-?");
    assertThat(read("\u00e9....")).isEqualTo("-:-?");
    assertThat(read(".....")).isEqualTo("0:0");
  }
}
