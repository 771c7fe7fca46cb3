package org.vgictrace.parser.tracedat;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.vgictrace.fixtures.Shipped;
import org.vgictrace.parser.Rows;

class TraceDatCaptureTest {

  /** The same recording in every version, compression and byte order. */
  @Test
  void readsTheSameFromEveryVersionAndCompression() throws IOException {
    Rows expected = malformed("ok-v7-none.dat");
    assertThat(expected.counts().events()).isEqualTo(377);
    assertThat(expected.counts().eventsByCpu()).isEqualTo(Map.of(0, 191L, 1, 186L));
    assertThat(expected.counts().unparsed()).isZero();
    assertThat(expected.lines()).hasSize(377);
    for (String name : List.of("ok-v7-zlib.dat", "ok-v7-zstd.dat", "ok-v6.dat")) {
      Rows rows = malformed(name);
      assertThat(rows.lines()).as(name).isEqualTo(expected.lines());
      assertThat(rows.counts().eventsByName()).isEqualTo(expected.counts().eventsByName());
    }
    Rows swapped = malformed("ok-v6-big-endian.dat");
    assertThat(withoutPayload(swapped)).isEqualTo(withoutPayload(expected));
  }

  /** Every row can be read off the same buffer's text in trace.txt beside it. */
  @Test
  void readsARecordingOfAProbedKernel() throws IOException {
    Rows rows = Rows.of(Shipped.file("6.12-gicv3-mix", "trace.dat.zst"));
    assertThat(rows.diagnostics()).isEmpty();
    assertThat(rows.counts().events()).isEqualTo(9481);
    assertThat(rows.counts().eventsModelled()).isEqualTo(7628);
    assertThat(rows.counts().overwritten()).isZero();
    assertThat(rows.meta().format()).isEqualTo("trace.dat v7");
    assertThat(rows.meta().release()).isEqualTo("6.12.107+deb13-arm64");
    assertThat(rows.meta().compression()).isEqualTo("none");
    assertThat(rows.lines().subList(0, 1))
        .containsExactly("0 358278949968 [0] <idle>-0 13/0 host_irq irq=1 name=IPI point=0");
    assertThat(rows.lines().subList(303, 308))
        .containsExactly(
            "303 358321541168 [1] vcpu-1-951 0/0 vcpu_exit reason=2 esr_ec=36 pc=0x400012f8",
            "304 358321546256 [1] vcpu-1-951 0/0 other name=kvm_guest_fault payload="
                + "3c000000b7030000f812004000000000450082930000000008040d080000000000000d0800000000",
            "305 358321554240 [1] vcpu-1-951 0/0 mmio access=2 len=4 gpa=0x80d0408 val=0xa0a0a0a0",
            "306 358321562864 [1] vcpu-1-951 1/0 gic_mmio vcpu=0xffff182dc2821b90 vcpu_id=1 reg=7"
                + " access=0 addr=0x80d0408 len=4 val=0xa0a0a0a0",
            "307 358321573200 [1] vcpu-1-951 1/0 irq_put irq=0xffff182dc3f90380 intid=8 pending=0"
                + " active=0 enabled=1 level=0 hw=0 config=0 priority=160 group=1 source=0x0"
                + " active_source=0 targets=0x1 hwintid=0 host_irq=0 own=0x0"
                + " target=0xffff182dc2821b90 kvm=0xffff800080415000 refs=1");
    assertThat(rows.lines().subList(315, 317))
        .containsExactly(
            "315 358321634960 [1] vcpu-1-951 1/0 lr_image point=0 vcpu=0xffff182dc2821b90"
                + " vcpu_id=1 kvm=0xffff800080415000 used_lrs=0 hcr=0x1 vmcr=0x0 sre=0x7 ap0r0=0x0"
                + " ap1r0=0x0 lr_bytes=8 lr0=0x0 lr1=0x0 lr2=0x0 lr3=0x0",
            "316 358321642944 [1] vcpu-1-951 1/0 vcpu_entry pc=0x400012f8");
  }

  @Test
  void readsListRegistersRecordedAsAnArray() throws IOException {
    assertThat(Rows.of(Shipped.file("7.2-gicv3-overflow-array", "trace.dat.zst")).lines().get(4534))
        .isEqualTo(
            "4534 25667059440 [0] vcpu-0-400 1/1 lr_image point=1 vcpu=0xffff0000065a2340"
                + " vcpu_id=0 kvm=0xffff000004cf2000 used_lrs=4 hcr=0x4191 vmcr=0xf84c000a"
                + " sre=0x7 ap0r0=0x0 ap1r0=0x0 lr_bytes=8 lr0=0x5040000000000020"
                + " lr1=0x5040000000000027 lr2=0x5060000000000022 lr3=0x5060000000000029");
  }

  @Test
  void putsLossesWhereTheyHappened() throws IOException {
    Rows v7 = Rows.of(Shipped.file("7.2-gicv3-lost", "trace.dat.zst"));
    assertThat(v7.lines().stream().filter(line -> line.contains(" lost")))
        .containsExactly(
            "0 82943995632 [0] ?--1 -1/-1 lost count=1998", "1 82943995632 [1] ?--1 -1/-1 lost");
    assertThat(v7.counts().eventsByCpu()).isEqualTo(Map.of(0, 894L, 1, 580L));
    assertThat(v7.counts().overwritten()).isEqualTo(1998 + 7027);
    Rows v6 = Rows.of(Shipped.file("6.12-gicv3-record-v6-lost", "trace.dat.zst"));
    assertThat(v6.lines().get(1169)).isEqualTo("1169 92418241680 [1] ?--1 -1/-1 lost count=284");
    assertThat(v6.counts().lostMarks()).isEqualTo(13);
    assertThat(v6.counts().lost()).isEqualTo(2316);
  }

  private static List<String> withoutPayload(Rows rows) {
    return rows.lines().stream().map(line -> line.replaceAll(" payload=.*", "")).toList();
  }

  private static Rows malformed(String name) throws IOException {
    return Rows.of(Path.of(Shipped.root() + "/malformed/" + name + ".zst"));
  }
}
