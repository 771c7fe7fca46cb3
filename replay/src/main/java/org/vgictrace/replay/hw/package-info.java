/**
 * The hardware layer: follows every physical CPU's virtual CPU interface through what the
 * hypervisor writes to it and what the guest does with it, and judges what it says by the
 * architecture alone. It knows nothing of the hypervisor. The door is {@link
 * org.vgictrace.replay.hw.HardwarePart}.
 */
@NullMarked
package org.vgictrace.replay.hw;

import org.jspecify.annotations.NullMarked;
