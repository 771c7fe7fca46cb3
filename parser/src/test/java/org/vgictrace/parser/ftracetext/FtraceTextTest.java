package org.vgictrace.parser.ftracetext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.vgictrace.parser.Capture;
import org.vgictrace.parser.CaptureFormat.Match;
import org.vgictrace.parser.bind.BindingPacks;
import org.vgictrace.parser.diag.Diagnostic;
import org.vgictrace.parser.diag.InputException;
import org.vgictrace.parser.event.Kind;
import org.vgictrace.parser.ftracetext.Texts.Outcome;
import org.vgictrace.parser.input.Input;
import org.vgictrace.parser.input.Inputs;
import org.vgictrace.parser.lines.LineSource;

class FtraceTextTest {
  private static final String HEADER =
      """
      # tracer: nop
      #
      # entries-in-buffer/entries-written: 4/10   #P:2
      #
      #                                _-----=> irqs-off/BH-disabled
      #                               / _----=> need-resched
      #                              | / _---=> hardirq/softirq
      #                              || / _--=> preempt-depth
      #                              ||| / _-=> migrate-disable
      #                              |||| /     delay
      #           TASK-PID     CPU#  |||||  TIMESTAMP  FUNCTION
      #              | |         |   |||||     |         |
      """;

  private static final String ENTRY =
      "          vcpu-0-461     [000] d..1.    63.160278: kvm_entry: PC: 0x40\n";

  private static List<String> diagnostics(Outcome outcome) {
    return outcome.counts().diagnostics().stream().map(FtraceTextTest::line).toList();
  }

  private static String line(Diagnostic diagnostic) {
    return diagnostic.code() + " at " + diagnostic.place() + ": " + diagnostic.message();
  }

  @Test
  void kernelText() {
    Outcome outcome =
        Texts.read(
            HEADER
                + """
                          vcpu-0-461     [000] d..1.    63.160267: enter: (kvm_arch_vcpu_ctxflush_fp+0x0/0x90) vcpu=0xffff000004a4c680 vcpu_id=0 used_lrs=1 hcr=0x1 vmcr=0xf84c000a sre=0x7 ap0r0=0x0 ap1r0=0x0 lr0=0x50a0020000000020 lr1=(fault)
                          vcpu-0-461     [000] d..1.    63.160278: kvm_entry: PC: 0x000000004000280c
                          <idle>-0       [001] dNh2.    63.160300: irq_handler_entry: irq=13 name=arch_timer
                          vcpu-0-461     [000] .....    63.160435: kvm_exit: IRQ: HSR_EC: 0x0000 (UNKNOWN), PC: 0x0000000040003538
                """);
    assertThat(outcome.rows())
        .containsExactly(
            "63160267000 [0] -/-1 -:- lost",
            "63160267000 [1] -/-1 -:- lost",
            "63160267000 [0] vcpu-0/461 1:1 lr_image point=entry vcpu=0xffff000004a4c680 vcpu_id=0"
                + " used_lrs=1 hcr=0x1 vmcr=0xf84c000a sre=0x7 ap0r0=0x0 ap1r0=0x0 lr_bytes=8"
                + " lr0=0x50a0020000000020",
            "63160278000 [0] vcpu-0/461 1:1 vcpu_entry pc=0x4000280c",
            "63160300000 [1] <idle>/0 2d:2 host_irq irq=13 name=\"arch_timer\" point=entry",
            "63160435000 [0] vcpu-0/461 0:0 vcpu_exit reason=0 esr_ec=0 pc=0x40003538");
    assertThat(outcome.meta().format()).isEqualTo("ftrace text");
    assertThat(outcome.meta().nanoseconds()).isTrue();
    assertThat(outcome.meta().clock()).isNull();
    assertThat(outcome.counts().events()).isEqualTo(4);
    assertThat(outcome.counts().eventsModelled()).isEqualTo(4);
    assertThat(outcome.counts().eventsByName())
        .hasToString("{irq:irq_handler_entry=1, kvm:kvm_entry=1, kvm:kvm_exit=1, vgic:enter=1}");
    assertThat(outcome.counts().eventsByCpu()).hasToString("{0=3, 1=1}");
    assertThat(outcome.counts().unparsed()).isZero();
    assertThat(outcome.counts().overwritten()).isEqualTo(6);
    assertThat(outcome.counts().lostMarks()).isEqualTo(2);
    assertThat(outcome.counts().firstTs()).isEqualTo(63160267000L);
    assertThat(outcome.counts().lastTs()).isEqualTo(63160435000L);
    assertThat(diagnostics(outcome))
        .containsExactly(
            "events-overwritten at line 1: 6 events were overwritten before the text was made");
  }

