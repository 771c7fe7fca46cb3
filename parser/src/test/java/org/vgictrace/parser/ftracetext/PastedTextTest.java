package org.vgictrace.parser.ftracetext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.EnumSet;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.vgictrace.parser.CaptureFormat.Match;
import org.vgictrace.parser.bind.BindingPacks;
import org.vgictrace.parser.diag.InputException;
import org.vgictrace.parser.event.Kind;
import org.vgictrace.parser.ftracetext.Texts.Outcome;
import org.vgictrace.parser.input.Input;
import org.vgictrace.parser.input.Inputs;

/** Texts as they come in mails, logs and web pages. */
class PastedTextTest {
  private static final String PAGE =
      "<!DOCTYPE html>\n<html>\n<script class=\"trace-data\" type=\"application/text\">\n";

  private final ByteArrayOutputStream buffer = new ByteArrayOutputStream();

  private static final String TEXT =
      """
      # tracer: nop
      #
      # entries-in-buffer/entries-written: 3/9   #P:1
      #
      #                                _-----=> irqs-off/BH-disabled
      #                               / _----=> need-resched
      #                              | / _---=> hardirq/softirq
      #                              || / _--=> preempt-depth
      #                              ||| / _-=> migrate-disable
      #                              |||| /     delay
      #           TASK-PID     CPU#  |||||  TIMESTAMP  FUNCTION
      #              | |         |   |||||     |         |
             CPU 0/KVM-461     [000] d..1.    63.160267: clear_lr: (vgic_v3_clear_lr+0x0/0x90) vcpu=0x10 vcpu_id=0 lr=3
             CPU 0/KVM-461     [000] d..1.    63.160278: kvm_entry: PC: 0x000000004000280c
                [0]-12-13     [000] d..2.    63.160300: sched_switch: prev_comm=a b prev_pid=1 prev_prio=2 prev_state=R ==> next_comm=c next_pid=3 next_prio=4
      """;

  private static final List<String> ROWS =
      List.of(
          "63160267000 [0] -/-1 -:- lost",
          "63160267000 [0] CPU 0/KVM/461 1:1 lr_clear vcpu=0x10 vcpu_id=0 lr=3",
          "63160278000 [0] CPU 0/KVM/461 1:1 vcpu_entry pc=0x4000280c",
          "63160300000 [0] [0]-12/13 1:2 sched_switch prev_comm=\"a b\" prev_pid=1 prev_prio=2"
              + " next_comm=\"c\" next_pid=3 next_prio=4");

  private static final String OVERWRITTEN =
      "events-overwritten at line 1: 6 events were overwritten before the text was made";

  private static String eachLine(String text, UnaryOperator<String> change) {
    return text.lines().map(change).collect(Collectors.joining("\n", "", "\n"));
  }

  private static List<String> diagnostics(Outcome outcome) {
    return outcome.counts().diagnostics().stream()
        .map(each -> each.code() + " at " + each.place() + ": " + each.message())
        .toList();
  }

  private static void assertSame(String text) {
    Outcome outcome = Texts.read(text);
    assertThat(outcome.rows()).isEqualTo(ROWS);
    assertThat(diagnostics(outcome)).containsExactly(OVERWRITTEN);
    assertThat(outcome.counts().unparsed()).isZero();
  }

  @Test
  void quotedInMails() {
    assertSame(TEXT);
    for (String quote : List.of("> ", ">", ">> ", "> > ", "| ", "    ", "\t")) {
      assertSame(eachLine(TEXT, line -> quote + line));
      assertSame(eachLine(TEXT, line -> quote + line + "\r"));
    }
    assertSame(eachLine(TEXT, line -> "> " + line.strip()));
    // The dash before the pid is where it is in a text that is not quoted.
    assertSame(eachLine(TEXT, line -> line.replaceFirst("^ {2}", "> ")));
  }

  @Test
  void copiedFromLogs() {
    for (String prefix :
        List.of(
            "[   12.345678] ",
            "<6>[   12.345678] ",
            "[   12.345678][   T12] ",
            "[Fri Nov 20 21:39:40 2026] ",
            "Nov  2 21:39:40 host kernel: ",
            "Nov 20 21:39:40 host kernel: [   12.345678] ",
            "2026-11-20T21:39:40.123456+01:00 host kernel: ")) {
      assertSame(eachLine(TEXT, line -> prefix + line));
    }
  }

