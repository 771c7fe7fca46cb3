package org.vgictrace.analysis.check;

import java.util.List;
import org.vgictrace.replay.verdict.Finding;

/**
 * A finding and the events around it.
 *
 * @param file the capture, as the user named it
 * @param finding what is wrong
 * @param window related events before and after in the order of the capture, among them the
 *     contradicting ones that were still at hand
 */
public record FindingReport(String file, Finding finding, List<WindowLine> window) {
  public FindingReport {
    window = List.copyOf(window);
  }
}
