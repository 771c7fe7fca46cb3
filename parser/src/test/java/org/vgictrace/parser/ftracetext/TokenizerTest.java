package org.vgictrace.parser.ftracetext;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.vgictrace.parser.ftracetext.LineReader.LineClass;
import org.vgictrace.parser.lines.LineSource;

/** One line each: what a line is, and every field that the tokenizers find in it. */
class TokenizerTest {
  private static final String KERNEL = "     kworker/1:2-111     [001] d..2.    31.505900: ";

  private final LineReader reader = new LineReader(TokenizerTest::isSchedSwitch);
  private final TextRecord record = new TextRecord();

  private static boolean isSchedSwitch(byte[] b, int start, int end) {
    return text(b, start, end).equals("sched_switch");
  }

  private static String text(byte[] b, int start, int end) {
    return new String(b, start, end - start, StandardCharsets.UTF_8);
  }

  /** Class and fields: comm|pid|cpu|flags|time|name|payload, and the instance if there is one. */
  private String read(String line) {
    byte[] bytes = line.getBytes(StandardCharsets.UTF_8);
    int end = bytes.length;
    byte[] b = Arrays.copyOf(bytes, end + LineSource.PAD_BYTES);
    b[end] = '\n';
    LineClass read = reader.read(b, 0, end, record);
    if (read != LineClass.EVENT) {
      return read.toString();
    }
    String flags = text(b, record.flagsStart, record.flagsEnd);
    if (record.rawFlags >= 0) {
      flags = "0x" + Integer.toHexString(record.rawFlags);
    }
    String buffer = text(b, record.bufferStart, record.bufferEnd);
    return String.join(
            "|",
            text(b, record.commStart, record.commEnd),
            Integer.toString(record.pid),
            Integer.toString(record.cpu),
            flags,
            Long.toString(record.time),
            text(b, record.nameStart, record.nameEnd),
            text(b, record.payloadStart, record.payloadEnd))
        + (buffer.isEmpty() ? "" : "|" + buffer)
        + (reader.ambiguous() ? " (ambiguous)" : "")
        + (reader.searched() ? " (searched)" : "");
  }

  private void header(String... lines) {
    for (String line : lines) {
      assertThat(read(line)).isEqualTo("HEADER");
    }
  }

  @Test
  void kernelColumns() {
    assertThat(read(KERNEL + "sched_switch: prev_comm=a"))
        .isEqualTo("kworker/1:2|111|1|d..2.|31505900000|sched_switch|prev_comm=a");
    assertThat(read("           <...>-1231    [001] ...1.    71.871109: tracing_mark_write: x: y"))
        .isEqualTo("<...>|1231|1|...1.|71871109000|tracing_mark_write|x: y");
    assertThat(read("       CPU 0/KVM-1234567 [127] dNh3. 1795168204.447168: kvm_entry: PC: 0x1"))
        .isEqualTo("CPU 0/KVM|1234567|127|dNh3.|1795168204447168000|kvm_entry|PC: 0x1");
    assertThat(read("              sh-12345678 [1024] d..2.    31.505900: kvm_entry: PC: 0x1"))
        .isEqualTo("sh|12345678|1024|d..2.|31505900000|kvm_entry|PC: 0x1");
  }

  @Test
  void olderKernelColumns() {
    assertThat(read("          <idle>-0     [002] d.h3  7115.449607: sched_switch: a"))
        .isEqualTo("<idle>|0|2|d.h3|7115449607000|sched_switch|a");
    assertThat(read("          <idle>-0     [002]  7115.449607: sched_switch: a"))
        .isEqualTo("<idle>|0|2||7115449607000|sched_switch|a");
    assertThat(read("          <idle>-0       [001]     35.282033: sched_switch: a"))
        .isEqualTo("<idle>|0|1||35282033000|sched_switch|a");
    assertThat(read("          <idle>-0     [002] d.LhN21  7115.449607: sched_switch: a"))
        .isEqualTo("<idle>|0|2|d.LhN21|7115449607000|sched_switch|a");
  }

