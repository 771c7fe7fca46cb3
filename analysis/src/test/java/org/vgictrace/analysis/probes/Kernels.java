package org.vgictrace.analysis.probes;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.io.InputStream;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.vgictrace.fixtures.write.BtfWriter;
import org.vgictrace.parser.btf.Btf;
import org.vgictrace.parser.btf.SymbolList;

/**
 * What three distribution kernels say of themselves, reduced to what the vGIC's probes need: types
 * (Debian's 6.1.176, 6.12.107 and 7.2.13 for arm64), symbols, and the kprobe_events that those very
 * kernels have accepted and been recorded with.
 */
final class Kernels {
  private Kernels() {}

  static Btf btf(String release) throws IOException {
    return btf(release, ByteOrder.LITTLE_ENDIAN);
  }

  static Btf btf(String release, ByteOrder order) throws IOException {
    return Btf.of(release, 0, BtfWriter.blob(text(release + ".types"), order));
  }

  /** The types of a kernel and one of its modules. */
  static Btf module(String release, String module) throws IOException {
    String name = release + "-" + module;
    byte[] blob =
        BtfWriter.module(text(release + ".types"), text(name + ".types"), ByteOrder.LITTLE_ENDIAN);
    return btf(release).with(name, 0, blob);
  }

  static SymbolList symbols(String release) throws IOException {
    try {
      URL resource = requireNonNull(Kernels.class.getResource("/kernels/" + release + ".symbols"));
      return SymbolList.read(Path.of(resource.toURI()));
    } catch (URISyntaxException e) {
      throw new AssertionError(e);
    }
  }

  /**
   * Recorded definitions as they were written: the kernel adds a number of instances to {@code r:}.
   */
  static List<String> recorded(String name) {
    return text(name + ".kprobe_events")
        .lines()
        .map(line -> line.replaceFirst("^r\\d+:", "r:"))
        .toList();
  }

  static String definitions(ProbePlan plan) throws IOException {
    StringWriter out = new StringWriter();
    new KprobeText(out).definitions(plan);
    return out.toString();
  }

  static String text(String name) {
    try (@Nullable InputStream in = Kernels.class.getResourceAsStream("/kernels/" + name)) {
      if (in == null) {
        throw new AssertionError("no resource " + name);
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
