package org.vgictrace.replay.join;

/**
 * One of two recordings of a run.
 *
 * @param file as the user named it
 * @param firstTs time stamp of its first event, nanoseconds
 * @param lastTs latest time stamp
 * @param gaps places where events are missing without a mark, as its own replay found
 * @param writes its writes of list registers
 */
public record JoinSide(
    String file, long firstTs, long lastTs, long gaps, ListRegisterWrites writes) {}