  @Test
  void traceCmdText() {
    Outcome outcome =
        Texts.read(
            """
            cpus=4
            CPU:1 [1668 EVENTS DROPPED]
                      vcpu-1-833   [001]    79.816553: kvm_entry:            CAN'T FIND FIELD "vcpu_id"<CANT FIND FIELD rip>PC: 0x0000000040000000
                      vcpu-1-833   [001]    79.816686: kvm_exit:             <CANT FIND FIELD exit_reason>TRAP: HSR_EC: 0x0020 (IABT_LOW), PC: 0x0000000040000004
                      vcpu-1-833   [000]    79.816480: clear_lr:             (ffffc5825b6bfe70) vcpu=0xffff000004a48000 vcpu_id=1 lr=0
                      vcpu-1-833   [000]    79.911399: its_cmd:              (ffffc5825b67a428 <- ffffc5825b6cc51c) kvm=0xffff000004a68000 dw0=0x9
                      vcpu-0-832   [001]    80.111503: kvm_sys_access:       [FAILED TO PARSE] vcpu_pc=0x4000653c is_write=1 name=0xffffc5825d1f2d78 Op0=3 Op1=0 CRn=12 CRm=11 Op2=5
            """);
    assertThat(outcome.rows())
        .containsExactly(
            "79816553000 [1] -/-1 -:- lost count=1668",
            "79816553000 [1] vcpu-1/833 -:- vcpu_entry pc=0x40000000",
            "79816686000 [1] vcpu-1/833 -:- vcpu_exit reason=2 esr_ec=32 pc=0x40000004",
            "79816480000 [0] vcpu-1/833 -:- lr_clear vcpu=0xffff000004a48000 vcpu_id=1 lr=0",
            "79911399000 [0] vcpu-1/833 -:- its_read kvm=0xffff000004a68000 opcode=9 device=0"
                + " dw0=0x9",
            "80111503000 [1] vcpu-0/832 -:- sysreg pc=0x4000653c is_write=1 op0=3 op1=0 crn=12"
                + " crm=11 op2=5");
    assertThat(outcome.meta().format()).isEqualTo("trace-cmd report");
    assertThat(outcome.meta().cpus()).containsExactly(0, 1, 2, 3);
    assertThat(outcome.counts().lostByCpu()).hasToString("{1=1668}");
    assertThat(outcome.counts().lostMarks()).isEqualTo(1);
    assertThat(outcome.counts().overwritten()).isEqualTo(-1);
    assertThat(diagnostics(outcome))
        .containsExactly("time-backwards at line 5: earlier than the event before it");
  }

