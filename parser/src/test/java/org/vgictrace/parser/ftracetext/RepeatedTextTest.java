package org.vgictrace.parser.ftracetext;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * What is remembered of earlier lines does not show: a line gives the same row as it does alone.
 */
class RepeatedTextTest {
  private static final String CONTEXT = "          vcpu-0-461     [000] d..1.    63.160267: ";

  private static final String[] VALUES = {
    "0",
    "1",
    "7",
    "27",
    "8206",
    "-1",
    "0x0",
    "0xf",
    "0xffff182dc8252100",
    "0xffff182dc8252580",
    "(fault)",
    "",
    "x",
    "1x",
    "0x",
    "99999999999999999999",
    "0x12345678901234567",
    "{0x1,0x2}",
    "(5)",
    "'a'(97)",
    "\"a b\"",
    "a b",
    "1 2",
    "0x1b (27)",
    " 1",
    "1 "
  };

  private static final String[] KEYS = {
    "kvm",
    "irq",
    "intid",
    "pending_latch",
    "active",
    "enabled",
    "line_level",
    "hw",
    "priority",
    "targets",
    "refs"
  };

  private static List<String> alone(List<String> lines) {
    List<String> rows = new ArrayList<>();
    lines.forEach(line -> rows.addAll(Texts.read(line + '\n').rows()));
    return rows;
  }

  private static void assertSameAsAlone(List<String> lines) {
    assertThat(Texts.read(String.join("\n", lines) + '\n').rows()).isEqualTo(alone(lines));
  }

  @Test
  void valuesThatChange() {
    String put = CONTEXT + "put_irq: (vgic_put_irq+0x0/0x148) ";
    assertThat(
            Texts.read(
                    put
                        + "kvm=0x10 irq=0x20 intid=27 active=0 hw=1 refs=1\n"
                        + put
                        + "kvm=0x10 irq=0x30 intid=8206 active=0 hw=1 refs=1\n"
                        + put
                        + "kvm=0x10 irq=0x30 intid=8206 active=0 hw=1 refs=1\n"
                        + put
                        + "kvm=0x10 irq=(fault) intid=8206 active=(fault) hw=0 refs=10\n"
                        + put
                        + "kvm=0x10 irq=0x1 intid=1 active=1 hw=0 refs=1\n")
                .rows())
        .containsExactly(
            "63160267000 [0] vcpu-0/461 1:1 irq_put irq=0x20 intid=27 active=0 hw=1 kvm=0x10 refs=1",
            "63160267000 [0] vcpu-0/461 1:1 irq_put irq=0x30 intid=8206 active=0 hw=1 kvm=0x10 refs=1",
            "63160267000 [0] vcpu-0/461 1:1 irq_put irq=0x30 intid=8206 active=0 hw=1 kvm=0x10 refs=1",
            "63160267000 [0] vcpu-0/461 1:1 irq_put intid=8206 hw=0 kvm=0x10 refs=10",
            "63160267000 [0] vcpu-0/461 1:1 irq_put irq=0x1 intid=1 active=1 hw=0 kvm=0x10 refs=1");
  }

  /** What one line lacks, cut in the middle, the lines after it still have. */
  @Test
  void keysThatTheFirstLineLacks() {
    String put = CONTEXT + "put_irq: (vgic_put_irq+0x0/0x148) ";
    assertSameAsAlone(
        List.of(
            put + "kvm=0x10 irq=0x20 active=0 refs=1",
            put + "kvm=0x10 irq=0x20 intid=27 active=0 hw=1 refs=1",
            put + "kvm=0x10 irq=(fault) intid=28 active=0 hw=1 refs=1",
            put + "kvm=0x10 irq=0x20 active=0 refs=2"));
  }

  @Test
  void anyValues() {
    Random random = new Random(7);
    List<String> lines = new ArrayList<>();
    String[] values = new String[KEYS.length];
    for (int i = 0; i < KEYS.length; i++) {
      values[i] = VALUES[i % 10];
    }
    for (int i = 0; i < 4000; i++) {
      for (int changes = random.nextInt(4); changes > 0; changes--) {
        int range = random.nextInt(4) == 0 ? VALUES.length : 10;
        values[random.nextInt(KEYS.length)] = VALUES[random.nextInt(range)];
      }
      int left = random.nextInt(20) == 0 ? 3 + random.nextInt(KEYS.length - 3) : KEYS.length;
      lines.add(line(values, left));
    }
    assertSameAsAlone(lines);
  }

