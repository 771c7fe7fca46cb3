/**
 * LPIs: the structures that stand for them and their references, the mappings of the ITS and their
 * cached translations, and what is read from the guest's tables. {@link
 * org.vgictrace.replay.kvm.lpi.LpiModel} is the door.
 */
@NullMarked
package org.vgictrace.replay.kvm.lpi;

import org.jspecify.annotations.NullMarked;
