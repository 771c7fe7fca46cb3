/** Encodings of the GIC's virtualisation registers: list registers, HCR, MISR, VMCR. */
@NullMarked
package org.vgictrace.replay.gic;

import org.jspecify.annotations.NullMarked;
