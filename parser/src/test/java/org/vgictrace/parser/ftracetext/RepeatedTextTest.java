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

  private static String pick(String[] texts, Random random) {
    return texts[random.nextInt(texts.length)];
  }
}