  @Test
  void tgidColumn() {
    assertThat(read("              sh-114     (    114) [000] d..2.    35.280349: a: b"))
        .isEqualTo("sh|114|0|d..2.|35280349000|a|b");
    assertThat(read("          <idle>-0       (-------) [001] d..2.    35.280474: a: b"))
        .isEqualTo("<idle>|0|1|d..2.|35280474000|a|b");
    assertThat(read("  surfaceflinger-598   (  598) [004] .... 10852.771242: a: b"))
        .isEqualTo("surfaceflinger|598|4|....|10852771242000|a|b");
  }

  @Test
  void clocksThatCount() {
    assertThat(read("              sh-114     [000] d..2. 130241777368: a: b"))
        .isEqualTo("sh|114|0|d..2.|130241777368|a|b");
    assertThat(read("              sh-114     [000] d..2.            4: a: b"))
        .isEqualTo("sh|114|0|d..2.|4|a|b");
    assertThat(read("     rcu_preempt-16    [001] d..2.611848874712: a: b"))
        .isEqualTo("rcu_preempt|16|1|d..2.|611848874712|a|b");
    assertThat(read("     rcu_preempt-16    [001] d..2611848874712: a: b"))
        .isEqualTo("rcu_preempt|16|1|d..2|611848874712|a|b");
    assertThat(read("     rcu_preempt-16    [001]611848874712: a: b"))
        .isEqualTo("rcu_preempt|16|1||611848874712|a|b");
    assertThat(read("              sh-114     [000] d..2. 9223372036854775808: a: b"))
        .isEqualTo("UNKNOWN");
  }

  @Test
  void hostileTaskNames() {
    assertThat(read("    123-45 [001]-1415    [000] d..2.   306.535996: a: b"))
        .isEqualTo("123-45 [001]|1415|0|d..2.|306535996000|a|b");
    assertThat(read("a-1 [000] 1.0: x-7       [003] .....     1.000001: a: b"))
        .isEqualTo("a-1 [000] 1.0: x|7|3|.....|1000001000|a|b");
    assertThat(read("        [worker]-12      [000] .....     1.000001: a: b"))
        .isEqualTo("[worker]|12|0|.....|1000001000|a|b");
    assertThat(read("             -12-13      [000] .....     1.000001: a: b"))
        .isEqualTo("-12|13|0|.....|1000001000|a|b");
    assertThat(read("        # tracer-12      [000] .....     1.000001: a: b"))
        .isEqualTo("# tracer|12|0|.....|1000001000|a|b");
  }

  @Test
  void lostColumns() {
    assertThat(read("sh-114 [000] d..2. 31.505900: a: b"))
        .isEqualTo("sh|114|0|d..2.|31505900000|a|b (searched)");
    assertThat(read("\tCPU 0/KVM-114 [000] 31.505900: a: b"))
        .isEqualTo("CPU 0/KVM|114|0||31505900000|a|b (searched)");
    assertThat(read("> > " + KERNEL + "a: b"))
        .isEqualTo("kworker/1:2|111|1|d..2.|31505900000|a|b (searched)");
    assertThat(read("<6>[   12.345678] " + KERNEL + "a: b"))
        .isEqualTo("kworker/1:2|111|1|d..2.|31505900000|a|b (searched)");
    assertThat(read("[   12.345678][  T123] kworker/-9         0d..2. 63117us+: a: b"))
        .isEqualTo("kworker/|9|0|d..2.|63117000|a|b (searched)");
    assertThat(read("a-1 [000] 1.000000: b: -7 [003] 2.000000: sched_switch: d"))
        .isEqualTo("a|1|0||1000000000|b|-7 [003] 2.000000: sched_switch: d (ambiguous) (searched)");
    assertThat(read("left of all that: a-1 [000] 1.000000: b-7 [003] 2.000000: sched_switch: d"))
        .isEqualTo("000] 1.000000: b|7|3||2000000000|sched_switch|d (ambiguous) (searched)");
    assertThat(read("left of all that: a-1 [000] 1.000000: b-7 [003] 2.000000: c: d"))
        .isEqualTo(
            "t of all that: a|1|0||1000000000||b-7 [003] 2.000000: c: d (ambiguous) (searched)");
    assertThat(read("sh-114 [000]      31505900: a: b"))
        .isEqualTo("sh|114|0||31505900|a|b (searched)");
    assertThat(read("sh-114 [000] 31505900: a: b")).isEqualTo("UNKNOWN");
  }

