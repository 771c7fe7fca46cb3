package org.vgictrace.replay.rule;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * One rule of the model.
 *
 * @param id identifier of the specification, such as {@code INV-LRE-5}
 * @param severity of a finding against it
 * @param title a few words, starting with a capital letter, no full stop
 * @param holds what must hold, in one or two sentences
 * @param why why a correct hypervisor keeps it
 * @param catches what goes wrong when it is broken, and a real defect it would have shown
 * @param needs observations without which it cannot be decided
 * @param functions kernel functions that keep it, as {@code function (file)}
 * @param architecture sections of the architecture it rests on, such as {@code Arm IHI 0069
 *     12.4.4}; empty if it is the hypervisor's own
 * @param absence whether a violation shows in something that is missing; such a finding needs
 *     repetition and a recording without gaps
 */
public record Rule(
    String id,
    Severity severity,
    String title,
    String holds,
    String why,
    String catches,
    List<Observation> needs,
    List<String> functions,
    List<String> architecture,
    boolean absence) {

  public Rule {
    needs = List.copyOf(needs);
    functions = List.copyOf(functions);
    architecture = List.copyOf(architecture);
  }

  /** Starts the declaration of a rule. */
  public static RuleBuilder rule(String id, Severity severity, String title) {
    return new RuleBuilder(id, severity, title);
  }

  /** Whether it judges something that a capture of those subjects can show. */
  public boolean isAbout(Set<Subject> subjects) {
    Set<Subject> own = EnumSet.noneOf(Subject.class);
    needs.forEach(need -> own.add(need.subject()));
    own.remove(Subject.COMMON);
    return subjects.containsAll(own.isEmpty() ? Set.of(Subject.KVM_VGIC) : own);
  }

  @Override
  public String toString() {
    return id;
  }
}
