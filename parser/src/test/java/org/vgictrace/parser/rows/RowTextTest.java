package org.vgictrace.parser.rows;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.vgictrace.parser.Capture;
import org.vgictrace.parser.CaptureFormat.Match;
import org.vgictrace.parser.Rows;
import org.vgictrace.parser.bind.BindingPacks;
import org.vgictrace.parser.bind.PackReader;
import org.vgictrace.parser.input.Input;
import org.vgictrace.parser.input.Inputs;

class RowTextTest {
  private static final String PACK =
      """
      {"pack": "mine", "events": [
        {"event": "lr_set", "kind": "lr_write", "requires": ["n"],
         "fields": {"lr": "n", "intid": "nr", "level": "flags.0", "pending": "flags.8"}},
        {"event": "lrs_in", "kind": "lr_image", "fields": {"used_lrs": "used",
         "lr0": "lr[0]", "lr1": "lr[1]", "lr2": "lr[2]"}, "set": {"point": "exit"}}]}
      """;

  private static Rows read(String text) throws IOException {
    return read(text, StandardCharsets.UTF_8);
  }

  private static Rows read(String text, Charset charset) throws IOException {
    BindingPacks packs =
        BindingPacks.with(
            List.of(
                PackReader.read(
                    "mine.json", new ByteArrayInputStream(PACK.getBytes(StandardCharsets.UTF_8)))));
    try (Input input = Inputs.open("t", new ByteArrayInputStream(text.getBytes(charset)));
        Capture capture = new RowText().open(input, packs)) {
      return Rows.of(capture);
    }
  }

  private static Match match(String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    try (Input input = Inputs.open("t", new ByteArrayInputStream(bytes))) {
      Match match = new RowText().match(input.head());
      return match == Match.MORE ? new RowText().match(input.longerHead()) : match;
    }
  }

  @Test
  void csvOfKinds() throws IOException {
    String text =
        """
        Recording 9 probes...
        # release: 6.12.107
        # clock: mono

        ts,cpu,pid,comm,kind,vcpu_id,lr,intid,pending,config,pc,count
        100,0,7,a b,vcpu_entry,,,,,,0x40,
        110,1,8,"c,""d""\",lr_write,0,1,27,1,edge,,
        115,1,8,c\\x2cd,vcpu_entry,,,,,,,
        120, 1, 8,c\\x2cd\\,lr_write, -1,4294967295,0x1b,0,1,,
        130,1,,,lost,,,,,,,5
        140,1,,,lost,,,,,,,
        150,0,7,"x
        y",vcpu_exit,,,,,,-1,
        ts;event;used;lr;vcpu_pc
        160;lrs_in;2;"{0x1, 2}";
        170;"kvm:kvm_entry";;;0x40
        """;
    Rows rows = read(text);
    assertThat(rows.lines())
        .containsExactly(
            "0 100 [0] a b-7 -1/-1 vcpu_entry pc=0x40",
            "1 110 [1] c,\"d\"-8 -1/-1 lr_write intid=27 pending=1 config=0 vcpu_id=0 lr=1",
            "2 115 [1] c,d-8 -1/-1 vcpu_entry",
            "3 120 [1] c\\x2cd\\-8 -1/-1 lr_write intid=27 pending=0 config=1 vcpu_id=-1 lr=-1",
            "4 130 [1] ?--1 -1/-1 lost count=5",
            "5 140 [1] ?--1 -1/-1 lost",
            "6 150 [0] x\ny-7 -1/-1 vcpu_exit pc=0xffffffffffffffff",
            "7 160 [-1] ?--1 -1/-1 lr_image point=1 used_lrs=2 lr0=0x1 lr1=0x2",
            "8 170 [-1] ?--1 -1/-1 vcpu_entry pc=0x40");
    assertThat(rows.diagnostics()).containsExactly("ERROR line-unparsed at line 1: not a row");
    assertThat(rows.counts().unparsed()).isEqualTo(1);
    assertThat(rows.counts().events()).isEqualTo(7);
    assertThat(rows.counts().eventsModelled()).isEqualTo(7);
    assertThat(rows.counts().eventsByName())
        .hasToString("{kvm:kvm_entry=1, lr_write=2, lrs_in=1, vcpu_entry=2, vcpu_exit=1}");
    assertThat(rows.counts().eventsByCpu()).hasToString("{0=2, 1=3}");
    assertThat(rows.counts().lostByCpu()).hasToString("{1=5}");
    assertThat(rows.counts().lostMarks()).isEqualTo(2);
    assertThat(rows.meta().format()).isEqualTo("csv");
    assertThat(rows.meta().release()).isEqualTo("6.12.107");
    assertThat(rows.meta().clock()).isEqualTo("mono");
    assertThat(rows.meta().nanoseconds()).isTrue();
    for (String other : List.of("\ufeff" + text, text.replace("\n", "\r\n"))) {
      assertThat(read(other).lines()).isEqualTo(rows.lines());
    }
    assertThat(read("\ufeff" + text, StandardCharsets.UTF_16LE).lines()).isEqualTo(rows.lines());
  }

