package org.vgictrace.analysis.probes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vgictrace.analysis.probes.ProbeOptions.Recorder;
import org.vgictrace.parser.Capture;
import org.vgictrace.parser.CaptureCounts;
import org.vgictrace.parser.Captures;
import org.vgictrace.parser.bind.BindingPacks;
import org.vgictrace.parser.diag.InputException;
import org.vgictrace.parser.event.Kind;

/** Probes for event channels of one x86 kernel (Debian's 6.12.101), whose KVM is a module. */
class XenProbesTest {
  @TempDir Path folder;

  private static ProbePlan guest(Level level, Recorder recorder) throws IOException {
    return ProbePlan.of(
        Kernels.btf("6.12-amd64"),
        null,
        MachineCode.UNKNOWN,
        new ProbeOptions(Target.XEN_GUEST, level, recorder));
  }

  private static ProbePlan host(Level level, Recorder recorder) throws IOException {
    return ProbePlan.of(
        Kernels.module("6.12-amd64", "kvm"),
        "kvm",
        null,
        MachineCode.UNKNOWN,
        new ProbeOptions(Target.KVM_XEN, level, recorder));
  }

  @Test
  void definesProbesInTheKvmModule() throws IOException {
    StringWriter out = new StringWriter();
    new KprobeText(out).write(host(Level.FULL, Recorder.KPROBE_EVENTS));
    assertThat(out.toString())
        .isEqualTo(
            """
            # Xen emulation probes of the kernel in 6.12-amd64-kvm
            # level full, 20 probes; valid for this build of the kernel only
            # not compared with a list of symbols: the kernel refuses functions that were inlined
            p:kxe/fast kvm:kvm_xen_set_evtchn_fast port=+0(%di):u32 vcpu=+4(%di):u32 idx=+8(%di):s32 prio=+12(%di):x32 xe=%di:x64 kvm=%si:x64
            r:kxe/fast_ret kvm:kvm_xen_set_evtchn_fast ret=$retval:s32
            p:kxe/hvmsend kvm:kvm_xen_hvm_evtchn_send port=+0(%si):u32 vcpu=+4(%si):u32 kvm=%di:x64
            r:kxe/hvm_evtchn_send_ret kvm:kvm_xen_hvm_evtchn_send ret=$retval:s32
            p:kxe/flush kvm:kvm_xen_inject_pending_events vcpu=%di:x64 vcpu_id=+36(%di):s32 shadow=+4376(%di):x64
            r:kxe/flush_ret kvm:kvm_xen_inject_pending_events vcpu=$arg1:x64 vcpu_id=+36($arg1):s32 shadow=+4376($arg1):x64
            p:kxe/vector kvm:kvm_xen_inject_vcpu_vector vcpu=%di:x64 vcpu_id=+36(%di):s32
            r:kxe/hasint kvm:__kvm_xen_has_interrupt ret=$retval:s32 vcpu=$arg1:x64 vcpu_id=+36($arg1):s32
            p:kxe/hypercall kvm:kvm_xen_hypercall vcpu=%di:x64 vcpu_id=+36(%di):s32
            p:kxe/route kvm:kvm_xen_setup_evtchn kvm=%di:x64 gsi=+0(%dx):u32 port=+16(%dx):u32 vcpu=+20(%dx):u32 prio=+24(%dx):x32
            p:kxe/vmattr kvm:kvm_xen_hvm_set_attr kvm=%di:x64 type=+0(%si):u16 a=+8(%si):u32 b=+12(%si):u32 c=+16(%si):u32 d=+20(%si):u32 e=+24(%si):u32
            p:kxe/vcattr kvm:kvm_xen_vcpu_set_attr vcpu=%di:x64 vcpu_id=+36(%di):s32 type=+0(%si):u16 a=+8(%si):x64 b=+16(%si):x64
            r:kxe/vcattr_ret kvm:kvm_xen_vcpu_set_attr ret=$retval:s32
            p:kxe/timer kvm:kvm_xen_start_timer vcpu=%di:x64 vcpu_id=+36(%di):s32 abs=%si:u64
            p:kxe/timer_callback kvm:xen_timer_callback timer=%di:x64
            p:kxe/inject_timer_irqs kvm:kvm_xen_inject_timer_irqs vcpu=%di:x64 vcpu_id=+36(%di):s32
            p:kxe/inatomic kvm:kvm_arch_set_irq_inatomic gsi=+0(%di):u32 type=+4(%di):u32 level=%cx:s32
            p:kxe/setirq kvm:kvm_set_irq gsi=%dx:u32 level=%cx:s32
            r:kxe/setirq_ret kvm:kvm_set_irq ret=$retval:s32
            p:kxe/update_runstate kvm:kvm_xen_update_runstate vcpu=%di:x64 vcpu_id=+36(%di):s32 state=%si:s32
            # not available: set_evtchn: no function kvm_xen_set_evtchn (inlined, or of another release)
            # not available: set_evtchn_ret: no function kvm_xen_set_evtchn (inlined, or of another release)
            # not available: inject: no function irqfd_inject (inlined, or of another release)
            # not available: inval: no function gfn_to_pfn_cache_invalidate_start (inlined, or of another release)
            """);
  }

