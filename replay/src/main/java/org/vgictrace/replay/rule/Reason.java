package org.vgictrace.replay.rule;

import java.util.Locale;

/** Why an instance of a rule could not be decided. */
public enum Reason {
  NO_LR_IMAGE("no list register image of that entry or exit"),
  NO_IRQ_SNAPSHOT("the interrupt's state was not recorded"),
  LOST_EVENTS("the recorder lost events"),
  TRACE_START("the state from before the recording is unknown"),
  UNKNOWN_VCPU("the vCPU could not be identified"),
  UNKNOWN_VERSION("the kernel version is unknown and versions differ"),
  RACE_WINDOW("another CPU may have changed the state meanwhile"),
  NVHE("the list registers are written where no probe reaches"),
  PROBE_MISSING("an event the rule needs was not recorded"),
  CONFIG("a constant of the machine is unknown"),
  UNMARKED_LOSS("events are missing without a loss mark"),
  NESTED("a nested guest was running"),
  NO_CONTEXT("whether interrupts were off, or how deep preemption, was not recorded");

  private final String doc;

  Reason(String doc) {
    this.doc = doc;
  }

  /** What it means, as the end of a sentence. */
  public String doc() {
    return doc;
  }

  /** The lower-case name used in reports. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
