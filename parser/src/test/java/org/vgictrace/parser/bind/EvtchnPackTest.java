package org.vgictrace.parser.bind;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vgictrace.fixtures.Shipped;
import org.vgictrace.parser.Rows;
import org.vgictrace.parser.event.Kind;

/** What probes in a guest record becomes the same tables from binary and text. */
class EvtchnPackTest {
  private static final Set<Kind> GUEST =
      EnumSet.of(
          Kind.GUEST_UPCALL, Kind.GUEST_PORT, Kind.GUEST_CHIP, Kind.GUEST_SEND, Kind.GUEST_EVDEV);

  @Test
  void binaryAndTextOfARecordingGiveTheSameTables() throws IOException {
    Path binary = Shipped.file("xen-guest-4.20-x86-fifo", "guest.dat.zst");
    Path text = Shipped.file("xen-guest-4.20-x86-fifo", "guest.txt.zst");

    List<String> rows = Rows.of(binary, GUEST).lines();
    assertThat(rows).hasSizeGreaterThan(6000);
    assertThat(Rows.of(text, GUEST).lines()).containsExactlyElementsOf(rows);
  }

  @Test
  void namesOfTheProbeGroup(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("trace.txt");
    Files.writeString(
        file,
        """
        # tracer: nop
        #
                  <idle>-0       [001] d.h1.   100.000001: upcall: (xen_evtchn_do_upcall+0x4/0xc0)
                  <idle>-0       [001] d.h1.   100.000002: port: (handle_irq_for_port+0x4/0xf0) port=7
                  <idle>-0       [001] d.h1.   100.000003: maskff: (evtchn_fifo_mask+0x4/0x50) port=7
                  <idle>-0       [001] d.h1.   100.000004: clearff: (evtchn_fifo_clear_pending+0x4/0x50) port=7
                  <idle>-0       [001] d.h1.   100.000005: upcall_ret: (x+0x4/0x50 <- xen_evtchn_do_upcall) ret=1
                     a-12        [000] .....   100.000006: lateeoi: (xen_irq_lateeoi+0x4/0x70) irq=46 flags=0x1
                     a-12        [000] .....   100.000007: bindport: (xen_irq_info_common_setup+0x4/0x70) irq=46 port=7 cpu=1
        """);

    assertThat(Rows.of(file, GUEST).lines())
        .containsExactly(
            "0 100000001000 [1] <idle>-0 9/1 guest_upcall step=0",
            "1 100000002000 [1] <idle>-0 9/1 guest_port step=0 port=7",
            "2 100000003000 [1] <idle>-0 9/1 guest_port step=1 abi=1 port=7",
            "3 100000004000 [1] <idle>-0 9/1 guest_port step=3 abi=1 port=7",
            "4 100000005000 [1] <idle>-0 9/1 guest_upcall step=1 ret=1",
            "5 100000006000 [0] a-12 0/0 guest_chip step=6 irq=46 spurious=1",
            "6 100000007000 [0] a-12 0/0 guest_port step=6 port=7 irq=46 target_cpu=1");
  }
}
