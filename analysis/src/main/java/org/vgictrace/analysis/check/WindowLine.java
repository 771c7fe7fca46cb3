package org.vgictrace.analysis.check;

/**
 * One event near a finding.
 *
 * @param seq position in the merged order
 * @param ts time stamp
 * @param cpu CPU that recorded it
 * @param kind table name of its kind
 * @param text the event, decoded
 * @param brief what of it bears on the finding, for a narrow line
 * @param marked whether it is one of those that contradict each other
 */
public record WindowLine(
    long seq, long ts, int cpu, String kind, String text, String brief, boolean marked) {}
