/**
 * Which vCPU of a Xen host is in which run state and on which CPU, and the rules about that. {@link
 * org.vgictrace.replay.runstate.RunStatePart} is the door.
 *
 * <p>All there is to see are the scheduler's own records. The streams of different CPUs are merged
 * by counters that may be apart, and a trace does not say which CPUs were left out: therefore only
 * what one CPU's unbroken stream shows is certain.
 */
@NullMarked
package org.vgictrace.replay.runstate;

import org.jspecify.annotations.NullMarked;
