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
      6.1-gicv2-mix/trace.dat M61 GICv2 transitions 1936/0/5 decided 0.9985 gaps 0 vms 1 vcpus 2 []
      6.1-gicv2-mix/trace.txt M61 GICv2 transitions 1936/0/5 decided 0.9985 gaps 0 vms 1 vcpus 2 []
      6.1-gicv2-pipe-lost/trace.txt M61 GICv2 transitions 2176/0/7 decided 0.9898 gaps 0 vms 1 vcpus 2 []
      6.1-gicv3-mid-run/trace.dat M61 GICv3 transitions 14054/0/41 decided 0.9973 gaps 0 vms 1 vcpus 2 []
      6.1-gicv3-mix/trace.dat M61 GICv3 transitions 6679/0/4 decided 0.9996 gaps 0 vms 1 vcpus 2 []
      6.1-gicv3-mix/trace.txt M61 GICv3 transitions 6679/0/4 decided 0.9996 gaps 0 vms 1 vcpus 2 []
      6.1-gicv3-record-zstd/trace.dat M61 GICv3 transitions 5131/0/15 decided 0.9980 gaps 0 vms 1 vcpus 2 []
      6.12-gicv2-mix/trace.dat M612 GICv2 transitions 2559/0/3 decided 0.9992 gaps 0 vms 1 vcpus 2 []
      6.12-gicv2-mix/trace.txt M612 GICv2 transitions 2559/0/3 decided 0.9992 gaps 0 vms 1 vcpus 2 []
      6.12-gicv2-mix-full/trace.dat M612 GICv2 transitions 2378/0/1 decided 0.9997 gaps 0 vms 1 vcpus 2 []
      6.12-gicv2-mix-full/trace.txt M612 GICv2 transitions 2378/0/1 decided 0.9997 gaps 0 vms 1 vcpus 2 []
      6.12-gicv3-mix/trace.dat M612 GICv3 transitions 2998/0/2 decided 0.9996 gaps 0 vms 1 vcpus 2 []
      6.12-gicv3-mix/trace.txt M612 GICv3 transitions 2998/0/2 decided 0.9996 gaps 0 vms 1 vcpus 2 []
      6.12-gicv3-mix/report.txt M612 GICv3 transitions 2992/0/2 decided 0.9996 gaps 0 vms 1 vcpus 2 []
      6.12-gicv3-raw-text/trace.dat M612 GICv3 transitions 1998/0/1 decided 0.9996 gaps 0 vms 1 vcpus 2 []
      6.12-gicv3-record-v6-lost/trace.dat M612 GICv3 transitions 7294/0/17 decided 0.9963 gaps 0 vms 1 vcpus 2 []
      6.12-gicv3-timer-nvhe/trace.dat M612 GICv3 transitions 3847/0/4 decided 0.9993 gaps 0 vms 1 vcpus 2 []
      7.2-gicv2-mix/trace.dat M72 GICv2 transitions 3612/0/2 decided 0.9996 gaps 0 vms 1 vcpus 2 []
      7.2-gicv2-mix/trace.txt M72 GICv2 transitions 3612/0/2 decided 0.9996 gaps 0 vms 1 vcpus 2 []
      7.2-gicv3-lost/trace.dat M72 GICv3 transitions 514/0/2 decided 0.9916 gaps 0 vms 1 vcpus 2 []
      7.2-gicv3-lost/trace.txt M72 GICv3 transitions 513/0/3 decided 0.9915 gaps 0 vms 1 vcpus 2 []
      7.2-gicv3-mix/trace.dat M72 GICv3 transitions 4280/0/6 decided 0.9991 gaps 0 vms 1 vcpus 2 []
      7.2-gicv3-mix/trace.txt M72 GICv3 transitions 4280/0/6 decided 0.9991 gaps 0 vms 1 vcpus 2 []
      7.2-gicv3-overflow-array/trace.dat M72 GICv3 transitions 5928/0/1 decided 0.9999 gaps 0 vms 1 vcpus 2 []
      7.2-gicv3-overflow-array/trace.txt M72 GICv3 transitions 5928/0/1 decided 0.9999 gaps 0 vms 1 vcpus 2 []
      7.2-gicv3-stall/trace.dat M72 GICv3 transitions 1581/0/2 decided 0.9993 gaps 0 vms 1 vcpus 2 []
      7.2-gicv3-stall/trace.txt M72 GICv3 transitions 1581/0/2 decided 0.9993 gaps 0 vms 1 vcpus 2 []
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
      for (String file : List.of("trace.dat.zst", "trace.txt.zst", "report.txt.zst")) {
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