  @Test
  void recordedFieldsInPlaceOfTheText() {
    Outcome outcome =
        Texts.read(
            """
                      vcpu-0-741     [000] d....        11366: kvm_exit: ret=0x2 (2) esr_ec=0x20 (32) vcpu_pc=0x40000000 (1073741824)
                      vcpu-0-741     [000] .....        11366: vgic_update_irq_pending: vcpu_id=0x0 (0) irq=0xffffffff (-1) level=(1)
                      vcpu-0-741     [000] d....        11366: clear_lr: __probe_ip=0xffffc03061875188 (-70160949489272) vcpu_id='a'(97) lr=0x3 (3)
                      vcpu-0-741     [000] d....        11367: sched_switch: prev_comm=a b prev_pid=0x72 (114) prev_prio=0x78 (120) prev_state=0x2 (2) next_comm=swapper/0 next_pid=0x0 (0) next_prio=0x78 (120)
            """);
    assertThat(outcome.rows())
        .containsExactly(
            "11366 [0] vcpu-0/741 1:0 vcpu_exit reason=2 esr_ec=32 pc=0x40000000",
            "11366 [0] vcpu-0/741 0:0 irq_pending vcpu_id=0 intid=4294967295 level=1",
            "11366 [0] vcpu-0/741 1:0 lr_clear vcpu_id=97 lr=3",
            "11367 [0] vcpu-0/741 1:0 sched_switch prev_comm=\"a b\" prev_pid=114 prev_prio=120"
                + " prev_state=2 next_comm=\"swapper/0\" next_pid=0 next_prio=120");
    assertThat(outcome.meta().nanoseconds()).isFalse();
    assertThat(outcome.meta().clock()).isEqualTo("uptime");
  }

  @Test
  void arraysAndFaults() {
    Outcome outcome =
        Texts.read(
            """
                      vcpu-0-741     [000] d....     1.000001: fold: (vgic_v3_fold_lr_state+0x0/0x1f8) used_lrs=2 sre=0x7 hcr=-1 lr={0x50a0020000000020,0x10,0x0,0xffffffffffffffff}
                      vcpu-0-741     [000] d....     1.000002: fold: (vgic_v3_fold_lr_state+0x0/0x1f8) used_lrs=(fault) sre=0x7 hcr=0x1ffffffff lr={0x1,(fault)}
                      vcpu-0-741     [000] d....     1.000003: fold: (vgic_v3_fold_lr_state+0x0/0x1f8) used_lrs=99999999999999999999 sre=0x7 hcr=0x1 lr=(fault)
            """);
    assertThat(outcome.rows())
        .containsExactly(
            "1000001000 [0] vcpu-0/741 1:0 lr_image point=exit used_lrs=2 hcr=0xffffffff sre=0x7"
                + " lr_bytes=8 lr0=0x50a0020000000020 lr1=0x10 lr2=0x0 lr3=0xffffffffffffffff",
            "1000002000 [0] vcpu-0/741 1:0 lr_image point=exit sre=0x7 lr_bytes=8 lr0=0x1",
            "1000003000 [0] vcpu-0/741 1:0 lr_image point=exit hcr=0x1 sre=0x7 lr_bytes=8");
  }

  @Test
  void namesThatSeveralPacksBind() {
    Outcome outcome =
        Texts.read(
            """
                      vcpu-0-741     [000] d....     1.000001: put: (kvm_vgic_put+0x0/0xb0) vcpu=0x10 vcpu_id=1
                      vcpu-0-741     [000] d....     1.000002: put: (vgic_put_irq+0x0/0xb0) irq=0x20 intid=33 P=1 rc=2
                      vcpu-0-741     [000] d....     1.000003: put: some tracepoint of that name
            """);
    assertThat(outcome.rows())
        .containsExactly(
            "1000001000 [0] vcpu-0/741 1:0 vgic_step vcpu=0x10 vcpu_id=1 step=put",
            "1000002000 [0] vcpu-0/741 1:0 irq_put irq=0x20 intid=33 pending=1 refs=2",
            "1000003000 [0] vcpu-0/741 1:0 other name=\"put\""
                + " payload=\"some tracepoint of that name\"");
    assertThat(outcome.counts().eventsByName()).hasToString("{put=1, vgic:put=1, vx:put=1}");
    assertThat(outcome.counts().eventsModelled()).isEqualTo(2);
    assertThat(diagnostics(outcome))
        .containsExactly(
            "text-shape-unknown at line 3: 1 of 3 events put have a text that no binding"
                + " describes");
  }