  @Test
  void jsonLines() throws IOException {
    Rows rows =
        read(
            """
            {"release": "6.12.107", "clock": "counter"}
            {"ts":1,"cpu":0,"pid":7,"comm":"a\\"b\\\\n","event":"kvm:kvm_entry","vcpu_pc":4096}
            {"ts":2,"event":"lr_set","n":1,"irq":18446744073709551615,"nr":"0x1b","flags":"0x101"}
            {"ts":3,"event":"lrs_in","used":1,"lr":[1,"0x2"]}
            {"ts":4,"kind":"lr_write","pending":true,"active":false,"config":null,"lr":"1"}
            """);
    assertThat(rows.lines())
        .containsExactly(
            "0 1 [0] a\"b\\n-7 -1/-1 vcpu_entry pc=0x1000",
            "1 2 [-1] ?--1 -1/-1 lr_write irq=0xffffffffffffffff intid=27 pending=1 level=1 lr=1",
            "2 3 [-1] ?--1 -1/-1 lr_image point=1 used_lrs=1 lr0=0x1 lr1=0x2",
            "3 4 [-1] ?--1 -1/-1 lr_write pending=1 active=0 lr=1");
    assertThat(rows.diagnostics()).isEmpty();
    assertThat(rows.meta().format()).isEqualTo("json lines");
    assertThat(rows.meta().release()).isEqualTo("6.12.107");
    assertThat(rows.meta().clock()).isEqualTo("counter");
    assertThat(rows.meta().nanoseconds()).isFalse();
    assertThat(rows.counts().eventsByName())
        .hasToString("{kvm:kvm_entry=1, lr_set=1, lr_write=1, lrs_in=1}");
  }

