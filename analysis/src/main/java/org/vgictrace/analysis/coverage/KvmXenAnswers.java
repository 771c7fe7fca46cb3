package org.vgictrace.analysis.coverage;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.vgictrace.analysis.coverage.XenAnswers.Answer;
import org.vgictrace.parser.CaptureCounts;

/**
 * Which questions the trace of an x86 host can answer about a guest whose Xen interface KVM
 * emulates. The kernel's own tracepoints name no port; probes on arch/x86/kvm/xen.c do.
 */
public final class KvmXenAnswers {
  /** A question, what answers it, and the events that do. */
  private enum Topic {
    PORTS(
        "which event was sent",
        "port, vCPU and result of each delivery",
        "no port: probe kvm_xen_set_evtchn_fast with its return",
        "set_evtchn_fast",
        "fast"),
    SENDERS(
        "who sent it",
        "hypercalls of the guest; their ports stand in guest memory",
        "not recorded: kvm:kvm_xen_hypercall",
        "kvm_xen_hypercall"),
    REQUESTS(
        "what user space sent",
        "its requests",
        "not recorded, or none: probe kvm_xen_hvm_evtchn_send",
        "hvm_evtchn_send",
        "hvmsend"),
    UPCALLS(
        "when the guest was told", "injections", "not recorded: kvm:kvm_inj_virq", "kvm_inj_virq"),
    FLAG(
        "the upcall flag",
        "KVM's looks at the upcall flag",
        "not recorded, or the vCPUs have vectors of their own: probe __kvm_xen_has_interrupt",
        "has_interrupt_ret",
        "hasint"),
    RUNNING(
        "run states",
        "changes of run states",
        "not recorded: probe kvm_xen_update_runstate",
        "update_runstate"),
    TIMERS(
        "timers",
        "settings of one-shot timers",
        "not recorded, or none set: probe kvm_xen_start_timer",
        "start_timer",
        "timer");

    private final String question;
    private final String what;
    private final String absence;
    private final List<String> names;

    Topic(String question, String what, String absence, String... names) {
      this.question = question;
      this.what = what;
      this.absence = absence;
      this.names = List.of(names);
    }

    private long count(Map<String, Long> events) {
      return events.entrySet().stream()
          .filter(event -> names.contains(bare(event.getKey())))
          .mapToLong(Map.Entry::getValue)
          .sum();
    }

    private static String bare(String name) {
      return name.substring(name.indexOf(':') + 1);
    }
  }

  private KvmXenAnswers() {}

  /** Whether a capture shows KVM's Xen emulation. */
  public static boolean concern(CaptureCounts counts) {
    return Topic.PORTS.count(counts.eventsByName()) > 0
            && counts.eventsByName().keySet().stream().anyMatch(name -> name.contains("evtchn"))
        || Topic.SENDERS.count(counts.eventsByName()) > 0;
  }

  /** The answers, in the order of the questions. */
  public static List<Answer> of(CaptureCounts counts) {
    List<Answer> answers = new ArrayList<>();
    for (Topic topic : Topic.values()) {
      long count = topic.count(counts.eventsByName());
      answers.add(
          new Answer(
              topic.question, count == 0 ? topic.absence : "yes, " + count + ": " + topic.what));
    }
    answers.add(
        new Answer(
            "what the guest does",
            "no: its own masks, unmasks, clears and reads are plain stores and leave no record"));
    answers.add(
        new Answer(
            "what user space does",
            "no: it may write masks and pending bits at any time, as it does for an unmask"));
    answers.add(
        new Answer(
            "whether all is there",
            "not certain: a probe that is hit while another is handled is skipped without a mark"));
    return answers;
  }
}
