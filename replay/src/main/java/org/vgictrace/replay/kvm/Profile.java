package org.vgictrace.replay.kvm;

import org.jspecify.annotations.Nullable;
import org.vgictrace.replay.rule.Generation;

/**
 * Which generation of the hypervisor is modelled. Chosen by the user, by the kernel release, or by
 * evidence in the events (some probes and fields exist in one generation only). Until it is known,
 * rules that differ between generations are not decided.
 */
public final class Profile {
  /** Patch levels of one version. */
  private static final int PATCHES = 1_000;

  private static final int MINORS = 1_000;
  private static final int MAJORS = 1_000;
  private static final int OLDEST = version(4, 16, 0);
  private static final int FIRST_M612 = version(6, 4, 0);
  private static final int FIRST_M72 = version(6, 19, 0);

  private @Nullable Generation generation;
  private String source;
  private final boolean fixed;
  private final int version;
  private final int candidate;

  private Profile(
      @Nullable Generation generation, String source, boolean fixed, @Nullable String release) {
    this.generation = generation;
    this.source = source;
    this.fixed = fixed;
    // A generation that is forced against the release says that the release is not to be trusted.
    if (release != null && generation != null && generation == ofRelease(release)) {
      this.version = versionOf(release);
      this.candidate = candidateOf(release);
    } else {
      this.version = -1;
      this.candidate = 0;
    }
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
          return new Profile(generation, "forced", true, release);
        }
      }
      throw new IllegalArgumentException(
          "no profile " + name + "; there are M61, M612, M72, XEN_OLD and XEN_NEW");
    }
    Generation generation = release == null ? null : ofRelease(release);
    return generation == null
        ? new Profile(null, "release unknown", false, null)
        : new Profile(generation, "release " + release, true, release);
  }

  private static @Nullable Generation ofRelease(String release) {
    int version = versionOf(release);
    if (version < OLDEST) {
      return null;
    }
    if (version >= FIRST_M72) {
      return Generation.M72;
    }
    return version >= FIRST_M612 ? Generation.M612 : Generation.M61;
  }

  /** The version that a release starts with, -1 if it does not start with one. */
  private static int versionOf(String release) {
    int dot = digitsEnd(release, 0);
    int end = digitsEnd(release, dot + 1);
    boolean readable = dot > 0 && dot <= 3 && end > dot + 1 && end - dot <= 5;
    if (!readable || release.charAt(dot) != '.') {
      return -1;
    }
    int last = end < release.length() && release.charAt(end) == '.' ? end + 1 : end;
    int patchEnd = digitsEnd(release, last);
    boolean hasPatch = patchEnd > last && patchEnd - last <= 3;
    return version(
        Integer.parseInt(release, 0, dot, 10),
        Integer.parseInt(release, dot + 1, end, 10),
        hasPatch ? Integer.parseInt(release, last, patchEnd, 10) : 0);
  }

  /** The number of a release candidate, as 3 of {@code 6.18.0-rc3-lab}; 0 if it is none. */
  private static int candidateOf(String release) {
    int mark = release.indexOf("-rc");
    int from = mark + "-rc".length();
    int end = mark < 0 ? from : digitsEnd(release, from);
    return end == from || end - from > 3 ? 0 : Integer.parseInt(release, from, end, 10);
  }

  private static int digitsEnd(String text, int from) {
    int end = from;
    while (end < text.length() && text.charAt(end) >= '0' && text.charAt(end) <= '9') {
      end++;
    }
    return end;
  }

  /**
   * A kernel's version in one number that grows with it.
   *
   * @param major 0 to 999
   * @param minor 999 stands for all greater ones
   * @param patch 0 to 999
   */
  public static int version(int major, int minor, int patch) {
    return (Math.min(major, MAJORS - 1) * MINORS + Math.min(minor, MINORS - 1)) * PATCHES + patch;
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

  /**
   * The kernel's version as {@link #version(int, int, int)} makes it, to compare; -1 if only the
   * generation is known. Distributions count patches in their own way (6.1.0-50 is 6.1.176): only
   * what changed with a minor version, or a patch of a version whose name tells it, may depend on
   * it.
   */
  public int version() {
    return version;
  }

  /** Number of the release candidate of that version; 0 if it is none or unknown. */
  public int candidate() {
    return candidate;
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
