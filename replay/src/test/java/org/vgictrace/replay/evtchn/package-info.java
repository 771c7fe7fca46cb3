/**
 * Tests of the event channel models: cases of each rule, and simulations of hypervisor and guest
 * that share nothing with the models but what they record.
 */
@NullMarked
package org.vgictrace.replay.evtchn;

import org.jspecify.annotations.NullMarked;
