package org.vgictrace.replay.hw;

import org.vgictrace.replay.engine.Event;

/**
 * An access that does not fit the state of the interface.
 *
 * @param rule the rule that it breaks
 * @param at the access
 * @param atText the access in words
 * @param v the interface
 * @param lr list register whose history matters, -1 for none
 * @param intid interrupt it is about, -1 for none
 * @param message what is wrong
 * @param expected what would be right
 * @param observed what is there
 */
record Contradiction(
    int rule,
    Event at,
    String atText,
    VirtualInterface v,
    int lr,
    long intid,
    String message,
    String expected,
    String observed) {}
