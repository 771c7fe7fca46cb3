package org.vgictrace.replay.rule;

import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** All rules, in the order of the specification, known quirks last. */
public final class Catalogue {
  private static final List<Rule> RULES =
      Stream.of(
              EntryImageRules.ALL,
              OverflowRules.ALL,
              ResidencyRules.ALL,
              FoldRules.ALL,
              ApListRules.ALL,
              EdgeRules.ALL,
              InjectionRules.ALL,
              WakeRules.ALL,
              MaintenanceRules.ALL,
              LpiRules.ALL,
              ItsRules.ALL,
              VlpiRules.ALL,
              OwnershipRules.ALL,
              TimerRules.ALL,
              LockRules.ALL,
              NestedRules.ALL,
              HardwareRules.ALL,
              JoinRules.ALL,
              RunStateRules.ALL,
              EvtchnPortRules.ALL,
              EvtchnQueueRules.ALL,
              KvmXenRules.ALL,
              EvtchnGuestRules.ALL,
              BothSidesRules.ALL,
              XenRules.ALL,
              XenOldRules.ALL,
              XenNewRules.ALL,
              QuirkRules.ALL,
              XenLimitRules.ALL)
          .flatMap(List::stream)
          .toList();

  private Catalogue() {}

  /** All rules. */
  public static List<Rule> rules() {
    return RULES;
  }

  /**
   * The rule with that identifier; null if there is none.
   *
   * @param id in any case, with or without the prefix INV or Q: {@code INV-LRE-5}, {@code lre-5},
   *     {@code q-sgi0}, {@code SGI0}
   */
  public static @Nullable Rule find(String id) {
    for (Rule rule : RULES) {
      String name = rule.id();
      if (name.equalsIgnoreCase(id) || shortened(name).equalsIgnoreCase(id)) {
        return rule;
      }
    }
    return null;
  }

  /** What is left without a prefix that says no more than that this is a rule or a quirk. */
  private static String shortened(String id) {
    return id.startsWith("INV-") || id.startsWith("Q-") ? id.substring(id.indexOf('-') + 1) : id;
  }
}
