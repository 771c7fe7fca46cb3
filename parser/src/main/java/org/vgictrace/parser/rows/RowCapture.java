package org.vgictrace.parser.rows;

import java.io.IOException;
import java.util.Set;
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

/** Rows whose head has been read. */
final class RowCapture implements Capture {
  private final Input input;
  private final LineSource lines;
  private final BindingPacks packs;
  private final RowSyntax syntax;
  private final CaptureMeta meta;

  RowCapture(Input input, LineSource lines, BindingPacks packs, RowHead head) {
    this.input = input;
    this.lines = lines;
    this.packs = packs;
    this.syntax = head.syntax();
    this.meta = head.meta(input.name());
  }

  @Override
  public CaptureMeta meta() {
    return meta;
  }

  @Override
  public CaptureCounts read(Set<Kind> wanted, BatchConsumer consumer) throws IOException {
    Names names = new Names();
    RowReports reports = new RowReports();
    RowDecoder decoder = new RowDecoder(packs, wanted, names, reports);
    BatchBuilder builder = new BatchBuilder(new BatchPool(names), consumer);
    RowTable table = new RowTable(builder, wanted.contains(Kind.LOST), reports);
    RowPass pass = new RowPass(lines, syntax, decoder, table, reports);
    pass.run();
    return table.counts(decoder, lines.number(), input.stream().damage());
  }

  @Override
  public void close() throws IOException {
    input.close();
  }
}
