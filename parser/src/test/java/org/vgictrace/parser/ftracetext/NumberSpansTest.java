package org.vgictrace.parser.ftracetext;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.vgictrace.parser.bind.Target;
import org.vgictrace.parser.event.Kind;

class NumberSpansTest {
  private static final Target[] NOTHING = {};
  private static final byte[] TEXT = "a 12 b 0x34 56c".getBytes(StandardCharsets.US_ASCII);

  private final NumberSpans spans = new NumberSpans();

  private static Target[] column(int column) {
    return new Target[] {new Target(column, Kind.MMIO.columns().get(column), -1, 0, Long.SIZE)};
  }

  private boolean decide() {
    return spans.decide(TEXT, TEXT.length, 0b1000, 0b1011);
  }

  @Test
  void numbersAlone() {
    spans.add(2, 4, false, column(0));
    spans.add(7, 11, false, NOTHING);
    assertThat(decide()).isTrue();
    spans.spoil();
    assertThat(decide()).isFalse();
    spans.clear();
    assertThat(decide()).isTrue();
  }

  @Test
  void lettersBehind() {
    spans.add(12, 14, false, NOTHING);
    assertThat(decide()).isFalse();
  }

  @Test
  void outOfOrder() {
    spans.add(7, 11, false, NOTHING);
    spans.add(2, 4, false, NOTHING);
    assertThat(decide()).isFalse();
  }

  /** A reading that failed at a digit could succeed with another one. */
  @Test
  void anotherReadingFailed() {
    spans.add(7, 11, false, NOTHING);
    spans.reject(0);
    spans.reject(12);
    assertThat(decide()).isTrue();
    spans.reject(11);
    assertThat(decide()).isFalse();
    spans.clear();
    spans.add(7, 11, false, NOTHING);
    spans.reject(9);
    assertThat(decide()).isFalse();
  }

  @Test
  void columnsOfTheirOwn() {
    spans.add(2, 4, false, column(0));
    spans.add(7, 11, false, column(1));
    assertThat(decide()).isTrue();
    spans.clear();
    spans.add(2, 4, false, column(0));
    spans.add(7, 11, false, column(0));
    assertThat(decide()).as("fed twice").isFalse();
    spans.clear();
    spans.add(2, 4, false, column(2));
    assertThat(decide()).as("could not hold it").isFalse();
    spans.clear();
    spans.add(2, 4, false, column(3));
    assertThat(decide()).as("constant").isFalse();
  }

  @Test
  void tooMany() {
    for (int i = 0; i < NumberSpans.SPANS_MAX; i++) {
      spans.add(2, 4, false, NOTHING);
    }
    assertThat(spans.count()).isEqualTo(NumberSpans.SPANS_MAX);
    spans.add(2, 4, false, NOTHING);
    assertThat(spans.count()).isEqualTo(NumberSpans.SPANS_MAX);
    assertThat(decide()).isFalse();
  }
}
