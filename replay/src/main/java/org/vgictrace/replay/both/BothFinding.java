package org.vgictrace.replay.both;

import java.util.List;
import org.vgictrace.replay.verdict.Finding;

/**
 * A contradiction between two recordings of a run.
 *
 * @param finding what is wrong; all times are those of the hypervisor's trace
 * @param around records of both sides before and after it, in order
 */
public record BothFinding(Finding finding, List<SideLine> around) {
  public BothFinding {
    around = List.copyOf(around);
  }
}
