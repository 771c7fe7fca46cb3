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
  /** What the model needs beside the list registers. */
  private static final List<String> MINIMAL_EVENTS =
      List.of(
          "kvm:kvm_entry",
          "kvm:kvm_exit",
          "kvm:vgic_update_irq_pending",
          "kvm:kvm_irq_line",
          "kvm:kvm_mmio",
          "irq:irq_handler_entry");

  private static final List<String> FULL_EVENTS =
      List.of("kvm", "irq:irq_handler_entry", "irq:irq_handler_exit");

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
    out.write("exec trace-cmd record -C mono_raw -b \"${BUFFER_KB:-65536}\"");
    for (String event : stockEvents(plan.options().level())) {
      out.write(" \\\n  -e " + event);
    }
    out.write(" \\\n  -e " + Probe.GROUP);
    List<String> looks = looks(plan);
    if (!looks.isEmpty()) {
      // Behind -v, events are left out.
      out.write(" \\\n  -v");
      for (String look : looks) {
        out.write(" \\\n  -e " + Probe.GROUP + ":" + look);
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

  /** Tracepoints that belong to a level. */
  static List<String> stockEvents(Level level) {
    return level == Level.MINIMAL ? MINIMAL_EVENTS : FULL_EVENTS;
  }
}
