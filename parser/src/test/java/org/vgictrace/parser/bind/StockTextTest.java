package org.vgictrace.parser.bind;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.vgictrace.parser.bind.Binding.Constant;
import org.vgictrace.parser.bind.Binding.FieldBinding;
import org.vgictrace.parser.event.Column;
import org.vgictrace.parser.event.ColumnType;
import org.vgictrace.parser.ftracetext.TextFields;
import org.vgictrace.parser.ftracetext.TextTemplate;

/** Lines as kernels and trace-cmd print them, and the row each becomes. */
class StockTextTest {

  @ParameterizedTest(name = "{0}: {1}")
  @CsvSource(
      delimiter = '!',
      ignoreLeadingAndTrailingWhitespace = true,
      textBlock =
          """
          # 6.1, 6.12 and 7.2
          kvm_entry ! PC: 0x0000000040000008 ! vcpu_entry pc=0x40000008
          kvm_exit ! TRAP: HSR_EC: 0x0024 (DABT_LOW), PC: 0x0000000040001160 ! vcpu_exit reason=2 esr_ec=36 pc=0x40001160
          kvm_exit ! IRQ: HSR_EC: 0x0000 (UNKNOWN), PC: 0x0000000040001110 ! vcpu_exit reason=0 esr_ec=0 pc=0x40001110
          kvm_exit ! SERROR: HSR_EC: 0x0000 (UNKNOWN), PC: 0xffff800080012340 ! vcpu_exit reason=1 esr_ec=0 pc=0xffff800080012340
          kvm_exit ! HYP_GONE: HSR_EC: 0x0000 (UNKNOWN), PC: 0x0000000040001110 ! vcpu_exit reason=195938833 esr_ec=0 pc=0x40001110
          kvm_exit ! 0x3: HSR_EC: 0x0000 (UNKNOWN), PC: 0x0000000040001110 ! vcpu_exit reason=3 esr_ec=0 pc=0x40001110
          kvm_exit ! TRAP: HSR_EC: 0x003f (0x3f), PC: 0x0000000040001110 ! vcpu_exit reason=2 esr_ec=63 pc=0x40001110
          vgic_update_irq_pending ! VCPU: 0, IRQ 27, level: 1 ! irq_pending vcpu_id=0 intid=27 level=1
          vgic_update_irq_pending ! VCPU: 1, IRQ -2147483648, level: 0 ! irq_pending vcpu_id=1 intid=-2147483648 level=0
          kvm_irq_line ! Inject VGIC SPI interrupt (1), vcpu->idx: 0, num: 34, level: 1 ! irq_line type=1 vcpu_idx=0 num=34 level=1
          kvm_irq_line ! Inject VGIC PPI interrupt (2), vcpu->idx: 1, num: 23, level: 0 ! irq_line type=2 vcpu_idx=1 num=23 level=0
          kvm_irq_line ! Inject CPU interrupt (0), vcpu->idx: 1, num: 0, level: 1 ! irq_line type=0 vcpu_idx=1 num=0 level=1
          kvm_set_irq ! gsi 7 level 0 source 1 ! set_irq gsi=7 level=0 source_id=1
          kvm_ack_irq ! irqchip 0 pin 14 ! irq_ack irqchip=0 pin=14
          kvm_ack_irq ! irqchip PIC master pin 0 ! irq_ack pin=0
          kvm_mmio ! mmio write len 4 gpa 0x8000420 val 0xa0a0a0a0 ! mmio access=2 len=4 gpa=0x8000420 val=0xa0a0a0a0
          kvm_mmio ! mmio unsatisfied-read len 4 gpa 0x8000008 val 0x0 ! mmio access=0 len=4 gpa=0x8000008 val=0x0
          kvm_mmio ! mmio read len 4 gpa 0x8000008 val 0x43b ! mmio access=1 len=4 gpa=0x8000008 val=0x43b
          kvm_sys_access ! PC: 400017fc SYS_ICC_SGI1R_EL1 (3,0,12,11,5) write ! sysreg pc=0x400017fc is_write=1 op0=3 op1=0 crn=12 crm=11 op2=5
          kvm_sys_access ! PC: ffff800080012340 UNKN (3,3,14,0,1) read ! sysreg pc=0xffff800080012340 is_write=0 op0=3 op1=3 crn=14 crm=0 op2=1
          kvm_timer_update_irq ! VCPU: 0, IRQ 30, level 0 ! timer_update vcpu_id=0 intid=30 level=0
          kvm_timer_save_state !    CTL: 0x000005 CVAL:        0x1f3d5c2 arch_timer_ctx_index: 1 ! timer_state op=save ctl=0x5 cval=0x1f3d5c2 timer=1
          kvm_timer_restore_state ! CTL: 0x000000 CVAL:              0x0 arch_timer_ctx_index: 0 ! timer_state op=restore ctl=0x0 cval=0x0 timer=0
          kvm_timer_emulate ! arch_timer_ctx_index: 2 (should_fire: 1) ! timer_emulate timer=2 should_fire=1
          kvm_timer_hrtimer_expire ! arch_timer_ctx_index: 0 ! timer_expire timer=0
          kvm_wfx_arm64 ! guest executed wfi at: 0x00000000400020fc ! wfx pc=0x400020fc is_wfe=0
          kvm_wfx_arm64 ! guest executed wfe at: 0x00000000400020fc ! wfx pc=0x400020fc is_wfe=1
          kvm_vcpu_wakeup ! wait time 86886720 ns, polling valid ! vcpu_wakeup wait_ns=86886720 waited=1 valid=1
          kvm_vcpu_wakeup ! poll time 8720 ns, polling invalid ! vcpu_wakeup wait_ns=8720 waited=0 valid=0
          kvm_halt_poll_ns ! vcpu 1: halt_poll_ns 10000 (grow 0) ! halt_poll grow=1 vcpu_id=1 new_ns=10000 old_ns=0
          kvm_halt_poll_ns ! vcpu 1: halt_poll_ns 0 (shrink 10000) ! halt_poll grow=0 vcpu_id=1 new_ns=0 old_ns=10000
          kvm_userspace_exit ! reason KVM_EXIT_MMIO (6) ! userspace_exit reason=6 errno=0
          kvm_userspace_exit ! reason 0x22 (34) ! userspace_exit reason=34 errno=0
          kvm_userspace_exit ! reason restart (4) ! userspace_exit errno=-4
          kvm_userspace_exit ! reason error (14) ! userspace_exit
          irq_handler_entry ! irq=13 name=kvm guest vtimer ! host_irq irq=13 name='kvm guest vtimer' point=entry
          irq_handler_exit ! irq=13 ret=handled ! host_irq irq=13 point=exit ret=1
          irq_handler_exit ! irq=13 ret=unhandled ! host_irq irq=13 point=exit ret=0
          sched_switch ! prev_comm=CPU 0/KVM prev_pid=460 prev_prio=120 prev_state=R+ ==> next_comm=kworker/0:1 next_pid=11 next_prio=120 ! sched_switch prev_comm='CPU 0/KVM' prev_pid=460 prev_prio=120 next_comm='kworker/0:1' next_pid=11 next_prio=120
          lock_acquire ! 000000008ae49087 &irq->irq_lock ! lock_acquire lock=0x8ae49087 name='&irq->irq_lock' mode=0
          lock_acquire ! 00000000f8520006 read &kvm->srcu ! lock_acquire lock=0xf8520006 name='&kvm->srcu' mode=2
          lock_acquire ! 00000000adc5ddec try read &vma->vm_lock->lock ! lock_acquire lock=0xadc5ddec name='&vma->vm_lock->lock' mode=3
          lock_acquire ! 00000000adc5ddec try &vcpu->mutex ! lock_acquire lock=0xadc5ddec name='&vcpu->mutex' mode=1
          lock_release ! 00000000f9b24d5d (work_completion)(&(&ssp->srcu_sup->work)->work) ! lock_release lock=0xf9b24d5d name='(work_completion)(&(&ssp->srcu_sup->work)->work)'
          # 6.1
          kvm_get_timer_map ! VCPU: 0, dv: 1, dp: 0, ep: -1 ! timer_map vcpu_id=0 direct_vtimer=1 direct_ptimer=0 emul_ptimer=-1
          # 6.12 and 7.2
          kvm_get_timer_map ! VCPU: 1, dv: 1, dp: 0, ev: -1, ep: -1 ! timer_map vcpu_id=1 direct_vtimer=1 direct_ptimer=0 emul_vtimer=-1 emul_ptimer=-1
          # to about 5.16: addresses without leading zeros
          kvm_entry ! PC: 0x40000008 ! vcpu_entry pc=0x40000008
          kvm_exit ! TRAP: HSR_EC: 0x0024 (DABT_LOW), PC: 0x40001160 ! vcpu_exit reason=2 esr_ec=36 pc=0x40001160
          kvm_wfx_arm64 ! guest executed wfi at: 0x400020fc ! wfx pc=0x400020fc is_wfe=0
          # trace-cmd report
          kvm_timer_save_state !    CTL: 00000000 CVAL:                0 arch_timer_ctx_index: 1 ! timer_state op=save ctl=0x0 cval=0x0 timer=1
          kvm_timer_restore_state ! CTL: 0x000001 CVAL:        0x1f3d5c2 arch_timer_ctx_index: 0 ! timer_state op=restore ctl=0x1 cval=0x1f3d5c2 timer=0
          kvm_wfx_arm64 !       guest executed wf>c< at: 0x0000000000000000 ! wfx
          sched_switch !         CPU 0/KVM:460 [120] S ==> kworker/0:1:11 [120] ! sched_switch prev_comm='CPU 0/KVM' prev_pid=460 prev_prio=120 next_comm='kworker/0:1' next_pid=11 next_prio=120
          lock_acquire !         0xffff800080ddca38 read rcu_read_lock ! lock_acquire lock=0xffff800080ddca38 name='rcu_read_lock' mode=2
          lock_release !         0xffff0000bcbfe758 hrtimer_bases.lock ! lock_release lock=0xffff0000bcbfe758 name='hrtimer_bases.lock'
          # vendor and research trees
          compute_ap_list_depth ! VCPU: 1, IRQ 27, HWIRQ: 27, SOURCE: 0, PRIORITY: 160, level: 1, pending_latch: 0, active: 1, enabled: 1, hw: 1, config: 1 ! irq_state intid=27 pending=0 active=1 enabled=1 level=1 hw=1 config=1 priority=160 source=0x0 hwintid=27 reason=depth vcpu_id=1
          vgic_set_underflow ! VCPU: 3 ! underflow vcpu_id=3
          vgic_flush_lr_state ! VCPU: 0, used_lrs: 4, multi_sgi: 0 ! lr_image point=entry vcpu_id=0 used_lrs=4
          vgic_v3_populate_lr ! VCPU: 0, IRQ: 27, LR: 0x70a0001b0000001b, Index: 2 ! lr_write intid=27 vcpu_id=0 lr=2 value=0x70a0001b0000001b
          vgic_v3_fold_lr_state ! VCPU: 0, IRQ: 27, LR: 0x90a0001b0000001b, Index: 2 ! lr_fold intid=27 vcpu_id=0 lr=2 value=0x90a0001b0000001b
          vgic_v3_populate_lr_vgic_if ! VCPU: 0, HCR: 0x1, VMCR: 0x4c0008, SRE: 0x7, ap0r0: 0x0, ap0r1: 0x0, ap0r2: 0x0, ap0r3: 0x0, ap1r0: 0x100000, ap1r1: 0x0, ap1r2: 0x0, ap1r3: 0x0, ! lr_image point=populate vcpu_id=0 hcr=0x1 vmcr=0x4c0008 sre=0x7 ap0r0=0x0 ap1r0=0x100000 lr_bytes=8
          vgic_v3_fold_lr_state_vgic_if ! VCPU: 0, HCR: 0x3, VMCR: 0x4c0008, SRE: 0x7, ap0r0: 0x0, ap0r1: 0x0, ap0r2: 0x0, ap0r3: 0x0, ap1r0: 0x0, ap1r1: 0x0, ap1r2: 0x0, ap1r3: 0x0, ! lr_image point=fold vcpu_id=0 hcr=0x3 vmcr=0x4c0008 sre=0x7 ap0r0=0x0 ap1r0=0x0 lr_bytes=8
          # x86: 7.2, 6.12, 6.1, trace-cmd
          kvm_entry ! vcpu 1, rip 0x100000 intr_info 0x800000f3 error_code 0x00000000[immediate exit] ! x86_entry vcpu_id=1 pc=0x100000 immediate_exit=1 intr_info=0x800000f3 error_code=0x0
          kvm_entry ! vcpu 0, rip 0x14408[immediate exit] ! x86_entry vcpu_id=0 pc=0x14408 immediate_exit=1
          kvm_entry ! vcpu 0, rip 0x14408 ! x86_entry vcpu_id=0 pc=0x14408 immediate_exit=0
          kvm_exit ! vcpu 1 reason npf rip 0x100000 info1 0x0000000200000006 info2 0x0000000000001000 intr_info 0x800000f3 error_code 0x00000000 requests 0x0000000000000000 ! x86_exit vcpu_id=1 reason=0x400 pc=0x100000 info1=0x200000006 info2=0x1000 intr_info=0x800000f3
          kvm_exit ! vcpu 0 reason VMCALL rip 0x14405 info1 0x0000000000000000 info2 0x0000000000000000 intr_info 0x00000000 error_code 0x00000000 ! x86_exit vcpu_id=0 reason=0x12 pc=0x14405 info1=0x0 info2=0x0 intr_info=0x0
          kvm_exit ! vcpu 0 reason INVALID_STATE FAILED_VMENTRY rip 0x14405 info1 0x0000000000000000 info2 0x0000000000000000 intr_info 0x00000000 error_code 0x00000000 ! x86_exit vcpu_id=0 pc=0x14405 info1=0x0 info2=0x0 intr_info=0x0
          kvm_exit ! reason EXIT_NPF rip 0x100000 info 200000006 1000 ! x86_exit reason=0x400 pc=0x100000 info1=0x200000006 info2=0x1000
          kvm_inj_virq ! IRQ 0xf3 [reinjected] ! x86_inject vector=243 soft=0 reinjected=1
          kvm_inj_virq ! Soft/INTn 0x80 ! x86_inject vector=128 soft=1 reinjected=0
          kvm_apic_accept_irq ! apicid 1f vec 243 (Fixed|edge) ! x86_accept vcpu_id=31 vector=243 mode=0 level=0 posted=0
          kvm_apicv_accept_irq ! apicid 1 vec 49 (LowPrio|level) ! x86_accept vcpu_id=1 vector=49 mode=1 level=1 posted=1
          kvm_eoi ! apicid 1 vector -1 ! x86_eoi vcpu_id=1 vector=-1
          kvm_apic ! apic_write APIC_SPIV = 0x1ff ! x86_apic write=1 reg=0xf0 value=0x1ff
          kvm_xen_hypercall ! cpl 0 nr 0x20 a0 0x4 a1 0x97fa8 a2 0x0 a3 0x600030 a4 0xc8 a5 1 ! kvm_xen_hypercall cpl=0 nr=0x20 a0=0x4 a1=0x97fa8 a2=0x0 a3=0x600030
          kvm_xen_hypercall ! nr 0xf a0 0x11113ba9 a1 0x0 a2 0x0 a3 0x400018 a4 0x2 a5 8 ! kvm_xen_hypercall nr=0xf a0=0x11113ba9 a1=0x0 a2=0x0 a3=0x400018
          kvm_unmap_hva_range ! mmu notifier unmap range: 0x007f501667f000 -- 0x007f5016e7f000 ! hva_unmap start=0x7f501667f000 end=0x7f5016e7f000
          vgic_v2_deliver_virq_now ! VCPU: 1, IRQ 33, pcpu: 1, used_lrs: 2 ! lr_write intid=33 vcpu_id=1
          """)
  void textBecomesRow(String event, String text, String row) {
    assertThat(row(event, text)).isEqualTo(row);
  }

