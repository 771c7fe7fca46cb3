package org.vgictrace.replay;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vgictrace.fixtures.Shipped;
import org.vgictrace.replay.verdict.Finding;

/** Genuine captures of unmodified kernels: what is decided, and that nothing is wrong with them. */
class ShippedCapturesTest {
  private static final String VERDICTS =
      """
      6.1-gicv2-mix/trace.dat M61 GICv2 transitions 2460/0/8 decided 0.9982 gaps 0 vms 1 vcpus 2 []
      6.1-gicv2-mix/trace.txt M61 GICv2 transitions 2460/0/8 decided 0.9982 gaps 0 vms 1 vcpus 2 []
      6.1-gicv2-pipe-lost/trace.txt M61 GICv2 transitions 2349/0/28 decided 0.9809 gaps 0 vms 1 vcpus 2 []
      6.1-gicv3-mid-run/trace.dat M61 GICv3 transitions 16348/0/113 decided 0.9869 gaps 0 vms 1 vcpus 2 []
      6.1-gicv3-mix/trace.dat M61 GICv3 transitions 7638/0/40 decided 0.9946 gaps 0 vms 1 vcpus 2 []
      6.1-gicv3-mix/trace.txt M61 GICv3 transitions 7638/0/40 decided 0.9946 gaps 0 vms 1 vcpus 2 []
      6.1-gicv3-record-zstd/trace.dat M61 GICv3 transitions 6184/0/54 decided 0.9922 gaps 0 vms 1 vcpus 2 []
      6.12-gicv2-mix/trace.dat M612 GICv2 transitions 3011/0/3 decided 0.9965 gaps 0 vms 1 vcpus 2 []
      6.12-gicv2-mix/trace.txt M612 GICv2 transitions 3011/0/3 decided 0.9965 gaps 0 vms 1 vcpus 2 []
      6.12-gicv2-mix-full/trace.dat M612 GICv2 transitions 2795/0/1 decided 0.9974 gaps 0 vms 1 vcpus 2 []
      6.12-gicv2-mix-full/trace.txt M612 GICv2 transitions 2795/0/1 decided 0.9974 gaps 0 vms 1 vcpus 2 []
      6.12-gicv3-lock/trace.txt M612 GICv3 transitions 1523/0/26 decided 0.9412 gaps 0 vms 1 vcpus 2 []
      6.12-gicv3-lpi/trace.dat M612 GICv3 transitions 5052/0/11 decided 0.9841 gaps 0 vms 1 vcpus 2 []
      6.12-gicv3-lpi/trace.txt M612 GICv3 transitions 5052/0/11 decided 0.9841 gaps 0 vms 1 vcpus 2 []
      6.12-gicv3-mix/trace.dat M612 GICv3 transitions 3802/0/4 decided 0.9905 gaps 0 vms 1 vcpus 2 []
      6.12-gicv3-mix/trace.txt M612 GICv3 transitions 3802/0/4 decided 0.9905 gaps 0 vms 1 vcpus 2 []
      6.12-gicv3-mix/report.txt M612 GICv3 transitions 3796/0/4 decided 0.9898 gaps 0 vms 1 vcpus 2 []
      6.12-gicv3-raw-text/trace.dat M612 GICv3 transitions 2106/0/1 decided 0.9980 gaps 0 vms 1 vcpus 2 []
      6.12-gicv3-record-v6-lost/trace.dat M612 GICv3 transitions 7797/0/54 decided 0.9899 gaps 0 vms 1 vcpus 2 []
      6.12-gicv3-timer-nvhe/trace.dat M612 GICv3 transitions 3983/0/4 decided 0.9990 gaps 0 vms 1 vcpus 2 []
      7.2-gicv2-mix/trace.dat M72 GICv2 transitions 4036/0/4 decided 0.9906 gaps 0 vms 1 vcpus 2 []
      7.2-gicv2-mix/trace.txt M72 GICv2 transitions 4036/0/4 decided 0.9906 gaps 0 vms 1 vcpus 2 []
      7.2-gicv3-lost/trace.dat M72 GICv3 transitions 521/0/6 decided 0.9561 gaps 0 vms 1 vcpus 2 []
      7.2-gicv3-lost/trace.txt M72 GICv3 transitions 520/0/7 decided 0.9560 gaps 0 vms 1 vcpus 2 []
      7.2-gicv3-mix/trace.dat M72 GICv3 transitions 5017/0/16 decided 0.9855 gaps 0 vms 1 vcpus 2 []
      7.2-gicv3-mix/trace.txt M72 GICv3 transitions 5017/0/16 decided 0.9855 gaps 0 vms 1 vcpus 2 []
      7.2-gicv3-overflow-array/trace.dat M72 GICv3 transitions 6426/0/25 decided 0.9930 gaps 0 vms 1 vcpus 2 []
      7.2-gicv3-overflow-array/trace.txt M72 GICv3 transitions 6426/0/25 decided 0.9930 gaps 0 vms 1 vcpus 2 []
      7.2-gicv3-overflow-eoi1/trace.dat M72 GICv3 transitions 9918/0/47 decided 0.9956 gaps 0 vms 1 vcpus 2 []
      7.2-gicv3-stall/trace.dat M72 GICv3 transitions 1784/0/5 decided 0.9951 gaps 0 vms 1 vcpus 2 []
      7.2-gicv3-stall/trace.txt M72 GICv3 transitions 1784/0/5 decided 0.9951 gaps 0 vms 1 vcpus 2 []
      7.2-gicv4-lpi/trace.dat M72 GICv3 transitions 6059/0/13 decided 0.9861 gaps 0 vms 1 vcpus 2 []
      kvm-xen-7.2-mixed/host.dat M72 unknown transitions 462/0/2 decided 0.9421 gaps 0 vms 0 vcpus 0 []
      kvm-xen-7.2-mixed/host.txt unknown unknown transitions 462/0/2 decided 0.9421 gaps 0 vms 0 vcpus 0 []
      qemu-kvm-6.1-gicv2/gic.log unknown unknown transitions 436/0/88 decided 0.8554 gaps 0 vms 0 vcpus 0 []
      qemu-kvm-6.12-gicv3/gic.log unknown unknown transitions 3955/0/0 decided 1.0000 gaps 0 vms 0 vcpus 0 []
      qemu-xen-4.20-gicv2/gic.log XEN_NEW unknown transitions 10888/0/0 decided 1.0000 gaps 0 vms 0 vcpus 2 []
      qemu-xen-4.20-gicv3/gic.log XEN_OLD unknown transitions 10342/0/0 decided 0.9820 gaps 0 vms 0 vcpus 2 []
      """;

