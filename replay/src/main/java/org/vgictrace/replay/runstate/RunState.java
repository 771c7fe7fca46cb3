package org.vgictrace.replay.runstate;

import java.util.List;
import org.vgictrace.parser.event.Kind;

/** Run states of a vCPU, numbered as in Xen's public interface (xen/include/public/vcpu.h). */
final class RunState {
  static final int UNKNOWN = -1;
  static final int RUNNING = 0;
  static final int RUNNABLE = 1;
  static final int BLOCKED = 2;

  private static final List<String> NAMES =
      Kind.XEN_RUNSTATE.columns().get(Kind.XEN_RUNSTATE.column("new")).labels();

  private RunState() {}

  static String name(int state) {
    return state < 0 || state >= NAMES.size() ? "unknown" : NAMES.get(state);
  }
}
