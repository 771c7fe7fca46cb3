package org.vgictrace.analysis.probes;

import java.io.IOException;
import java.io.Writer;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * Writes the probes as a bpftrace script that prints rows, a JSON object for each: every command
 * that takes a capture takes its output as it is, and puts the rows of the CPUs in order.
 *
 * <pre>
 *   {"ts":5000000001,"cpu":1,"pid":17,"comm":"CPU 0/KVM","event":"kvm:kvm_entry","vcpu_pc":64}
 * </pre>
 */
public final class BpftraceScript {
  private static final String PREFIX =
      "{\\\"ts\\\":%llu,\\\"cpu\\\":%d,\\\"pid\\\":%d,\\\"comm\\\":\\\"%s\\\",\\\"event\\\":\\\"";
  private static final Set<String> ROW =
      Set.of("ts", "seq", "kind", "event", "cpu", "pid", "comm", "flags", "preempt", "buffer");
  private static final String CONTEXT = "nsecs, cpu, tid, comm";

  /**
   * A tracepoint.
   *
   * @param filter when it prints, empty for always
   * @param then what it does besides
   * @param fields what it prints, as {@code conversion name}, {@code s} for texts
   */
  private record Stock(
      String system, String event, Level level, String filter, String then, List<String> fields) {
    Stock(String system, String event, Level level, String... fields) {
      this(system, event, level, "", "", List.of(fields));
    }
  }

  /**
   * Every row that is printed wakes bpftrace up by an interrupt of another CPU's: recorded, these
   * would never end. An exit does not tell the name, so the last entry that counts is remembered.
   */
  private static final List<Stock> INTERRUPTS =
      List.of(
          new Stock(
              "irq",
              "irq_handler_entry",
              Level.MINIMAL,
              "/str(args->name) != \"IPI\"/",
              "  @irq[cpu] = args->irq;\n",
              List.of("d irq", "s name")),
          new Stock(
              "irq",
              "irq_handler_exit",
              Level.FULL,
              "/@irq[cpu] == args->irq/",
              "",
              List.of("d irq", "d ret")));

  private static final List<Stock> X86 =
      List.of(
          new Stock("kvm", "kvm_entry", Level.MINIMAL, "u vcpu_id", "llu rip"),
          new Stock(
              "kvm",
              "kvm_xen_hypercall",
              Level.MINIMAL,
              "llu nr",
              "llu a0",
              "llu a1",
              "llu a2",
              "llu a3"),
          new Stock("kvm", "kvm_inj_virq", Level.MINIMAL, "u vector"));

  private static final List<Stock> ARM64 =
      List.of(
          new Stock("kvm", "kvm_entry", Level.MINIMAL, "llu vcpu_pc"),
          new Stock("kvm", "kvm_exit", Level.MINIMAL, "d ret", "u esr_ec", "llu vcpu_pc"),
          new Stock(
              "kvm", "vgic_update_irq_pending", Level.MINIMAL, "llu vcpu_id", "u irq", "d level"),
          new Stock(
              "kvm", "kvm_irq_line", Level.MINIMAL, "u type", "d vcpu_idx", "d irq_num", "d level"),
          new Stock("kvm", "kvm_mmio", Level.MINIMAL, "u type", "u len", "llu gpa", "llu val"),
          new Stock("kvm", "kvm_set_irq", Level.FULL, "u gsi", "d level", "d irq_source_id"),
          new Stock("kvm", "kvm_ack_irq", Level.FULL, "u irqchip", "u pin"),
          new Stock("kvm", "kvm_timer_update_irq", Level.FULL, "llu vcpu_id", "u irq", "d level"),
          new Stock(
              "kvm", "kvm_timer_save_state", Level.FULL, "llu ctl", "llu cval", "d timer_idx"),
          new Stock(
              "kvm", "kvm_timer_restore_state", Level.FULL, "llu ctl", "llu cval", "d timer_idx"),
          new Stock("kvm", "kvm_timer_hrtimer_expire", Level.FULL, "d timer_idx"),
          new Stock("kvm", "kvm_timer_emulate", Level.FULL, "d timer_idx", "d should_fire"),
          new Stock("kvm", "kvm_wfx_arm64", Level.FULL, "llu vcpu_pc", "d is_wfe"),
          new Stock("kvm", "kvm_vcpu_wakeup", Level.FULL, "llu ns", "d waited", "d valid"),
          new Stock(
              "kvm",
              "kvm_sys_access",
              Level.FULL,
              "llu vcpu_pc",
              "d is_write",
              "u Op0",
              "u Op1",
              "u CRn",
              "u CRm",
              "u Op2"));

  private final Writer out;

  public BpftraceScript(Writer out) {
    this.out = out;
  }

