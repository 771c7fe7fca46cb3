package org.vgictrace.analysis.batch;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.vgictrace.fixtures.Shipped;

class CaptureWalkTest {

  @Test
  void directoryWithRawBuffersIsACaptureAndMayHoldOthers() throws IOException {
    Path raw = Shipped.capture("6.12-gicv3-raw-pages");
    List<Path> found =
        CaptureWalk.find(List.of(raw)).stream().map(candidate -> candidate.path()).toList();
    assertThat(found)
        .startsWith(raw)
        .contains(raw.resolve("trace.zst"), raw.resolve("instances/side/trace.zst"));
  }
}
