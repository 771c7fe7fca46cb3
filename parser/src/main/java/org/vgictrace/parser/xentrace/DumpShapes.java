package org.vgictrace.parser.xentrace;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.vgictrace.parser.event.Kind;

/** How xenalyze (4.17 to 4.22) prints the events that it has a text of their own for. */
final class DumpShapes {
  private final DumpShape[][] byFirst;

  DumpShapes() {
    List<DumpShape> all = new ArrayList<>();
    List<String> states = Kind.XEN_RUNSTATE.columns().get(Kind.XEN_RUNSTATE.column("old")).labels();
    for (String old : states) {
      for (String state : states) {
        all.add(
            DumpShape.of(
                "runstate_" + old + "_to_" + state, "runstate_change {dv} " + old + "->" + state));
      }
    }
    for (String[] shape : SHAPES) {
      all.add(DumpShape.of(shape[0], shape[1]));
    }
    byFirst = new DumpShape[128][];
    for (int c = 0; c < byFirst.length; c++) {
      int first = c;
      byFirst[c] =
          all.stream().filter(shape -> shape.firstByte() == first).toArray(DumpShape[]::new);
    }
  }

  /** The shape of a text, with what was read; null if it has none. */
  @Nullable DumpShape read(byte[] b, int start, int end) {
    if (start >= end || b[start] < 0) {
      return null;
    }
    for (DumpShape shape : byFirst[b[start]]) {
      if (shape.read(b, start, end)) {
        return shape;
      }
    }
    return null;
  }

  /** Event and template; of those with the same beginning the longest come first. */
  private static final String[][] SHAPES = {
    {"continue_running", "runstate_continue {dv} running->running"},
    {"switch", "sched_switch prev {prev} next {next}"},
    {"switch_infprev", "sched_switch prev {prev}, run for {run_ns:us}us"},
    {
      "switch_infnext",
      "sched_switch next {next}, was runnable for {wait_ns:us}us, next slice {slice_ns:us}us"
    },
    {"switch_infnext", "sched_switch next {next}, was runnable for {wait_ns:us}us"},
    {"switch_infnext", "sched_switch next {next}, next slice {slice_ns:us}us"},
    {"switch_infnext", "sched_switch next {next}"},
    {
      "switch_infcont",
      "sched_switch continue {next}, run for {run_ns:us}us, next slice {slice_ns:us}us"
    },
    {"switch_infcont", "sched_switch continue {next}, run for {run_ns:us}us"},
    {"wake", "vcpu_wake {dv}"},
    {"block", "vcpu_block {dv}"},
    {"yield", "vcpu_yield {dv}"},
    {"sleep", "vcpu_sleep {dv}"},
    {"dom_add", "sched_init_domain d{domain}"},
    {"dom_rem", "sched_destroy_domain d{domain}"},
    {"domain_create", "creating domain d{domain}"},
    {"domain_destroy", "destroying domain d{domain}"},
    {"vmexit64", "vmexit exit_reason {*} eip {rip:x}"},
    {"vmentry", "vmentry"},
    {"inj_virq", "inj_virq vec {vector}  real"},
    {"inj_virq", "inj_virq vec {vector}"},
    {"intr_window", "intr_window vec {vector} src {source}({*}) intr {pending:x}"},
    {"intr_window", "intr_window vec {vector} src {source}({*}) intr #"},
    {"intr", "intr vec {*}({number:x})"},
    {"intr", "intr vec {number:x}"},
    {"vmmcall", "vmcall {op:x} ({*})"},
    {"hypercall_v2", "hypercall {op:x} ({*})"},
    {"hypercall_subcall", " hypercall {op:x} ({*})"},
    {"msr_read", "msr_read addr {number:x} val {value:x}"},
    {"msr_write", "msr_write addr {number:x} val {value:x}"},
    {"cr_write64", "cr_write cr{number} val {value:x}"},
    {"pf_xen64", "pf_xen va {addr:x} ec {error:x}"},
    {"pf_inject64", "pf_inject64 guest_cr2 {addr:x}  guest_ec {error:x}"},
    {"pf_inject", "pf_inject guest_cr2 {addr:x}  guest_ec {error:x}"},
    {"npf", "npf gpa {addr:x} q {error:x} mfn {mfn:x} t {p2m_type:x}"},
    {"math_state_restore", "math state restore"},
    {"pv_trap64", "trap {trap:x} eip {rip:x} ec {error:x}"},
    {"ptwr_emulation64", "ptwr l1e {pte:x} eip {rip:x} addr {addr:x}"},
    {"grant_map", "grant-map domain {domain}"},
    {"grant_unmap", "grant-unmap domain {domain}"},
    {"grant_transfer", "grant-transfer domain {domain}"},
    {"set_p2m_entry", "set_p2m_entry d{domain} o{order} t {p2m_type} g {gfn:x} m {mfn:x}"},
    {"decrease_reservation", "decrease_reservation d{domain} o{order} g {gfn:x}"},
    {"pod_populate", "pod_populate d{domain} o{order} g {gfn:x} m {mfn:x}"},
    {"pod_zero_reclaim", "pod_zero_reclaim d{domain} o{order} g {gfn:x} m {mfn:x}"},
    {"pod_superpage_splinter", "pod_spage_splinter d{domain} o{order} g {gfn:x}"},
    {"irq_handled", "irq_handled irq {irq:x} {*} ({start},{end})"},
    {"irq_move_cleanup", "irq_move_cleanup irq {irq:x} vec {vector:x} cpu {target_cpu}"},
    {"irq_unmapped_vector", "irq_unmapped_vector vec {vector:x}"},
    {"idle_entry", "pm_idle_start c{state}"},
    {"idle_exit", "pm_idle_end c{state}"},
    {"frequency_change", "pm_freq_change o{old_mhz} n{new_mhz}"},
    {"csched2_update_load", "csched2:update_load"},
    {
      "csched2_update_runq_load",
      "csched2:update_rq_load rq# {runqueue}, load = {queued}, avgload = {*}% ({load}),"
          + " b_avgload = {*}% ({balanced_load})"
    },
    {"csched2_update_unit_load", "csched2:update_vcpu_load {dv}, vcpu_load = {*}% ({load})"},
    {"csched2_credit_burn", "csched2:burn_credits {dv}, credit = {credit}, delta = {delta}"},
    {"csched2_runq_pos", "csched2:runq_insert {dv}, position {position}"},
    {
      "csched2_tickle_new",
      "csched2:runq_tickle_new {dv}, processor = {target_cpu}, credit = {credit}"
    },
    {"csched2_tickle", "csched2:runq_tickle cpu {target_cpu}"},
    {"csched2_schedule", "csched2:schedule cpu {target_cpu}, rq# {runqueue}"},
    {
      "csched2_runq_candidate",
      "csched2:runq_candidate {dv}, credit = {credit}, cpu {target_cpu} was tickled"
    },
    {"csched2_runq_candidate", "csched2:runq_candidate {dv}, credit = {credit}"},
    {"csched2_runq_cand_check", "csched2:runq_cand_check {dv}"},
    {
      "csched2_credit_reset",
      "csched2:reset_credits {dv}, credit_start = {credit}, credit_end = {end_credit}"
    },
    {"csched2_tickle_check", "csched2:tickle_check {dv}, credit = {credit}, score = {score}"},
    {"csched2_ratelimit", "csched2:ratelimit, {dv} run only {runtime_ns:us}us"}
  };
}
