package org.vgictrace.parser.ftracetext;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.vgictrace.parser.bind.BindingPacks;
import org.vgictrace.parser.event.BatchBuilder;
import org.vgictrace.parser.event.BatchPool;
import org.vgictrace.parser.event.Kind;
import org.vgictrace.parser.event.Names;
import org.vgictrace.parser.lines.ByteReader;
import org.vgictrace.parser.lines.LineSource;
import org.vgictrace.parser.lines.Utf16Reader;

/** Whatever happens to a text, reading it ends, and every line of it is accounted for. */
class DamagedTextTest {
  private static final String TEXT =
      """
      # tracer: nop
      #
      # entries-in-buffer/entries-written: 9/12   #P:2
      #
      #                                _-----=> irqs-off/BH-disabled
      #                               / _----=> need-resched
      #           TASK-PID     CPU#  |||||  TIMESTAMP  FUNCTION
                vcpu-0-461     [000] d..1.    63.160267: enter: (kvm_arch_vcpu_ctxflush_fp+0x0/0x90) vcpu=0xffff000004a4c680 vcpu_id=0 used_lrs=1 hcr=0x1 sre=0x7 lr={0x50a0020000000020,0x1}
                vcpu-0-461     [000] d..1.    63.160278: kvm_entry: PC: 0x000000004000280c
                <idle>-0       (-------) [001] dNh2.    63.160300: irq_handler_entry: irq=13 name=arch_timer
                vcpu-0-461     (    461) [000] .....    63.160435: kvm_exit: IRQ: HSR_EC: 0x0000 (UNKNOWN), PC: 0x0000000040003538
      CPU:1 [LOST 545 EVENTS]
                 a b
      -1415    [000] d..2.   306.541082: sched_switch: prev_comm=a prev_pid=1 prev_prio=2 prev_state=R ==> next_comm=b next_pid=3 next_prio=4
      ##### CPU 1 buffer started ####
             <...>-1231    [001] ...1.    71.894352: tracing_mark_write: two
      lines
      kworker/-9         0d..2. 63117us+: sched_switch: x
      > [   12.345678] kworker/-9         0d..2. 63117us+: kvm_entry: PC: 0x1
                    sh     114   0 1 00000002 00000000 [021a55dd] 59.590ms (+0.125ms): kvm_fpu: load
      cpus=2
      irqinst:       vcpu-1-833   [001]    79.816553: kvm_entry:            CAN'T FIND FIELD "vcpu_id"<CANT FIND FIELD rip>PC: 0x0000000040000000
                     vcpu-1-833   [001]-0x2d    79.816553: kvm_exit:             [FAILED TO PARSE] ret=2 esr_ec=0x20 [12:0x30:12]
                     vcpu-1-833   [001] d..2.611848874712: (+12)  kvm_exit:  ret=0x2 (2) esr_ec='a'(97)
      """;

  private static final byte[] BYTES = TEXT.getBytes(StandardCharsets.US_ASCII);

  /** Reads and checks that lines and rows add up. */
  private static void check(byte[] text, String what) throws IOException {
    ByteReader bytes = new Stream(new ByteArrayInputStream(text));
    long[] rows = {0};
    BatchBuilder builder =
        new BatchBuilder(
            new BatchPool(new Names()),
            (batch, pool) -> {
              rows[0] += batch.size();
              pool.recycle(batch);
            });
    TextDecoder decoder =
        new TextDecoder(builder, BindingPacks.builtin()::byName, EnumSet.allOf(Kind.class));
    // A small buffer, so that events that are held back move in it.
    LineSource lines = new LineSource(Utf16Reader.over(bytes, text, text.length), 64);
    TextPass pass = new TextPass(lines, decoder);
    pass.run();
    long lost = pass.tally().lostMarks();
    assertThat(pass.tally().lines()).as("lines of %s", what).isEqualTo(lines.number());
    assertThat(rows[0])
        .as("rows of %s", what)
        .isEqualTo(decoder.tally().count() + lost - bare(pass));
    pass.counts(null);
  }

  private static long bare(TextPass pass) {
    return pass.tally().bareEvents();
  }

  private record Stream(ByteArrayInputStream in) implements ByteReader {
    @Override
    public int read(byte[] buffer, int offset, int length) {
      return in.read(buffer, offset, length);
    }

    @Override
    public boolean ready() {
      return true;
    }
  }

  @Test
  void cutAnywhere() throws IOException {
    for (int length = 0; length <= BYTES.length; length++) {
      check(Arrays.copyOf(BYTES, length), "the first " + length + " bytes");
      check(Arrays.copyOfRange(BYTES, length, BYTES.length), "the bytes from " + length);
    }
  }

  @Test
  void bytesChangedAnywhere() throws IOException {
    for (int seed = 0; seed < 1500; seed++) {
      Random random = new Random(seed);
      byte[] text = BYTES.clone();
      int changes = 1 + random.nextInt(20);
      for (int i = 0; i < changes; i++) {
        text[random.nextInt(text.length)] = (byte) random.nextInt(256);
      }
      check(text, "seed " + seed);
    }
  }

  @Test
  void piecesLeftOutAndRepeated() throws IOException {
    for (int seed = 0; seed < 1500; seed++) {
      Random random = new Random(seed);
      byte[] text = new byte[BYTES.length];
      int used = 0;
      while (used < text.length) {
        int from = random.nextInt(BYTES.length);
        int n = Math.min(Math.min(random.nextInt(200), BYTES.length - from), text.length - used);
        System.arraycopy(BYTES, from, text, used, n);
        used += n;
      }
      check(text, "seed " + seed);
    }
  }

  @Test
  void noise() throws IOException {
    for (int seed = 0; seed < 300; seed++) {
      byte[] text = new byte[5000];
      new Random(seed).nextBytes(text);
      check(text, "seed " + seed);
    }
  }

  @Test
  void anyTextIsReadOrRefused() {
    for (int seed = 0; seed < 300; seed++) {
      Random random = new Random(seed);
      byte[] text = BYTES.clone();
      for (int i = 0; i < 30; i++) {
        text[random.nextInt(text.length)] = (byte) random.nextInt(256);
      }
      assertThat(Texts.read(text, EnumSet.allOf(Kind.class)).counts().events())
          .as("seed " + seed)
          .isPositive();
    }
  }
}