  @Test
  void dumpOfAPanic() {
    Outcome outcome =
        Texts.read(
            """
            Nov 20 21:39:40 host kernel: Dumping ftrace buffer:
            Nov 20 21:39:40 host kernel: ---------------------------------
            Nov 20 21:39:40 host kernel:   vcpu-0-461       0d..1. 63117us+: kvm_entry: PC: 0x1
            Nov 20 21:39:40 host kernel: ---------------------------------
            """);
    assertThat(outcome.rows()).containsExactly("63117000 [0] vcpu-0/461 1:1 vcpu_entry pc=0x1");
    assertThat(outcome.counts().unparsed()).isZero();
  }

  @Test
  void otherEndsOfLinesThanTheFirstOne() {
    assertSame(TEXT.replace("\n", "\r\n").replaceFirst("\r", ""));
    assertSame(TEXT.replaceFirst("\n", "\r\n"));
  }

  @Test
  void noiseBeforeBetweenAndBehind() {
    int second = TEXT.indexOf("     CPU 0/KVM", TEXT.indexOf("KVM") + 3);
    String text =
        "root@host:~# cat trace\n"
            + TEXT.substring(0, second)
            + "[  123.456789] usb 1-1: new high-speed USB device number 2\n"
            + TEXT.substring(second)
            + "^C\nroot@host:~#\n";
    Outcome outcome = Texts.read(text);
    assertThat(outcome.rows()).isEqualTo(ROWS);
    assertThat(outcome.counts().unparsed()).isEqualTo(4);
    assertThat(diagnostics(outcome))
        .containsExactly(
            "line-before-events at line 1: neither an event nor a known line",
            "line-unparsed at line 15: neither an event nor a known line",
            "line-unparsed at line 18: neither an event nor a known line",
            "line-unparsed at line 19: neither an event nor a known line",
            OVERWRITTEN);
  }

  @Test
  void linesThatAMailProgramWrapped() {
    Outcome outcome =
        Texts.read(
            """
            >           vcpu-0-461     [000] d..1.    63.160267: clear_lr:
            > (vgic_v3_clear_lr+0x0/0x90) vcpu=0x10
            > vcpu_id=0 lr=3
            >           vcpu-0-461     [000] d..1.    63.160268: sched_switch: prev_comm=a
            > prev_pid=1 prev_prio=2 prev_state=R ==>
            > next_comm=b next_pid=3 next_prio=4
            >           vcpu-0-461     [000] d..1.    63.160278: kvm_entry: PC: 0x40
            > and so on
            >           vcpu-0-461     [000] d..1.    63.160279: kvm_entry: PC:
            > nothing
            """);
    assertThat(outcome.rows())
        .containsExactly(
            "63160267000 [0] vcpu-0/461 1:1 lr_clear vcpu=0x10 vcpu_id=0 lr=3",
            "63160268000 [0] vcpu-0/461 1:1 sched_switch prev_comm=\"a\" prev_pid=1 prev_prio=2"
                + " next_comm=\"b\" next_pid=3 next_prio=4",
            "63160278000 [0] vcpu-0/461 1:1 vcpu_entry pc=0x40",
            "63160279000 [0] vcpu-0/461 1:1 other name=\"kvm_entry\" payload=\"PC:\n> nothing\"");
    String wrapped = ": taken as the rest of the event before it, as if its line had been wrapped";
    assertThat(diagnostics(outcome))
        .containsExactly(
            "line-wrapped at line 3" + wrapped,
            "line-wrapped at line 5" + wrapped,
            "line-wrapped at line 6" + wrapped,
            "line-unparsed at line 8: neither an event nor a known line",
            "line-ambiguous at line 10: 1 line from here on may go on with the text of the event"
                + " before or be noise; taken as the former",
            "continuation-lines at line 10: 5 lines continue the text of the event before them",
            "text-shape-unknown at line 10: 1 of 2 events kvm_entry have a text that no binding"
                + " describes");
  }