  @Test
  void whatIsWrongWithRowsOfCsv() throws IOException {
    Rows rows =
        read(
            """
            ts,kind,vcpu_id,lr,config,pc
            1,lr_write,0,zz,middle,
            2,lr_wrote,0,1,edge,
            3,lr_wrote,0,1,edge,
            4,vcpu_exit,9,,,0x1
            5,vcpu_exit,9,,,0x1
            ,vcpu_exit,,,,0x1
            6,,,,,0x1
            7,vcpu_exit
            8,vcpu_exit,,,,99999999999999999999
            9.5,vcpu_exit,,,,
            10,vcpu_exit,"x"y,,,
            11,vcpu_exit,"x,,,
            12,vcpu_exit,,,,
            ts,kind,ts
            13,vcpu_exit,14
            """);
    assertThat(rows.lines())
        .containsExactly(
            "0 1 [-1] ?--1 -1/-1 lr_write vcpu_id=0",
            "1 2 [-1] ?--1 -1/-1 other name=lr_wrote payload=" + hex("2,lr_wrote,0,1,edge,"),
            "2 3 [-1] ?--1 -1/-1 other name=lr_wrote payload=" + hex("3,lr_wrote,0,1,edge,"),
            "3 4 [-1] ?--1 -1/-1 vcpu_exit pc=0x1",
            "4 5 [-1] ?--1 -1/-1 vcpu_exit pc=0x1",
            "5 8 [-1] ?--1 -1/-1 vcpu_exit",
            "6 12 [-1] ?--1 -1/-1 vcpu_exit");
    assertThat(rows.diagnostics())
        .containsExactly(
            "WARNING value-bad at line 2: 'lr' is 'zz', expected a number of type INT32",
            "WARNING value-bad at line 2: 'config' is 'middle', expected one of edge, level",
            "WARNING kind-unknown at line 3: no kind 'lr_wrote'; nearest: lr_write; its rows are"
                + " kept as other",
            "WARNING column-unknown at line 5: no column 'vcpu_id' in vcpu_exit; nearest: esr_ec,"
                + " pc, reason",
            "ERROR row-unparsed at line 7: has no ts, the time in nanoseconds",
            "ERROR row-unparsed at line 8: has neither kind nor event",
            "ERROR row-unparsed at line 9: has 2 cells, the columns are 6",
            "WARNING value-bad at line 10: 'pc' is '99999999999999999999', expected a number of"
                + " type HEX64",
            "WARNING value-bad at line 11: 'ts' is '9.5', expected a number of type INT64",
            "ERROR row-unparsed at line 11: has no ts, the time in nanoseconds",
            "ERROR row-unparsed at line 12: is not valid CSV",
            "ERROR row-unparsed at line 13: opens a quotation that does not end",
            "ERROR row-unparsed at line 15: names a column twice, or too many columns; no row"
                + " below can be read",
            "ERROR line-unparsed at line 16: not a row");
    assertThat(rows.counts().unparsed()).isEqualTo(8);
  }

  @Test
  void whatIsWrongWithRowsOfJson() throws IOException {
    Rows rows =
        read(
            """
            {"ts":1,"event":"foo","n":1}
            {"ts":2,"event":"lr_set","m":1}
            {"ts":3,"kind":"lr_image","hcr":[1],"vcpu":{"a":[1]},"foo":1,"lr0":1.5}
            {"ts":4,"event":"vcpu_entry"}
            {"ts":5,"ts":6,"kind":"vcpu_entry"}
            {"ts":6,"kind":"vcpu_entry"
            {"ts":7,"kind":"vcpu_entry"} \u0007x
            [1]
            {"ts":8,"event":"lrs_in","lr":[1,"x"],"useed":1}
            """);
    assertThat(rows.lines())
        .containsExactly(
            "0 1 [-1] ?--1 -1/-1 other name=foo payload="
                + hex("{\"ts\":1,\"event\":\"foo\",\"n\":1}"),
            "1 2 [-1] ?--1 -1/-1 other name=lr_set payload="
                + hex("{\"ts\":2,\"event\":\"lr_set\",\"m\":1}"),
            "2 3 [-1] ?--1 -1/-1 lr_image",
            "3 4 [-1] ?--1 -1/-1 other name=vcpu_entry payload="
                + hex("{\"ts\":4,\"event\":\"vcpu_entry\"}"),
            "4 8 [-1] ?--1 -1/-1 lr_image point=1");
    assertThat(rows.diagnostics())
        .containsExactly(
            "INFO event-unbound at line 1: no binding pack knows the event 'foo'; its rows are kept"
                + " as other",
            "WARNING event-unbound at line 2: the event 'lr_set' lacks 'n', without which no binding"
                + " applies; its rows are kept as other",
            "WARNING value-bad at line 3: 'hcr' is 'an array', expected a number of type HEX32",
            "WARNING value-bad at line 3: 'vcpu' is 'an object', expected a number of type HEX64",
            "WARNING column-unknown at line 3: no column 'foo' in lr_image; nearest: apr, hcr, kvm",
            "WARNING value-bad at line 3: 'lr0' is '1.5', expected a number of type HEX64",
            "INFO event-unbound at line 4: no binding pack knows the event 'vcpu_entry', which is a"
                + " kind: name the column kind; its rows are kept as other",
            "ERROR row-unparsed at line 5: is not a JSON object: Duplicate field 'ts'",
            "ERROR row-unparsed at line 6: is not a JSON object: Unexpected end-of-input: expected"
                + " close marker for Object",
            "ERROR row-unparsed at line 7: is not a JSON object: Illegal character ((CTRL-CHAR, code"
                + " 7)): only regular white space (\\r, \\n, \\t) is allowed between tokens",
            "ERROR line-unparsed at line 8: not a row",
            "WARNING value-bad at line 9: 'lr' is 'an array of other things than numbers', expected"
                + " a number of type HEX64",
            "WARNING value-bad at line 9: 'lr' is 'an array of other things than numbers', expected"
                + " a number of type HEX64",
            "WARNING value-bad at line 9: 'lr' is 'an array of other things than numbers', expected"
                + " a number of type HEX64",
            "INFO field-unused at line 9: the binding of 'lrs_in' has no use for 'useed'; nearest:"
                + " used");
  }