  /** Writes everything. */
  public void write(ProbePlan plan) throws IOException {
    out.write("#!/usr/bin/env bpftrace\n");
    KprobeText.heading(out, "//", plan);
    out.write(
        """
        // Usage: BPFTRACE_PERF_RB_PAGES=256 bpftrace THIS_FILE > capture.jsonl, as root. The output
        // is a row for each event, which vgictrace reads as it is. With larger buffers than that,
        // rows may come too late to be put in order.
        // Each row interrupts its CPU. One that is printed on the way into a guest ends the guest's
        // run before it began: guests hardly get on while this records. trace-cmd lets them run.
        """);
    KprobeText.remarks(out, "//", plan);
    for (Stock stock : tracepoints(plan.options().target())) {
      if (stock.level().compareTo(plan.options().level()) <= 0) {
        out.write("\ntracepoint:" + stock.system() + ":" + stock.event() + "\n");
        out.write(stock.filter().isEmpty() ? "" : stock.filter() + "\n");
        print(stock);
      }
    }
    for (Probe probe : plan.probes()) {
      if (!probe.look()) {
        probe(plan.options().target().group(), probe);
      }
    }
  }

  private static List<Stock> tracepoints(Target target) {
    List<Stock> all = new ArrayList<>(INTERRUPTS);
    all.addAll(
        switch (target) {
          case VGIC -> ARM64;
          case KVM_XEN -> X86;
          case XEN_GUEST -> List.of();
        });
    return all;
  }

  private void probe(String group, Probe probe) throws IOException {
    SortedSet<Integer> remembered = new TreeSet<>();
    if (probe.onReturn()) {
      for (Fetch field : probe.fields()) {
        if (field.from() != Fetch.From.RESULT) {
          remembered.add(field.argument());
        }
      }
    }
    String forget = "";
    if (!remembered.isEmpty()) {
      out.write("\nkprobe:" + probe.function() + "\n{\n");
      StringBuilder deletes = new StringBuilder();
      for (int argument : remembered) {
        out.write("  " + kept(probe, argument) + " = arg" + argument + ";\n");
        deletes.append("  delete(").append(kept(probe, argument)).append(");\n");
      }
      out.write("}\n");
      forget = deletes.toString();
    }
    out.write("\n" + (probe.onReturn() ? "kretprobe:" : "kprobe:") + probe.function() + "\n");
    StringBuilder text = new StringBuilder();
    List<String> arguments = new ArrayList<>();
    for (Fetch field : probe.fields()) {
      text.append(name(field.name()));
      append(text, arguments, probe, field);
    }
    print(group + ':' + probe.event(), text.toString(), arguments, forget);
  }

  /** The map that holds an argument until the function returns. */
  private static String kept(Probe probe, int argument) {
    return "@" + probe.event() + argument + "[tid]";
  }

  private static void append(StringBuilder text, List<String> arguments, Probe probe, Fetch field) {
    FetchType type = field.type().element();
    int count = field.type().count();
    if (count == 0) {
      text.append(conversion(type));
      arguments.add(value(probe, field, 0));
      return;
    }
    for (int i = 0; i < count; i++) {
      text.append(i == 0 ? '[' : ',').append(conversion(type));
      arguments.add(value(probe, field, i));
    }
    text.append(']');
  }

  /** JSON has no hexadecimal numbers. */
  private static String conversion(FetchType type) {
    return (type.bits() == 64 ? "%ll" : "%") + (type.sign() == 's' ? 'd' : 'u');
  }

  private static String value(Probe probe, Fetch field, int element) {
    FetchType type = field.type();
    String c = (type.sign() == 's' ? "int" : "uint") + type.bits();
    String argument = probe.onReturn() ? kept(probe, field.argument()) : "arg" + field.argument();
    long offset = field.offset() + (long) element * type.bytes();
    String memory = "*(" + c + "*)(" + argument + " + " + offset + ")";
    return switch (field.from()) {
      case RESULT -> "(" + c + ")retval";
      case ARGUMENT -> "(" + c + ")" + argument;
      case MEMORY -> memory;
      case STACK, CONSTANT ->
          throw new IllegalArgumentException(probe.event() + " is not for bpftrace");
      case BIT_FIELD ->
          "(" + memory + " >> " + field.shift() + ") & " + ((1L << field.width()) - 1);
    };
  }

  private void print(Stock stock) throws IOException {
    StringBuilder text = new StringBuilder();
    List<String> arguments = new ArrayList<>();
    for (String field : stock.fields()) {
      int blank = field.indexOf(' ');
      String conversion = field.substring(0, blank);
      String name = field.substring(blank + 1);
      boolean isText = conversion.equals("s");
      text.append(name(name)).append(isText ? "\\\"%s\\\"" : '%' + conversion);
      arguments.add(isText ? "str(args->" + name + ")" : "args->" + name);
    }
    print(stock.system() + ':' + stock.event(), text.toString(), arguments, stock.then());
  }

  /** A member up to its value; those that say when and where keep their names. */
  private static String name(String field) {
    return ",\\\"" + (ROW.contains(field) ? "." : "") + field + "\\\":";
  }

  private void print(String event, String members, List<String> arguments, String then)
      throws IOException {
    out.write("{\n  printf(\"" + PREFIX + event + "\\\"" + members + "}\\n\",\n    " + CONTEXT);
    for (String argument : arguments) {
      out.write(",\n    " + argument);
    }
    out.write(");\n" + then + "}\n");
  }
}
