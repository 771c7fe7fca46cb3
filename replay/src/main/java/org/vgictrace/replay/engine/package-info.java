/**
 * What every model needs: the event at hand, the ledger of verdicts, and the notion of time between
 * CPUs. Knows nothing of a particular hypervisor.
 */
@NullMarked
package org.vgictrace.replay.engine;

import org.jspecify.annotations.NullMarked;
