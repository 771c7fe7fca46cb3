package org.vgictrace.analysis.probes;

import java.io.IOException;
import java.io.Writer;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * Writes the probes as a bpftrace script whose output is ftrace text: every command that takes a
 * capture takes it as it is.
 */
public final class BpftraceScript {
  private static final String PREFIX = "%s-%d [%03d] %llu.%09llu: ";
  private static final String CONTEXT = "comm, tid, cpu, nsecs / 1000000000, nsecs % 1000000000";

  /** A tracepoint with the text that the kernel prints for it. */
  private record Stock(String system, String event, Level level, String text, String arguments) {}

  private static final List<Stock> INTERRUPTS =
      List.of(
          new Stock(
              "irq",
              "irq_handler_entry",
              Level.MINIMAL,
              "irq=%d name=%s",
              "args->irq, str(args->name)"),
          new Stock(
              "irq",
              "irq_handler_exit",
              Level.FULL,
              "irq=%d ret=%s",
              "args->irq, args->ret != 0 ? \"handled\" : \"unhandled\""));

  private static final List<Stock> X86 =
      List.of(
          new Stock(
              "kvm", "kvm_entry", Level.MINIMAL, "vcpu %u, rip 0x%lx", "args->vcpu_id, args->rip"),
          new Stock(
              "kvm",
              "kvm_xen_hypercall",
              Level.MINIMAL,
              "nr 0x%lx a0 0x%lx a1 0x%lx a2 0x%lx a3 0x%lx a4 0x0 a5 0",
              "args->nr, args->a0, args->a1, args->a2, args->a3"),
          new Stock("kvm", "kvm_inj_virq", Level.MINIMAL, "IRQ 0x%x", "args->vector"));

  private static final List<Stock> ARM64 =
      List.of(
          new Stock("kvm", "kvm_entry", Level.MINIMAL, "PC: 0x%016llx", "args->vcpu_pc"),
          new Stock(
              "kvm",
              "kvm_exit",
              Level.MINIMAL,
              "%s: HSR_EC: 0x%04x (-), PC: 0x%016llx",
              "args->ret == 0 ? \"IRQ\" : args->ret == 1 ? \"SERROR\" : args->ret == 2 ?"
                  + " \"TRAP\" : \"0x3\", args->esr_ec, args->vcpu_pc"),
          new Stock(
              "kvm",
              "vgic_update_irq_pending",
              Level.MINIMAL,
              "VCPU: %lld, IRQ %d, level: %d",
              "args->vcpu_id, args->irq, args->level"),
          new Stock(
              "kvm",
              "kvm_irq_line",
              Level.MINIMAL,
              "Inject - interrupt (%d), vcpu->idx: %d, num: %d, level: %d",
              "args->type, args->vcpu_idx, args->irq_num, args->level"),
          new Stock(
              "kvm",
              "kvm_mmio",
              Level.MINIMAL,
              "mmio %s len %u gpa 0x%llx val 0x%llx",
              "args->type == 0 ? \"unsatisfied-read\" : args->type == 1 ? \"read\" : \"write\","
                  + " args->len, args->gpa, args->val"),
          new Stock(
              "kvm",
              "kvm_set_irq",
              Level.FULL,
              "gsi %u level %d source %d",
              "args->gsi, args->level, args->irq_source_id"),
          new Stock(
              "kvm", "kvm_ack_irq", Level.FULL, "irqchip %u pin %u", "args->irqchip, args->pin"),
          new Stock(
              "kvm",
              "kvm_timer_update_irq",
              Level.FULL,
              "VCPU: %lld, IRQ %d, level %d",
              "args->vcpu_id, args->irq, args->level"),
          new Stock(
              "kvm",
              "kvm_timer_save_state",
              Level.FULL,
              "   CTL: 0x%06llx CVAL: 0x%llx arch_timer_ctx_index: %d",
              "args->ctl, args->cval, args->timer_idx"),
          new Stock(
              "kvm",
              "kvm_timer_restore_state",
              Level.FULL,
              "CTL: 0x%06llx CVAL: 0x%llx arch_timer_ctx_index: %d",
              "args->ctl, args->cval, args->timer_idx"),
          new Stock(
              "kvm",
              "kvm_timer_hrtimer_expire",
              Level.FULL,
              "arch_timer_ctx_index: %d",
              "args->timer_idx"),
          new Stock(
              "kvm",
              "kvm_timer_emulate",
              Level.FULL,
              "arch_timer_ctx_index: %d (should_fire: %d)",
              "args->timer_idx, args->should_fire"),
          new Stock(
              "kvm",
              "kvm_wfx_arm64",
              Level.FULL,
              "guest executed wf%s at: 0x%016llx",
              "args->is_wfe ? \"e\" : \"i\", args->vcpu_pc"),
          new Stock(
              "kvm",
              "kvm_vcpu_wakeup",
              Level.FULL,
              "%s time %lld ns, polling %s",
              "args->waited ? \"wait\" : \"poll\", args->ns, args->valid ? \"valid\" :"
                  + " \"invalid\""),
          new Stock(
              "kvm",
              "kvm_sys_access",
              Level.FULL,
              "PC: %llx - (%d,%d,%d,%d,%d) %s",
              "args->vcpu_pc, args->Op0, args->Op1, args->CRn, args->CRm, args->Op2,"
                  + " args->is_write ? \"write\" : \"read\""));

  private final Writer out;

  public BpftraceScript(Writer out) {
    this.out = out;
  }

  /** Writes everything. */
  public void write(ProbePlan plan) throws IOException {
    out.write("#!/usr/bin/env bpftrace\n");
    KprobeText.heading(out, "//", plan);
    out.write("// Usage: bpftrace THIS_FILE > capture.txt, as root. The output is ftrace text.\n");
    KprobeText.remarks(out, "//", plan);
    out.write("\nBEGIN { printf(\"# tracer: nop\\n\"); }\n");
    for (Stock stock : tracepoints(plan.options().target())) {
      if (stock.level().compareTo(plan.options().level()) <= 0) {
        out.write("\ntracepoint:" + stock.system() + ":" + stock.event() + "\n");
        print(stock.event() + ": " + stock.text(), List.of(stock.arguments()), "");
      }
    }
    for (Probe probe : plan.probes()) {
      if (!probe.look()) {
        probe(probe);
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

  private void probe(Probe probe) throws IOException {
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
    StringBuilder text = new StringBuilder(probe.event());
    text.append(": (").append(probe.function()).append(')');
    List<String> arguments = new ArrayList<>();
    for (Fetch field : probe.fields()) {
      text.append(' ').append(field.name()).append('=');
      append(text, arguments, probe, field);
    }
    print(text.toString(), arguments, forget);
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
      text.append(i == 0 ? '{' : ',').append(conversion(type));
      arguments.add(value(probe, field, i));
    }
    text.append('}');
  }

  /** As kprobe events print a value. */
  private static String conversion(FetchType type) {
    String size = type.bits() == 64 ? "ll" : "";
    return switch (type.sign()) {
      case 's' -> "%" + size + "d";
      case 'x' -> "0x%" + size + "x";
      default -> "%" + size + "u";
    };
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

  private void print(String text, List<String> arguments, String then) throws IOException {
    out.write("{\n  printf(\"" + PREFIX + text + "\\n\",\n    " + CONTEXT);
    for (String argument : arguments) {
      out.write(",\n    " + argument);
    }
    out.write(");\n" + then + "}\n");
  }
}