  @Test
  void textOfAnotherArchitectureIsOfAnotherKind() {
    assertThat(row("kvm_entry", "vcpu 0 rip 0x100000"))
        .isEqualTo("x86_entry vcpu_id=0 pc=0x100000");
    assertThat(row("kvm_exit", "reason EXTERNAL_INTERRUPT rip 0xfff0 info 0 0"))
        .isEqualTo("x86_exit reason=0x1 pc=0xfff0 info1=0x0 info2=0x0");
    assertThat(row("kvm_entry", "pc 0x100000")).isEqualTo("no match");
  }

  @Test
  void everyTemplateHoldsWhatItsBindingRequires() {
    for (BindingPack pack : BindingPacks.builtin().packs()) {
      for (Binding binding : pack.bindings()) {
        Set<String> wanted = new TreeSet<>(binding.requires());
        for (String template : binding.text()) {
          assertThat(TextTemplate.compile(template).fields()).as(template).containsAll(wanted);
        }
      }
    }
  }

  /** The kind and the columns that get a value, in the order of the kind's columns. */
  private static String row(String event, String text) {
    TextFields found = new TextFields();
    for (Binding binding : BindingPacks.builtin().byName(event)) {
      for (String source : binding.text()) {
        TextTemplate template = TextTemplate.compile(source);
        if (template.matches(text, found)) {
          return row(binding, template, found, text);
        }
      }
    }
    return "no match";
  }

  private static String row(Binding binding, TextTemplate template, TextFields found, String text) {
    StringBuilder row = new StringBuilder(binding.kind().tableName());
    for (int i = 0; i < binding.kind().columns().size(); i++) {
      Column column = binding.kind().columns().get(i);
      for (Constant constant : binding.constants()) {
        if (constant.column() == i) {
          row.append(' ').append(column.name()).append('=').append(shown(column, constant.value()));
        }
      }
      for (FieldBinding field : binding.fields()) {
        int slot = field.column() == i ? template.slot(field.field()) : -1;
        if (slot >= 0) {
          row.append(' ').append(column.name()).append('=');
          if (found.isText(slot)) {
            row.append('\'').append(text, found.start(slot), found.end(slot)).append('\'');
          } else {
            row.append(number(column, field.extract(found.value(slot))));
          }
        }
      }
    }
    return row.toString();
  }

  private static String shown(Column column, long constant) {
    return column.labels().isEmpty()
        ? number(column, constant)
        : column.labels().get((int) constant);
  }

  private static String number(Column column, long value) {
    boolean hex = column.type() == ColumnType.HEX32 || column.type() == ColumnType.HEX64;
    return hex ? "0x" + Long.toHexString(value) : Long.toString(value);
  }
}