  @Test
  void recordsAGuest() throws IOException {
    StringWriter out = new StringWriter();
    new TraceCmdScript(out).write(guest(Level.MINIMAL, Recorder.KPROBE_EVENTS));
    assertThat(out.toString())
        .contains(
            """
            done <<'PROBES'
            p:gxe/upcall xen_evtchn_do_upcall
            r:gxe/upcall_ret xen_evtchn_do_upcall ret=$retval:s32
            p:gxe/port handle_irq_for_port port=%di:u32
            p:gxe/mask2l evtchn_2l_mask port=%di:u32
            p:gxe/unmask2l evtchn_2l_unmask port=%di:u32
            p:gxe/clear2l evtchn_2l_clear_pending port=%di:u32
            p:gxe/maskff evtchn_fifo_mask port=%di:u32
            p:gxe/unmaskff evtchn_fifo_unmask port=%di:u32
            p:gxe/clearff evtchn_fifo_clear_pending port=%di:u32
            p:gxe/lateeoi xen_irq_lateeoi irq=%di:u32 flags=%si:x32
            PROBES
            exec trace-cmd record -C x86-tsc -b "${BUFFER_KB:-65536}" \\
              -e irq:irq_handler_entry \\
              -e irq:irq_handler_exit \\
              -e gxe \\
              "$@"
            """);
  }

  @Test
  void writesABpftraceScript() throws IOException {
    StringWriter out = new StringWriter();
    new BpftraceScript(out).write(host(Level.MINIMAL, Recorder.BPFTRACE));
    assertThat(out.toString())
        .contains(
            """
            tracepoint:kvm:kvm_inj_virq
            {
              printf("{\\"ts\\":%llu,\\"cpu\\":%d,\\"pid\\":%d,\\"comm\\":\\"%s\\",\\"event\\":\\"kvm:kvm_inj_virq\\",\\"vector\\":%u}\\n",
                nsecs, cpu, tid, comm,
                args->vector);
            }

            kprobe:kvm_xen_set_evtchn_fast
            {
              printf("{\\"ts\\":%llu,\\"cpu\\":%d,\\"pid\\":%d,\\"comm\\":\\"%s\\",\\"event\\":\\"kxe:fast\\",\\"port\\":%u,\\"vcpu\\":%u,\\"idx\\":%d,\\"prio\\":%u,\\"xe\\":%llu,\\"kvm\\":%llu}\\n",
                nsecs, cpu, tid, comm,
                *(uint32*)(arg0 + 0),
                *(uint32*)(arg0 + 4),
                *(int32*)(arg0 + 8),
                *(uint32*)(arg0 + 12),
                (uint64)arg0,
                (uint64)arg1);
            }
            """);
  }

  @Test
  void saysThatTheModuleIsMissing() {
    assertThatThrownBy(
            () ->
                ProbePlan.of(
                    Kernels.btf("6.12-amd64"),
                    null,
                    MachineCode.UNKNOWN,
                    new ProbeOptions(Target.KVM_XEN, Level.FULL, Recorder.KPROBE_EVENTS)))
        .isInstanceOf(InputException.class)
        .hasMessage(
            "6.12-amd64: no struct kvm_xen_evtchn: KVM is a module whose types were not given, or"
                + " without CONFIG_KVM_XEN");
  }

  /** Nothing that is recorded may end up as an event that the model does not know. */
  @Test
  void everyProbeIsBoundInBinaryAndInText() throws IOException {
    StringBuilder text = new StringBuilder("# tracer: nop\n#\n");
    int lines = 0;
    for (ProbePlan plan :
        List.of(
            host(Level.FULL, Recorder.KPROBE_EVENTS), guest(Level.FULL, Recorder.KPROBE_EVENTS))) {
      String group = plan.options().target().group();
      for (Probe probe : plan.probes()) {
        Set<String> fields = new LinkedHashSet<>(probe.fieldNames());
        assertThat(BindingPacks.builtin().find(group, probe.event(), fields))
            .as(probe.event())
            .isNotNull();
        String place = probe.onReturn() ? "caller+0x1/0x2 <- " : "";
        text.append("vcpu-7 [000] d..1. 1.%06d: ".formatted(lines++))
            .append(probe.event() + ": (" + place + probe.function() + "+0x0/0x10)");
        probe.fields().forEach(field -> text.append(" " + field.name() + "=0x1"));
        text.append('\n');
      }
    }
    Path file = Files.writeString(folder.resolve("probes.txt"), text);
    try (Capture capture = Captures.open(file)) {
      CaptureCounts counts =
          capture.read(EnumSet.allOf(Kind.class), (batch, pool) -> pool.recycle(batch));
      assertThat(counts.events()).isEqualTo(lines);
      assertThat(counts.eventsModelled()).isEqualTo(lines);
    }
  }
}
