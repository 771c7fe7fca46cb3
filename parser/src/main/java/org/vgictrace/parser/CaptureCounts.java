package org.vgictrace.parser;

import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import org.vgictrace.parser.diag.Diagnostic;

/**
 * What was found in a capture once it has been read to the end.
 *
 * @param events all events, modelled or not; lost marks are not events
 * @param eventsModelled events whose kind is not {@code other}
 * @param eventsByName events per recorded name; {@code system:name} where the capture says the
 *     system
 * @param eventsByCpu events per CPU
 * @param lostByCpu events lost by the recorder per CPU, as far as it counted them
 * @param lostMarks places where the recorder lost events, counted or not
 * @param overwritten events overwritten in the ring buffer before reading, as the recorder's
 *     statistics say; -1 if unknown
 * @param unparsed lines or records that could not be understood
 * @param firstTs time stamp of the first event, 0 if there is none
 * @param lastTs latest time stamp, 0 if there is none
 * @param diagnostics entries kept
 * @param diagnosticCounts entries per code
 */
public record CaptureCounts(
    long events,
    long eventsModelled,
    SortedMap<String, Long> eventsByName,
    SortedMap<Integer, Long> eventsByCpu,
    SortedMap<Integer, Long> lostByCpu,
    long lostMarks,
    long overwritten,
    long unparsed,
    long firstTs,
    long lastTs,
    List<Diagnostic> diagnostics,
    Map<String, Long> diagnosticCounts) {

  /** Time between the first event and the latest. */
  public long duration() {
    return lastTs - firstTs;
  }

  /** Events known to be lost, over all CPUs; at most {@link Long#MAX_VALUE}. */
  public long lost() {
    long sum = 0;
    for (long lost : lostByCpu.values()) {
      sum = lost > Long.MAX_VALUE - sum ? Long.MAX_VALUE : sum + lost;
    }
    return sum;
  }
}
