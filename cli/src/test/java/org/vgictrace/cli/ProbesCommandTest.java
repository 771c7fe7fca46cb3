package org.vgictrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vgictrace.fixtures.write.BtfWriter;

/** The command {@code probes} on a kernel of one function. */
class ProbesCommandTest {
  private static final String TYPES =
      """
      struct kvm_vcpu 64
       vcpu_id s32 288
      struct vgic_irq 96
       intid u32 32
      func vgic_v3_clear_lr vcpu:*kvm_vcpu lr:s32
      """;

  private static final String DEFINITION =
      "p:vgic/clear_lr vgic_v3_clear_lr vcpu=%x0:x64 vcpu_id=+36(%x0):s32 lr=%x1:s32\n";

  @TempDir Path folder;
  private Path kernel = Path.of("kernel");
  private Path symbols = Path.of("symbols");

  @BeforeEach
  void writeKernel() throws IOException {
    kernel = folder.resolve("vmlinux");
    Files.write(kernel, BtfWriter.blob(TYPES, ByteOrder.LITTLE_ENDIAN));
    symbols = Files.writeString(folder.resolve("kallsyms"), "0 t vgic_v3_clear_lr\n");
  }

  private Run probes(String... more) {
    String[] args = new String[more.length + 4];
    System.arraycopy(more, 0, args, 4, more.length);
    args[0] = "probes";
    args[1] = kernel.toString();
    args[2] = "--symbols";
    args[3] = symbols.toString();
    return Run.of(args);
  }

  @Test
  void writesWhatTheKernelHas() {
    Run run = probes("--format", "kprobe");
    assertThat(run.code()).isZero();
    assertThat(run.err()).isEmpty();
    assertThat(run.out())
        .startsWith(
            "# vGIC probes of the kernel in "
                + kernel
                + "\n# level full, GICv3 host, 4 list registers, 1 probes; valid for this build of"
                + " the kernel only\n"
                + DEFINITION
                + "# not available: populate_lr: no function vgic_v3_populate_lr (inlined, or of"
                + " another release)\n");
    assertThat(run.out().lines().filter(line -> !line.startsWith("#"))).hasSize(1);
  }

  @Test
  void writesAScriptUnlessAskedOtherwise() throws Exception {
    Path script = folder.resolve("record.sh");
    assertThat(probes("-o", script.toString())).isEqualTo(new Run(0, "", ""));
    assertThat(script)
        .content()
        .startsWith("#!/bin/sh\n")
        .contains("<<'PROBES'\n" + DEFINITION + "PROBES\nexec trace-cmd record ");
    assertThat(probes("--format", "BPFTRACE").out()).startsWith("#!/usr/bin/env bpftrace\n");
  }

  @Test
  void damagedInputIsOneLineAndExitCodeThree() throws Exception {
    byte[] blob = Files.readAllBytes(kernel);
    blob[15] = 0x40;
    Files.write(kernel, blob);
    Run run = probes();
    assertThat(run.code()).isEqualTo(3);
    assertThat(run.out()).isEmpty();
    assertThat(run.err())
        .matches(
            "vgictrace: \\Q" + kernel + "\\E: at byte 12: BTF header says \\d+ where \\d+ fit\n");
    Files.writeString(symbols, "");
    assertThat(probes().code()).isEqualTo(3);
  }
}
