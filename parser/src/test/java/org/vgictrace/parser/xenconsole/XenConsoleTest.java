package org.vgictrace.parser.xenconsole;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.vgictrace.fixtures.Shipped;
import org.vgictrace.parser.Capture;
import org.vgictrace.parser.CaptureFormat.Match;
import org.vgictrace.parser.Captures;
import org.vgictrace.parser.Rows;
import org.vgictrace.parser.bind.BindingPacks;
import org.vgictrace.parser.input.Head;
import org.vgictrace.parser.input.Inputs;

class XenConsoleTest {
  private static final String CONSOLE =
      """
      (XEN) Xen version 4.17.5 (Debian 4.17.5)
      [    1.5] Linux says (XEN) nothing
      (XEN) 'q' pressed -> dumping domain info (now = 22812739712)
      (XEN) General information for domain 0:
      (XEN)     refcnt=3 dying=0 pause_count=0
      (XEN) VCPU information and callbacks for domain 0:
      (XEN)   UNIT0 affinities: hard={0-1} soft={0-1}
      (XEN)     VCPU0: CPU1 [has=F] poll=0 upcall_pend=01 upcall_mask=00 dirty_cpu=1
      (XEN)     pause_count=0 pause_flags=1
      (XEN) GICH_LRs (vcpu 0) mask=3
      (XEN)    VCPU_LR[0]=50a000000000001b
      (XEN)    HW_LR[1]=0
      (XEN) Inflight irq=27 lr=0
      (XEN) Inflight irq=33 lr=255
      (XEN) Pending irq=33
      (XEN)     No periodic timer
      10:01:02 (XEN) [    3.141592]     VCPU1: CPU0 [has=T] poll=-1 upcall_pend=00 upcall_mask=01\s
      (XEN)    active or pending interrupts queued:
      (XEN)      hardware level irq 40: pending, not active, enabled
      (XEN)      virtual edge irq 3: not pending, active, not enabled
      (XEN) Event channel information for domain 0:
      (XEN) Polling vCPUs: {}
      (XEN)     port [p/m/s]
      (XEN)        1 [0/0/  -   ]: s=5 n=0 x=0 v=0
      (XEN)       15 [1/0/1]: s=3 n=1 x=0 d=1 p=25
      (XEN)       16 [0/1/0]: s=4 n=0 x=0 p=9 i=-1 Z=system_u
      (XEN)       17 [0/1/0]: s=2 n=0 x=1 d=7
      (XEN)       18 [0/1/0]: s=6 n=1 x=0
      (XEN)       19 [0/1/0]: s=5 n=1 x=0
      (XEN) Event channel information for domain 1:
      (XEN)        1 [0/0/0]: s=6 n=0 x=0
      (XEN) Event channel information for domain 0:
      (XEN)        2 [0/0/0]: s=6 n=0 x=0
      (XEN)        3 [0/0/0]: s=6 n=0 x=""";

  private static Rows read(String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
    try (Capture capture =
        new XenConsole()
            .open(Inputs.open("test", new ByteArrayInputStream(bytes)), BindingPacks.builtin())) {
      return Rows.of(capture);
    }
  }

  private static Match match(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
    return new XenConsole().match(new Head(bytes, bytes.length, true));
  }

