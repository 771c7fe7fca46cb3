package org.vgictrace.analysis.check;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.vgictrace.replay.verdict.Finding;

/**
 * A finding and the events around it.
 *
 * @param file the capture, as the user named it
 * @param finding what is wrong
 * @param window related events before and after in the order of the capture, among them the
 *     contradicting ones that were still at hand
 * @param nanoseconds whether its times are nanoseconds; null if they are those of the capture
 */
public record FindingReport(
    String file, Finding finding, List<WindowLine> window, @Nullable Boolean nanoseconds) {
  public FindingReport {
    window = List.copyOf(window);
  }

  /** With times of the capture. */
  public FindingReport(String file, Finding finding, List<WindowLine> window) {
    this(file, finding, window, null);
  }
}
