package org.vgictrace.replay.rule;

import static org.vgictrace.replay.rule.Observation.GUEST_CROSSINGS;
import static org.vgictrace.replay.rule.Observation.RUN_STATES;
import static org.vgictrace.replay.rule.Rule.rule;
import static org.vgictrace.replay.rule.Severity.ERROR;
import static org.vgictrace.replay.rule.Severity.WARNING;

import java.util.List;

/**
 * XT: who runs where on a Xen host. Of the checks that a trace of the scheduler allows these are
 * the ones that a CPU's own records decide; whether a state continues from the one before it
 * (XT-I03) is not among them, because a trace does not say which CPUs were left out of it.
 */
public final class RunStateRules {
  private static final String CHANGE = "vcpu_runstate_change (xen/common/sched/core.c)";
  private static final String SWITCH = "sched_switch_units (xen/common/sched/core.c)";

  public static final Rule XT_4 =
      rule("XT-I04", ERROR, "Two CPUs run one vCPU")
          .holds("A vCPU leaves the CPU it runs on before it begins to run on another one.")
          .why("The scheduler waits until the vCPU's context is saved before it places it anew.")
          .catches(
              "A vCPU that is switched in before its registers, list registers among them, are"
                  + " saved by the CPU it comes from.")
          .needs(RUN_STATES)
          .function(CHANGE)
          .function(SWITCH)
          .build();

  public static final Rule XT_5 =
      rule("XT-I05", ERROR, "One CPU runs two vCPUs")
          .holds("A vCPU begins to run on a CPU only after the one before it left.")
          .why("A switch changes the run state of the leaving vCPU first.")
          .catches("A vCPU that stays accounted as running although it lost its CPU.")
          .needs(RUN_STATES)
          .function(CHANGE)
          .function(SWITCH)
          .build();

  public static final Rule XT_6 =
      rule("XT-I06", ERROR, "Illegal change of a run state")
          .holds(
              "A vCPU begins to run only from the state runnable, and stops running only on the CPU"
                  + " on which it runs.")
          .why("Waking makes a vCPU runnable; only its own CPU takes it off.")
          .catches("A wake that is lost or overtaken, and a state changed from a wrong CPU.")
          .needs(RUN_STATES)
          .function(CHANGE)
          .function("vcpu_wake (xen/common/sched/core.c)")
          .build();

  public static final Rule XT_7 =
      rule("XT-I07", WARNING, "Guest entries and exits do not alternate")
          .holds(
              "On each CPU an exit from a guest is followed by an entry, and an entry by an exit.")
          .why("Both are recorded on the only path into and out of a guest.")
          .catches("An exit that bypasses its handler, and records that were dropped unnoticed.")
          .needs(GUEST_CROSSINGS)
          .function("vmx_vmexit_handler (xen/arch/x86/hvm/vmx/vmx.c)")
          .function("svm_vmexit_handler (xen/arch/x86/hvm/svm/svm.c)")
          .build();

  /** All of them, in order. */
  static final List<Rule> ALL = List.of(XT_4, XT_5, XT_6, XT_7);

  private RunStateRules() {}
}
