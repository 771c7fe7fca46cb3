/** What instrumented hypervisors record, right and wrong. */
@NullMarked
package org.vgictrace.replay.xen.inside;

import org.jspecify.annotations.NullMarked;
