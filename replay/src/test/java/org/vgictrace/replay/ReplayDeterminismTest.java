package org.vgictrace.replay;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.Locale;
import java.util.TimeZone;
import org.junit.jupiter.api.Test;
import org.vgictrace.fixtures.Shipped;
import org.vgictrace.fixtures.mutate.TextTrace;
import org.vgictrace.fixtures.mutate.VgicMutation;

/** The same capture gives the same result, whatever ran before and wherever. */
class ReplayDeterminismTest {

  @Test
  void twoReplaysOfOneCaptureAreEqual() {
    assertThat(Replays.file(Shipped.file("7.2-gicv3-mix", "trace.dat.zst")))
        .isEqualTo(Replays.file(Shipped.file("7.2-gicv3-mix", "trace.dat.zst")));
  }

  @Test
  void findingsDoNotDependOnLocaleAndTimeZone() throws IOException {
    TextTrace trace = TextTrace.read(Shipped.file("7.2-gicv2-mix", "trace.txt.zst"));
    String altered = VgicMutation.CHANGED_PRIORITY.apply(trace, 1).orElseThrow().text();
    ReplayResult expected = Replays.text(altered);
    Locale locale = Locale.getDefault();
    TimeZone zone = TimeZone.getDefault();
    try {
      Locale.setDefault(Locale.forLanguageTag("ar-EG-u-nu-arab"));
      TimeZone.setDefault(TimeZone.getTimeZone("Pacific/Apia"));
      assertThat(Replays.text(altered)).isEqualTo(expected);
    } finally {
      Locale.setDefault(locale);
      TimeZone.setDefault(zone);
    }
    assertThat(expected.findings()).hasSize(1);
  }
}
