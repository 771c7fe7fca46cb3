/**
 * The virtual timers of KVM: what they put out, where their registers are, and how the output
 * becomes an interrupt. {@link org.vgictrace.replay.kvm.timer.TimerModel} is the door.
 */
@NullMarked
package org.vgictrace.replay.kvm.timer;

import org.jspecify.annotations.NullMarked;