  private static String line(String[] values, int keys) {
    StringBuilder line = new StringBuilder(CONTEXT).append("put_irq: (vgic_put_irq+0x0/0x148)");
    for (int i = 0; i < keys; i++) {
      line.append(' ').append(KEYS[i]).append('=').append(values[i]);
    }
    return line.toString();
  }

  @Test
  void keysThatFeedOneColumnTwice() {
    String put = CONTEXT + "put_irq: (vgic_put_irq+0x0/0x148) kvm=0x1 irq=0x20 intid=1 ";
    assertSameAsAlone(
        List.of(
            put + "irq=0x30 refs=1",
            put + "irq=0x40 refs=1",
            put + "irq=(fault) refs=1",
            put + "irq=(fault) refs=2"));
  }

  @Test
  void contexts() {
    Random random = new Random(11);
    String[] tasks = {
      "          vcpu-0-461    ", "  [000] d..1. 1-7     ", "          <idle>-0      "
    };
    String[] groups = {" ", " (    461) ", " (-------) "};
    String[] cpus = {"[000]", "[001]", "[1024]", "[7]"};
    String[] flags = {" d..1. ", " ..... ", " d.h3 ", " ", " d.LhN21 ", " !!!!! "};
    String[] times = {"   63.160267", "   63.160268", "1795168204.447168123", "  7115.449607"};
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < 3000; i++) {
      lines.add(
          pick(tasks, random)
              + pick(groups, random)
              + pick(cpus, random)
              + pick(flags, random)
              + pick(times, random)
              + ": kvm_entry: PC: 0x1");
    }
    assertSameAsAlone(lines);
  }

  /** {@code #} stands for a decimal, {@code $} for hexadecimal digits, {@code ~} for a word. */
  private static final String[] TEXTS = {
    "kvm_entry: PC: 0x$",
    "kvm_exit: TRAP: HSR_EC: 0x$ (~), PC: 0x$",
    "kvm_exit: IRQ: HSR_EC: 0x$ (~), PC: 0x$",
    "kvm_exit: #: HSR_EC: 0x$ (~), PC: 0x$",
    "kvm_mmio: mmio ~ len # gpa 0x$ val 0x$",
    "kvm_irq_line: Inject ~ interrupt (#), vcpu->idx: #, num: #, level: #",
    "kvm_ack_irq: irqchip # pin #",
    "kvm_ack_irq: irqchip ~ pin #",
    "kvm_sys_access: PC: $ ~ (#,#,#,#,#) ~",
    "kvm_timer_save_state:    CTL: 0x$ CVAL:           0x$ arch_timer_ctx_index: #",
    "kvm_timer_restore_state: CTL: $ CVAL:  $ arch_timer_ctx_index: #",
    "kvm_get_timer_map: VCPU: #, dv: #, dp: #, ev: #, ep: #",
    "kvm_get_timer_map: VCPU: #, dv: #, dp: #, ep: #",
    "kvm_userspace_exit: reason KVM_EXIT_~ (#)",
    "kvm_userspace_exit: reason restart (#)",
    "kvm_userspace_exit: reason error (#)",
    "kvm_wfx_arm64: guest executed wf~ at: 0x$",
    "kvm_vcpu_wakeup: ~ time # ns, polling ~",
    "irq_handler_entry: irq=# name=~",
    "irq_handler_exit:  irq=# ret=~",
    "hrtimer_expire_entry: hrtimer=0x$ function=~ now=#",
    "hrtimer_expire_entry: hrtimer=0x$ now=# function=~",
    "sched_switch: prev_comm=~ prev_pid=# prev_prio=# prev_state=~ ==> next_comm=~ next_pid=# next_prio=#",
    "sched_switch: ~:# [#] ~ ==> ~:# [#]",
    "lock_acquire: 0x$ ~",
    "inject: (kvm_vgic_inject_irq+0x0/0x1d0) kvm=0x$ vcpu=0x$ intid=# level=# owner=0x$",
    "queue_irq: (vgic_queue_irq_unlock+0x0/0x1d0) kvm=0x$ irq=0x$ intid=# pending_latch=# hw=#",
    "kvm_unknown: a # b ~"
  };

  private static final String[] WORDS = {
    "read",
    "write",
    "DABT_LOW",
    "SYS64",
    "i",
    "e",
    "wait",
    "poll",
    "valid",
    "invalid",
    "handled",
    "IPI",
    "arch_timer",
    "a b",
    "a: 1",
    "x) y",
    "5",
    "0x5",
    "KVM_EXIT_MMIO",
    "",
    "try read lock"
  };

  private static final String[] DECIMALS = {
    "0",
    "1",
    "7",
    "27",
    "255",
    "256",
    "8206",
    "-1",
    "-27",
    "65536",
    "4294967295",
    "4294967296",
    "123456789",
    "12345678901234567",
    "99999999999999999999",
    "0x1b",
    "00",
    "1x",
    "",
    " 5"
  };

  private static final String[] HEXADECIMALS = {
    "0",
    "1",
    "27",
    "ffff182dc8252100",
    "ffff182dc8252580",
    "8000184",
    "12345678",
    "123456789",
    "12345678901234567",
    "0x5",
    "g",
    "",
    "-1",
    "DEAD"
  };

  /** Texts of all kinds, with any number or word where they have one. */
  @Test
  void anyTexts() {
    Random random = new Random(13);
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < 20_000; i++) {
      lines.add(CONTEXT + filled(pick(TEXTS, random), random));
    }
    assertSameAsAlone(lines);
  }

  /** Mostly usual values, so that texts resemble each other. */
  private static String filled(String text, Random random) {
    StringBuilder line = new StringBuilder();
    for (int i = 0; i < text.length(); i++) {
      boolean usual = random.nextInt(8) > 0;
      switch (text.charAt(i)) {
        case '#' -> line.append(DECIMALS[random.nextInt(usual ? 7 : DECIMALS.length)]);
        case '$' -> line.append(HEXADECIMALS[random.nextInt(usual ? 7 : HEXADECIMALS.length)]);
        case '~' -> line.append(WORDS[random.nextInt(usual ? 4 : WORDS.length)]);
        default -> line.append(text.charAt(i));
      }
    }
    return line.toString();
  }

  @Test
  void names() {
    Random random = new Random(17);
    String[] names = {
      "kvm_entry: PC: 0x1",
      "kvm_entry:",
      "kvm_entry: ",
      "kvm_entry PC: 0x1",
      "kvm_entry:PC: 0x1",
      "kvm_entry::",
      "kvm_entry_: PC: 0x1",
      "kvm_timer_restore_state: x",
      "kvm_timer_restore_stat: x",
      "kvm_timer_restore_states: x",
      "kvm_timer_restore_state",
      "tracing_mark_write: kvm_entry: PC: 0x1",
      "a: b: c",
      "a: kvm_entry: PC: 0x1",
      ": kvm_entry: PC: 0x1",
      "(+12) kvm_entry: PC: 0x1"
    };
    String[] times = {"   63.160267: ", "   63.160267:  ", "   64.160267: ", "   63.160267:"};
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < 3000; i++) {
      lines.add(
          "          vcpu-0-461     [000] d..1. " + pick(times, random) + pick(names, random));
    }
    assertSameAsAlone(lines);
  }

  /** What a line's flags mean is forgotten when another header comes. */
  @Test
  void flagsUnderAnotherHeader() {
    String line = CONTEXT + "kvm_entry: PC: 0x1\n";
    String header =
        """
        # tracer: nop
        #                                _-----=> hardirq/softirq
        #                               / _----=> need-resched
        #                              | / _---=> irqs-off
        #                              || / _--=> migrate-disable
        #                              ||| / _-=> preempt-depth
        #           TASK-PID     CPU#  |||||  TIMESTAMP  FUNCTION
        """;
    String mark = "CPU:0 [LOST 3 EVENTS]\n";
    String lost = "63160267000 [0] -/-1 -:- lost count=3";
    String row = "63160267000 [0] vcpu-0/461 %s vcpu_entry pc=0x1";
    String swapped = line.replace("d..1.", "..d1.");
    String two = line + line + mark + header;
    assertThat(Texts.read(two + swapped + mark + header + line).rows())
        .containsExactly(
            row.formatted("1:1"),
            row.formatted("1:1"),
            lost,
            row.formatted("1:10"),
            lost,
            row.formatted("-:-"));
  }

  private static String pick(String[] texts, Random random) {
    return texts[random.nextInt(texts.length)];
  }
}
