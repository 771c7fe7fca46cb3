package org.vgictrace.analysis.coverage;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.vgictrace.analysis.coverage.XenAnswers.Answer;
import org.vgictrace.parser.CaptureCounts;
import org.vgictrace.parser.bind.Binding;
import org.vgictrace.parser.bind.BindingPacks;
import org.vgictrace.parser.event.Kind;

/** Which questions about event channels a trace from within a Linux guest of Xen can answer. */
public final class GuestAnswers {
  private GuestAnswers() {}

  /** Whether a capture shows what a guest does about its event channels. */
  public static boolean concern(CaptureCounts counts) {
    Map<Kind, Long> kinds = kinds(counts);
    return kinds.containsKey(Kind.GUEST_PORT) || kinds.containsKey(Kind.GUEST_UPCALL);
  }

  /** The answers, in the order of an event's life. */
  public static List<Answer> of(CaptureCounts counts) {
    Map<Kind, Long> kinds = kinds(counts);
    List<Answer> answers = new ArrayList<>();
    answers.add(
        answer(kinds, Kind.GUEST_SEND, "events sent", "IPIs and by interrupt; hypercalls are not"));
    answers.add(answer(kinds, Kind.GUEST_UPCALL, "upcalls", "where they begin and scan"));
    answers.add(answer(kinds, Kind.GUEST_PORT, "ports", "handled, masked, unmasked, acknowledged"));
    answers.add(answer(kinds, Kind.HOST_IRQ, "handlers", "which run, for how long, on which CPU"));
    answers.add(answer(kinds, Kind.GUEST_CHIP, "late ends", "which events wait for their end"));
    answers.add(
        answer(kinds, Kind.GUEST_EVDEV, "programs", "their calls of /dev/xen/evtchn; no port"));
    answers.add(
        new Answer("who raised an event", "no: the hypervisor or the other end does, unrecorded"));
    answers.add(
        new Answer(
            "pending bits, queues",
            "no: they are in memory shared with the hypervisor; known where they follow"));
    return answers;
  }

  private static Answer answer(Map<Kind, Long> kinds, Kind kind, String question, String what) {
    Long count = kinds.get(kind);
    return new Answer(question, count == null ? "never seen" : "yes, " + count + ": " + what);
  }

  private static Map<Kind, Long> kinds(CaptureCounts counts) {
    Map<Kind, Long> kinds = new EnumMap<>(Kind.class);
    counts
        .eventsByName()
        .forEach(
            (name, count) -> {
              List<Binding> bindings = BindingPacks.builtin().byRecordedName(name);
              if (count > 0 && !bindings.isEmpty()) {
                kinds.merge(bindings.get(0).kind(), count, Long::sum);
              }
            });
    return kinds;
  }
}
