/**
 * Probes for a given kernel: the catalogue says which function records which members, the BTF of
 * the kernel where they are.
 *
 * <p>{@link org.vgictrace.analysis.probes.ProbePlan#of} is the door. What it finds is written by
 * {@link org.vgictrace.analysis.probes.KprobeText} as kprobe_events definitions, by {@link
 * org.vgictrace.analysis.probes.TraceCmdScript} as a shell script that records with trace-cmd, and
 * by {@link org.vgictrace.analysis.probes.BpftraceScript} as a bpftrace script. Event and field
 * names are those of the binding pack {@code vgic}, whatever the kernel.
 */
@NullMarked
package org.vgictrace.analysis.probes;

import org.jspecify.annotations.NullMarked;
