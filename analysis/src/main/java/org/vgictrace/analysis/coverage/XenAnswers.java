package org.vgictrace.analysis.coverage;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.vgictrace.parser.CaptureCounts;
import org.vgictrace.parser.CaptureMeta;

/**
 * Which questions the trace of a Xen hypervisor can answer. Neither the hypervisor's vGIC nor its
 * event channels trace anything (Xen 4.8 to 4.22), and the file says neither which events were
 * asked for nor how fast the counters run.
 */
public final class XenAnswers {
  private static final String PREFIX = "xen:";

  /**
   * A question and its answer.
   *
   * @param question what one may want to know
   * @param answer one sentence without a full stop
   */
  public record Answer(String question, String answer) {}

  /** A class of events, told by how their names begin. */
  private enum Topic {
    RUNNING("who runs where", "run states and switches", "runstate_", "continue_", "switch"),
    SLEEPING("who sleeps and wakes", "wakes and blocks", "wake", "block", "yield", "sleep"),
    HYPERCALLS(
        "hypercalls",
        "by number; of event_channel_op neither command nor port",
        "hypercall",
        "vmmcall"),
    GUESTS("guest entries and exits", "entries and exits", "vmentry", "vmexit", "svm_vmexit"),
    UPCALLS("upcalls into HVM guests", "injected vectors; not the port", "inj_virq", "intr_window"),
    INTERRUPTS("physical interrupts", "of x86 hosts", "irq_"),
    VGIC("list registers and vGIC", "of an instrumented hypervisor", "vgic_"),
    PORTS("event channel ports", "of an instrumented hypervisor", "evtchn_");

    private final String question;
    private final String what;
    private final List<String> names;

    Topic(String question, String what, String... names) {
      this.question = question;
      this.what = what;
      this.names = List.of(names);
    }

    private long count(Map<String, Long> events) {
      return events.entrySet().stream()
          .filter(
              event -> names.stream().anyMatch(name -> event.getKey().startsWith(PREFIX + name)))
          .mapToLong(Map.Entry::getValue)
          .sum();
    }

    private String absence() {
      return switch (this) {
        case VGIC -> "no: Xen records nothing of its vGIC, unless it is instrumented for it";
        case PORTS -> "no: Xen records nothing of event channels, unless it is instrumented for it";
        case HYPERCALLS, GUESTS, UPCALLS, INTERRUPTS ->
            "never seen: masked out, or nothing happened; Arm hosts do not record it";
        default -> "never seen: masked out, or nothing happened";
      };
    }
  }

  private XenAnswers() {}

  /** Whether a capture is of a Xen hypervisor. */
  public static boolean concern(CaptureMeta meta, CaptureCounts counts) {
    return meta.format().startsWith("xentrace")
        || meta.format().startsWith("xenalyze")
        || !counts.eventsByName().isEmpty()
            && counts.eventsByName().keySet().stream().allMatch(name -> name.startsWith(PREFIX));
  }

  /** The answers, in the order of the questions. */
  public static List<Answer> of(CaptureMeta meta, CaptureCounts counts) {
    List<Answer> answers = new ArrayList<>();
    for (Topic topic : Topic.values()) {
      long count = topic.count(counts.eventsByName());
      answers.add(
          new Answer(
              topic.question, count == 0 ? topic.absence() : "yes, " + count + ": " + topic.what));
    }
    boolean scheduled = Topic.RUNNING.count(counts.eventsByName()) > 0;
    answers.add(
        new Answer(
            "whose records these are",
            scheduled
                ? "known on each CPU from its first run state or switch on, and after a loss again"
                : "never: nothing recorded says which vCPU runs"));
    answers.add(
        new Answer(
            "times",
            meta.nanoseconds()
                ? "as xenalyze printed them: it was told the frequency, or took 2.4 GHz"
                : "in cycles of each CPU's counter; the trace does not say how many a second has"));
    List<Integer> missing = missing(counts);
    if (!missing.isEmpty()) {
      answers.add(
          new Answer(
              "missing CPUs",
              "no record of " + numbers(missing) + ": not traced, or switched off"));
    }
    return answers;
  }

  private static List<Integer> missing(CaptureCounts counts) {
    List<Integer> missing = new ArrayList<>();
    if (!counts.eventsByCpu().isEmpty()) {
      int last = counts.eventsByCpu().lastKey();
      for (int cpu = 0; cpu < last && missing.size() < 64; cpu++) {
        if (!counts.eventsByCpu().containsKey(cpu)) {
          missing.add(cpu);
        }
      }
    }
    return missing;
  }

  private static String numbers(List<Integer> cpus) {
    StringBuilder text = new StringBuilder("CPU ");
    for (int i = 0; i < cpus.size(); i++) {
      text.append(i == 0 ? "" : ", ").append(cpus.get(i));
    }
    return text.toString();
  }
}
