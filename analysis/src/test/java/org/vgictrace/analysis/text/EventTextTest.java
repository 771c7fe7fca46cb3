package org.vgictrace.analysis.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.vgictrace.analysis.Guest;
import org.vgictrace.analysis.HandMade;
import org.vgictrace.analysis.vcpu.Vcpus;
import org.vgictrace.parser.event.Kind;
import org.vgictrace.parser.event.KindTable;

/**
 * One whole line per kind that is shown in a way of its own, and for the rest one of each type of
 * column.
 */
class EventTextTest {
  @Test
  void entryAndExit() throws IOException {
    assertThat(
            lines(
                events ->
                    events
                        .event(Kind.VCPU_ENTRY, "pc", 0x40003c64L)
                        .event(Kind.VCPU_EXIT, "reason", 2, "esr_ec", 0x24, "pc", 0x40003c64L)
                        .event(Kind.VCPU_EXIT, "reason", 0, "esr_ec", 0, "pc", 16)
                        .event(Kind.VCPU_EXIT, "reason", 2, "esr_ec", 0x3f)
                        .event(Kind.VCPU_EXIT, "reason", 5)))
        .containsExactly(
            "pc=0x40003c64", "TRAP DABT_LOW pc 0x40003c64", "IRQ pc 0x10", "TRAP 0x3f", "reason 5");
  }

  @Test
  void images() throws IOException {
    assertThat(
            lines(
                events -> {
                  Guest guest = new Guest(events, 1).thread();
                  guest.image("entry", 0x70a0001b0000001bL, Guest.SPI40_ACTIVE).image("exit");
                  events.event(
                      Kind.LR_IMAGE,
                      "point",
                      "exit",
                      "vcpu_id",
                      0,
                      "used_lrs",
                      1,
                      "hcr",
                      3,
                      "vmcr",
                      0,
                      "apr",
                      4,
                      "lr_bytes",
                      4,
                      "lr0",
                      0x1a000804L,
                      "lr1",
                      0x9a006c1bL);
                }))
        .containsExactly(
            "vcpu1 entry used 2 hcr 0x1 En vmcr 0x4c000a | lr0: 27 pending HW->27 prio a0 grp1"
                + " | lr1: 40 active prio a0 grp1 EOI",
            "vcpu1 exit used 0 hcr 0x1 En vmcr 0x4c000a",
            "vcpu0 exit used 1 hcr 0x3 En UIE vmcr 0x0 apr 0x4 | lr0: 4 pending src 2 prio a0 grp0"
                + " | lr1 (unused): 27 pending HW->27 prio a0 grp0");
  }

  @Test
  void snapshots() throws IOException {
    assertThat(
            lines(
                events -> {
                  new Guest(events, 0).thread().made().populate(2, 1);
                  events.event(
                      Kind.QUEUE,
                      "intid",
                      0xffff_ffffL,
                      "config",
                      "edge",
                      "hw",
                      1,
                      "hwintid",
                      30,
                      "source",
                      6,
                      "on_lr",
                      1,
                      "own",
                      0,
                      "target",
                      0x1234);
                  events.event(
                      Kind.LR_FOLD,
                      "intid",
                      8192,
                      "active",
                      0,
                      "lr_deactivated",
                      1,
                      "lr_pending",
                      0,
                      "value",
                      1);
                }))
        .containsExactly(
            "vcpu0 op=vcpu_init",
            "vcpu0 lr2: 40 level latch=0 line=1 active=1 enabled=1 prio a0 grp1 on vcpu0 target"
                + " vcpu0",
            "4294967295 edge HW->30 source 0x6 on_lr on none target 0x1234",
            "8192 active=0 lr_deactivated=1 lr_pending=0 value=0x1");
  }

  @Test
  void otherKindsByColumnName() throws IOException {
    assertThat(
            lines(
                events ->
                    events
                        .event(
                            Kind.INJECT,
                            "kvm",
                            Guest.KVM,
                            "vcpu",
                            0x99L,
                            "intid",
                            27,
                            "level",
                            1,
                            "owner",
                            0)
                        .event(Kind.IRQ_PENDING, "vcpu_id", 0, "intid", 40, "level", 1)
                        .event(Kind.IRQ_PENDING, "vcpu_id", 0, "intid", 27, "level", 0)
                        .event(Kind.MMIO, "access", "read", "len", 4, "gpa", 0x8000100L, "val", 0)
                        .event(Kind.HOST_IRQ, "irq", 13, "name", "arch_timer", "point", "entry")
                        .event(
                            Kind.SCHED_SWITCH,
                            "prev_comm",
                            "a",
                            "prev_pid",
                            -1,
                            "prev_state",
                            0x100)
                        .event(Kind.LOST, "count", 17)
                        .event(Kind.LOST)))
        .containsExactly(
            "vcpu@0x99 intid=27 level=1 owner=0x0",
            "intid=40 level=1",
            "vcpu0 intid=27 level=0",
            "access=read len=4 gpa=0x8000100 val=0x0",
            "irq=13 name=arch_timer point=entry",
            "prev_comm=a prev_pid=-1 prev_state=256",
            "count=17",
            "");
  }

  @Test
  void commandsOfTheItsByName() throws IOException {
    assertThat(
            lines(
                events ->
                    events
                        .event(
                            Kind.ITS_READ,
                            "len",
                            32,
                            "opcode",
                            10,
                            "device",
                            1,
                            "event",
                            4,
                            "intid",
                            8201,
                            "collection",
                            1)
                        .event(Kind.ITS_READ, "len", 32, "opcode", 14, "target", 0, "target2", 1)
                        .event(Kind.ITS_READ, "len", 32, "opcode", 5, "device", 0)
                        .event(
                            Kind.ITS_READ,
                            "gpa",
                            0x40630002L,
                            "len",
                            1,
                            "opcode",
                            0xa3,
                            "dw0",
                            0x12a3)
                        .event(
                            Kind.ITS_READ,
                            "gpa",
                            0x40610008L,
                            "len",
                            8,
                            "opcode",
                            1,
                            "dw0",
                            0x10001)))
        .containsExactly(
            "MAPTI device=1 event=4 intid=8201 collection=1",
            "MOVALL target=0 target2=1",
            "SYNC",
            "gpa=0x40630002 len=1 read 0xa3",
            "gpa=0x40610008 len=8 read 0x10001");
  }

  @Test
  void textFromTheCaptureIsHarmless() throws IOException {
    assertThat(
            lines(
                events ->
                    events
                        .event(
                            Kind.OTHER,
                            "name",
                            "evil\u001b[2J\u202e",
                            "payload",
                            "a=1 \u2066b\u007f")
                        .event(Kind.OTHER, "name", "raw", "payload", "\u0001\u0002")
                        .event(Kind.HOST_IRQ, "irq", 1, "name", "x\ny")))
        .containsExactly(
            "evil\\x1b[2J\\u202e a=1 \\u2066b\\x7f", "raw 2 bytes", "irq=1 name=x\\x0ay");
  }

  private static List<String> lines(HandMade.Script script) throws IOException {
    List<String> lines = new ArrayList<>();
    Vcpus vcpus = new Vcpus();
    new HandMade(script)
        .read(
            EnumSet.allOf(Kind.class),
            (batch, pool) -> {
              EventText text = new EventText(batch.names(), vcpus);
              int[] cursors = new int[Kind.values().length];
              for (int i = 0; i < batch.size(); i++) {
                KindTable table = batch.table(batch.order()[i]);
                int row = cursors[batch.order()[i]]++;
                vcpus.of(table, row);
                lines.add(text.of(table, row));
              }
            });
    return lines;
  }
}
