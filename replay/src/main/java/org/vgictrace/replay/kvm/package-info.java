/**
 * The model of KVM/arm64's vGIC: per VM, vCPU and interrupt what is known of its state, and the
 * checks of every recorded step against it. {@link org.vgictrace.replay.kvm.KvmModel} is the door.
 *
 * <p>The unit is the <em>residency</em>: flush, entry, guest, exit, fold. Checks are grouped as the
 * rules are: entry images, overflow, residencies, folds, ap_lists, maintenance interrupts.
 */
@NullMarked
package org.vgictrace.replay.kvm;

import org.jspecify.annotations.NullMarked;
