/**
 * Which locks the vGIC's code holds, in what order and context it takes them, and the rules about
 * that. {@link org.vgictrace.replay.kvm.lock.LockPart} is the door.
 *
 * <p>Locks show only in recordings of kernels built with lockdep; whether interrupts were off shows
 * in the flags that every event carries.
 */
@NullMarked
package org.vgictrace.replay.kvm.lock;

import org.jspecify.annotations.NullMarked;
