/**
 * Both sides of a run: what Xen recorded of a guest's vCPUs and what the guest recorded of itself,
 * laid on one time line and judged together. The door is {@link
 * org.vgictrace.replay.both.BothSides}.
 */
@NullMarked
package org.vgictrace.replay.both;

import org.jspecify.annotations.NullMarked;
