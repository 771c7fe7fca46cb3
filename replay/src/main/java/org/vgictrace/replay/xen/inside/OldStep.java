package org.vgictrace.replay.xen.inside;

import java.util.List;
import java.util.Locale;
import org.vgictrace.replay.rule.Transition;

/** The steps of {@code xen_old_irq}, in any order. */
enum OldStep {
  INJECT(Transition.OV_T01),
  ENABLE(Transition.OV_T09),
  DISABLE(Transition.OV_T10),
  FOLD(Transition.OV_T05),
  FILL(Transition.OV_T08),
  EVICT(Transition.OV_T08),
  MIGRATE(Transition.OV_T15),
  ONLINE(Transition.OV_T18),
  MAP(Transition.OV_L01),
  DISCARD(Transition.OV_L02),
  PROPERTY(Transition.OV_L04),
  CLEAR(Transition.OV_L03);

  private final Transition transition;
  private final String label = name().toLowerCase(Locale.ROOT);

  OldStep(Transition transition) {
    this.transition = transition;
  }

  String label() {
    return label;
  }

  /** The step of the model that it shows. */
  Transition transition(boolean lpi) {
    return lpi && this == INJECT ? Transition.OV_L03 : transition;
  }

  /** The steps by the numbers of their labels. */
  static OldStep[] inOrderOf(List<String> labels) {
    OldStep[] steps = new OldStep[labels.size()];
    for (int i = 0; i < steps.length; i++) {
      steps[i] = valueOf(labels.get(i).toUpperCase(Locale.ROOT));
    }
    return steps;
  }
}