  @Test
  void latencyFormat() {
    assertThat(read("kworker/-9         0d..2. 63117us+: sched_switch: prev"))
        .isEqualTo("kworker/|9|0|d..2.|63117000|sched_switch|prev");
    assertThat(read("      sh-114       1d..2. 358040152: sched_switch: prev"))
        .isEqualTo("sh|114|1|d..2.|358040152|sched_switch|prev");
    assertThat(read("  <idle>-0         0d..2.    6us : sched_switch: prev"))
        .isEqualTo("<idle>|0|0|d..2.|6000|sched_switch|prev");
    assertThat(read("       g-1301    1d.h..    99.883762: softirq_raise:        vec=9"))
        .isEqualTo("g|1301|1|d.h..|99883762000|softirq_raise|       vec=9");
    assertThat(
            read(
                "              sh     114   0 1 00000002 00000000 [021a55dd] 59.590ms (+0.125ms):"
                    + " a: b"))
        .isEqualTo("sh|114|0|0x1|35280349000|a|b");
    assertThat(record.rawPreempt).isEqualTo(2);
  }

  @Test
  void traceCmdVariants() {
    header("version = 7", "cpus=2");
    assertThat(read("               g-1301  [001]-0x2d    99.902610: softirq_raise:         vec=7"))
        .isEqualTo("g|1301|1|0x2d|99902610000|softirq_raise|        vec=7");
    assertThat(read("               g-1301  [001] d.h..    99.883761515: kvm_entry: PC"))
        .isEqualTo("g|1301|1|d.h..|99883761515|kvm_entry|PC");
    assertThat(read("               g-1301  [001] d.h..    99.902610: (+18553) kvm_entry: PC"))
        .isEqualTo("g|1301|1|d.h..|99902610000|kvm_entry|PC");
    assertThat(read("               g-1301  [001] d.h..    99.902610:          kvm_entry: PC"))
        .isEqualTo("g|1301|1|d.h..|99902610000|kvm_entry|PC");
    assertThat(read("CPU:1 [SUBBUFFER START] [99883761515:0xa000]")).isEqualTo("NOTE");
    assertThat(read("               TIME EXTEND: delta:1 length:8")).isEqualTo("NOTE");
    assertThat(read("CPU 3 is empty")).isEqualTo("HEADER");
    assertThat(read("host.dat: cpus=8")).isEqualTo("HEADER");
    assertThat(reader.header().cpus()).isEqualTo(8);
  }

  @Test
  void severalBuffers() {
    header("cpus=2");
    assertThat(read("irqinst:                g-1336  [001] d.h..   140.655762: a: b"))
        .isEqualTo("g|1336|1|d.h..|140655762000|a|b|irqinst (searched)");
    assertThat(read("                        g-1336  [001] d..2.   140.659038: a: b"))
        .isEqualTo("g|1336|1|d..2.|140659038000|a|b");
    assertThat(read("    kvm:     123-45 [001]-1415  [000] d..2.   306.535996: a: b"))
        .isEqualTo("123-45 [001]|1415|0|d..2.|306535996000|a|b|kvm");
  }

  @Test
  void namesAndTexts() {
    assertThat(read(KERNEL + "myret: (a+0x1/0x2 <- b) ret=3"))
        .isEqualTo("kworker/1:2|111|1|d..2.|31505900000|myret|(a+0x1/0x2 <- b) ret=3");
    assertThat(read(KERNEL + "schedule <-schedule_timeout"))
        .isEqualTo("kworker/1:2|111|1|d..2.|31505900000||schedule <-schedule_timeout");
    assertThat(read(KERNEL + "# 1 buf: 62 69"))
        .isEqualTo("kworker/1:2|111|1|d..2.|31505900000||# 1 buf: 62 69");
    assertThat(read(KERNEL + "kvm_entry:"))
        .isEqualTo("kworker/1:2|111|1|d..2.|31505900000|kvm_entry|");
    assertThat(read(KERNEL + "a::b: c")).isEqualTo("kworker/1:2|111|1|d..2.|31505900000||a::b: c");
    assertThat(read(KERNEL.stripTrailing())).isEqualTo("kworker/1:2|111|1|d..2.|31505900000||");
  }

