package org.vgictrace.parser.rows;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.vgictrace.parser.Capture;
import org.vgictrace.parser.Rows;
import org.vgictrace.parser.bind.BindingPacks;
import org.vgictrace.parser.input.Input;
import org.vgictrace.parser.input.Inputs;
import org.vgictrace.parser.lines.LineSource;

/** Whatever happens to rows, reading them ends, and what is not damaged is read. */
class DamagedRowsTest {
  private static final String CSV =
      """
      # release: 6.12.107
      ts,cpu,pid,comm,kind,event,vcpu_id,lr,config,pc,vcpu_pc
      100,0,7,a b,vcpu_entry,,,,,0x40,
      110,1,8,"c,d",lr_write,,0,1,edge,,
      120,1,8,"x
      y",vcpu_exit,,,,,-1,
      130,1,8,z,,kvm:kvm_entry,,,,,"[1,2]"
      ts;kind;count
      140;lost;5
      """;

  private static final String JSON =
      """
      {"release":"6.12.1","clock":"counter"}
      {"ts":1,"cpu":0,"pid":7,"comm":"a\\"b","event":"kvm:kvm_entry","vcpu_pc":4096}
      {"ts":2,"kind":"lr_image","lr0":[1,{"a":[]}],"hcr":null,"point":"entry"}
      {"ts":3,"kind":"lost","count":18446744073709551615}
      """;

  private static Rows read(byte[] text) throws IOException {
    try (Input input = Inputs.open("t", new ByteArrayInputStream(text));
        Capture capture = new RowText().open(input, BindingPacks.builtin())) {
      return Rows.of(capture);
    }
  }

  private static void check(byte[] text, String what) throws IOException {
    Rows rows = read(text);
    long lines = new String(text, StandardCharsets.ISO_8859_1).split("[\r\n]", -1).length;
    assertThat(rows.lines().size() + rows.counts().unparsed()).as(what).isLessThanOrEqualTo(lines);
  }

  @Test
  void bytesChangedAnywhere() throws IOException {
    for (String whole : new String[] {CSV, JSON}) {
      for (int seed = 0; seed < 1500; seed++) {
        Random random = new Random(seed);
        byte[] text = whole.getBytes(StandardCharsets.US_ASCII);
        for (int i = 1 + random.nextInt(8); i > 0; i--) {
          text[random.nextInt(text.length)] = (byte) random.nextInt(128);
        }
        check(text, "seed " + seed);
      }
    }
  }

  @Test
  void cutAnywhere() throws IOException {
    for (String whole : new String[] {CSV, JSON}) {
      for (int length = 0; length <= whole.length(); length++) {
        check(whole.substring(0, length).getBytes(StandardCharsets.US_ASCII), "first " + length);
        check(whole.substring(length).getBytes(StandardCharsets.US_ASCII), "from " + length);
      }
    }
  }

  @Test
  void rowsWithoutEnd() throws IOException {
    String good = "{\"ts\":1,\"kind\":\"vcpu_entry\"}\n";
    String text =
        good
            + "{\"ts\":1,\"kind\":\"x\",\"a\":"
            + "[".repeat(900_000)
            + "\n"
            + "{\"ts\":1,\"comm\":\""
            + "x".repeat(LineSource.LINE_BYTES_MAX)
            + "\"}\n"
            + good;
    Rows rows = read(text.getBytes(StandardCharsets.US_ASCII));
    assertThat(rows.lines())
        .containsExactly("0 1 [-1] ?--1 -1/-1 vcpu_entry", "1 1 [-1] ?--1 -1/-1 vcpu_entry");
    assertThat(rows.diagnostics())
        .containsExactly(
            "ERROR row-unparsed at line 2: is not a JSON object: Document nesting depth (1001)"
                + " exceeds the maximum allowed (1000, from `StreamReadConstraints.getMaxNestingDepth()`)",
            "ERROR line-too-long at line 3: longer than 1048576 bytes; left out");
  }

  @Test
  void quotationsWithoutEnd() throws IOException {
    String text =
        "ts,kind,comm\n" + ("1,vcpu_entry,\"" + "\n".repeat(70)).repeat(3) + "2,vcpu_exit,a\n";
    Rows rows = read(text.getBytes(StandardCharsets.US_ASCII));
    assertThat(rows.lines()).containsExactly("0 2 [-1] a--1 -1/-1 vcpu_exit");
    String open = ": opens a quotation that does not end";
    assertThat(rows.diagnostics())
        .containsExactly(
            "ERROR row-unparsed at line 2" + open,
            "ERROR row-unparsed at line 72" + open,
            "ERROR row-unparsed at line 142" + open);
  }
}