  @Test
  void linesThatMayBeTextOfOthers() {
    String event = "          vcpu-0-461     [000] d..1.    63.160278: ";
    Outcome outcome =
        Texts.read(
            event
                + "tracing_mark_write: look\nCPU:0 [LOST 211 EVENTS]\n"
                + event
                + "tracing_mark_write: here\n# tracer: nop\n"
                + event
                + "kvm_fpu: load\n$ echo hello world\n"
                + event
                + "kvm_entry: PC: 0x40\nCPU:0 [LOST 1 EVENTS]\n");
    assertThat(outcome.rows())
        .containsExactly(
            "63160278000 [0] vcpu-0/461 1:1 other name=\"print\""
                + " payload=\"tracing_mark_write: look\"",
            "63160278000 [0] -/-1 -:- lost count=211",
            "63160278000 [0] vcpu-0/461 1:1 other name=\"print\""
                + " payload=\"tracing_mark_write: here\"",
            "63160278000 [0] vcpu-0/461 1:1 other name=\"kvm_fpu\""
                + " payload=\"load\n$ echo hello world\"",
            "63160278000 [0] vcpu-0/461 1:1 vcpu_entry pc=0x40",
            "63160278000 [0] -/-1 -:- lost count=1");
    String text = ": may be part of the text of the event before it; taken as what it looks like";
    assertThat(diagnostics(outcome))
        .containsExactly(
            "line-ambiguous at line 2" + text,
            "line-ambiguous at line 4" + text,
            "line-ambiguous at line 6: 1 line from here on may go on with the text of the event"
                + " before or be noise; taken as the former",
            "continuation-lines at line 8: 1 lines continue the text of the event before them");
  }

  @Test
  void webPages() {
    String data =
        "\n<!DOCTYPE html>\n<html>\n<script>\n  a-1 [000] d..1. 1.000000: kvm_entry: PC: 0x7\n"
                .strip()
            + "\n</script>\n  <script class=\"trace-data\" type=\"application/text\">\n"
            + TEXT
            + "  </script>\n<!-- -->\n<script class=\"trace-data\">\nUSER PID\n</script></html>\n";
    Outcome outcome = Texts.read(data);
    assertThat(outcome.rows()).isEqualTo(ROWS);
    assertThat(diagnostics(outcome))
        .containsExactly(
            "line-unparsed at line 25: neither an event nor a known line", OVERWRITTEN);
    String escaped =
        eachLine(
            TEXT.replace("a b", "a\"b\\"),
            line -> line.replace("\\", "\\\\").replace("\"", "\\\"") + "\\n\\");
    Outcome older =
        Texts.read(
            "<!DOCTYPE HTML>\n<html>\n<script>\n  var linuxPerfData = \"\\\n"
                + escaped
                + "\\n\";\n  var x = \"\\n\";\n</script></html>\n");
    assertThat(older.rows().subList(0, 3)).isEqualTo(ROWS.subList(0, 3));
    assertThat(older.rows().get(3)).isEqualTo(ROWS.get(3).replace("a b", "a\"b\\"));
    assertThat(diagnostics(older)).containsExactly(OVERWRITTEN);
  }

  /** A trace in an element as base64, compressed or not, in lines or in one. */
  @Test
  void packedTracesInWebPages() throws IOException {
    byte[] text = TEXT.getBytes(StandardCharsets.UTF_8);
    byte[] zlib = packed(new DeflaterOutputStream(buffer), text);
    byte[] gzip = packed(new GZIPOutputStream(buffer), text);
    byte[] marked =
        ("TRACE:\n" + new String(zlib, StandardCharsets.ISO_8859_1))
            .getBytes(StandardCharsets.ISO_8859_1);
    for (byte[] content :
        List.of(zlib, gzip, marked, ("TRACE:\r\n" + TEXT).getBytes(StandardCharsets.UTF_8))) {
      for (Base64.Encoder letters : List.of(Base64.getMimeEncoder(), Base64.getEncoder())) {
        Outcome outcome =
            Texts.read(
                PAGE
                    + letters.encodeToString(content)
                    + "\n  </script>\n<script class=\"trace-data\">\n"
                    + "{\"traceEvents\":[{\"name\":\"a\"}]}\n</script></html>\n");
        assertThat(outcome.rows()).isEqualTo(ROWS);
        assertThat(diagnostics(outcome)).containsExactly(OVERWRITTEN);
      }
    }
  }

