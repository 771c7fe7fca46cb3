package org.vgictrace.analysis.coverage;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.vgictrace.analysis.check.CheckReport;
import org.vgictrace.parser.bind.Binding;
import org.vgictrace.parser.bind.BindingPacks;
import org.vgictrace.parser.event.Kind;
import org.vgictrace.parser.event.LrImage;
import org.vgictrace.replay.rule.Observation;
import org.vgictrace.replay.rule.Rule;

/**
 * Observation by observation, what a recording shows.
 *
 * @param entries one per observation, in declaration order
 */
public record Coverage(List<Entry> entries) {

  /** How much of an observation there is. */
  public enum State {
    /** Events that show it occurred. */
    SEEN,
    /** Events that would show it were recordable, but none occurred. */
    DEFINED,
    /** No event that shows it was recorded or recordable. */
    MISSING
  }

  /**
   * One observation.
   *
   * @param observation what rules need to see
   * @param state how much of it there is
   * @param events the recorded events that show it, by name, with how often they occurred
   */
  public record Entry(Observation observation, State state, Map<String, Long> events) {
    public Entry {
      events = new TreeMap<>(events);
    }
  }

  public Coverage {
    entries = List.copyOf(entries);
  }

  /** The coverage of a checked capture that was read with those bindings. */
  public static Coverage of(CheckReport report, BindingPacks packs) {
    Map<String, Long> events = new TreeMap<>(report.counts().eventsByName());
    for (String name : report.meta().definedEvents()) {
      events.putIfAbsent(name, 0L);
    }
    List<Entry> entries = new ArrayList<>();
    for (Observation observation : Observation.values()) {
      Map<String, Long> named = new TreeMap<>();
      events.forEach(
          (name, count) -> {
            if (shownBy(name, packs).contains(observation)) {
              named.put(name, count);
            }
          });
      boolean occurred = named.values().stream().anyMatch(count -> count > 0);
      State state =
          occurred || report.replay().observed().contains(observation)
              ? State.SEEN
              : named.isEmpty() ? State.MISSING : State.DEFINED;
      entries.add(new Entry(observation, state, named));
    }
    return new Coverage(entries);
  }

  /** The observations a rule needs and the recording does not show. */
  public List<Observation> lacking(Rule rule) {
    return entries.stream()
        .filter(entry -> entry.state() != State.SEEN && rule.needs().contains(entry.observation()))
        .map(Entry::observation)
        .toList();
  }

  /** The observations that an event shows, given as {@code system:name} or {@code name}. */
  private static Set<Observation> shownBy(String event, BindingPacks packs) {
    int colon = event.indexOf(':');
    String system = colon < 0 ? "" : event.substring(0, colon);
    Set<Observation> shown = EnumSet.noneOf(Observation.class);
    for (Binding binding : packs.byName(event.substring(colon + 1))) {
      if (colon < 0 || binding.system() == null || system.equals(binding.system())) {
        add(shown, binding);
      }
    }
    return shown;
  }

  private static void add(Set<Observation> shown, Binding binding) {
    switch (binding.kind()) {
      case VCPU_ENTRY -> shown.add(Observation.VCPU_ENTRY);
      case VCPU_EXIT -> shown.add(Observation.VCPU_EXIT);
      case LR_IMAGE -> {
        int point = constant(binding, LrImage.POINT);
        if (point == LrImage.POINT_ENTRY || point == LrImage.POINT_RESTORE) {
          shown.add(Observation.ENTRY_IMAGE);
        } else if (point == LrImage.POINT_EXIT) {
          shown.add(Observation.EXIT_IMAGE);
        }
      }
      case LR_WRITE -> shown.add(Observation.POPULATION);
      case LR_FOLD -> shown.add(Observation.FOLD_SNAPSHOT);
      case IRQ_PUT -> shown.add(Observation.PUT_SNAPSHOT);
      case QUEUE, QUEUE_RET -> shown.add(Observation.QUEUE);
      case INJECT, IRQ_PENDING -> shown.add(Observation.INJECTION);
      case UNDERFLOW -> shown.add(Observation.UNDERFLOW);
      case HCR_CONFIG -> shown.add(Observation.HCR_CONFIG);
      case IRQ_ACK -> shown.add(Observation.ACK);
      case PHYS_STATE -> shown.add(Observation.PHYS_STATE);
      case PHYS_LEVEL -> shown.add(Observation.PHYS_LEVEL);
      case GIC_MMIO, MMIO -> shown.add(Observation.DISTRIBUTOR);
      case HOST_IRQ -> shown.add(Observation.HOST_IRQ);
      case KICK -> shown.add(Observation.KICK);
      case LOCK_ACQUIRE, LOCK_RELEASE -> shown.add(Observation.LOCKS);
      case TIMER_UPDATE, TIMER_MAP -> shown.add(Observation.TIMER);
      case TIMER_STEP -> shown.add(Observation.TIMER_STEP);
      case HRTIMER -> shown.add(Observation.SOFT_TIMER);
      case IRQCHIP_STATE -> shown.add(Observation.CHIP_STATE);
      case SYSREG -> shown.add(Observation.SYSREG);
      case PMU -> {
        if (constant(binding, Kind.PMU.column("step")) == 1) {
          shown.add(Observation.PMU_OVERFLOW);
        }
      }
      case NESTED -> shown.add(Observation.NESTED_STATE);
      case PPI_STATE -> shown.add(Observation.PPI_STATE);
      case GUEST_UPCALL -> shown.add(Observation.GUEST_UPCALL);
      case GUEST_PORT -> shown.add(Observation.GUEST_PORT);
      case GUEST_CHIP -> shown.add(Observation.GUEST_EOI);
      case GUEST_SEND -> shown.add(Observation.GUEST_IPI);
      case VM -> {
        int op = constant(binding, Kind.VM.column("op"));
        if (op >= 0 && op < CREATION_OPS) {
          shown.add(Observation.VM_CREATION);
        }
      }
      default -> {}
    }
  }

  /** {@code create} and {@code init} come first among the labels of column {@code op}. */
  private static final int CREATION_OPS = 2;

  private static int constant(Binding binding, int column) {
    for (Binding.Constant constant : binding.constants()) {
      if (constant.column() == column) {
        return (int) constant.value();
      }
    }
    return -1;
  }
}
