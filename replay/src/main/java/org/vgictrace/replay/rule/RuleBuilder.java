package org.vgictrace.replay.rule;

import java.util.ArrayList;
import java.util.List;

/** Declares a rule in readable steps. */
public final class RuleBuilder {
  private final String id;
  private final Severity severity;
  private final String title;
  private String holds = "";
  private String why = "";
  private String catches = "";
  private List<Observation> needs = List.of();
  private final List<String> functions = new ArrayList<>();
  private final List<String> architecture = new ArrayList<>();
  private boolean absence;

  RuleBuilder(String id, Severity severity, String title) {
    this.id = id;
    this.severity = severity;
    this.title = title;
  }

  public RuleBuilder holds(String sentence) {
    holds = sentence;
    return this;
  }

  public RuleBuilder why(String sentence) {
    why = sentence;
    return this;
  }

  public RuleBuilder catches(String sentence) {
    catches = sentence;
    return this;
  }

  public RuleBuilder needs(Observation... observations) {
    needs = List.of(observations);
    return this;
  }

  /** Adds a kernel function, as {@code function (file)}. */
  public RuleBuilder function(String function) {
    functions.add(function);
    return this;
  }

  /** Adds a section of the architecture. */
  public RuleBuilder architecture(String section) {
    architecture.add(section);
    return this;
  }

  /** Says that a violation shows in something that is missing. */
  public RuleBuilder absence() {
    absence = true;
    return this;
  }

  public Rule build() {
    if (holds.isEmpty() || why.isEmpty() || catches.isEmpty() || functions.isEmpty()) {
      throw new IllegalStateException("declaration of " + id + " is incomplete");
    }
    return new Rule(
        id, severity, title, holds, why, catches, needs, functions, architecture, absence);
  }
}
