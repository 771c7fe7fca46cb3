package org.vgictrace.replay.rule;

import java.util.Collection;
import java.util.EnumSet;
import java.util.Set;

/**
 * What a recording is of. Rules about a subject of which a capture shows nothing are no gap of that
 * capture: nobody records a list register on x86.
 */
public enum Subject {
  /** Events that recordings of any subject may hold, which therefore tell nothing. */
  COMMON("anything"),
  /** The vGIC that KVM gives guests on arm64, with its timers, PMU and ITS. */
  KVM_VGIC("KVM's vGIC"),
  /** The GIC's virtual CPU interface, as the log of an emulated machine shows it. */
  VIRTUAL_INTERFACE("the architecture's virtual CPU interface, for any hypervisor"),
  /** The scheduler of a Xen host, as xentrace records it. */
  XEN_SCHEDULER("Xen's scheduler"),
  /** Guests of KVM on x86. No rule is about them by themselves. */
  X86_GUESTS("none for x86 but KVM's emulation of Xen, of which nothing shows"),
  /** KVM's emulation of Xen on x86. */
  KVM_XEN("KVM's emulation of Xen"),
  /** Event channels as a Linux guest takes them. */
  GUEST_EVENTS("a Linux guest's event channels"),
  /** Event channels inside of a hypervisor that records their bits. */
  XEN_EVENTS("event channels"),
  /** The vGIC of Xen on Arm. */
  XEN_VGIC("Xen's vGIC"),
  /** The inside of Xen's vGIC, which only an instrumented hypervisor shows. */
  XEN_INSIDE("the inside of Xen's vGIC");

  private final String doc;

  Subject(String doc) {
    this.doc = doc;
  }

  /** What it is, in a few words. */
  public String doc() {
    return doc;
  }

  /** What a recording is of that shows these; KVM's vGIC if they do not tell. */
  public static Set<Subject> of(Collection<Observation> observed) {
    boolean x86 =
        observed.contains(Observation.X86_INJECT) || observed.contains(Observation.X86_ACCEPT);
    EnumSet<Subject> subjects = EnumSet.noneOf(Subject.class);
    observed.forEach(observation -> subjects.add(observation.subject()));
    subjects.remove(COMMON);
    if (subjects.isEmpty()) {
      subjects.add(x86 ? X86_GUESTS : KVM_VGIC);
    }
    return subjects;
  }
}
