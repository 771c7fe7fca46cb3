/**
 * The text that QEMU's {@code -trace} writes with its log back end, as far as it is about the
 * emulated GICv2 and GICv3: what the hypervisor and its guests do to the virtual CPU interface,
 * seen from the hardware's side. The door is {@link org.vgictrace.parser.qemulog.QemuLog}.
 */
@NullMarked
package org.vgictrace.parser.qemulog;

import org.jspecify.annotations.NullMarked;
