package org.vgictrace.parser.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.vgictrace.parser.format.FieldFormat.Storage;

class EventFormatParserTest {
  private static final String SWITCH =
      """
      name: sched_switch
      ID: 310
      format:
      \tfield:unsigned short common_type;\toffset:0;\tsize:2;\tsigned:0;
      \tfield:int common_pid;\toffset:4;\tsize:4;\tsigned:1;

      \tfield:char prev_comm[16];\toffset:8;\tsize:16;\tsigned:0;
      \tfield:long prev_state;\toffset:32;\tsize:8;\tsigned:1;

      print fmt: "prev_comm=%s prev_state=%s", REC->prev_comm, REC->prev_state
      """;

  @Test
  void readsAWholeFile() throws FormatException {
    EventFormat format = parse(SWITCH);
    assertThat(format.system()).isEqualTo("sched");
    assertThat(format.name()).isEqualTo("sched_switch");
    assertThat(format.id()).isEqualTo(310);
    assertThat(format.common())
        .containsExactly(
            new FieldFormat("common_type", "unsigned short", 0, 2, false, Storage.NUMBER, 2),
            new FieldFormat("common_pid", "int", 4, 4, true, Storage.NUMBER, 4));
    assertThat(format.fields())
        .containsExactly(
            new FieldFormat("prev_comm", "char", 8, 16, false, Storage.ARRAY, 1),
            new FieldFormat("prev_state", "long", 32, 8, true, Storage.NUMBER, 8));
    assertThat(format.printFormat())
        .isEqualTo("\"prev_comm=%s prev_state=%s\", REC->prev_comm, REC->prev_state");
    assertThat(format.fieldNames()).containsExactly("prev_comm", "prev_state");
    assertThat(format.field("common_pid")).isEqualTo(format.commonField("common_pid"));
    assertThat(format.field("missing")).isNull();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          int irq; offset:8; size:4; signed:1;                      | irq | int | true | NUMBER | 4 | 1 | false
          bool level; offset:8; size:1; signed:0;                   | level | bool | false | NUMBER | 1 | 1 | false
          const char * fn; offset:8; size:8; signed:0;              | fn | const char * | false | NUMBER | 8 | 1 | false
          void *vcpu; offset:8; size:8; signed:0;                   | vcpu | void * | false | NUMBER | 8 | 1 | false
          struct x s; offset:8; size:12; signed:0;                  | s | struct x | false | OPAQUE | 0 | 0 | false
          u64 lr[4]; offset:8; size:32; signed:0;                   | lr | u64 | false | ARRAY | 8 | 4 | false
          unsigned long caller[8]; offset:8; size:64; signed:0;     | caller | unsigned long | false | ARRAY | 8 | 8 | false
          char comm[TASK_COMM_LEN]; offset:8; size:16; signed:1;    | comm | char | true | ARRAY | 1 | 16 | true
          u16 x[MAX]; offset:8; size:6; signed:0;                   | x | u16 | false | ARRAY | 2 | 3 | false
          struct y t[3]; offset:8; size:36; signed:0;               | t | struct y | false | OPAQUE | 0 | 0 | false
          char buf[]; offset:16; size:0; signed:0;                  | buf | char | false | TAIL | 1 | 0 | true
          __data_loc char[] name; offset:12; size:4; signed:1;      | name | __data_loc char[] | true | DATA_LOC | 1 | 0 | true
          __rel_loc char[] name; offset:12; size:4; signed:1;       | name | __rel_loc char[] | true | REL_LOC | 1 | 0 | true
          __data_loc unsigned long[] m; offset:12; size:4;          | m | __data_loc unsigned long[] | false | DATA_LOC | 8 | 0 | false
          __data_loc cpumask_t cpus; offset:12; size:4; signed:0;   | cpus | __data_loc cpumask_t | false | DATA_LOC | 0 | 0 | false
          int big; offset:8; size:4294967295; signed:1;             | big | int | true | OPAQUE | 0 | 0 | false
          """)
  void readsDeclarations(
      String line,
      String name,
      String type,
      boolean signed,
      Storage storage,
      int elementBytes,
      long elements,
      boolean text)
      throws FormatException {
    EventFormat format = parse("name: e\nID: 1\nformat:\n\n\tfield:" + line + "\n");
    assertThat(format.fields())
        .singleElement()
        .satisfies(
            field -> {
              assertThat(field.name()).isEqualTo(name);
              assertThat(field.type()).isEqualTo(type);
              assertThat(field.signed()).isEqualTo(signed);
              assertThat(field.storage()).isEqualTo(storage);
              assertThat(field.elementBytes()).isEqualTo(elementBytes);
              assertThat(field.elements()).isEqualTo(elements);
              assertThat(field.isText()).isEqualTo(text);
            });
  }

  @Test
  void takesTheSizeOfALongFromTheKernel() throws FormatException {
    byte[] file =
        "name: e\nID: 1\nformat:\n\n\tfield:long x[N]; offset:8; size:16;\n"
            .getBytes(StandardCharsets.US_ASCII);
    assertThat(EventFormatParser.parse("s", file, 4).fields().get(0).elements()).isEqualTo(4);
    assertThat(EventFormatParser.parse("s", file, 8).fields().get(0).elements()).isEqualTo(2);
  }

  @Test
  void readsNameAndIdWithoutTheRest() throws FormatException {
    EventFormat head =
        EventFormatParser.parseHead(
            "s", "name: e\nID: 77\nformat:\ngarbage".getBytes(StandardCharsets.US_ASCII));
    assertThat(head.name()).isEqualTo("e");
    assertThat(head.id()).isEqualTo(77);
    assertThat(head.fields()).isEmpty();
  }

  @Test
  void readsAFileWithoutItsEnd() throws FormatException {
    String fmt = "name: e\nID: 1\nformat:\n\nprint fmt: \"x\"";
    assertThat(parse(fmt).printFormat()).isEqualTo("\"x\"");
    assertThat(parse("name: e\nID: 1").fields()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          nothing                                                  | no "name:" line
          name:                                                    | nothing after "name:"
          name: e                                                  | no "ID:" line
          name: e^ID: x                                            | ID is not a number
          name: e^ID: 65536                                        | ID 65536 is out of range
          name: e^ID: -1                                           | ID -1 is out of range
          name: e^ID: 1^field:int x                                | field without declaration
          name: e^ID: 1^field:int x; offset:8;                     | field without offset or size: int x
          name: e^ID: 1^field:int x; offset:-8; size:4;            | offset: is not a number of a sensible size
          name: e^ID: 1^field:int x; offset:99999999999; size:4;   | offset: is not a number of a sensible size
          name: e^ID: 1^field:*; offset:8; size:4;                 | field without a name: *
          name: e^ID: 1^field:x]; offset:8; size:4;                | unbalanced brackets: x]
          """)
  void saysWhatCannotBeRead(String file, String what) {
    assertThatThrownBy(() -> parse(file.replace('^', '\n')))
        .isInstanceOf(FormatException.class)
        .hasMessage(what);
  }

  @Test
  void limitsTheNumberOfFields() {
    StringBuilder file = new StringBuilder("name: e\nID: 1\nformat:\n\n");
    for (int i = 0; i <= EventFormatParser.FIELDS_MAX; i++) {
      file.append("\tfield:int x").append(i).append("; offset:8; size:4; signed:1;\n");
    }
    assertThatThrownBy(() -> parse(file.toString())).hasMessage("more than 1024 fields");
  }

  private static EventFormat parse(String file) throws FormatException {
    return EventFormatParser.parse("sched", file.getBytes(StandardCharsets.UTF_8), 8);
  }
}