  @Test
  void textsOverSeveralLines() {
    Outcome outcome =
        Texts.read(
            """
                       <...>-1231    [001] ...1.    71.894352: tracing_mark_write: two
            lines

            # and more
                      sh-114     [000] d..2.    71.900000: <stack trace>
             => __schedule
             => schedule
                       <...>-1231    [001] ...1.    71.910000: # 1 buf: 62 69
            """);
    assertThat(outcome.rows())
        .containsExactly(
            "71894352000 [1] <...>/1231 0:1 other name=\"print\""
                + " payload=\"tracing_mark_write: two\nlines\n\n# and more\"",
            "71900000000 [0] sh/114 1:2 other name=\"kernel_stack\""
                + " payload=\"<stack trace>\n => __schedule\n => schedule\"",
            "71910000000 [1] <...>/1231 0:1 other name=\"raw_data\" payload=\"# 1 buf: 62 69\"");
    assertThat(outcome.counts().unparsed()).isZero();
    assertThat(outcome.counts().eventsByName())
        .hasToString("{ftrace:kernel_stack=1, ftrace:print=1, ftrace:raw_data=1}");
  }

  @Test
  void taskNamesWithLineBreaks() {
    Outcome outcome =
        Texts.read(
            """
            cpus=2
                        a b
            -1415    [000] d..2.   306.541082: kvm_entry: PC: 0x1
                     ab
            cdef-1415    [000] d..2.   306.541083: kvm_entry: PC: 0x2
              123-45 [001]-1415  [000] d..2.   306.535996: sched_switch:         a b
            :1415 [120] R ==> ksoftirqd/0:15 [120]
            """);
    assertThat(outcome.rows())
        .containsExactly(
            "306541082000 [0] a b\n/1415 1:2 vcpu_entry pc=0x1",
            "306541083000 [0] ab\ncdef/1415 1:2 vcpu_entry pc=0x2",
            "306535996000 [0] 123-45 [001]/1415 1:2 sched_switch prev_comm=\"a b\n\""
                + " prev_pid=1415 prev_prio=120 next_comm=\"ksoftirqd/0\" next_pid=15"
                + " next_prio=120");
    assertThat(outcome.counts().unparsed()).isZero();
  }

  @Test
  void linesThatAreLostAreReported() {
    Outcome outcome =
        Texts.read(
            "$ cat trace\n"
                + ENTRY
                + ENTRY.replace("[000]", "[0?0]")
                + "short\n"
                + ENTRY.replace("d..1.", "d.?1.")
                + ENTRY.replace("d..1.", "dq.1."));
    assertThat(outcome.rows())
        .containsExactly(
            "63160278000 [0] vcpu-0/461 1:1 vcpu_entry pc=0x40",
            "63160278000 [0] vcpu-0/461 -:- vcpu_entry pc=0x40");
    assertThat(outcome.counts().unparsed()).isEqualTo(4);
    assertThat(diagnostics(outcome))
        .containsExactly(
            "line-before-events at line 1: neither an event nor a known line",
            "line-unparsed at line 3: neither an event nor a known line",
            "line-unparsed at line 4: neither an event nor a known line",
            "line-unparsed at line 5: neither an event nor a known line",
            "flags-unknown at line 6: the flags column has unknown characters");
  }

  /** bpftrace does not say on which CPU. */
  @Test
  void marksOfBpftrace() {
    Outcome outcome =
        Texts.read(
            ENTRY
                + "Lost 45 events\n"
                + ENTRY.replace("63.16", "64.16")
                + "Lost 45 events more\nLost  events\nLost -3 events\nLost 0 events\n");
    assertThat(outcome.rows())
        .containsExactly(
            "63160278000 [0] vcpu-0/461 1:1 vcpu_entry pc=0x40",
            "64160278000 [-1] -/-1 -:- lost count=45",
            "64160278000 [0] vcpu-0/461 1:1 vcpu_entry pc=0x40");
    assertThat(outcome.counts().lost()).isEqualTo(45);
    assertThat(outcome.counts().lostMarks()).isEqualTo(1);
    assertThat(outcome.counts().unparsed()).isEqualTo(4);
  }

