/**
 * Replays the virtual GIC beside a recording and says of every recorded transition whether some
 * correct hypervisor could have made it.
 *
 * <p>{@link org.vgictrace.replay.Replay} is the door: it is fed the batches of a capture and ends
 * with a {@link org.vgictrace.replay.ReplayResult}. The rules it judges by are declared in {@link
 * org.vgictrace.replay.rule}.
 */
@NullMarked
package org.vgictrace.replay;

import org.jspecify.annotations.NullMarked;
