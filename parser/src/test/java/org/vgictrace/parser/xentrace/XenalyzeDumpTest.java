package org.vgictrace.parser.xentrace;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.vgictrace.parser.Capture;
import org.vgictrace.parser.CaptureFormat.Match;
import org.vgictrace.parser.Rows;
import org.vgictrace.parser.bind.BindingPacks;
import org.vgictrace.parser.input.Head;
import org.vgictrace.parser.input.Inputs;

class XenalyzeDumpTest {

  private static Rows read(String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
    try (Capture capture =
        new XenalyzeDump()
            .open(Inputs.open("test", new ByteArrayInputStream(bytes)), BindingPacks.builtin())) {
      return Rows.of(capture);
    }
  }

  @Test
  void readsLinesOfRecordsAmongRemarks() throws IOException {
    Rows rows =
        read(
            """
            scan_for_new_pcpu: Activating pcpu 0 at offset 0
                            ..x d32768v3 emulate privop[ 8102cb06 ffffffff ]
               0.000000010 x-. d?v? runstate_change d1v0 runnable->running
            ]  1.000000009 -|x d1v0 vmexit exit_reason VMEXIT_HLT eip ffffffff81a4e8ca
            ]               -|x d1v0 hlt [ 1 ]
              [vla] d1v0 vec 243 injecting
               1.500000000  lx d1v0 inj_virq vec 243  real
            !  2.000000000 x-| d0v0 vmentry
               3.000000000 x- pf_inject64 guest_cr2 5e5188  guest_ec 7
               4.000000000 x- d0v0 lost_records count 7 d0v0 (cur d0v0) first_tsc 10000001081
                           x- d0v0 lost_records end ---
            ]  5.000000000 x-| d0v0  802004(80:2:4) 7 [ 410018 f 0 0 0 0 0 ]
               6.000000000 x- d0v0 something new 5
            """);
    assertThat(rows.lines())
        .containsExactly(
            "0 0 [2] ?--1 -1/-1 xen_pv step=3 rip=0xffffffff8102cb06",
            "1 10 [0] ?--1 -1/-1 xen_runstate domain=1 vcpu_id=0 old=1 new=0",
            "2 1000000009 [2] d1v0--1 -1/-1 xen_hvm_exit domain=1 vcpu_id=0"
                + " rip=0xffffffff81a4e8ca nested=0",
            "3 1000000009 [2] d1v0--1 -1/-1 xen_hvm_step domain=1 vcpu_id=0 step=13 runnable=1"
                + " timed=0",
            "4 1500000000 [2] d1v0--1 -1/-1 xen_inject domain=1 vcpu_id=0 what=0 vector=243 fake=0"
                + " timed=1",
            "5 2000000000 [0] d0v0--1 -1/-1 xen_hvm_entry domain=0 vcpu_id=0 nested=0",
            "6 3000000000 [0] ?--1 -1/-1 xen_inject what=2 error=0x7 addr=0x5e5188 timed=1",
            "7 4000000000 [0] ?--1 -1/-1 lost count=7",
            "8 5000000000 [0] d0v0--1 -1/-1 xen_irq op=3 irq=24 vector=65 mask0=0xf mask1=0x0"
                + " mask2=0x0",
            "9 6000000000 [0] d0v0--1 -1/-1 other name=xen:something payload=206e65772035");
    assertThat(rows.diagnostics())
        .containsExactly("INFO remarks at line 1: 3 lines are remarks of xenalyze, not records");
    assertThat(rows.meta().nanoseconds()).isTrue();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          sched_switch prev d32767v0, run for 12.5us          | xen_switch step=1 prev_domain=32767 prev_vcpu=0 run_ns=12005
          sched_switch next d1v0, was runnable for 0.500us, next slice 10000.0us | xen_switch step=2 next_domain=1 next_vcpu=0 wait_ns=500 slice_ns=10000000
          sched_switch next d1v0, next slice 2.0us            | xen_switch step=2 next_domain=1 next_vcpu=0 slice_ns=2000
          vcpu_wake d1v1                                      | xen_sched step=3 domain=1 vcpu_id=1
          hypercall 1d (sched_op) poll                        | xen_hypercall domain=0 vcpu_id=1 via=0 op=29 call=sched_op command=poll arg0=0x3 timed=1
          hypercall  d (multicall) 2 calls                    | xen_hypercall domain=0 vcpu_id=1 via=0 op=13 call=multicall arg1=0x2 timed=1
          ` hypercall 18 (vcpu_op) set_singleshot_timer vcpu 1` | xen_hypercall domain=0 vcpu_id=1 via=1 op=24 call=vcpu_op command=set_singleshot_timer arg0=0x8 arg1=0x1 timed=1
          hypercall  1 (mmu_update) 3 updates (preempted)     | xen_hypercall domain=0 vcpu_id=1 via=0 op=1 call=mmu_update arg1=0x80000003 timed=1
          vmcall 20 (evtchn_op)                               | xen_hypercall domain=0 vcpu_id=1 via=2 op=32 call=event_channel_op timed=1
          pf_xen va 10000000002 ec 20 e->pt_index[0 0 0 0 0]  | xen_hvm_step domain=0 vcpu_id=1 step=0 addr=0x2000000100 error=0x2 timed=1
          intr vec CALL_FUNCTION(fb)                          | xen_hvm_step domain=0 vcpu_id=1 step=10 number=0xfb timed=1
          intr_window vec 243 src 5(vector) intr #            | xen_intr_window domain=0 vcpu_id=1 vector=243 source=5 pending=-1 timed=1
          intr_window vec 243 src 2(lapic) intr 3f            | xen_intr_window domain=0 vcpu_id=1 vector=243 source=2 pending=63 timed=1
          cpuid [ 1 0 11 22 33 44 ]                           | xen_hvm_step domain=0 vcpu_id=1 step=9 number=0x1 subleaf=0x0 eax=0x11 ebx=0x22 ecx=0x33 edx=0x44 timed=1
          irq_handled irq 18 512 (-4096,4608)                 | xen_irq op=7 irq=24 start=4294963200 end=4608
          set_p2m_entry d1 o0 t 1 g 100 m 200                 | xen_memory op=3 domain=1 gfn=0x100 mfn=0x200 order=0 p2m_type=1 timed=1
          csched2:update_rq_load rq# 0, load = 1, avgload = 138.725% (363659), b_avgload = 1.0% (5) | xen_scheduler scheduler=1 step=20 runqueue=0 load=363659 balanced_load=5 queued=1
          csched2:runq_candidate d32767v3, credit = -10000001, no cpu was tickled | xen_scheduler scheduler=1 step=26 domain=32767 vcpu_id=3 credit=-10000001
          csched2:ratelimit, d1v0 run only 4.5us              | xen_scheduler scheduler=1 step=9 domain=1 vcpu_id=0 runtime_ns=4005
          page_fault[ 81000000 ffffffff 2000 0 6 ]            | xen_pv domain=0 vcpu_id=1 step=1 rip=0xffffffff81000000 addr=0x2000 error=0x6
          """)
  void readsAText(String text, String row) throws IOException {
    assertThat(read("   0.000000010 x- d0v1 " + text + "\n").lines())
        .containsExactly("0 10 [0] d0v1--1 -1/-1 " + row);
  }

  @Test
  void recognisesADump() {
    assertThat(match("Creating domain 0\n   0.000000010 x- d0v1 vcpu_wake d1v1\n"))
        .isEqualTo(Match.YES);
    assertThat(match("   0.000000010 x- d0v1 nonsense\n")).isEqualTo(Match.NO);
    assertThat(match("   0.000000010 -- d0v1 vcpu_wake d1v1\n")).isEqualTo(Match.NO);
    assertThat(match("# tracer: nop\n 0.1 x\n\n")).isEqualTo(Match.NO);
    byte[] part = "Creating domain 0\n   0.0000".getBytes(StandardCharsets.ISO_8859_1);
    assertThat(new XenalyzeDump().match(new Head(part, part.length, false))).isEqualTo(Match.MORE);
  }

  private static Match match(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
    return new XenalyzeDump().match(new Head(bytes, bytes.length, true));
  }
}
