package org.vgictrace.parser.ftracetext;

import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.vgictrace.parser.Capture;
import org.vgictrace.parser.CaptureCounts;
import org.vgictrace.parser.CaptureMeta;
import org.vgictrace.parser.bind.BindingPacks;
import org.vgictrace.parser.event.BatchBuilder;
import org.vgictrace.parser.event.BatchConsumer;
import org.vgictrace.parser.event.BatchPool;
import org.vgictrace.parser.event.Kind;
import org.vgictrace.parser.event.Names;
import org.vgictrace.parser.input.Input;
import org.vgictrace.parser.lines.LineSource;

/** Text of {@code perf script} whose head has been read. */
final class PerfScriptCapture implements Capture {
  private final Input input;
  private final LineSource lines;
  private final BindingPacks packs;
  private final CaptureMeta meta;
  private final PerfScriptHead head;

  private PerfScriptCapture(
      Input input, LineSource lines, BindingPacks packs, PerfScriptHead head) {
    this.input = input;
    this.lines = lines;
    this.packs = packs;
    this.head = head;
    this.meta =
        new CaptureMeta(
            input.name(),
            "perf script",
            head.release(),
            head.arch(),
            null,
            true,
            IntStream.range(0, head.cpus()).boxed().toList(),
            null,
            List.of(),
            0);
  }

  static PerfScriptCapture open(Input input, LineSource lines, BindingPacks packs)
      throws IOException {
    PerfScriptHead head = new PerfScriptHead();
    head.read(lines);
    lines.rewind();
    return new PerfScriptCapture(input, lines, packs, head);
  }

  @Override
  public CaptureMeta meta() {
    return meta;
  }

  @Override
  public CaptureCounts read(Set<Kind> wanted, BatchConsumer consumer) throws IOException {
    BatchBuilder builder = new BatchBuilder(new BatchPool(new Names()), consumer);
    PerfScriptPass pass =
        new PerfScriptPass(lines, new TextDecoder(builder, packs::byRecordedName, wanted), head);
    pass.run();
    return pass.counts(input.stream().damage());
  }

  @Override
  public void close() throws IOException {
    input.close();
  }
}
