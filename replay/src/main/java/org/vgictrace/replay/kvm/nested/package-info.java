/**
 * Guests that are hypervisors themselves, and guests with a GICv5: {@link
 * org.vgictrace.replay.kvm.nested.NestedPart} is the part to step.
 */
@NullMarked
package org.vgictrace.replay.kvm.nested;

import org.jspecify.annotations.NullMarked;
