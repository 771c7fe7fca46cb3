package org.vgictrace.replay.xen;

import org.jspecify.annotations.Nullable;

/** The hypervisor that makes the accesses of a hardware log. */
public enum Writer {
  /** Not known: nothing of a hypervisor is judged. */
  UNKNOWN,
  /** Linux KVM. */
  KVM,
  /** Xen with its original vGIC. */
  XEN_OLD,
  /** Xen with the vGIC of {@code CONFIG_NEW_VGIC}. */
  XEN_NEW;

  /** Whether it is Xen. */
  public boolean isXen() {
    return this == XEN_OLD || this == XEN_NEW;
  }

  /** The vGIC of Xen that a profile forces; null if it is none of Xen's. */
  public static @Nullable Writer ofProfile(@Nullable String profile) {
    for (Writer writer : values()) {
      if (writer.isXen() && writer.name().equalsIgnoreCase(profile)) {
        return writer;
      }
    }
    return null;
  }
}
