/**
 * Traces of the Xen hypervisor: the binary that {@code xentrace} writes ({@link
 * org.vgictrace.parser.xentrace.Xentrace}) and what {@code xenalyze --dump-all} prints of it
 * ({@link org.vgictrace.parser.xentrace.XenalyzeDump}).
 *
 * <p>The resource {@code events.txt} says which event becomes which kind; {@link
 * org.vgictrace.parser.xentrace.EventCatalogue} reads it. The binary is cut into windows by {@code
 * WindowIndex}, into records by {@code CpuRecords}, merged to one time line by {@code RecordMerge}
 * and made rows of by {@code XenRows}; of a dump, {@code DumpRows} makes them.
 */
@NullMarked
package org.vgictrace.parser.xentrace;

import org.jspecify.annotations.NullMarked;
