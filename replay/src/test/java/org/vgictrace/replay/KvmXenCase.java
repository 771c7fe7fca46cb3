package org.vgictrace.replay;

import static org.vgictrace.replay.KvmXenTrace.HALT;
import static org.vgictrace.replay.KvmXenTrace.INTERRUPT;

import java.util.List;
import java.util.function.UnaryOperator;
import org.vgictrace.replay.rule.Rule;

/**
 * A trace that a rule about KVM's emulation of Xen accepts or rejects.
 *
 * @param bugs entries of the list of known bugs that it imitates
 * @param expected the findings, each in words; empty if the rule holds
 */
record KvmXenCase(
    Rule rule, String name, List<String> bugs, UnaryOperator<KvmXenTrace> trace, String expected) {
  boolean isRejecting() {
    return !expected.isEmpty();
  }

  @Override
  public String toString() {
    return rule.id() + (isRejecting() ? " is broken: " : " holds: ") + name;
  }

  static KvmXenCase holds(Rule rule, String name, UnaryOperator<KvmXenTrace> trace) {
    return new KvmXenCase(rule, name, List.of(), trace, "");
  }

  static KvmXenCase broken(
      Rule rule, String name, UnaryOperator<KvmXenTrace> trace, String expected, String... bugs) {
    return new KvmXenCase(rule, name, List.of(bugs), trace, expected);
  }

  /** The vCPU halts, is given an event and told of it by the VM's callback vector. */
  static KvmXenTrace callback(KvmXenTrace t) {
    return t.exit(0, HALT)
        .deliver(70, 0, 1)
        .look(0, 1)
        .inject(0)
        .entry(0)
        .exit(0, INTERRUPT)
        .look(0, 0)
        .entry(0);
  }

  /** The same with the vCPU's own vector. */
  static KvmXenTrace vector(KvmXenTrace t) {
    return t.exit(0, HALT).user().fast(70, 0).accept(0).ret(1).inject(0).entry(0);
  }

  static KvmXenTrace running(KvmXenTrace t) {
    return t.entry(0).exit(0, INTERRUPT).entry(0);
  }

  static KvmXenTrace preempted(KvmXenTrace t) {
    return t.on(0).runState(0, 0).switchedOut(0).runState(0, 1);
  }
}
