package org.vgictrace.parser.ftracetext;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.vgictrace.parser.ftracetext.Texts.Outcome;

class FtraceTextTest {
  private static final String HEADER =
      """
      # tracer: nop
      #
      # entries-in-buffer/entries-written: 4/4   #P:2
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
            "63160267000 [0] vcpu-0/461 1:1 lr_image point=entry vcpu=0xffff000004a4c680 vcpu_id=0"
                + " used_lrs=1 hcr=0x1 vmcr=0xf84c000a sre=0x7 ap0r0=0x0 ap1r0=0x0 lr_bytes=8"
                + " lr0=0x50a0020000000020",
            "63160278000 [0] vcpu-0/461 1:1 vcpu_entry pc=0x4000280c",
            "63160300000 [1] <idle>/0 2d:2 host_irq irq=13 name=\"arch_timer\" point=entry",
            "63160435000 [0] vcpu-0/461 0:0 vcpu_exit reason=0 esr_ec=0 pc=0x40003538");
    assertThat(outcome.meta().format()).isEqualTo("ftrace text");
    assertThat(outcome.counts().eventsByName())
        .hasToString("{irq:irq_handler_entry=1, kvm:kvm_entry=1, kvm:kvm_exit=1, vgic:enter=1}");
    assertThat(outcome.counts().unparsed()).isZero();
    assertThat(outcome.counts().overwritten()).isZero();
  }
}
