package org.vgictrace.replay.kvm;

import org.jspecify.annotations.Nullable;
import org.vgictrace.replay.rule.Generation;

/**
 * Which generation of the hypervisor is modelled. Chosen by the user, by the kernel release, or by
 * evidence in the events (some probes and fields exist in one generation only). Until it is known,
 * rules that differ between generations are not decided.
 */
public final class Profile {
  private static final int FIRST_M612 = version(6, 4);
  private static final int FIRST_M72 = version(6, 19);

  private @Nullable Generation generation;
  private String source;
  private final boolean fixed;

  private Profile(@Nullable Generation generation, String source, boolean fixed) {
    this.generation = generation;
    this.source = source;
    this.fixed = fixed;
  }

  /**
   * @param name a generation forced by the user, or null
   * @param release kernel release, or null
   * @throws IllegalArgumentException if there is no such generation
   */
  public static Profile choose(@Nullable String name, @Nullable String release) {
    if (name != null) {
      for (Generation generation : Generation.values()) {
        if (generation.name().equalsIgnoreCase(name)) {
          return new Profile(generation, "forced", true);
        }
      }
      throw new IllegalArgumentException("no profile " + name + "; there are M61, M612 and M72");
    }
    Generation generation = release == null ? null : ofRelease(release);
    return generation == null
        ? new Profile(null, "release unknown", false)
        : new Profile(generation, "release " + release, true);
  }

  private static @Nullable Generation ofRelease(String release) {
    int dot = digitsEnd(release, 0);
    int end = digitsEnd(release, dot + 1);
    boolean readable = dot > 0 && dot <= 3 && end > dot + 1 && end - dot <= 5;
    if (!readable || release.charAt(dot) != '.') {
      return null;
    }
    int major = Integer.parseInt(release, 0, dot, 10);
    int minor = Integer.parseInt(release, dot + 1, end, 10);
    int version = version(major, minor);
    if (version < version(4, 16)) {
      return null;
    }
    if (version >= FIRST_M72) {
      return Generation.M72;
    }
    return version >= FIRST_M612 ? Generation.M612 : Generation.M61;
  }

  private static int digitsEnd(String text, int from) {
    int end = from;
    while (end < text.length() && text.charAt(end) >= '0' && text.charAt(end) <= '9') {
      end++;
    }
    return end;
  }

  private static int version(int major, int minor) {
    return major * 10_000 + minor;
  }

  /** Takes an event as evidence, unless the user or the release has decided. */
  void evidence(Generation shown, String by) {
    if (!fixed && generation != shown) {
      generation = shown;
      source = by;
    }
  }

  /** The generation, null while unknown. */
  public @Nullable Generation generation() {
    return generation;
  }

  /** Whether the generation is known. */
  public boolean isKnown() {
    return generation != null;
  }

  /** Whether it is 6.19 or later; false if unknown. */
  public boolean isEoiCount() {
    return generation == Generation.M72;
  }

  /** Whether it is before 6.19; false if unknown. */
  public boolean isLegacy() {
    return generation == Generation.M61 || generation == Generation.M612;
  }

  /** {@code M612 (release 6.12.107)} or {@code unknown (release unknown)}. */
  @Override
  public String toString() {
    return name() + " (" + source + ")";
  }

  /** {@code M612} or {@code unknown}. */
  String name() {
    return generation == null ? "unknown" : generation.name();
  }
}
