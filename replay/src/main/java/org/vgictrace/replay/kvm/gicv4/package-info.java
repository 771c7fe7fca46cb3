/**
 * GICv4: the residency of vPEs and their doorbells, LPIs that the hardware delivers, and the window
 * in which their pending state is saved. {@link org.vgictrace.replay.kvm.gicv4.VlpiModel} is the
 * door.
 */
@NullMarked
package org.vgictrace.replay.kvm.gicv4;

import org.jspecify.annotations.NullMarked;
