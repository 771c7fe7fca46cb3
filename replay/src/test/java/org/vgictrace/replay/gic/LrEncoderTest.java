package org.vgictrace.replay.gic;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class LrEncoderTest {
  private static final int[] INTIDS = {0, 3, 15, 16, 27, 32, 40, 1019, 8192, 65_535};
  private static final int[] SOURCES = {0, 0b1, 0b100, 0b101, 0b1111_0000, 0b1000_0000};
  private static final int[] PRIORITIES = {0, 0xa0, 0xf8};
  private static final int HWINTID = 27;
  private static final int ACTIVE_SOURCE = 5;

  @Test
  void gicv3Values() {
    assertThat(v3(27).levelSensitive().line().group(1).priority(0xa0).lr())
        .isEqualTo(0x50a002000000001bL);
    assertThat(v3(27).levelSensitive().line().hw(27).group(1).priority(0xa0).lr())
        .isEqualTo(0x70a0001b0000001bL);
    assertThat(v3(27).levelSensitive().line().active().hw(27).group(1).priority(0xa0).lr())
        .isEqualTo(0xb0a0001b0000001bL);
    assertThat(v3(8192).latch().group(1).priority(0xa0).lr()).isEqualTo(0x50a0000000002000L);
    assertThat(v3(40).latch().active().group(1).priority(0x80).lr()).isEqualTo(0xd080000000000028L);
    assertThat(v3(40).levelSensitive().line().active().group(1).priority(0x80).lr())
        .isEqualTo(0x9080020000000028L);
  }

  @Test
  void gicv3ValuesForAGicv2Guest() {
    assertThat(compat(3).latch().source(0b1100).priority(0xa0).lr()).isEqualTo(0x40a0020000000803L);
    assertThat(compat(3).latch().source(0b0100).priority(0xa0).lr()).isEqualTo(0x40a0000000000803L);
    assertThat(compat(3).active().activeSource(1).priority(0xa0).lr())
        .isEqualTo(0x80a0000000000403L);
    assertThat(compat(3).latch().active().source(0b0100).activeSource(1).priority(0xa0).lr())
        .isEqualTo(0x80a0020000000403L);
  }

  @Test
  void gicv2Values() {
    assertThat(v2(3).latch().source(0b0100).priority(0xa0).lr()).isEqualTo(0x1a000803L);
    assertThat(v2(3).latch().source(0b1100).priority(0xa0).lr()).isEqualTo(0x1a080803L);
    assertThat(v2(27).levelSensitive().line().hw(27).priority(0xa0).lr()).isEqualTo(0x9a006c1bL);
    assertThat(v2(40).levelSensitive().line().priority(0xa0).lr()).isEqualTo(0x1a080028L);
    assertThat(v2(40).levelSensitive().active().priority(0xa0).lr()).isEqualTo(0x2a080028L);
    assertThat(v2(40).latch().active().group(1).priority(0xff).lr()).isEqualTo(0x7f800028L);
  }

  @Test
  void softwarePendingCountsForLevelInterruptsAndTheLineNotForEdges() {
    assertThat(v3(40).levelSensitive().latch().lr()).isEqualTo(0x4000020000000028L);
    assertThat(v3(40).line().lr()).isEqualTo(0x28L);
  }

  @Test
  void anSgiWithoutSourceHasNoValue() {
    assertThat(v2(3).latch().lr()).isEqualTo(LrEncoder.NO_SOURCE);
    assertThat(compat(3).latch().lr()).isEqualTo(LrEncoder.NO_SOURCE);
    assertThat(compat(3).latch().active().lr()).isEqualTo(LrEncoder.NO_SOURCE);
    assertThat(v3(3).latch().lr()).isEqualTo(0x4000000000000003L);
  }

  @Test
  void fieldsAreNotCut() {
    assertThat(v3(27).hw(0xffff_ffff).lr()).isEqualTo(0xffff_ffff_0000_001bL);
    assertThat(v2(1 << 10).lr()).isEqualTo(0x400L);
  }

  /**
   * What follows from the kernel's order of decisions, for all states of all kinds of interrupts.
   */
  @Test
  void everyStateKeepsTheConsequences() {
    int states = 0;
    for (int host = 0; host < 3; host++) {
      for (int intid : INTIDS) {
        for (int flags = 0; flags < 64; flags++) {
          for (int source : SOURCES) {
            for (int priority : PRIORITIES) {
              states += check(host, intid, flags, source, priority);
            }
          }
        }
      }
    }
    int v2Guest = 3 * 16 * SOURCES.length + 5 * 64;
    int v3Guest = 3 * 16 + 5 * 64 + 2 * 16;
    assertThat(states).isEqualTo((2 * v2Guest + v3Guest) * PRIORITIES.length);
  }

  private static int check(int host, int intid, int flags, int source, int priority) {
    boolean v3 = host != 0;
    boolean v2Guest = host != 1;
    boolean sgi = intid < 16;
    boolean v2Sgi = sgi && v2Guest;
    boolean levelSensitive = (flags & 8) != 0;
    boolean hw = (flags & 16) != 0;
    boolean cannotBe =
        v2Guest && intid >= 8192
            || source != 0 && !v2Sgi
            || (sgi || intid >= 8192) && (levelSensitive || hw);
    if (cannotBe) {
      return 0;
    }
    boolean latch = (flags & 1) != 0;
    boolean active = (flags & 2) != 0;
    boolean line = (flags & 4) != 0;
    int group = flags >> 5;
    long lr =
        LrEncoder.computeLr(
            v3,
            v2Guest,
            intid,
            latch,
            active,
            line,
            levelSensitive,
            hw,
            HWINTID,
            priority,
            group,
            source,
            ACTIVE_SOURCE);
    String state = "host " + host + " intid " + intid + " flags " + flags + " source " + source;
    boolean pend = latch || levelSensitive && line;
    if (v2Sgi && pend && source == 0) {
      assertThat(lr).as(state).isEqualTo(LrEncoder.NO_SOURCE);
      return 1;
    }

    int instances = v2Sgi ? Integer.bitCount(source) + (active ? 1 : 0) : 1;
    boolean pendingActive = active && !hw && !levelSensitive && instances == 1;
    assertThat(Lr.isActive(lr, v3)).as(state).isEqualTo(active);
    assertThat(Lr.isPending(lr, v3)).as(state).isEqualTo(pend && (!active || pendingActive));
    assertThat(Lr.isHw(lr, v3)).as(state).isEqualTo(hw);
    assertThat(Lr.isEoi(lr, v3))
        .as(state)
        .isEqualTo(!hw && (levelSensitive || instances > 1 && (active || pend)));
    if (hw) {
      assertThat(Lr.physicalIntid(lr, v3)).as(state).isEqualTo(HWINTID);
    }
    assertThat(Lr.intid(lr, v3, v2Guest)).as(state).isEqualTo(intid);
    assertThat(Lr.priority(lr, v3)).as(state).isEqualTo(priority);
    assertThat(Lr.group(lr, v3)).as(state).isEqualTo(group);
    if (v2Sgi && (active || pend)) {
      int expected = active ? ACTIVE_SOURCE : Integer.numberOfTrailingZeros(source);
      assertThat(Lr.source(lr)).as(state).isEqualTo(expected);
    }
    assertThat(lr & reserved(v3, v2Sgi, hw)).as(state).isZero();
    return 1;
  }

  /** Bits that no correct value has; the number itself is checked apart. */
  private static long reserved(boolean v3, boolean v2Sgi, boolean hw) {
    if (v3) {
      return 0x0f00_e000_0000_0000L | (hw ? 0 : 0x0000_1dff_0000_0000L);
    }
    return 0xffff_ffff_0070_0000L | (hw ? 0 : v2Sgi ? 0x0007_e000L : 0x0007_fc00L);
  }

  private static Irq v2(int intid) {
    return new Irq(false, true, intid);
  }

  private static Irq v3(int intid) {
    return new Irq(true, false, intid);
  }

  private static Irq compat(int intid) {
    return new Irq(true, true, intid);
  }

  /** One interrupt's state, named step by step. */
  private static final class Irq {
    private final boolean v3;
    private final boolean v2Guest;
    private final int intid;
    private boolean latch;
    private boolean active;
    private boolean line;
    private boolean levelSensitive;
    private boolean hw;
    private int hwintid;
    private int priority;
    private int group;
    private int source;
    private int activeSource;

    Irq(boolean v3, boolean v2Guest, int intid) {
      this.v3 = v3;
      this.v2Guest = v2Guest;
      this.intid = intid;
    }

    Irq latch() {
      latch = true;
      return this;
    }

    Irq active() {
      active = true;
      return this;
    }

    Irq line() {
      line = true;
      return this;
    }

    Irq levelSensitive() {
      levelSensitive = true;
      return this;
    }

    Irq hw(int physical) {
      hw = true;
      hwintid = physical;
      return this;
    }

    Irq priority(int value) {
      priority = value;
      return this;
    }

    Irq group(int value) {
      group = value;
      return this;
    }

    Irq source(int vcpus) {
      source = vcpus;
      return this;
    }

    Irq activeSource(int vcpu) {
      activeSource = vcpu;
      return this;
    }

    long lr() {
      return LrEncoder.computeLr(
          v3,
          v2Guest,
          intid,
          latch,
          active,
          line,
          levelSensitive,
          hw,
          hwintid,
          priority,
          group,
          source,
          activeSource);
    }
  }
}
