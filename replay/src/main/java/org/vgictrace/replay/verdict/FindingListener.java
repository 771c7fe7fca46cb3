package org.vgictrace.replay.verdict;

/**
 * Is told of a finding while the batch that shows it is being replayed, so that it can keep the
 * events around it. The finding may still be withdrawn: the result of the replay decides, and holds
 * findings with equal {@code rule} and {@code at}.
 */
@FunctionalInterface
public interface FindingListener {
  void found(Finding finding);
}
