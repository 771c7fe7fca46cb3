package org.vgictrace.analysis.probes;

import java.io.IOException;
import java.io.Writer;
import java.util.Locale;
import org.vgictrace.analysis.text.Clean;

/**
 * Writes probes in the notation of {@code kprobe_events} (Documentation/trace/kprobetrace.rst), one
 * per line, and what is missing as comments, which the kernel skips.
 */
public final class KprobeText {
  private final Writer out;

  public KprobeText(Writer out) {
    this.out = out;
  }

  /** Writes everything. */
  public void write(ProbePlan plan) throws IOException {
    heading(out, "#", plan);
    definitions(plan);
    remarks(out, "#", plan);
  }

  /** The definitions alone. */
  void definitions(ProbePlan plan) throws IOException {
    for (Probe probe : plan.probes()) {
      out.write(definition(plan, probe));
      out.write('\n');
    }
  }

  /** What this is, as comments. */
  static void heading(Writer out, String comment, ProbePlan plan) throws IOException {
    ProbeOptions options = plan.options();
    String host =
        options.target() == Target.VGIC
            ? ", GICv" + options.gic() + " host, " + options.listRegisters() + " list registers"
            : "";
    String what = options.target().doc() + " probes of the kernel in ";
    out.write(comment + " " + what + Clean.of(plan.kernel()) + "\n");
    out.write(
        comment
            + " level "
            + options.level().name().toLowerCase(Locale.ROOT)
            + host
            + ", "
            + plan.probes().size()
            + " probes; valid for this build of the kernel only\n");
    if (!plan.checked()) {
      out.write(
          comment
              + " not compared with a list of symbols: the kernel refuses functions that were"
              + " inlined\n");
    }
  }

  /** What is not available, as comments. */
  static void remarks(Writer out, String comment, ProbePlan plan) throws IOException {
    for (Remark remark : plan.remarks()) {
      String kind = remark.missing() ? " not available: " : " ";
      out.write(comment + kind + remark.event() + ": " + Clean.of(remark.why()) + "\n");
    }
  }

  /** One probe as the kernel reads it. */
  static String definition(ProbePlan plan, Probe probe) {
    StringBuilder line = new StringBuilder(probe.onReturn() ? "r:" : "p:");
    line.append(plan.options().target().group()).append('/').append(probe.event()).append(' ');
    if (plan.module() != null) {
      line.append(plan.module()).append(':');
    }
    line.append(probe.function());
    for (Fetch field : probe.fields()) {
      String place = fetch(field, probe.onReturn(), plan.registers());
      line.append(' ').append(field.name()).append('=').append(place);
    }
    return line.toString();
  }

  private static String fetch(Fetch field, boolean onReturn, Registers registers) {
    // Of a stack or constant the argument is meaningless, and 0.
    String argument =
        onReturn ? "$arg" + (field.argument() + 1) : "%" + registers.name(field.argument());
    String memory = "+" + field.offset() + "(" + argument + "):";
    return switch (field.from()) {
      case RESULT -> "$retval:" + field.type();
      case ARGUMENT -> argument + ":" + field.type();
      case MEMORY -> memory + field.type();
      case STACK -> "+" + field.offset() + "(%sp):" + field.type();
      case CONSTANT -> "\\" + field.offset() + ":" + field.type();
      case BIT_FIELD ->
          memory + "b" + field.width() + "@" + field.shift() + "/" + field.type().bits();
    };
  }
}
