package org.vgictrace.replay;

import org.jspecify.annotations.Nullable;

/** Replays of logs for tests of other packages. */
public final class Logs {
  private Logs() {}

  /**
   * The result for a capture in text.
   *
   * @param options null for those that its header gives
   */
  public static ReplayResult replay(String text, @Nullable ReplayOptions options) {
    return options == null ? Replays.text(text) : Replays.text(text, options);
  }
}
