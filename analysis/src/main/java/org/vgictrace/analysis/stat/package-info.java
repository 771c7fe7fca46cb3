/**
 * Figures of a capture: {@link org.vgictrace.analysis.stat.StatCollector} sees every batch of a
 * pass and ends with a {@link org.vgictrace.analysis.stat.StatReport}. Memory is bounded by vCPUs
 * and interrupts, not by the length of the capture.
 */
@NullMarked
package org.vgictrace.analysis.stat;

import org.jspecify.annotations.NullMarked;
