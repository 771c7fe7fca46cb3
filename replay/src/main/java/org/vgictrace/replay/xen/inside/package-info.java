/**
 * Judges the inside of Xen's vGICs, as a hypervisor that is instrumented for it records it: the
 * state of each interrupt before and after a step, the lists on the way to the guest, list
 * registers, the decision to sleep, SGIs and locks. {@link
 * org.vgictrace.replay.xen.inside.InsidePart} is the door.
 */
@NullMarked
package org.vgictrace.replay.xen.inside;

import org.jspecify.annotations.NullMarked;