  @Test
  void lossesBeyondAllNumbers() {
    String mark = "CPU:0 [LOST 9223372036854775807 EVENTS]\n";
    Outcome outcome = Texts.read(ENTRY + mark + mark + ENTRY.replace("63.16", "64.16"));
    assertThat(outcome.counts().lost()).isEqualTo(Long.MAX_VALUE);
    assertThat(outcome.counts().lostMarks()).isEqualTo(2);
  }

  @Test
  void marksBeforeTheNextEvent() {
    Outcome outcome =
        Texts.read(
            ENTRY
                + "CPU:1 [LOST 545 EVENTS]\nCPU:0 [LOST EVENTS]\n"
                + ENTRY.replace("63.16", "64.16")
                + "##### CPU 1 buffer started ####\n");
    assertThat(outcome.rows())
        .containsExactly(
            "63160278000 [0] vcpu-0/461 1:1 vcpu_entry pc=0x40",
            "64160278000 [1] -/-1 -:- lost count=545",
            "64160278000 [0] -/-1 -:- lost",
            "64160278000 [0] vcpu-0/461 1:1 vcpu_entry pc=0x40",
            "64160278000 [1] -/-1 -:- lost");
    assertThat(outcome.counts().events()).isEqualTo(2);
    assertThat(outcome.counts().lost()).isEqualTo(545);
    assertThat(outcome.counts().lostMarks()).isEqualTo(3);
  }

  @Test
  void headersOfWrappedBuffersDoNotMultiply() {
    String header = "# tracer: nop\n# entries-in-buffer/entries-written: 1/2   #P:60000\n";
    Outcome outcome = Texts.read(header.repeat(20) + ENTRY);
    assertThat(outcome.counts().lostMarks()).isEqualTo(ContextReader.CPU_MAX + 1);
    assertThat(outcome.rows()).hasSize(ContextReader.CPU_MAX + 2);
  }

  @Test
  void kindsNobodyWantsAreCounted() {
    String text = ENTRY + ENTRY.replace("kvm_entry: PC: 0x40", "kvm_fpu: load") + ENTRY;
    Outcome outcome =
        Texts.read(text.getBytes(StandardCharsets.US_ASCII), EnumSet.of(Kind.VCPU_EXIT));
    assertThat(outcome.rows()).isEmpty();
    assertThat(outcome.counts().events()).isEqualTo(3);
    assertThat(outcome.counts().eventsModelled()).isEqualTo(2);
    assertThat(outcome.counts().eventsByName()).hasToString("{kvm:kvm_entry=2, kvm_fpu=1}");
  }

  @Test
  void windowsText() {
    String text = HEADER + ENTRY + ENTRY;
    List<String> expected = Texts.read(text).rows();
    String crlf = text.replace("\n", "\r\n");
    assertThat(Texts.read(crlf).rows()).isEqualTo(expected);
    Set<Kind> all = EnumSet.allOf(Kind.class);
    byte[] utf16 = ("\ufeff" + crlf).getBytes(StandardCharsets.UTF_16LE);
    assertThat(Texts.read(utf16, all).rows()).isEqualTo(expected);
    assertThat(Texts.read("\ufeff" + crlf).rows()).isEqualTo(expected);
    assertThat(Texts.read(text.replace('\n', '\r')).rows()).isEqualTo(expected);
    assertThat(Texts.read(text.stripTrailing()).rows()).isEqualTo(expected);
  }

