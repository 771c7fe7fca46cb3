/**
 * The life of each event channel event of a guest whose Xen interface KVM emulates, from its
 * delivery to the injection that tells the guest. {@link org.vgictrace.analysis.life.LifeListing}
 * is the door.
 */
@NullMarked
package org.vgictrace.analysis.life;

import org.jspecify.annotations.NullMarked;
