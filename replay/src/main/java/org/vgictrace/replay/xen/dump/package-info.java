/**
 * Judges what Xen's debug keys print: lists and list registers of vCPUs, and event channels. {@link
 * org.vgictrace.replay.xen.dump.DumpPart} is the door.
 */
@NullMarked
package org.vgictrace.replay.xen.dump;

import org.jspecify.annotations.NullMarked;
