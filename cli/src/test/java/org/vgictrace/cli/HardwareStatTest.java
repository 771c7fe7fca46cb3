package org.vgictrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vgictrace.fixtures.Shipped;

/** {@code stat} and {@code diff} of the logs of emulated machines. */
class HardwareStatTest {
  @TempDir Path folder;

  @Test
  void figuresOfAGenuineLog() {
    Path log = Shipped.file("qemu-xen-4.20-gicv2", "gic.log.zst");
    assertThat(Run.of("stat", log.toString()).out())
        .isEqualTo(
            log
                + """

                  qemu trace log, kernel unknown arm64, clock wall
                  12000 events (12000 modelled) in 7.227 s on 1 CPU

                  virtual CPU interfaces
                              LRs written LRs read     acks spurious     EOIs     DIRs   maint.
                  CPU 0              1836     1470      303      281      303        0      238

                  interrupts  (LR to ack, then ack to EOI: median and maximum)
                                   in LRs     acks     EOIs      p50      max      p50      max
                  SGI 0                12       12       12 52.22 us 234.0 us 12.03 us 253.0 us
                  SGI 1                47       47       47 51.20 us 549.0 us 52.22 us 998.0 us
                  PPI 16                2        2        2 37.12 us 418.0 us 15.04 us 212.0 us
                  PPI 27              262      242      242 49.15 us 11.38 ms 90.11 us 12.57 ms
                """);
  }

  /**
   * INTID 39 waits 100 us and is handled in 20 us; then it is placed for one virtual CPU and
   * acknowledged by another one, which is no latency of either.
   */
  @Test
  void whatWaitedForAnotherVirtualCpuIsNotMeasured() throws IOException {
    String log =
        """
        7@100.000000:gicv3_ich_vmcr_write GICv3 ICH_VMCR_EL2 write cpu 0x0 value 0xf84c020a
        7@100.000010:gicv3_ich_lr_write GICv3 ICH_LR0_EL2 write cpu 0x0 value 0x5060000000000027
        7@100.000020:gicv3_ich_lr_write GICv3 ICH_LR0_EL2 write cpu 0x0 value 0x5060000000000027
        7@100.000110:gicv3_icv_iar_read GICv3 ICV_IAR1 read cpu 0x0 value 0x27
        7@100.000112:gicv3_icv_iar_read GICv3 ICV_IAR1 read cpu 0x0 value 0x3ff
        7@100.000130:gicv3_icv_eoir_write GICv3 ICV_EOIR1 write cpu 0x0 value 0x27
        7@100.000200:gicv3_ich_lr_read GICv3 ICH_LR0_EL2 read cpu 0x0 value 0x1060000000000027
        7@100.000210:gicv3_ich_lr_write GICv3 ICH_LR0_EL2 write cpu 0x0 value 0x5060000000000027
        7@100.000300:gicv3_ich_vmcr_write GICv3 ICH_VMCR_EL2 write cpu 0x0 value 0xf84c020a
        7@100.000310:gicv3_icv_iar_read GICv3 ICV_IAR1 read cpu 0x0 value 0x27
        7@100.000320:gicv3_cpuif_virt_set_maint_irq GICv3 CPU i/f 0x0 virt HPPI update: setting maintenance-irq 1
        7@100.000330:gicv3_cpuif_virt_set_maint_irq GICv3 CPU i/f 0x0 virt HPPI update: setting maintenance-irq 1
        """;
    String file = Files.writeString(folder.resolve("gic.log"), log).toString();
    assertThat(Run.of("stat", "--format", "json", file).out())
        .endsWith(
            """
              "interfaces" : [
                {
                  "cpu" : 0,
                  "lrs_written" : 3,
                  "lrs_read" : 1,
                  "acknowledged" : 2,
                  "spurious" : 1,
                  "ended" : 1,
                  "deactivated" : 0,
                  "maintenance" : 1
                }
              ],
              "interface_interrupts" : [
                {
                  "intid" : 39,
                  "placed" : 2,
                  "acknowledged" : 2,
                  "ended" : 1,
                  "lr_to_ack_ns" : {
                    "count" : 1,
                    "p50" : 100000,
                    "p90" : 100000,
                    "p99" : 100000,
                    "max" : 100000
                  },
                  "ack_to_end_ns" : {
                    "count" : 1,
                    "p50" : 20000,
                    "p90" : 20000,
                    "p99" : 20000,
                    "max" : 20000
                  }
                }
              ]
            }
            """);
  }

  @Test
  void ratesAndLatenciesSideBySide() throws IOException {
    String[] files = new String[2];
    for (int i = 0; i < 2; i++) {
      String log =
          """
          7@100.000000:gicv3_ich_lr_write GICv3 ICH_LR0_EL2 write cpu 0x0 value 0x5060000000000027
          7@100.000%d00:gicv3_icv_iar_read GICv3 ICV_IAR1 read cpu 0x0 value 0x27
          7@100.500000:gicv3_icv_eoir_write GICv3 ICV_EOIR1 write cpu 0x0 value 0x27
          7@101.000000:gicv3_ich_lr_read GICv3 ICH_LR0_EL2 read cpu 0x0 value 0x1060000000000027
          """
              .formatted(i + 1);
      files[i] = Files.writeString(folder.resolve("gic" + i + ".log"), log).toString();
    }
    assertThat(Run.of("diff", files[0], files[1]).out())
        .endsWith(
            """
              figures                              A           B      change    relative
              LRs written/s                      1.0         1.0         0.0       0.0 %
              LRs read/s                         1.0         1.0         0.0       0.0 %
              acknowledgements/s                 1.0         1.0         0.0       0.0 %
              spurious/s                         0.0         0.0         0.0           -
              ends of interrupt/s                1.0         1.0         0.0       0.0 %
              deactivations/s                    0.0         0.0         0.0           -
              maintenance line rises/s           0.0         0.0         0.0           -

              LR to ack, median                    A           B      change    relative
              SPI 39                        100.0 us    200.0 us   +100.0 us    +100.0 %
            """);
  }
}
