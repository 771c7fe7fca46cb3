/**
 * Event channels of Xen: {@link org.vgictrace.replay.evtchn.XenEventsPart} follows how the
 * hypervisor raises events, from the records of an instrumented one; {@link
 * org.vgictrace.replay.evtchn.GuestPart} how a Linux guest takes them, from probes in the guest.
 *
 * <p>What hypervisor and guest share is memory that no trace shows. Each bit of it is 0, 1 or
 * unknown, and a rule is broken only if none of its possible values explains what was recorded.
 */
@NullMarked
package org.vgictrace.replay.evtchn;

import org.jspecify.annotations.NullMarked;
