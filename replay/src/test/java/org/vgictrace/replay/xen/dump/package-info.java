/** What Xen's debug keys print, right and wrong. */
@NullMarked
package org.vgictrace.replay.xen.dump;

import org.jspecify.annotations.NullMarked;
