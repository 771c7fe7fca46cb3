package org.vgictrace.analysis.stat;

import org.jspecify.annotations.Nullable;

/**
 * What became of one interrupt.
 *
 * @param vm label of its VM, null if unknown
 * @param vcpu number of its vCPU, null for shared interrupts or if unknown
 * @param intid its number, -1 for all those beyond the limit together
 * @param injections attempts to raise it (level 1)
 * @param populations times it was put into a list register
 * @param retirements times it ended in one
 * @param toLr from injection to the list register
 * @param toRetire from the list register to its end
 */
public record InterruptFigures(
    @Nullable String vm,
    @Nullable Integer vcpu,
    long intid,
    long injections,
    long populations,
    long retirements,
    LatencyFigures toLr,
    LatencyFigures toRetire) {}
