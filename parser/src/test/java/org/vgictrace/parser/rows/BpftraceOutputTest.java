package org.vgictrace.parser.rows;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.vgictrace.parser.Capture;
import org.vgictrace.parser.Rows;
import org.vgictrace.parser.bind.BindingPacks;
import org.vgictrace.parser.input.Input;
import org.vgictrace.parser.input.Inputs;

/** What bpftrace says between rows, and rows in its own objects; in the words of version 0.17. */
class BpftraceOutputTest {
  private static final List<String> ROWS =
      List.of(
          "0 100 [0] a-7 -1/-1 vcpu_entry pc=0x40",
          "1 120 [1] ?--1 -1/-1 lost count=68",
          "2 120 [1] b\\n-8 -1/-1 vcpu_exit pc=0x1");

  @Test
  void rowsInObjects() throws IOException {
    Rows rows =
        read(
            """
            {"type": "attached_probes", "data": {"probes": 2}}
            {"type": "printf", "data": "# release: 6.12.107\\n# clock: mono\\n"}
            {"type": "printf", "data": "{\\"ts\\":100,\\"cpu\\":0,\\"pid\\":7,\\"comm\\":\\"a\\","}
            {"type": "printf", "data": "\\"kind\\":\\"vcpu_entry\\",\\"pc\\":64}\\n"}
            {"type": "lost_events", "data": {"events": 45}}
            {"type": "lost_events", "data": {"events": 23}}
            {"type": "map", "data": {"@x": 5}}
            {"type": "hist", "data": {"@h": {"1,a": [{"min": 2, "max": 3, "count": 1}]}}}
            {"type": "printf", "data": "{\\"ts\\":120,\\"cpu\\":1,\\"pid\\":8,\\"comm\\":\\"b\\\\\\\\n\\",\\"kind\\":\\"vcpu_exit\\",\\"pc\\":1}\\n"}
            {"type": "time", "data": "05:07\\n"}


            {"type": "value", "data": [1,2]}
            """);
    assertThat(rows.lines()).isEqualTo(ROWS);
    assertThat(rows.diagnostics()).isEmpty();
    assertThat(rows.meta().format()).isEqualTo("json lines");
    assertThat(rows.meta().release()).isEqualTo("6.12.107");
    assertThat(rows.meta().clock()).isEqualTo("mono");
    assertThat(rows.counts().events()).isEqualTo(2);
    assertThat(rows.counts().lostMarks()).isEqualTo(1);
    assertThat(rows.counts().lostByCpu()).isEqualTo(Map.of(1, 68L));
    assertThat(rows.counts().unparsed()).isZero();
  }

  @Test
  void csvInObjects() throws IOException {
    Rows rows =
        read(
            """
            {"type": "printf", "data": "ts,cpu,pid,comm,kind,pc\\n100,0,7,a,vcpu_entry,0x40\\n"}
            {"type": "printf", "data": "120,1,8,b,vcpu_exit,1"}
            """);
    assertThat(rows.lines()).containsExactly(ROWS.get(0), "1 120 [1] b-8 -1/-1 vcpu_exit pc=0x1");
    assertThat(rows.diagnostics()).isEmpty();
    assertThat(rows.meta().format()).isEqualTo("csv");
  }

  /** A loss without a row behind it has no CPU. */
  @Test
  void lossesInText() throws IOException {
    Rows rows =
        read(
            """
            ts,cpu,pid,comm,kind,pc
            Lost 3 events
            100,0,7,a,vcpu_entry,0x40
            Lost 5 events
            """);
    assertThat(rows.lines())
        .containsExactly(
            "0 100 [0] ?--1 -1/-1 lost count=3",
            "1 100 [0] a-7 -1/-1 vcpu_entry pc=0x40",
            "2 100 [-1] ?--1 -1/-1 lost count=5");
    assertThat(rows.diagnostics()).isEmpty();
    assertThat(rows.counts().lostByCpu()).isEqualTo(Map.of(-1, 5L, 0, 3L));
    assertThat(rows.counts().lostMarks()).isEqualTo(2);
  }