  @Test
  void readsDumpsAmongOtherLines() throws IOException {
    Rows rows = read(CONSOLE);

    assertThat(rows.lines())
        .containsExactly(
            "0 9 [-1] ?--1 -1/-1 xen_dump_vcpu dump=1 domain=0 vcpu_id=0 on_cpu=1 running=0 poll=0"
                + " upcall_pending=0x1 upcall_mask=0x0 pause_count=0 pause_flags=0x1",
            "1 11 [-1] ?--1 -1/-1 xen_dump_lr dump=1 domain=0 vcpu_id=0 lr_mask=0x3 live=0 lr=0"
                + " value=0x50a000000000001b",
            "2 12 [-1] ?--1 -1/-1 xen_dump_lr dump=1 domain=0 vcpu_id=0 lr_mask=0x3 live=1 lr=1"
                + " value=0x0",
            "3 13 [-1] ?--1 -1/-1 xen_dump_irq dump=1 domain=0 vcpu_id=0 list=0 intid=27 lr=0",
            "4 14 [-1] ?--1 -1/-1 xen_dump_irq dump=1 domain=0 vcpu_id=0 list=0 intid=33 lr=255",
            "5 15 [-1] ?--1 -1/-1 xen_dump_irq dump=1 domain=0 vcpu_id=0 list=1 intid=33",
            "6 19 [-1] ?--1 -1/-1 xen_dump_vcpu dump=1 domain=0 vcpu_id=1 on_cpu=0 running=1"
                + " poll=-1 upcall_pending=0x0 upcall_mask=0x1",
            "7 19 [-1] ?--1 -1/-1 xen_dump_irq dump=1 domain=0 vcpu_id=1 list=2 intid=40"
                + " hardware=1 level=1 pending=1 active=0 enabled=1",
            "8 20 [-1] ?--1 -1/-1 xen_dump_irq dump=1 domain=0 vcpu_id=1 list=2 intid=3 hardware=0"
                + " level=0 pending=0 active=1 enabled=0",
            "9 24 [-1] ?--1 -1/-1 xen_dump_port dump=2 domain=0 port=1 pending=0 masked=0 extra=-"
                + " state=5 vcpu_id=0 consumer=0 virq=0",
            "10 25 [-1] ?--1 -1/-1 xen_dump_port dump=2 domain=0 port=15 pending=1 masked=0 extra=1"
                + " state=3 vcpu_id=1 consumer=0 remote_domain=1 remote_port=25",
            "11 26 [-1] ?--1 -1/-1 xen_dump_port dump=2 domain=0 port=16 pending=0 masked=1 extra=0"
                + " state=4 vcpu_id=0 consumer=0 pirq=9 irq=-1",
            "12 27 [-1] ?--1 -1/-1 xen_dump_port dump=2 domain=0 port=17 pending=0 masked=1 extra=0"
                + " state=2 vcpu_id=0 consumer=1 remote_domain=7",
            "13 28 [-1] ?--1 -1/-1 xen_dump_port dump=2 domain=0 port=18 pending=0 masked=1 extra=0"
                + " state=6 vcpu_id=1 consumer=0",
            "14 31 [-1] ?--1 -1/-1 xen_dump_port dump=2 domain=1 port=1 pending=0 masked=0 extra=0"
                + " state=6 vcpu_id=0 consumer=0",
            "15 33 [-1] ?--1 -1/-1 xen_dump_port dump=3 domain=0 port=2 pending=0 masked=0 extra=0"
                + " state=6 vcpu_id=0 consumer=0");
  }

  @Test
  void readsAGenuineConsole() throws IOException {
    try (Capture capture = Captures.open(Shipped.file("xen-4.17-arm64-console", "console.txt"))) {
      assertThat(capture.meta().format()).isEqualTo("xen console");
      assertThat(capture.read(Set.of(), (batch, pool) -> {}).eventsByName().toString())
          .isEqualTo(
              "{console:dump_irq=19, console:dump_lr=48, console:dump_port=8,"
                  + " console:dump_vcpu=12}");
    }
  }

  @Test
  void recognisesAnyLineOfADump() {
    assertThat(match(CONSOLE)).isEqualTo(Match.YES);
    assertThat(match("boot\n(XEN) Inflight irq=27 lr=0\n")).isEqualTo(Match.YES);
    assertThat(match("(XEN) Xen version 4.17.5\n")).isEqualTo(Match.NO);
    assertThat(match("Inflight irq=27 lr=0\n")).isEqualTo(Match.NO);
    assertThat(match("")).isEqualTo(Match.NO);
  }

  @Test
  void asksForMoreAsLongAsThereMayBeADump() {
    byte[] bytes = "(XEN) Xen version 4.17.5\n".getBytes(StandardCharsets.ISO_8859_1);

    assertThat(new XenConsole().match(new Head(bytes, bytes.length, false))).isEqualTo(Match.MORE);
  }
}
