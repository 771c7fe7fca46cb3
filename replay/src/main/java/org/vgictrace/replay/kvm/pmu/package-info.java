/**
 * The performance monitors that the host shares with its guests, and physical interrupts behind
 * those of guests. {@link org.vgictrace.replay.kvm.pmu.OwnershipModel} is the door; {@link
 * org.vgictrace.replay.kvm.pmu.HostOwnedPmu} explains the policy.
 */
@NullMarked
package org.vgictrace.replay.kvm.pmu;

import org.jspecify.annotations.NullMarked;
