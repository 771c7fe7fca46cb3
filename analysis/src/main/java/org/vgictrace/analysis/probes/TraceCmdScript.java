package org.vgictrace.analysis.probes;

import java.io.IOException;
import java.io.Writer;
import java.util.ArrayList;
import java.util.List;

/**
 * Writes a shell script that defines the probes, tells which of them the kernel refuses, and
 * records with trace-cmd.
 */
public final class TraceCmdScript {
  private static final String DEFINE =
      """
      # Usage: sh THIS_FILE [OPTIONS OF trace-cmd record] [COMMAND], as root.
      # BUFFER_KB is the size of the buffer of each CPU.
      tracing=/sys/kernel/tracing
      [ -e $tracing/kprobe_events ] || tracing=/sys/kernel/debug/tracing
      if ! [ -w $tracing/kprobe_events ]; then
        echo "cannot write $tracing/kprobe_events" >&2
        exit 1
      fi
      while read -r probe; do
        event=${probe%% *}
        # An earlier definition of the same name would stay and fire, too.
        echo "-:${event#*:}" 2>/dev/null >>$tracing/kprobe_events
        printf '%s\\n' "$probe" 2>/dev/null >>$tracing/kprobe_events ||
          echo "refused by the kernel: $probe" >&2
      done <<'PROBES'
      """;

  private final Writer out;

  public TraceCmdScript(Writer out) {
    this.out = out;
  }

  /** Writes everything. */
  public void write(ProbePlan plan) throws IOException {
    out.write("#!/bin/sh\n");
    KprobeText.heading(out, "#", plan);
    KprobeText.remarks(out, "#", plan);
    out.write(DEFINE);
    new KprobeText(out).definitions(plan);
    out.write("PROBES\n");
    Target target = plan.options().target();
    String clock = target.clock(plan.registers());
    out.write("exec trace-cmd record -C " + clock + " -b \"${BUFFER_KB:-65536}\"");
    for (String event : target.tracepoints(plan.options().level())) {
      out.write(" \\\n  -e " + event);
    }
    out.write(" \\\n  -e " + target.group());
    List<String> looks = looks(plan);
    if (!looks.isEmpty()) {
      // Behind -v, events are left out.
      out.write(" \\\n  -v");
      for (String look : looks) {
        out.write(" \\\n  -e " + target.group() + ":" + look);
      }
    }
    out.write(" \\\n  \"$@\"\n");
  }

  /** Probes that fire too often for what they tell. */
  private static List<String> looks(ProbePlan plan) {
    List<String> looks = new ArrayList<>();
    for (Probe probe : plan.probes()) {
      if (probe.look()) {
        looks.add(probe.event());
      }
    }
    return looks;
  }
}