  private static String hex(String text) {
    return HexFormat.of().formatHex(text.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void rowsAreOrderedByTimeOrByNumber() throws IOException {
    Rows byTime =
        read("ts,kind,pc\n3,vcpu_entry,1\n1,vcpu_entry,2\n3,vcpu_entry,3\n2,vcpu_entry,4\n");
    assertThat(byTime.lines())
        .containsExactly(
            "0 1 [-1] ?--1 -1/-1 vcpu_entry pc=0x2",
            "1 2 [-1] ?--1 -1/-1 vcpu_entry pc=0x4",
            "2 3 [-1] ?--1 -1/-1 vcpu_entry pc=0x1",
            "3 3 [-1] ?--1 -1/-1 vcpu_entry pc=0x3");
    assertThat(byTime.diagnostics())
        .containsExactly(
            "INFO rows-sorted at line 5: 2 rows came after later ones and were put in order");
    Rows byNumber = read("seq,ts,kind\n7,1,vcpu_entry\n5,3,vcpu_exit\n6,2,vcpu_entry\n");
    assertThat(byNumber.lines())
        .containsExactly(
            "0 3 [-1] ?--1 -1/-1 vcpu_exit",
            "1 2 [-1] ?--1 -1/-1 vcpu_entry",
            "2 1 [-1] ?--1 -1/-1 vcpu_entry");
  }

  @Test
  void rowsThatComeTooLate() throws IOException {
    StringBuilder text = new StringBuilder("ts,kind\n");
    for (int i = 0; i <= RowQueue.ROWS_MAX; i++) {
      text.append(i + 10).append(",vcpu_entry\n");
    }
    Rows rows = read(text.append("5,vcpu_exit\n").toString());
    assertThat(rows.lines().subList(0, 3))
        .containsExactly(
            "0 10 [-1] ?--1 -1/-1 vcpu_entry",
            "1 5 [-1] ?--1 -1/-1 vcpu_exit",
            "2 11 [-1] ?--1 -1/-1 vcpu_entry");
    assertThat(rows.diagnostics())
        .containsExactly(
            "WARNING time-backwards at line 65539: earlier than rows more than 65536 before it;"
                + " left where it is",
            "INFO rows-sorted at line 65539: 1 rows came after later ones and were put in order");
  }

  @Test
  void recognition() throws IOException {
    assertThat(match("ts,cpu,kind\n")).isEqualTo(Match.YES);
    assertThat(match("\"event\"\t\"ts\"\n")).isEqualTo(Match.YES);
    assertThat(match("# a\nAttaching 1 probe...\n{\"ts\":1,\"event\":\"x\"}")).isEqualTo(Match.YES);
    assertThat(match("x\n".repeat(64) + "ts,kind\n")).isEqualTo(Match.YES);
    assertThat(match("x\n".repeat(65) + "ts,kind\n")).isEqualTo(Match.NO);
    assertThat(match("ts,cpu\n")).isEqualTo(Match.NO);
    assertThat(match("kind,cpu\n1,2\n")).isEqualTo(Match.NO);
    assertThat(match("{\"ts\":1}\n[]\n")).isEqualTo(Match.NO);
    assertThat(match("a-1 [000] d..1. 1.000000: x: ts,kind\n")).isEqualTo(Match.NO);
    assertThat(match("")).isEqualTo(Match.NO);
  }
}
