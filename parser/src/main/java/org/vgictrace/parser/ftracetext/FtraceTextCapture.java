package org.vgictrace.parser.ftracetext;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.vgictrace.parser.Capture;
import org.vgictrace.parser.CaptureCounts;
import org.vgictrace.parser.CaptureMeta;
import org.vgictrace.parser.bind.Binding;
import org.vgictrace.parser.diag.InputException;
import org.vgictrace.parser.event.BatchBuilder;
import org.vgictrace.parser.event.BatchConsumer;
import org.vgictrace.parser.event.BatchPool;
import org.vgictrace.parser.event.Kind;
import org.vgictrace.parser.event.Names;
import org.vgictrace.parser.ftracetext.TextRecord.TimeShape;
import org.vgictrace.parser.input.Input;
import org.vgictrace.parser.lines.InputLines;
import org.vgictrace.parser.lines.LineSource;

/** A text whose head has been read. */
final class FtraceTextCapture implements Capture {
  private final Input input;
  private final LineSource lines;
  private final Function<String, List<Binding>> bindings;
  private final CaptureMeta meta;
  private final boolean report;

  private FtraceTextCapture(
      Input input,
      LineSource lines,
      Function<String, List<Binding>> bindings,
      CaptureMeta meta,
      boolean report) {
    this.input = input;
    this.lines = lines;
    this.bindings = bindings;
    this.meta = meta;
    this.report = report;
  }

  /**
   * Reads the head.
   *
   * @param lines the input's lines
   * @param bindings gives the bindings of an event's name
   */
  static FtraceTextCapture open(
      Input input, LineSource lines, Function<String, List<Binding>> bindings) throws IOException {
    TextHead head = new TextHead((b, start, end) -> !bindings.apply(text(b, start, end)).isEmpty());
    head.read(lines);
    if (!head.isText() && InputLines.isWebPage(input.head())) {
      throw InputException.unrecognised(input.name(), "is a web page without a trace in it");
    }
    if (!head.isText() && InputLines.isJson(input.head())) {
      throw InputException.unrecognised(
          input.name(), "is JSON of trace events without systemTraceEvents, the text of ftrace");
    }
    lines.rewind();
    if (head.isRaw()) {
      throw new InputException(
          input.name(),
          "printed with ftrace's option raw, hex or bin, which leaves out the names; turn it off"
              + " and read the trace again");
    }
    return new FtraceTextCapture(input, lines, bindings, meta(input.name(), head), head.isReport());
  }

  private static String text(byte[] b, int start, int end) {
    return new String(b, start, end - start, StandardCharsets.UTF_8);
  }

  private static CaptureMeta meta(String file, TextHead head) {
    return new CaptureMeta(
        file,
        head.isReport() ? "trace-cmd report" : "ftrace text",
        head.header().release(),
        null,
        head.clock(),
        head.shape() != TimeShape.UNITS,
        IntStream.range(0, head.header().cpus()).boxed().toList(),
        null,
        List.of(),
        0);
  }

  @Override
  public CaptureMeta meta() {
    return meta;
  }

  @Override
  public CaptureCounts read(Set<Kind> wanted, BatchConsumer consumer) throws IOException {
    BatchBuilder builder = new BatchBuilder(new BatchPool(new Names()), consumer);
    TextDecoder decoder = new TextDecoder(builder, bindings, wanted);
    if (report) {
      decoder.padNames();
    }
    TextPass pass = new TextPass(lines, decoder);
    pass.run();
    String damage = input.stream().damage();
    return pass.counts(damage == null ? lines.damage() : damage);
  }

  @Override
  public void close() throws IOException {
    input.close();
  }
}
