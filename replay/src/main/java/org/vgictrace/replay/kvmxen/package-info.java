/**
 * KVM's emulation of Xen's event channels on x86: deliveries, upcalls, timers and run states.
 * {@link org.vgictrace.replay.kvmxen.KvmXenPart} is the door.
 *
 * <p>The guest reads and clears its bitmap, its selector and its upcall flag without leaving a
 * trace, and user space may write them at any time. No bit is therefore remembered from one record
 * to the next unless a probe reads it, or nobody can have written it in between.
 */
@NullMarked
package org.vgictrace.replay.kvmxen;

import org.jspecify.annotations.NullMarked;
