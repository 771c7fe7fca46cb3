package org.vgictrace.analysis.diff;

import java.io.IOException;
import org.vgictrace.analysis.check.BatchObserver;
import org.vgictrace.analysis.check.CheckOptions;
import org.vgictrace.analysis.check.CheckReport;
import org.vgictrace.analysis.check.CheckRunner;
import org.vgictrace.analysis.stat.StatCollector;
import org.vgictrace.analysis.stat.StatReport;
import org.vgictrace.parser.Capture;

/**
 * One of two captures that are compared.
 *
 * @param check its verdicts
 * @param stat its figures
 */
public record Side(CheckReport check, StatReport stat) {

  /** Checks and measures a capture in one pass. */
  public static Side of(Capture capture, CheckOptions options, BatchObserver observer)
      throws IOException {
    StatCollector collector = new StatCollector();
    CheckReport check = CheckRunner.run(capture, options, collector, observer);
    return new Side(check, collector.report(check.meta(), check.counts()));
  }
}