  private static String line(String name, String file, ReplayResult result) {
    return String.format(
        Locale.ROOT,
        "%s/%s %s %s transitions %d/%d/%d decided %.4f gaps %d vms %d vcpus %d %s",
        name,
        file.replace(".zst", ""),
        result.profile().split(" ", 2)[0],
        result.hostGic(),
        result.consistent(),
        result.inconsistent(),
        result.indeterminate(),
        result.decidedShare(),
        result.gaps(),
        result.vms(),
        result.vcpus(),
        result.findings().stream().map(ShippedCapturesTest::label).toList());
  }

  private static String label(Finding finding) {
    return finding.rule().id() + " x" + finding.repetitions();
  }

  @Test
  void noGenuineCaptureHasAFinding() {
    List<String> lines = new ArrayList<>();
    for (String name : Shipped.names()) {
      for (String file :
          List.of(
              "trace.dat.zst",
              "trace.txt.zst",
              "report.txt.zst",
              "host.dat.zst",
              "host.txt.zst",
              "gic.log.zst")) {
        if (Files.exists(Shipped.capture(name).resolve(file)) && isReadable(name, file)) {
          lines.add(line(name, file, Replays.file(Shipped.file(name, file))));
        }
      }
    }
    assertThat(lines).containsExactlyElementsOf(VERDICTS.lines().toList());
  }

  /** Text printed with ftrace's option raw has no names of events or fields. */
  private static boolean isReadable(String name, String file) {
    return !(name.equals("6.12-gicv3-raw-text") && file.equals("trace.txt.zst"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "6.1-gicv2-mix",
        "6.1-gicv3-mix",
        "6.12-gicv2-mix",
        "6.12-gicv2-mix-full",
        "6.12-gicv3-mix",
        "7.2-gicv2-mix",
        "7.2-gicv3-mix",
        "7.2-gicv3-overflow-array"
      })
  void binaryAndTextOfOneRunGiveEqualVerdicts(String name) {
    ReplayResult binary = Replays.file(Shipped.file(name, "trace.dat.zst"));
    ReplayResult text = Replays.file(Shipped.file(name, "trace.txt.zst"));

    assertThat(text.rules()).isEqualTo(binary.rules());
    assertThat(text.observed()).isEqualTo(binary.observed());
    assertThat(text.missing()).isEqualTo(binary.missing());
    assertThat(text.transitions()).isEqualTo(binary.transitions());
  }
}
