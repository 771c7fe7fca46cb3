package org.vgictrace.analysis.probes;

import java.io.IOException;
import java.util.List;

/** The instructions of a kernel. */
@FunctionalInterface
public interface MachineCode {
  /** Of a kernel of which only the types are known. */
  MachineCode UNKNOWN = (offset, most) -> List.of();

  /**
   * Reads instructions.
   *
   * @param offset bytes from the start of the kernel's text
   * @param most how many to read at most
   * @return empty if they are not known
   */
  List<Integer> read(long offset, int most) throws IOException;
}
