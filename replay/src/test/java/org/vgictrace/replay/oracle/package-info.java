/**
 * A second opinion on the engine: a hypervisor so small that everything it can do is enumerated,
 * and recordings of it with changed values and missing events.
 */
@NullMarked
package org.vgictrace.replay.oracle;

import org.jspecify.annotations.NullMarked;
