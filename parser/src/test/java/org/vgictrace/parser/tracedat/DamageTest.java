package org.vgictrace.parser.tracedat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import com.github.luben.zstd.ZstdInputStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vgictrace.fixtures.Shipped;
import org.vgictrace.fixtures.mutate.BinaryMutator;
import org.vgictrace.parser.Capture;
import org.vgictrace.parser.Rows;
import org.vgictrace.parser.bind.BindingPacks;
import org.vgictrace.parser.diag.InputException;
import org.vgictrace.parser.input.Inputs;

/** Whatever is wrong with a file, it is read in part or refused with a reason. */
class DamageTest {
  private static final int ROUNDS = 200;

  /** At every place of the structures, and here and there in long stretches of text. */
  @ParameterizedTest
  @ValueSource(strings = {"ok-v6", "ok-v7-none", "ok-v7-zlib", "ok-v7-zstd"})
  void survivesACut(String name) throws IOException {
    byte[] whole = file(name);
    long events = 0;
    for (int length = 0; length < whole.length; ) {
      Rows rows = read(Arrays.copyOf(whole, length), "cut to " + length);
      if (rows != null) {
        assertThat(rows.counts().events()).as("cut to %d", length).isLessThanOrEqualTo(377);
        assertThat(rows.diagnostics()).as("cut to %d", length).isNotEmpty();
        events = Math.max(events, rows.counts().events());
      }
      length += length < 100 || length > whole.length - 100 ? 1 : 397;
    }
    assertThat(events).isGreaterThan(300);
  }

  @ParameterizedTest
  @ValueSource(strings = {"ok-v6", "ok-v6-big-endian", "ok-v7-none", "ok-v7-zlib", "ok-v7-zstd"})
  void survivesDamageAnywhere(String name) throws IOException {
    BinaryMutator mutator = new BinaryMutator(file(name), 20_261_120);
    for (int i = 0; i < ROUNDS; i++) {
      boolean length = i % 4 == 0 && !name.startsWith("ok-v6");
      BinaryMutator.Damaged damaged = length ? mutator.overwriteLength() : mutator.flipByte();
      Rows rows = read(damaged.bytes(), damaged.what());
      if (rows != null) {
        assertThat(rows.counts().events()).as(damaged.what()).isLessThan(10_000);
      }
    }
  }

  /** What was read, null if the file was refused. */
  static @Nullable Rows read(byte[] bytes, String what) throws IOException {
    InputStream in = new ByteArrayInputStream(bytes);
    try (Capture capture =
        new TraceDatFormat().open(Inputs.open("damaged", in), BindingPacks.builtin())) {
      return Rows.of(capture);
    } catch (InputException e) {
      assertThat(e.getMessage()).startsWith("damaged: at byte ").doesNotContain("\n");
      return null;
    } catch (RuntimeException e) {
      return fail(what, e);
    }
  }

  private static byte[] file(String name) throws IOException {
    try (InputStream in =
            Files.newInputStream(Shipped.root().resolve("malformed").resolve(name + ".dat.zst"));
        InputStream content = new ZstdInputStream(in)) {
      return content.readAllBytes();
    }
  }
}