  /** As the script prints that vgictrace writes: names as they are, CPUs one after the other. */
  @Test
  void rowsInText() throws IOException {
    Rows rows =
        read(
            """
            Attaching 9 probes...
            {"ts":300,"cpu":1,"pid":8,"comm":"a\"b\\x","event":"kvm:kvm_exit","ret":2,"esr_ec":1,"vcpu_pc":64}
            Lost 3 events
            {"ts":100,"cpu":0,"pid":7,"comm":"\",\"event\":\"x","event":"kvm:kvm_entry","vcpu_pc":64}


            @its_cmd0[7]: 18446603336221196288
            @x: 5
            @ no map
            """);
    assertThat(rows.lines())
        .containsExactly(
            "0 100 [0] ?--1 -1/-1 lost count=3",
            "1 100 [0] \",\"event\":\"x-7 -1/-1 vcpu_entry pc=0x40",
            "2 300 [1] a\"b\\x-8 -1/-1 vcpu_exit reason=2 esr_ec=1 pc=0x40");
    assertThat(rows.diagnostics())
        .containsExactly(
            "ERROR line-unparsed at line 9: not a row",
            "INFO rows-sorted at line 9: 2 rows came after later ones and were put in order");
  }

  /** Fields of an event that have the names of what every row says. */
  @Test
  void fieldsWithADot() throws IOException {
    Rows rows =
        read(
            """
            {"ts":1,"cpu":1,"event":"vgic:vcpu_kick","vcpu":16,"vcpu_id":3,".cpu":7,"mode":1}
            {"ts":2,"cpu":1,"event":"vgic:its_msi_ret","ret":1}
            """);
    assertThat(rows.lines())
        .containsExactly(
            "0 1 [1] ?--1 -1/-1 kick vcpu=0x10 vcpu_id=3 target_cpu=7 mode=1",
            "1 2 [1] ?--1 -1/-1 its_msi step=1 ret=1");
    assertThat(rows.diagnostics()).isEmpty();
  }

  /** What only looks like an object of bpftrace is a row, or reported. */
  @Test
  void objectsThatAreNone() throws IOException {
    Rows rows =
        read(
            """
            {"ts":90,"kind":"vcpu_entry"}
            {"type": "printf", "data": {"ts": 1}}
            {"type": "printf", "data": "x\\n", "more": 1}
            {"type": "printf", "data": "cut
            {"type":"lost_events","data":{"events":99999999999999999999,"x":[[1]]}}
            {"type": "lost_events", "data": 7}
            {"type": {"printf": 1}, "data": 7}
            Lost -1 events
            Lost  events
            {"type":"printf","ts":100,"cpu":0,"pid":7,"comm":"a","kind":"vcpu_entry","pc":64}
            """);
    assertThat(rows.lines())
        .containsExactly(
            "0 90 [-1] ?--1 -1/-1 vcpu_entry", "1 100 [0] a-7 -1/-1 vcpu_entry pc=0x40");
    assertThat(rows.diagnostics())
        .containsExactly(
            "ERROR row-unparsed at line 3: has neither kind nor event",
            "ERROR row-unparsed at line 4: is not a JSON object: Unexpected end-of-input",
            "ERROR row-unparsed at line 7: has neither kind nor event",
            "ERROR line-unparsed at line 8: not a row",
            "ERROR line-unparsed at line 9: not a row",
            "WARNING column-unknown at line 10: no column 'type' in vcpu_entry; nearest: pc");
    assertThat(rows.counts().lostMarks()).isZero();
  }

  /** Pieces without a line end do not add up for ever. */
  @Test
  void piecesWithoutAnEnd() throws IOException {
    String piece = "{\"type\": \"printf\", \"data\": \"" + "x".repeat(60_000) + "\"}\n";
    Rows rows = read("{\"ts\":90,\"kind\":\"vcpu_entry\"}\n" + piece.repeat(40));
    assertThat(rows.lines()).containsExactly("0 90 [-1] ?--1 -1/-1 vcpu_entry");
    assertThat(rows.diagnostics())
        .containsExactly(
            "ERROR line-too-long at line 19: longer than 1048576 bytes; left out",
            "ERROR line-too-long at line 37: longer than 1048576 bytes; left out",
            "ERROR line-unparsed at line 41: not a row");
  }

  private static Rows read(String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    try (Input input = Inputs.open("t", new ByteArrayInputStream(bytes));
        Capture capture = new RowText().open(input, BindingPacks.builtin())) {
      return Rows.of(capture);
    }
  }
}