  @Test
  void damagedPackedTraces() throws IOException {
    byte[] zlib =
        packed(new DeflaterOutputStream(buffer), TEXT.repeat(50).getBytes(StandardCharsets.UTF_8));
    String letters = Base64.getEncoder().encodeToString(zlib);
    Outcome cut =
        Texts.read(PAGE + letters.substring(0, letters.length() / 2) + "</script></html>\n");
    assertThat(cut.rows()).isNotEmpty();
    assertThat(cut.counts().diagnostics().stream().map(d -> d.message()))
        .contains("packed trace is damaged: Unexpected end of ZLIB input stream");
    Outcome foreign =
        Texts.read(PAGE + letters.substring(0, letters.length() / 2) + "{}</script></html>\n");
    assertThat(foreign.counts().diagnostics().stream().map(d -> d.message()))
        .contains("packed trace is damaged: not base64");
    byte[] bomb = packed(new DeflaterOutputStream(buffer), new byte[64 << 20]);
    String hostile =
        Base64.getEncoder().encodeToString(packed(new DeflaterOutputStream(buffer), bomb));
    assertThatThrownBy(() -> Texts.read(PAGE + hostile + "</script></html>\n"))
        .hasMessageContaining("is a web page without a trace in it");
  }

  /** The string may be longer than lines may be, and anywhere. */
  @Test
  void systemTraceOfChrome() throws IOException {
    String events = "{\"name\":\"a \\\"systemTraceEvents\\\": \\\"x\"},".repeat(40_000);
    String text =
        TEXT.replace("\\", "\\\\")
            .replace("\"", "\\\"")
            .replace("\n", "\\n")
            .replace("\t", "\\t")
            .replace("vcpu", "\\u0076cpu");
    for (String between : List.of(":", " : ")) {
      String json =
          " {\"traceEvents\":["
              + events
              + "{}],\"systemTraceEvents\""
              + between
              + '"'
              + text
              + "\"}\n";
      for (String whole : List.of(json, PAGE + json + "</script></html>\n")) {
        Outcome outcome = Texts.read(whole);
        assertThat(outcome.rows()).isEqualTo(ROWS);
        assertThat(diagnostics(outcome)).containsExactly(OVERWRITTEN);
      }
    }
    byte[] none =
        "{\"traceEvents\":[],\"systemTraceEvents\":{}}\n".getBytes(StandardCharsets.US_ASCII);
    try (Input input = Inputs.open("t", new ByteArrayInputStream(none))) {
      assertThat(new FtraceText().match(input.head())).isEqualTo(Match.YES);
      assertThatThrownBy(() -> new FtraceText().open(input, BindingPacks.builtin()))
          .isInstanceOf(InputException.class)
          .hasMessage("t: is JSON of trace events without systemTraceEvents, the text of ftrace");
    }
  }

  private byte[] packed(DeflaterOutputStream packer, byte[] content) throws IOException {
    packer.write(content);
    packer.close();
    byte[] bytes = buffer.toByteArray();
    buffer.reset();
    return bytes;
  }

  @Test
  void webPageWithoutATrace() throws IOException {
    byte[] page = "<html>\n<body>No trace.</body></html>\n".getBytes(StandardCharsets.US_ASCII);
    try (Input input = Inputs.open("t", new ByteArrayInputStream(page))) {
      assertThat(new FtraceText().match(input.head())).isEqualTo(Match.YES);
      assertThatThrownBy(() -> new FtraceText().open(input, BindingPacks.builtin()))
          .isInstanceOf(InputException.class)
          .hasMessage("t: is a web page without a trace in it");
    }
  }

  @Test
  void utf16WithoutAMark() {
    for (var charset : List.of(StandardCharsets.UTF_16LE, StandardCharsets.UTF_16BE)) {
      Outcome outcome = Texts.read(TEXT.getBytes(charset), EnumSet.allOf(Kind.class));
      assertThat(outcome.rows()).isEqualTo(ROWS);
    }
  }
}
