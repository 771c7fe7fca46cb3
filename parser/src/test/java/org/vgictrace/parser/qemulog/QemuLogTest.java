package org.vgictrace.parser.qemulog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.vgictrace.fixtures.Shipped;
import org.vgictrace.parser.Capture;
import org.vgictrace.parser.CaptureCounts;
import org.vgictrace.parser.Captures;
import org.vgictrace.parser.diag.InputException;
import org.vgictrace.parser.event.Kind;

class QemuLogTest {
  @TempDir Path folder;

  /** Texts as the format strings of QEMU 7.2 print them. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "gicv3_ich_lr_write GICv3 ICH_LR15_EL2 write cpu 0x1 value 0x70a0001b0000001b"
            + "|[1] 7 hw_ich gic=3 op=write reg=lr index=15 value=0x70a0001b0000001b",
        "gicv3_ich_lr32_read GICv3 ICH_LR0 read cpu 0x1 value 0x1b"
            + "|[1] 7 hw_ich gic=3 op=read reg=lr_low index=0 value=0x1b",
        "gicv3_ich_lrc_read GICv3 ICH_LRC0 read cpu 0x1 value 0x70a0001b"
            + "|[1] 7 hw_ich gic=3 op=read reg=lr_high index=0 value=0x70a0001b",
        "gicv3_ich_hcr_read GICv3 ICH_HCR_EL2 read cpu 0x100 value 0x4097"
            + "|[256] 7 hw_ich gic=3 op=read reg=hcr value=0x4097",
        "gicv3_ich_ap_write GICv3 ICH_AP1R0 write cpu 0x0 value 0x400"
            + "|[0] 7 hw_ich gic=3 op=write reg=ap1r index=0 value=0x400",
        "gicv3_ich_elrsr_read GICv3 ICH_ELRSR read cpu 0x0 value 0xf"
            + "|[0] 7 hw_ich gic=3 op=read reg=elrsr value=0xf",
        "gicv3_icv_iar_read GICv3 ICV_IAR1 read cpu 0x0 value 0x3ff"
            + "|[0] 7 hw_icv gic=3 op=read reg=iar value=0x3ff group=1",
        "gicv3_icv_ap_write GICv3 ICV_AP0R2 write cpu 0x0 value 0x1"
            + "|[0] 7 hw_icv gic=3 op=write reg=ap index=2 value=0x1 group=0",
        "gicv3_icv_dir_write GICv3 ICV_DIR write cpu 0x0 value 0x1b"
            + "|[0] 7 hw_icv gic=3 op=write reg=dir value=0x1b",
        "gicv3_icc_ctlr_el3_read GICv3 ICC_CTLR_EL3 read cpu 0x0 value 0x1"
            + "|[0] 7 hw_icc gic=3 op=read reg=other value=0x1",
        "gicv3_cpuif_virt_update GICv3 CPU i/f 0x0 virt HPPI update LR index -1 HPPVLPI 0 grp 0 prio 255"
            + "|[0] 7 hw_hppi lr=-1 vlpi=0 group=0 priority=255",
        "gicv3_cpuif_virt_set_irqs GICv3 CPU i/f 0x0 virt HPPI update: setting FIQ 0 IRQ 1"
            + "|[0] 7 hw_signal side=virtual fiq=0 irq=1",
        "gicv3_cpuif_virt_set_maint_irq GICv3 CPU i/f 0x0 virt HPPI update: setting maintenance-irq 1"
            + "|[0] 7 hw_maint level=1",
        "gicv3_cpuif_update GICv3 CPU i/f 0x0 HPPI update: irq 27 group 1 prio 160"
            + "|[0] 7 hw_best side=physical intid=27 group=1 priority=160",
        "gicv3_icc_generate_sgi GICv3 CPU i/f 0x0 generating SGI 1 IRM 0 target affinity 0xabxx targetlist 0x2"
            + "|[0] 7 hw_sgi step=generate intid=1 others=0 affinity=0xab targets=0x2",
        "gicv3_redist_send_sgi GICv3 redistributor 0x1 pending SGI 1"
            + "|[1] 7 hw_sgi step=pend intid=1",
        "gicv3_redist_set_irq GICv3 redistributor 0x1 interrupt 25 level changed to 1"
            + "|[1] 7 hw_input intid=25 level=1",
        "gicv3_dist_set_irq GICv3 distributor interrupt 39 level changed to 0"
            + "|[-1] 7 hw_input intid=39 level=0",
        "gicv3_redist_write GICv3 redistributor 0x0 write: offset 0x10300 data 0x8000000 size 4 secure 0"
            + "|[0] 7 hw_reg op=write frame=redist offset=0x10300 value=0x8000000 size=4 secure=0 failed=0",
        "gicv3_dist_badread GICv3 distributor read: offset 0x8 size 4 secure 0: error"
            + "|[-1] 7 hw_reg op=read frame=dist offset=0x8 size=4 secure=0 failed=1",
        "gic_hyp_read hyp read at 0x00000030: 0x0000000e"
            + "|[-1] 7 hw_ich gic=2 op=read reg=elrsr index=0 offset=0x30 value=0xe",
        "gic_lr_entry cpu 1: new lr entry 3: 0x9a006c1b|[1] 7 hw_lr lr=3 value=0x9a006c1b",
        "gic_acknowledge_irq vcpu 0 acknowledged irq 27|[0] 7 hw_ack side=virtual intid=27",
        "gic_cpu_read vcpu 0 iface read at 0x0000000c: 0x0000001b"
            + "|[0] 7 hw_icv gic=2 op=read reg=iar offset=0xc value=0x1b",
        "gic_cpu_write cpu 0 iface write at 0x00001000 0x0000001b"
            + "|[0] 7 hw_icc gic=2 op=write reg=dir offset=0x1000 value=0x1b",
        "gic_update_maintenance_irq cpu 1: maintenance = 0|[1] 7 hw_maint level=0",
        "gic_update_set_irq cpu[0]: vfiq = 1|[0] 7 hw_signal side=virtual fiq=1",
        "gic_update_bestirq vcpu 0 irq 1023 priority 256 cpu priority mask 240 cpu running priority 256"
            + "|[0] 7 hw_best side=virtual intid=1023 priority=256 mask=240 running=256",
        "gic_set_irq irq 79 level 1 cpumask 0xff target 0x1"
            + "|[-1] 7 hw_input intid=79 level=1 cpus=0xff targets=0x1",
        "gic_dist_write dist write at 0x00000f00 size 4: 0x00020001"
            + "|[-1] 7 hw_reg op=write frame=dist offset=0xf00 value=0x20001 size=4 failed=0",
        "gic_enable_irq irq 27 enabled|[-1] 7 other name=gic_enable_irq payload=\"irq 27 enabled\"",
      })
  void everyTextBecomesItsRow(String line, String row) {
    Logs.Outcome outcome = Logs.read("7@12.000345:" + line + "\n");

    assertThat(outcome.rows()).containsExactly("12000345000 " + row);
    assertThat(outcome.counts().diagnosticCounts()).isEmpty();
  }

  @Test
  void withoutTimeTheListRegisterLineGivesTheCpu() {
    Logs.Outcome outcome =
        Logs.read(
            """
            gic_hyp_write hyp write at 0x00000104: 0x9a006c1b
            gic_lr_entry cpu 1: new lr entry 1: 0x9a006c1b
            gic_hyp_write hyp write at 0x00000000: 0x00000001
            """);

    assertThat(outcome.rows())
        .containsExactly(
            "0 [1] -1 hw_ich gic=2 op=write reg=lr index=1 offset=0x104 value=0x9a006c1b",
            "0 [1] -1 hw_lr lr=1 value=0x9a006c1b",
            "0 [-1] -1 hw_ich gic=2 op=write reg=hcr offset=0x0 value=0x1");
    assertThat(outcome.meta().clock()).isNull();
    assertThat(outcome.counts().diagnosticCounts()).isEqualTo(Map.of("no-time", 1L));
  }

  @Test
  void aThreadThatRunsTwoCpusSaysNothing() {
    String entry = "7@1.000000:gic_lr_entry cpu %d: new lr entry 0: 0x00000000\n";
    String hcr = "7@1.000000:gic_hyp_write hyp write at 0x00000000: 0x00000001\n";

    Logs.Outcome outcome =
        Logs.read(entry.formatted(0) + hcr + entry.formatted(1) + hcr + entry.formatted(1) + hcr);

    assertThat(outcome.rows())
        .filteredOn(row -> row.contains("hw_ich"))
        .extracting(row -> row.substring(0, row.indexOf(" 7 ")))
        .containsExactly("1000000000 [0]", "1000000000 [-1]", "1000000000 [-1]");
    assertThat(outcome.counts().eventsByCpu()).isEqualTo(Map.of(0, 2L, 1, 2L));
  }

  @Test
  void otherLinesAreCountedAndDamagedOnesKept() {
    Logs.Outcome outcome =
        Logs.read(
            String.join(
                "\r\n",
                "\u00ef\u00bb\u00bfgic_cpu_read: Bad offset 24",
                "7@1.000002:gicv3_icv_iar_read GICv3 ICV_IAR1 read cpu 0x0 value 0x1b",
                "",
                "7@1.000001:kvm_something else",
                "7@1.000003:gicv3_icv_iar_read GICv3 ICV_IAR1 read cpu 0x0 value 0x1g",
                "7@99999999999999999999.000001:gicv3_icv_iar_read GICv3",
                "7@1.000004:gicv3_icv_eoir_write GICv3 ICV_EOIR1 write cpu 0x0 value 0x1"));

    assertThat(outcome.rows())
        .containsExactly(
            "1000002000 [0] 7 hw_icv gic=3 op=read reg=iar value=0x1b group=1",
            "1000001000 [-1] -1 lost",
            "1000001000 [0] 7 other name=kvm_something payload=\"else\"",
            "1000003000 [0] 7 other name=gicv3_icv_iar_read"
                + " payload=\"GICv3 ICV_IAR1 read cpu 0x0 value 0x1g\"",
            "1000003000 [-1] -1 lost",
            "1000004000 [0] 7 other name=gicv3_icv_eoir_write"
                + " payload=\"GICv3 ICV_EOIR1 write cpu 0x0 value 0x1\"",
            "1000004000 [-1] -1 lost");
    CaptureCounts counts = outcome.counts();
    assertThat(counts.events()).isEqualTo(4);
    assertThat(counts.eventsModelled()).isEqualTo(1);
    assertThat(counts.unparsed()).isEqualTo(2);
    assertThat(counts.lostMarks()).isEqualTo(3);
    assertThat(counts.diagnosticCounts())
        .isEqualTo(
            Map.of(
                "line-unparsed",
                2L,
                "time-backwards",
                1L,
                "line-cut",
                1L,
                "text-shape-unknown",
                2L));
  }

  /** What the log does not show is missing; where nothing is known yet, nothing can be. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "[...]|1",
        "7@1.000002:gicv3_icv_iar_read GICv3 ICV_IA7@1.000002:gicv3_icv_iar_read GICv3 ICV_IAR1|1",
        "7@1.000002:gicv3_ich_lr_wr GICv3 ICH_LR0_EL2 write cpu 0x0 value 0x1|1",
        "002:gicv3_icv_iar_read GICv3 ICV_IAR1 read cpu 0x0 value 0x1b|1",
        "7@1.000002:gicv5_icc_something text|0",
        "7@1.000002:gicv3_icv_iar_read GICv3 ICV_IAR1 read cpu 0x0 value 0x1b|0",
      })
  void aLineThatIsNotUnderstoodIsALoss(String line, int marks) {
    String event = "7@1.000001:gicv3_icv_iar_read GICv3 ICV_IAR1 read cpu 0x0 value 0x3ff\n";

    Logs.Outcome outcome = Logs.read("[...]\n" + event + line + "\n");

    assertThat(outcome.rows().stream().filter(row -> row.endsWith("lost"))).hasSize(marks);
    assertThat(outcome.counts().lostMarks()).isEqualTo(marks);
  }

  @Test
  void shippedLogsAreReadCompletely() throws IOException {
    Map<String, String> counts = new TreeMap<>();
    for (String name : Shipped.namesWith("gic.log.zst")) {
      try (Capture capture = Captures.open(Shipped.file(name, "gic.log.zst"))) {
        CaptureCounts read = capture.read(EnumSet.allOf(Kind.class), (b, pool) -> pool.recycle(b));
        counts.put(
            name,
            capture.meta().format()
                + " "
                + read.events()
                + " "
                + read.eventsModelled()
                + " "
                + read.diagnosticCounts());
      }
    }
    assertThat(counts)
        .isEqualTo(
            new TreeMap<>(
                Map.of(
                    "qemu-kvm-6.1-gicv2", "qemu trace log 6655 6655 {}",
                    "qemu-kvm-6.12-gicv3", "qemu trace log 8488 8488 {}",
                    "qemu-xen-4.20-gicv2", "qemu trace log 12000 12000 {}",
                    "qemu-xen-4.20-gicv3", "qemu trace log 12000 12000 {}")));
  }

  @Test
  void aTextThatIsNoLogIsNotTakenForOne() throws IOException {
    Path file = folder.resolve("log");
    Files.writeString(file, "7@1.000001:kvm_something else\ngic_cpu_read: Bad offset 24\n");

    assertThatThrownBy(() -> Captures.open(file))
        .isInstanceOf(InputException.class)
        .hasMessage(file + ": at byte 0: format not recognised");
  }

  @Test
  void damagedBytesNeverFail() {
    String log =
        """
        7@1.000001:gicv3_ich_lr_write GICv3 ICH_LR0_EL2 write cpu 0x1 value 0x70a0001b0000001b
        7@1.000002:gicv3_cpuif_virt_set_irqs GICv3 CPU i/f 0x0 virt HPPI update: setting FIQ 0 IRQ 1
        7@1.000003:gic_cpu_read vcpu 0 iface read at 0x0000000c: 0x0000001b
        7@1.000004:gic_hyp_write hyp write at 0x00000104: 0x9a006c1b
        """;
    Random random = new Random(4711);
    for (int round = 0; round < 2000; round++) {
      byte[] bytes = log.repeat(3).getBytes(StandardCharsets.ISO_8859_1);
      for (int i = 0; i < 6; i++) {
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
      }
      Logs.Outcome outcome = Logs.read(bytes);

      assertThat(outcome.rows())
          .hasSize((int) (outcome.counts().events() + outcome.counts().lostMarks()));
    }
  }

  @Test
  void aLineWithoutEndIsCut() {
    String start = "7@1.000001:gicv3_icv_iar_read GICv3 ICV_IAR1 read cpu 0x0 value 0x";
    String next = "7@1.000002:gicv3_icv_iar_read GICv3 ICV_IAR1 read cpu 0x0 value 0x2\n";

    Logs.Outcome outcome = Logs.read(start + "1".repeat(300_000) + "\n" + next);

    assertThat(outcome.rows()).hasSize(3);
    assertThat(outcome.rows().get(1)).isEqualTo("1000001000 [-1] -1 lost");
    assertThat(outcome.rows().get(2))
        .isEqualTo("1000002000 [0] 7 hw_icv gic=3 op=read reg=iar value=0x2 group=1");
    assertThat(outcome.counts().diagnosticCounts())
        .isEqualTo(Map.of("line-cut", 1L, "text-shape-unknown", 1L));
  }
}
