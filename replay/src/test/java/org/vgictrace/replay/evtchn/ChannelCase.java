package org.vgictrace.replay.evtchn;

import java.util.function.Supplier;
import org.vgictrace.replay.ReplayResult;
import org.vgictrace.replay.rule.Rule;

/**
 * A trace that a rule accepts or rejects.
 *
 * @param rule the rule
 * @param name what happens; begins with the entry of the catalogue of defects that it imitates, if
 *     it does
 * @param rejected whether the rule finds it
 * @param play replays it
 */
record ChannelCase(Rule rule, String name, boolean rejected, Supplier<ReplayResult> play) {
  static ChannelCase holds(Rule rule, String name, Supplier<ReplayResult> play) {
    return new ChannelCase(rule, name, false, play);
  }

  static ChannelCase broken(Rule rule, String name, Supplier<ReplayResult> play) {
    return new ChannelCase(rule, name, true, play);
  }

  @Override
  public String toString() {
    return rule.id() + (rejected ? " is broken: " : " holds: ") + name;
  }
}
