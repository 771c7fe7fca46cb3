package org.vgictrace.replay.verdict;

/**
 * Points at one event of the capture.
 *
 * @param seq position in the merged order
 * @param ts time stamp
 * @param cpu CPU that recorded it
 * @param text the event, decoded, on one line
 */
public record EventRef(long seq, long ts, int cpu, String text) {}
