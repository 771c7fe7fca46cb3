package org.vgictrace.analysis.show;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.vgictrace.analysis.Golden;
import org.vgictrace.analysis.Guest;
import org.vgictrace.analysis.HandMade;
import org.vgictrace.parser.CaptureMeta;
import org.vgictrace.parser.event.Kind;

class EventListingTest {
  private static final Set<Kind> ALL = EnumSet.allOf(Kind.class);

  @Test
  void everythingInColumns() throws IOException {
    Golden.verify("show.txt", list(EventFilter.of(ALL)));
  }

  @Test
  void oneVcpu() throws IOException {
    assertThat(seqs(filter(1, null))).containsExactly("4", "5", "6", "7", "8");
  }

  @Test
  void oneInterruptAndTheImagesThatHoldIt() throws IOException {
    assertThat(seqs(filter(null, 40L))).containsExactly("1", "2", "4", "5", "6", "9");
    assertThat(seqs(filter(null, 27L))).containsExactly("4", "7");
  }

  @Test
  void bothConditions() throws IOException {
    assertThat(seqs(filter(1, 40L))).containsExactly("4", "5", "6");
  }

  @Test
  void positionsTimesAndKinds() throws IOException {
    long from = 1_000_000_000L;
    assertThat(seqs(new EventFilter(null, null, from + 2_000, from + 3_000, 0, 99, ALL)))
        .containsExactly("2", "3");
    assertThat(seqs(new EventFilter(null, null, 0, Long.MAX_VALUE, 7, 8, ALL)))
        .containsExactly("7", "8");
    assertThat(seqs(EventFilter.of(EnumSet.of(Kind.VCPU_ENTRY)))).containsExactly("3", "8");
  }

  @Test
  void clocksThatCountOtherwiseAreShownRaw() throws IOException {
    CaptureMeta meta =
        new CaptureMeta(
            "x", "ftrace text", null, null, "counter", false, List.of(), null, List.of(), 0);
    StringBuilder out = new StringBuilder();
    EventListing.write(
        new HandMade(meta, events -> events.on(0, 1, "a").event(Kind.WFX, "pc", 1)),
        EventFilter.of(ALL),
        out);
    assertThat(out.toString())
        .isEqualTo("       0        1000000000 [000] a-1                  wfx          pc=0x1\n");
  }

  private static EventFilter filter(@Nullable Integer vcpu, @Nullable Long intid) {
    return new EventFilter(vcpu, intid, Long.MIN_VALUE, Long.MAX_VALUE, 0, Long.MAX_VALUE, ALL);
  }

  private static HandMade capture() {
    return new HandMade(
        events -> {
          Guest first = new Guest(events, 0).thread();
          first.made().populate(0, 0).enter(Guest.SPI40_PENDING);
          events.on(1, 77, "evil\u001b]0;\u202e").event(Kind.LOST, "count", 3);
          Guest second = new Guest(events, 1).thread();
          second.populate(1, 1).image("exit", Guest.SPI40_DONE).enter(0x70a0_001b_0000_001bL);
          events.on(-1, -1, "").event(Kind.IRQ_ACK, "irqchip", 0, "pin", 8);
          events.event(Kind.OTHER, "name", "sys:thing", "payload", "a=1");
        });
  }

  private static String list(EventFilter filter) throws IOException {
    StringBuilder out = new StringBuilder();
    EventListing.write(capture(), filter, out);
    return out.toString();
  }

  private static List<String> seqs(EventFilter filter) throws IOException {
    return list(filter).lines().map(line -> line.substring(0, 8).strip()).toList();
  }
}
