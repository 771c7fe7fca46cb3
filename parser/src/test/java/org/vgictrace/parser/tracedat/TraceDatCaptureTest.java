package org.vgictrace.parser.tracedat;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.vgictrace.fixtures.Shipped;

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

  private static List<String> withoutPayload(Rows rows) {
    return rows.lines().stream().map(line -> line.replaceAll(" payload=.*", "")).toList();
  }

  private static Rows malformed(String name) throws IOException {
    return Rows.of(Path.of(Shipped.root() + "/malformed/" + name + ".zst"));
  }
}
