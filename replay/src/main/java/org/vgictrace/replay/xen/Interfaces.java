package org.vgictrace.replay.xen;

import org.jspecify.annotations.Nullable;
import org.vgictrace.replay.hw.VirtualInterface;

/** The virtual CPU interfaces of the machine, as they are before the event being judged. */
interface Interfaces {
  /** That of a CPU, null if nothing is known of it. */
  @Nullable VirtualInterface of(int cpu);
}
