/**
 * Two recordings of one run: what the hypervisor says it wrote to the list registers, and what the
 * log of the emulated hardware shows was written. The door is {@link
 * org.vgictrace.replay.join.Join}.
 */
@NullMarked
package org.vgictrace.replay.join;

import org.jspecify.annotations.NullMarked;