  @Test
  void veryLongLine() {
    Outcome outcome =
        Texts.read(
            ENTRY.replace("PC: 0x40", "x".repeat(LineSource.LINE_BYTES_MAX))
                + ENTRY.replace("kvm_entry: ", "a\0b: "));
    assertThat(outcome.rows()).hasSize(2);
    assertThat(outcome.rows().get(1))
        .isEqualTo(
            "63160278000 [0] vcpu-0/461 1:1 other name=\"(unnamed)\" payload=\"a\0b: PC: 0x40\"");
    assertThat(diagnostics(outcome))
        .contains("line-too-long at line 1: longer than 1048576 bytes; the rest is left out");
  }

  @Test
  void textWithoutContextIsCounted() {
    Outcome outcome = Texts.read("# tracer: nop\n#\nkvm_entry: PC: 0x1\nkvm_entry: PC: 0x2\n");
    assertThat(outcome.rows()).isEmpty();
    assertThat(outcome.counts().eventsByName()).hasToString("{kvm:kvm_entry=2}");
    assertThat(outcome.counts().diagnosticCounts()).containsOnlyKeys("no-context");
  }

  @Test
  void rawTextIsRefused() throws IOException {
    String text = "# tracer: nop\n#\n114 0 35280349152 type: 310\n";
    try (Input input =
        Inputs.open("t", new ByteArrayInputStream(text.getBytes(StandardCharsets.US_ASCII)))) {
      assertThatThrownBy(() -> new FtraceText().open(input, BindingPacks.builtin()))
          .isInstanceOf(InputException.class)
          .hasMessage(
              "t: printed with ftrace's option raw, hex or bin, which leaves out the names; turn"
                  + " it off and read the trace again");
    }
  }

  @Test
  void recognition() throws IOException {
    assertThat(match(HEADER)).isEqualTo(Match.YES);
    assertThat(match(ENTRY)).isEqualTo(Match.YES);
    assertThat(match("cpus=2\n")).isEqualTo(Match.YES);
    assertThat(match("$ cat trace\n\n> " + ENTRY)).isEqualTo(Match.YES);
    assertThat(match("TRACE:\n" + ENTRY)).isEqualTo(Match.YES);
    assertThat(match("perf 10096 [000]  2417.312088:  kvm:kvm_entry: PC\n")).isEqualTo(Match.NO);
    assertThat(match("hello\n")).isEqualTo(Match.NO);
    assertThat(match("\u0017\bDtracing6\0\0\0\0\0\0\0\0\n")).isEqualTo(Match.NO);
  }

  private static Match match(String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
    try (Input input = Inputs.open("t", new ByteArrayInputStream(bytes))) {
      Match match = new FtraceText().match(input.head());
      return match == Match.MORE ? new FtraceText().match(input.longerHead()) : match;
    }
  }

  @Test
  void liveInputIsDeliveredWhileItComes() throws IOException {
    List<String> rows = new ArrayList<>();
    List<Integer> rowsAtWaits = new ArrayList<>();
    PipedOutputStream pipe = new PipedOutputStream();
    // Writes the next line only when the reader would wait, so nothing can be held back.
    PipedInputStream in =
        new PipedInputStream(pipe, 4096) {
          private int written;

          @Override
          public synchronized int read(byte[] b, int off, int len) throws IOException {
            if (super.available() == 0) {
              if (written == 5) {
                return -1;
              }
              rowsAtWaits.add(rows.size());
              pipe.write(
                  ENTRY.replace("0x40", "0x4" + written++).getBytes(StandardCharsets.US_ASCII));
            }
            return super.read(b, off, len);
          }
        };
    try (Input input = Inputs.open("-", in);
        Capture capture = new FtraceText().open(input, BindingPacks.builtin())) {
      capture.read(
          EnumSet.allOf(Kind.class),
          (batch, pool) -> {
            Texts.addRows(batch, rows);
            pool.recycle(batch);
          });
    }
    assertThat(rows).hasSize(5);
    assertThat(rowsAtWaits).containsExactly(0, 1, 2, 3, 4);
  }
}
