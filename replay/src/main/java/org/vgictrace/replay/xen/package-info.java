/**
 * The vGICs of Xen on Arm, the old one and the new one, judged by the accesses to the virtual CPU
 * interface in the log of an emulated machine. The door is {@link
 * org.vgictrace.replay.xen.XenPart}.
 */
@NullMarked
package org.vgictrace.replay.xen;

import org.jspecify.annotations.NullMarked;
