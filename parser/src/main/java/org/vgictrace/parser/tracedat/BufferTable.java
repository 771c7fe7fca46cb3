package org.vgictrace.parser.tracedat;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One trace instance: where the pages of its CPUs are in the file.
 *
 * @param name instance name, empty for the top one
 * @param clock its trace clock, null if not given
 * @param subBufferBytes page size as given
 * @param cpus the CPUs that have data
 */
record BufferTable(String name, @Nullable String clock, long subBufferBytes, List<CpuData> cpus) {

  BufferTable {
    cpus = List.copyOf(cpus);
  }

  /**
   * The data of one CPU.
   *
   * @param cpu CPU number, unchecked
   * @param offset file offset, unchecked
   * @param size bytes in the file, unchecked
   */
  record CpuData(long cpu, long offset, long size) {}
}
