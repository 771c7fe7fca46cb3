package org.vgictrace.parser.xentrace;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** One record of each shape; what differs between versions of Xen in each of its shapes. */
class RecordLayoutTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          22004  | 2 1 3               | xen_scheduler scheduler=0 step=3 domain=1 vcpu_id=3 from_cpu=2
          22009  | 1010002             | xen_scheduler scheduler=0 step=8 target_cpu=2 tasklet=1 idle=1
          22203  | 10000 ffffffff 80000000 7 | xen_scheduler scheduler=1 step=13 domain=1 vcpu_id=0 credit=-1 budget=-2147483648 delta=7
          22203  | 10000 5 7           | xen_scheduler scheduler=1 step=13 domain=1 vcpu_id=0 credit=5 delta=7
          22206  | dead0003            | xen_scheduler scheduler=1 step=5 target_cpu=3
          2220c  | 1 2 3 4 12050002 ffff8301 | xen_scheduler scheduler=1 step=20 runqueue=5 load=8589934593 balanced_load=17179869187 queued=2 shift=18
          22214  | 7fff0001 ffffffff fffffff6 | xen_scheduler scheduler=1 step=26 domain=32767 vcpu_id=1 target_cpu=-1 credit=-10
          22215  | 10002 1000100       | xen_scheduler scheduler=1 step=8 target_cpu=2 runqueue=1 tasklet=0 idle=1 smt_idle=0 tickled=1
          22803  | 10000 1 0 2 3 abcdef01 | xen_scheduler scheduler=2 step=29 domain=1 vcpu_id=0 budget=1 delta=2 priority=3 extra_time=1
          22804  | 10000 1 0 2 0       | xen_scheduler scheduler=2 step=30 domain=1 vcpu_id=0 budget=2 deadline=1
          22804  | 10000 9 1 0 2 0     | xen_scheduler scheduler=2 step=30 domain=1 vcpu_id=0 budget=2 deadline=1 priority=9
          22806  | a1020003            | xen_scheduler scheduler=2 step=8 target_cpu=3 tasklet=2 idle=10 tickled=1
          22a05  | 30001 7fffffff      | xen_scheduler scheduler=3 step=8 domain=32767 vcpu_id=-1 target_cpu=3 tasklet=1
          2800f  | 1 0 5 fffffff0      | xen_switch step=2 next_domain=1 next_vcpu=0 wait_ns=5 slice_ns=-16
          28007  | 1 0 2               | xen_sched step=6 domain=1 vcpu_id=0 reason=2
          41002  | 5                   | xen_domain op=1 domain=5
          81102  | 81 0 1              | xen_hvm_exit domain=1 vcpu_id=0 reason=0x81 rip=0x100000000 nested=0
          81503  | 81 0 1              | xen_hvm_exit domain=1 vcpu_id=0 vendor=1 reason=0x81 rip=0x100000000 nested=1
          82101  | 2 10 20             | xen_hvm_step domain=1 vcpu_id=0 step=0 addr=0x2000000010 error=0x2 timed=1
          8200e  | 1 2 3 4 5           | xen_hvm_step domain=1 vcpu_id=0 step=9 number=0x1 eax=0x2 ebx=0x3 ecx=0x4 edx=0x5 timed=1
          8200e  | 1 9 2 3 4 5         | xen_hvm_step domain=1 vcpu_id=0 step=9 number=0x1 subleaf=0x9 eax=0x2 ebx=0x3 ecx=0x4 edx=0x5 timed=1
          82003  | e ffffffff          | xen_inject domain=1 vcpu_id=0 what=1 vector=14 error=0xffffffff timed=1
          82020  | f3 5 ffffffff       | xen_intr_window domain=1 vcpu_id=0 vector=243 source=5 pending=-1 timed=1
          82020  | f3 6 ffffffff       | xen_intr_window domain=1 vcpu_id=0 vector=243 pending=-1 timed=1
          82012  | 20                  | xen_hypercall domain=1 vcpu_id=0 via=2 op=32 call=event_channel_op timed=1
          20100d | 500018 8 1          | xen_hypercall domain=1 vcpu_id=0 via=0 op=24 call=vcpu_op command=set_singleshot_timer arg0=0x8 arg1=0x1 timed=1
          20100d | 800001 1 2          | xen_hypercall domain=1 vcpu_id=0 via=0 op=1 call=mmu_update arg1=0x200000001 timed=1
          20100d | c00001 1            | xen_hypercall domain=1 vcpu_id=0 via=0 op=1 call=mmu_update timed=1
          20100d | 10001d              | xen_hypercall domain=1 vcpu_id=0 via=0 op=29 call=sched_op timed=1
          20200e | 40001a 2            | xen_hypercall domain=1 vcpu_id=0 via=1 op=26 call=mmuext_op arg1=0x2 timed=1
          201101 | 1 2 20              | xen_hypercall domain=1 vcpu_id=0 via=0 op=32 rip=0x200000001 timed=1
          201103 | 1 2 3800e           | xen_pv domain=1 vcpu_id=0 step=0 rip=0x200000001 error=0x3 trap=14 has_error=1
          20110b | 1 0 2 0 3 0         | xen_pv domain=1 vcpu_id=0 step=8 rip=0x3 addr=0x2 pte=0x1
          10f004 | 1 0 2 0 3 90005     | xen_memory op=3 domain=5 gfn=0x1 mfn=0x2 order=9 p2m_type=3 timed=1
          10f005 | 1 0 5 9             | xen_memory op=4 domain=5 gfn=0x1 order=9 timed=1
          10f005 | 1 0 90005 ffff8301  | xen_memory op=4 domain=5 gfn=0x1 order=9 timed=1
          10f005 | 1 0 5 ffff8301      | xen_memory op=4 domain=5 gfn=0x1 order=0 timed=1
          40f00e | 1 2                 | xen_shadow domain=1 vcpu_id=0 step=13 gfn=0x200000001 timed=1
          40f108 | 1 2 3 4 5 60000007  | xen_shadow domain=1 vcpu_id=0 step=7 levels=3 addr=0x5 gl1e=0x200000001 value=0x400000003 steps_done=0x7 count=3 timed=1
          40f209 | 1 0 2 0             | xen_shadow domain=1 vcpu_id=0 step=8 levels=4 gfn=0x1 addr=0x2 timed=1
          40f209 | 1 0 2 0 7           | xen_shadow domain=1 vcpu_id=0 step=8 levels=4 gfn=0x1 addr=0x2 steps_done=0x7 timed=1
          801003 | 2 9 f1 0 0 0        | xen_power op=2 state=2 tick=9 irq0=0xf1 irq1=0x0 irq2=0x0 irq3=0x0
          802006 | 410018 f 0 0 0 0 0  | xen_irq op=5 irq=24 vector=65 mask0=0xf mask1=0x0 mask2=0x0
          802008 | 18 fffffff0 10      | xen_irq op=7 irq=24 start=4294967280 end=16
          84001  | 1 2 3 0 4 0         | xen_hvm_device domain=1 vcpu_id=0 step=0 timer=1 irq=2 delta=3 period=4
          804001 | 10000 2 1b 5001a000 0 | xen_lr domain=1 vcpu_id=0 op=0 lr=2 intid=27 value=0x5001a000
          804003 | 10000 1b 5a0 ffffffff | xen_vgic domain=1 vcpu_id=0 step=0 intid=27 priority=160 status=0x5 host_irq=-1
          804006 | 1 20 0 1 2          | xen_vgic domain=1 vcpu_id=0 step=3 intid=32 to_vcpu=1 phase=2
          804001 | 10000 2 1b 5001a000 0 7 | xen_lr domain=1 vcpu_id=0 op=0 lr=2 intid=27 value=0x5001a000 serial=7
          804009 | 10000 1b a0ff0108 a0020c0d ffff 0 | xen_old_irq domain=1 vcpu_id=0 step=0 intid=27 was_status=0x8 was_flags=0x1 was_lr=255 was_priority=160 status=0xd irq_flags=0xc lr=2 priority=160 host_irq=-1 target=0 ahead=0 behind=0 wait_ahead=0 wait_behind=0
          80400a | 10000 3000021 0 ff0000 10021 1000201 | xen_old_irq domain=1 vcpu_id=0 step=3 intid=33 was_status=0x0 was_flags=0x0 was_lr=0 was_priority=0 status=0x0 irq_flags=0x0 lr=255 priority=0 host_irq=33 target=1 folded_lr=1 folded_state=2 physical_cpu=0 target_cpu=1
          80400b | 10000 6000021 0 0 10021 1 | xen_old_irq domain=1 vcpu_id=0 step=6 intid=33 was_status=0x0 was_flags=0x0 was_lr=0 was_priority=0 status=0x0 irq_flags=0x0 lr=0 priority=0 host_irq=33 target=1 asked_target=1 was_target=0
          80400c | 10000 3000028 1000189 8020188 ffff 280001 a00028 | xen_new_irq domain=1 vcpu_id=0 step=3 intid=40 was_status=0x89 was_flags=0x1 was_source=0x1 status=0x88 irq_flags=0x1 lr=2 source=0x8 was_owner=-1 owner=0 target=1 host_irq=40 desc_irq=40 priority=160
          80400d | 10000 1020404 3 a080 9 | xen_vgic_entry vgic=0 domain=1 vcpu_id=0 lrs=4 used=4 left=2 waits=1 hcr=0x3 best_left=128 worst_given=160 serial=9
          80400e | 10000 5010404 3 1a080 9 | xen_vgic_entry vgic=1 domain=1 vcpu_id=0 lrs=4 used=4 left=1 listed=5 hcr=0x3 best_left=128 worst_given=160 left_active=1 serial=9
          80400f | 10000 109           | xen_vgic_idle vgic=1 domain=1 vcpu_id=0 upcall=1 in_flight=0 deliverable=0 sleeps=1
          804010 | 10000 20003 ff 3    | xen_sgir domain=1 vcpu_id=0 intid=3 vcpus=2 asked=0xff reached=0x3
          804011 | 600 4               | xen_lock op=0 lock=6 held=0x4
          808001 | 1 9 0 d             | xen_evtchn domain=1 vcpu_id=0 step=0 port=9 newly_pending=1 masked=0 selector=1 upcall=1
          808004 | 1 9 8 1070002       | xen_evtchn domain=1 vcpu_id=2 step=3 port=9 tail=8 priority=7 link_flags=0x1
          """)
  void readsARecord(String event, String words, String row) throws IOException {
    long[] payload = parse(words);
    assertThat(Traces.row(Integer.parseInt(event, 16), true, payload))
        .isEqualTo("d1v0--1 -1/-1 " + row);
  }

  /** Compiles every declaration: a column that does not exist or a word too many is an error. */
  @Test
  void allDeclarationsFitTheirKinds() {
    assertThat(EventCatalogue.layouts()).hasSizeGreaterThan(250);
    assertThat(EventCatalogue.all().stream().map(event -> event.name).distinct())
        .hasSameSizeAs(EventCatalogue.all());
  }

  private static long[] parse(String words) {
    return Arrays.stream(words.strip().split(" +"))
        .mapToLong(word -> Long.parseLong(word, 16))
        .toArray();
  }
}
