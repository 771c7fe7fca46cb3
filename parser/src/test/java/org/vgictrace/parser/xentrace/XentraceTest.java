package org.vgictrace.parser.xentrace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vgictrace.fixtures.write.XentraceWriter;
import org.vgictrace.parser.CaptureFormat.Match;
import org.vgictrace.parser.Rows;
import org.vgictrace.parser.bind.BindingPacks;
import org.vgictrace.parser.bind.IdFormats;
import org.vgictrace.parser.diag.InputException;
import org.vgictrace.parser.input.Head;

class XentraceTest {

  /** Two CPUs, a PVH guest that takes an upcall and a PV guest that polls, and a loss. */
  @Test
  void readsTheWindowsOfAllCpusAsOneTimeLine() throws IOException {
    Rows rows =
        Traces.readHex(
            """
            03f00120000000004800000001110290001000000000000000000100021108b0
            00110000000000000100000000000081ffffffff0f200810f100000004200820
            f30000000000000001100880001200000000000003f001200100000040000000
            0d1020908010000000000000200000000d1020a090100000000000001d001000
            0300000001f001c0f0100000000000000700000000000000a010000000000000
            """);
    assertThat(rows.lines())
        .containsExactly(
            "0 4096 [0] d1v0--1 -1/-1 xen_runstate domain=1 vcpu_id=0 old=1 new=0",
            "1 4224 [1] ?--1 -1/-1 xen_hypercall via=0 op=32 call=event_channel_op timed=1",
            "2 4240 [1] ?--1 -1/-1 xen_hypercall via=0 op=29 call=sched_op command=poll arg0=0x3"
                + " timed=1",
            "3 4256 [1] ?--1 -1/-1 lost count=7",
            "4 4352 [0] d1v0--1 -1/-1 xen_hvm_exit domain=1 vcpu_id=0 reason=0x1"
                + " rip=0xffffffff81000000 nested=0",
            "5 4352 [0] d1v0--1 -1/-1 xen_hvm_step domain=1 vcpu_id=0 step=10 number=0xf1 timed=0",
            "6 4352 [0] d1v0--1 -1/-1 xen_inject domain=1 vcpu_id=0 what=0 vector=243 fake=0"
                + " timed=0",
            "7 4608 [0] d1v0--1 -1/-1 xen_hvm_entry domain=1 vcpu_id=0 nested=0");
    assertThat(rows.counts().lostByCpu()).isEqualTo(Map.of(1, 7L));
    assertThat(rows.counts().eventsByCpu()).isEqualTo(Map.of(0, 5L, 1, 2L));
    assertThat(rows.diagnostics()).isEmpty();
    assertThat(rows.meta().cpus()).containsExactly(0, 1);
    assertThat(rows.meta().nanoseconds()).isFalse();
  }

  @Test
  void readsBothByteOrdersAlike() throws IOException {
    assertThat(Traces.read(everything(new XentraceWriter(ByteOrder.BIG_ENDIAN))).lines())
        .isEqualTo(Traces.read(everything(Traces.little())).lines())
        .hasSize(7);
  }

  private static XentraceWriter everything(XentraceWriter trace) {
    return trace
        .window(3)
        .timed(0x21101, 1L << 40, 0x10002)
        .padding(0x2001f003, 0, 0xffff)
        .timed(0x10f005, (1L << 40) + 5, 0x12345678, 1, 1, 9)
        .untimed(0x40f201, 1, 2, 3, 4, 5)
        .window(300)
        .lost((1L << 40) + 9, 0xffff_ffffL, 0x7fff, 1, 1L << 40)
        .timed(0x22a05, (1L << 40) + 10, 0x30001, 0x7fff_ffffL)
        .window(3)
        .timed(0x22203, (1L << 40) + 11, 0x10002, 0xffff_ffffL, 0x8000_0000L, 7)
        .untimed(0x8200c, 1, 2, 3);
  }

  @Test
  void followsWhoRunsOnACpu() throws IOException {
    Rows rows =
        Traces.read(
            Traces.little()
                .window(0)
                .timed(0x81001, 1)
                .timed(0x2800a, 2, 1, 0, 0x7fff, 4)
                .timed(0x21021, 3, 0x10000)
                .timed(0x81001, 4)
                .timed(0x21101, 5, 0x7fff0004L)
                .timed(0x81001, 6)
                .lost(9, 2, 2, 3, 7)
                .timed(0x81001, 10)
                .timed(0x21011, 11, 0x20003)
                .timed(0x28004, 12, 2, 3));
    assertThat(rows.lines())
        .containsExactly(
            "0 1 [0] ?--1 -1/-1 xen_hvm_entry nested=0",
            "1 2 [0] d1v0--1 -1/-1 xen_switch step=0 prev_domain=1 prev_vcpu=0 next_domain=32767"
                + " next_vcpu=4",
            "2 3 [0] d1v0--1 -1/-1 xen_runstate domain=1 vcpu_id=0 old=0 new=2",
            "3 4 [0] d32767v4--1 -1/-1 xen_hvm_entry domain=32767 vcpu_id=4 nested=0",
            "4 5 [0] d32767v4--1 -1/-1 xen_runstate domain=32767 vcpu_id=4 old=1 new=0",
            "5 6 [0] d32767v4--1 -1/-1 xen_hvm_entry domain=32767 vcpu_id=4 nested=0",
            "6 7 [0] ?--1 -1/-1 lost count=2",
            "7 10 [0] d2v3--1 -1/-1 xen_hvm_entry domain=2 vcpu_id=3 nested=0",
            "8 11 [0] d2v3--1 -1/-1 xen_runstate domain=2 vcpu_id=3 old=0 new=1",
            "9 12 [0] ?--1 -1/-1 xen_sched step=3 domain=2 vcpu_id=3");
  }

