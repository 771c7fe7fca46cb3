package org.vgictrace.replay.kvm;

import java.util.Arrays;
import org.vgictrace.parser.event.Kind;
import org.vgictrace.parser.event.Names;
import org.vgictrace.replay.engine.Event;

/** Tells what a host interrupt is for by the name of its action, one comparison per name. */
public final class HostInterrupts {
  /** What a host interrupt is for. */
  public enum Use {
    /** Something that is no business of a guest. */
    OTHER,
    /** The virtual timer of the vCPU that is loaded. */
    VIRTUAL_TIMER,
    /** The physical timer of the vCPU that is loaded. */
    PHYSICAL_TIMER,
    /** The performance monitors of a CPU. */
    PMU
  }

  private static final int NAME = Kind.HOST_IRQ.column("name");
  private static final int POINT = Kind.HOST_IRQ.column("point");

  private byte[] uses = new byte[0];
  private static final Use[] USES = Use.values();

  /** Whether a handler begins; it ends otherwise. */
  public static boolean isEntry(Event e) {
    return e.getInt(POINT, 0) == 0;
  }

  /** What the interrupt of a {@link Kind#HOST_IRQ} event is for; only its entry tells. */
  public Use of(Event e, Names names) {
    if (!e.has(NAME)) {
      return Use.OTHER;
    }
    int id = e.getInt(NAME, 0);
    if (id >= uses.length) {
      int known = uses.length;
      uses = Arrays.copyOf(uses, Math.max(names.size(), id + 1));
      Arrays.fill(uses, known, uses.length, (byte) -1);
    }
    if (uses[id] < 0) {
      uses[id] = (byte) named(names.text(id)).ordinal();
    }
    return USES[uses[id]];
  }

  private static Use named(String name) {
    return switch (name) {
      case "kvm guest vtimer" -> Use.VIRTUAL_TIMER;
      case "kvm guest ptimer" -> Use.PHYSICAL_TIMER;
      default -> name.contains("pmu") ? Use.PMU : Use.OTHER;
    };
  }
}
