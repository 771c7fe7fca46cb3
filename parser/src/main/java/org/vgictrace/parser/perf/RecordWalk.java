package org.vgictrace.parser.perf;

import java.io.IOException;
import org.vgictrace.parser.diag.Diagnostics;
import org.vgictrace.parser.input.RandomBytes;

/**
 * Walks over the records in a range of a file. Where a record's size cannot be, the walk goes on at
 * the next place from which several records follow each other. Not thread-safe.
 */
final class RecordWalk {
  private final DataPart part;
  private final RandomBytes file;
  private final long to;
  private final Words words;
  private final Diagnostics diagnostics;
  private final RecordCutter cutter;

  /** Offset of the first byte that is not in the cutter yet. */
  private long position;

  private long damaged;

  /** A walk from the part's first record on. */
  RecordWalk(DataPart part, Words words, BlockPool pool, Diagnostics diagnostics) {
    this.part = part;
    this.file = part.file();
    this.to = part.to();
    this.words = words;
    this.diagnostics = diagnostics;
    this.cutter = new RecordCutter(pool, words);
    seek(part.from());
  }

  /** Places where records could not be read. */
  long damaged() {
    return damaged;
  }

  /**
   * Reads on to the end, or to the record at which the sink stops.
   *
   * @return where it stopped: offset of that record, or end of the range
   */
  long read(RecordCutter.Sink sink) throws IOException {
    while (true) {
      RecordCutter.State state = cutter.cut(sink);
      long next = position - cutter.left();
      switch (state) {
        case HUNGRY -> {
          if (!more()) {
            end(next);
            return to;
          }
        }
        case STOPPED -> {
          return next;
        }
        case SKIPPING -> {
          if (cutter.toSkip() > to - next) {
            diagnostics.error(
                "record-cut", part.place(next), "the data of a record go on behind the end");
            damaged++;
            return to;
          }
          seek(next + cutter.toSkip());
        }
        case DAMAGED -> {
          damaged++;
          long resume = Resumption.find(file, words, next + RecordType.HEADER_BYTES, to);
          diagnostics.error(
              "record-size",
              part.place(next),
              "size of a record cannot be; "
                  + (resume < 0 ? "nothing behind it can be read" : "read on at byte " + resume));
          if (resume < 0) {
            return to;
          }
          seek(resume);
        }
      }
    }
  }

  private boolean more() throws IOException {
    cutter.makeRoom();
    int wanted = (int) Math.min(cutter.room(), to - position);
    int n = wanted == 0 ? 0 : file.read(position, cutter.block().bytes, cutter.fill(), wanted);
    cutter.filled(n);
    position += n;
    return n > 0;
  }

  private void end(long next) {
    if (cutter.left() > 0) {
      damaged++;
      diagnostics.error(
          "record-cut",
          part.place(next),
          "the last record is cut after " + cutter.left() + " bytes");
    }
  }

  private void seek(long offset) {
    cutter.restart();
    position = offset;
    cutter.block().copiedFrom(part, offset);
  }
}
