package org.vgictrace.replay;

/**
 * Is told of a finding while the batch that shows it is being replayed, so that it can keep the events around it. The
 * finding may still be withdrawn: {@link ReplayResult#findings()} decides, and holds findings with equal {@code rule}
 * and {@code at}.
 */
@FunctionalInterface
public interface FindingListener {
  void found(Finding finding);
}
