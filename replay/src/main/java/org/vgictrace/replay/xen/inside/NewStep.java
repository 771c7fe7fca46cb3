package org.vgictrace.replay.xen.inside;

import java.util.List;
import java.util.Locale;
import org.vgictrace.replay.rule.Transition;

/** The steps of {@code xen_new_irq}, in any order. */
enum NewStep {
  INJECT(Transition.NV_T01),
  QUEUE(Transition.NV_T02),
  FOLD(Transition.NV_T04),
  POPULATE(Transition.NV_T07),
  KEEP(Transition.NV_T05),
  REMOVE(Transition.NV_T05),
  MOVE(Transition.NV_T05),
  ENABLE(Transition.NV_T08),
  DISABLE(Transition.NV_T08),
  PEND(Transition.NV_T09),
  UNPEND(Transition.NV_T09),
  RETARGET(Transition.NV_T11),
  SGI(Transition.NV_T12);

  private final Transition transition;
  private final String label = name().toLowerCase(Locale.ROOT);

  NewStep(Transition transition) {
    this.transition = transition;
  }

  String label() {
    return label;
  }

  /** The step of the model that it shows. */
  Transition transition() {
    return transition;
  }

  /** The steps by the numbers of their labels. */
  static NewStep[] inOrderOf(List<String> labels) {
    NewStep[] steps = new NewStep[labels.size()];
    for (int i = 0; i < steps.length; i++) {
      steps[i] = valueOf(labels.get(i).toUpperCase(Locale.ROOT));
    }
    return steps;
  }
}