  @Test
  void lostEvents() {
    assertThat(mark("CPU:12 [LOST 211 EVENTS]")).isEqualTo("LOST 12 211");
    assertThat(mark("CPU:0 [LOST EVENTS]")).isEqualTo("LOST 0 -1");
    assertThat(mark("CPU:1 [116 EVENTS DROPPED]")).isEqualTo("LOST 1 116");
    assertThat(mark("CPU:1 [EVENTS DROPPED]")).isEqualTo("LOST 1 -1");
    assertThat(mark("##### CPU 3 buffer started ####")).startsWith("STARTED 3");
    assertThat(read("CPU:1 [LOST x EVENTS]")).isEqualTo("UNKNOWN");
    assertThat(read("CPU:x [LOST 1 EVENTS]")).isEqualTo("UNKNOWN");
    assertThat(read("CPU:1 [LOST 99999999999999999999 EVENTS]")).isEqualTo("UNKNOWN");
    assertThat(read(" CPU:1 [LOST 1 EVENTS]")).isEqualTo("UNKNOWN");
  }

  private String mark(String line) {
    return read(line) + " " + reader.cpu() + " " + reader.lost();
  }

  @Test
  void linesThatAreNoEvents() {
    assertThat(read("")).isEqualTo("BLANK");
    assertThat(read("   \t ")).isEqualTo("BLANK");
    assertThat(read(" => vfs_write")).isEqualTo("STACK");
    assertThat(read("=> schedule+0x27  (ffffffff822b7567)")).isEqualTo("STACK");
    assertThat(read("Dumping ftrace buffer:")).isEqualTo("NOTE");
    assertThat(read("---------------------------------")).isEqualTo("NOTE");
    assertThat(read("TRACE:")).isEqualTo("NOTE");
    assertThat(read("114 0 35280349152 type: 310")).isEqualTo("RAW");
    assertThat(read("00000072 00000000 0000000836df67e0 type: 310")).isEqualTo("RAW");
    assertThat(read("# cat /sys/kernel/tracing/trace")).isEqualTo("HEADER");
    read(KERNEL + "a: b");
    assertThat(read("# text of a marker")).isEqualTo("UNKNOWN");
    assertThat(read("# tracer: nop")).isEqualTo("HEADER");
    assertThat(read("#")).isEqualTo("HEADER");
    assertThat(read("sched_switch: prev_comm=a")).isEqualTo("BARE");
    header("# tracer: function_graph");
    assertThat(read(" 0)   cpuhp/0-22   =>    <idle>-0   ")).isEqualTo("GRAPH");
  }

  @Test
  void damagedEvents() {
    String whole = "          vcpu-0-461     [000] d..1.    63.160278: kvm_entry: PC: 0x1";
    assertThat(read(whole)).isEqualTo("vcpu-0|461|0|d..1.|63160278000|kvm_entry|PC: 0x1");
    assertThat(read(whole.replace("[000]", "[00x]"))).isEqualTo("UNKNOWN");
    assertThat(read(whole.replace("-461", "-4x1"))).isEqualTo("UNKNOWN");
    assertThat(read(whole.replace("-461 ", "-99999999999 "))).isEqualTo("UNKNOWN");
    assertThat(read(whole.replace("[000]", "[70000]"))).isEqualTo("UNKNOWN");
    assertThat(read(whole.replace("63.160278", "63.16027"))).isEqualTo("UNKNOWN");
    assertThat(read(whole.replace("63.160278", "63.1602789"))).isEqualTo("UNKNOWN");
    assertThat(read(whole.replace("63.160278", "6x.160278"))).isEqualTo("UNKNOWN");
    assertThat(read(whole.replace("63.160278:", "63.160278"))).isEqualTo("UNKNOWN");
    assertThat(read(whole.replace("   63.1", "99999999999999.1"))).isEqualTo("UNKNOWN");
  }
}
