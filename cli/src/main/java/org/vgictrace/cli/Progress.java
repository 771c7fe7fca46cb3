package org.vgictrace.cli;

import java.util.concurrent.TimeUnit;
import org.vgictrace.analysis.check.BatchObserver;
import org.vgictrace.analysis.text.Clean;
import org.vgictrace.analysis.text.Layout;
import org.vgictrace.parser.event.Batch;

/** One line on a terminal that says how far a long run has come; nothing at all elsewhere. */
final class Progress implements BatchObserver, AutoCloseable {
  private static final long EVERY_NS = TimeUnit.MILLISECONDS.toNanos(500);

  private final Console console;
  private final String file;
  private long events;
  private long next = System.nanoTime() + EVERY_NS;
  private boolean shown;

  Progress(Console console, String file) {
    this.console = console;
    this.file = Clean.of(file);
  }

  @Override
  public void observe(Batch batch) {
    events += batch.size();
    if (console.errIsTerminal() && System.nanoTime() - next >= 0) {
      next = System.nanoTime() + EVERY_NS;
      shown = true;
      console
          .err()
          .print("\r" + Layout.cut(file, 50) + ": " + events / 1000 + " thousand events\u001b[K");
      console.err().flush();
    }
  }

  /** Takes the line away. */
  @Override
  public void close() {
    if (shown) {
      console.err().print("\r\u001b[K");
      console.err().flush();
    }
  }
}