  @Test
  void datesRecordsWithoutATimeStampByTheirNeighbours() throws IOException {
    Rows rows =
        Traces.read(
            Traces.little()
                .window(0)
                .untimed(0x82010)
                .timed(0x82010, 50)
                .untimed(0x82011)
                .window(1)
                .timed(0x82010, 40)
                .timed(0x82010, 50)
                .window(2)
                .untimed(0x82010));
    assertThat(rows.lines())
        .containsExactly(
            "0 40 [1] ?--1 -1/-1 xen_hvm_step step=11 timed=1",
            "1 40 [2] ?--1 -1/-1 xen_hvm_step step=11 timed=0",
            "2 50 [0] ?--1 -1/-1 xen_hvm_step step=11 timed=0",
            "3 50 [0] ?--1 -1/-1 xen_hvm_step step=11 timed=1",
            "4 50 [0] ?--1 -1/-1 xen_hvm_step step=12 timed=0",
            "5 50 [1] ?--1 -1/-1 xen_hvm_step step=11 timed=1");
    assertThat(rows.diagnostics())
        .containsExactly(
            "INFO no-time at byte 0: no time stamp near the first record of CPU 2; its first"
                + " records have that of the capture's beginning");
  }

  @Test
  void keepsTheOrderOfACpuWhoseClockGoesBack() throws IOException {
    Rows rows =
        Traces.read(
            Traces.little().window(0).timed(0x82010, 50).timed(0x82011, 45).timed(0x82015, 51));
    assertThat(rows.lines())
        .containsExactly(
            "0 50 [0] ?--1 -1/-1 xen_hvm_step step=11 timed=1",
            "1 45 [0] ?--1 -1/-1 xen_hvm_step step=12 timed=1",
            "2 51 [0] ?--1 -1/-1 xen_hvm_step step=15 timed=1");
    assertThat(rows.diagnostics())
        .containsExactly(
            "WARNING time-backwards at byte 24: earlier than the record before it on CPU 0");
  }

  @Test
  void keepsWhatItDoesNotKnow() throws IOException {
    Rows rows =
        Traces.read(
            Traces.little()
                .window(0)
                .timed(0x802fff, 1, 0xabcd)
                .untimed(0x800f00b, 1, 2)
                .timed(0x28004, 2, 1));
    assertThat(rows.lines())
        .containsExactly(
            "0 1 [0] ?--1 -1/-1 other name=xen:#802fff payload=ff2f80900100000000000000cdab0000",
            "1 1 [0] ?--1 -1/-1 other name=xen:guest_b payload=0bf000280100000002000000",
            "2 2 [0] ?--1 -1/-1 other name=xen:wake payload=04800290020000000000000001000000");
    assertThat(rows.counts().eventsModelled()).isZero();
    assertThat(rows.diagnostics())
        .containsExactly(
            "WARNING record-size at byte 40: xen:wake with 1 payload words is kept as it is");
  }

  @Test
  void namesFurtherEventsFromAFormatsFile() throws IOException {
    IdFormats formats =
        IdFormats.parse(
            "formats",
            List.of(
                "# comment",
                "0x00000000  CPU%(cpu)d  %(tsc)d (+%(reltsc)8d)  unknown (0x%(event)016x)",
                "0x0800f001  CPU%(cpu)d  %(tsc)d (+%(reltsc)8d)  my event  [ irq = 0x%(1)04x,"
                    + " level = %(2)d, %(3)X %(9)d ]"));
    byte[] trace = Traces.little().window(0).timed(0x800f001, 1, 26, 1, 0xabc).bytes();
    assertThat(Traces.read(trace, BindingPacks.builtin().naming(formats)).lines())
        .containsExactly(
            "0 1 [0] ?--1 -1/-1 other name=xen:my_event payload="
                + HexFormat.of()
                    .formatHex(
                        "my event  [ irq = 0x001a, level = 1, ABC 0 ]"
                            .getBytes(StandardCharsets.US_ASCII)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"x 1", "0x99999999 text", "0x1"})
  void refusesAFormatsFileThatIsNone(String line) {
    assertThatThrownBy(() -> IdFormats.parse("f", List.of("", line)))
        .isInstanceOf(InputException.class)
        .hasMessageStartingWith("f: at line 2: ");
  }

  @Test
  void recognisesTheFormatInEitherByteOrder() {
    assertThat(match(Traces.little().window(0).bytes())).isEqualTo(Match.YES);
    assertThat(match(new XentraceWriter(ByteOrder.BIG_ENDIAN).window(0).bytes()))
        .isEqualTo(Match.YES);
    assertThat(match(new byte[] {3, (byte) 0xf0, 1})).isEqualTo(Match.NO);
    assertThat(match("# tracer: nop\n".getBytes(StandardCharsets.US_ASCII))).isEqualTo(Match.NO);
  }

  private static Match match(byte[] bytes) {
    return new Xentrace().match(new Head(bytes, bytes.length, true));
  }
}
