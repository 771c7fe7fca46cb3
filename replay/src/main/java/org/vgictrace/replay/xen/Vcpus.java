package org.vgictrace.replay.xen;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.vgictrace.replay.engine.Event;
import org.vgictrace.replay.gic.Lr;
import org.vgictrace.replay.rule.Reason;

/**
 * The virtual CPUs of a machine, followed through context switches: what is restored must have been
 * saved before. Those of which the saved registers are not known are counted, because whatever is
 * restored may be theirs.
 */
final class Vcpus {
  /** Most saved images that are kept; more virtual CPUs than any Xen has. */
  private static final int IMAGES_MAX = 4096;

  /** Virtual CPUs that a recording that starts in the middle may show for the first time. */
  private static final int UNSEEN_MAX = 64;

  private final XenReporter report;
  private final List<Core> cores;
  private final List<Image> saved = new ArrayList<>();

  /** Numbers of virtual CPUs whose saved registers are not known, -1 for a number not known. */
  private final List<Integer> lost = new ArrayList<>();

  /** Whether the log shows the machine from the start, so that every virtual CPU is known. */
  private boolean fromStart;

  /** Whether the saved images are those of the virtual CPUs that are not loaded, and no others. */
  private boolean exact = true;

  private final BitSet numbers = new BitSet();
  private int unseen;
  private int next;

  Vcpus(List<Core> cores, XenReporter report) {
    this.cores = cores;
    this.report = report;
  }

  /** The log begins with the initialisation of the hypervisor. */
  void startsHere() {
    fromStart = true;
  }

  /** Lines are missing. */
  void forget() {
    saved.clear();
    lost.clear();
    fromStart = false;
    exact = false;
  }

  /** Virtual CPUs found. */
  int count() {
    return numbers.cardinality();
  }

  /** The registers of the virtual CPU of a core are saved. */
  void saved(Core c, Image image) {
    image.vcpu = c.vcpu >= 0 ? c.vcpu : named();
    if (saved.size() < IMAGES_MAX) {
      saved.add(image);
    } else {
      lost(c);
    }
  }

  /** The virtual CPU of a core is saved, with registers that are not known. */
  void lost(Core c) {
    if (lost.size() < IMAGES_MAX) {
      lost.add(c.vcpu);
    }
  }

  /** A virtual CPU is loaded, and it is not known which. */
  void doubt(Core c) {
    exact &= c.context == Core.Context.UNKNOWN;
  }

  /** A core may have saved its virtual CPU without the log showing the last step. */
  void maybeSaved(boolean possible) {
    exact &= !possible;
  }

  private int named() {
    int number = next++;
    numbers.set(number);
    return number;
  }

  /**
   * Registers are restored.
   *
   * @return the virtual CPU they belong to
   */
  int restored(Event e, Core c, Image image) {
    for (int i = saved.size() - 1; i >= 0; i--) {
      if (saved.get(i).isSameAs(image)) {
        int vcpu = saved.remove(i).vcpu;
        report.restoredRight();
        return vcpu;
      }
    }
    if (image.isBlank()) {
      return named();
    }
    for (Image before : saved) {
      if (isExplained(c, before, image)) {
        // It stays among the saved ones, for it may be another's.
        report.restoredUndecided(Reason.UNMARKED_LOSS);
        exact = false;
        return -1;
      }
    }
    if (!lost.isEmpty()) {
      report.restoredUndecided(Reason.UNKNOWN_VCPU);
      int vcpu = lost.remove(lost.size() - 1);
      return vcpu >= 0 ? vcpu : named();
    }
    if (isAnyInDoubt()) {
      report.restoredUndecided(Reason.UNKNOWN_VCPU);
      return -1;
    }
    if (!fromStart) {
      unseen++;
      if (unseen <= UNSEEN_MAX) {
        report.restoredUndecided(Reason.TRACE_START);
        return named();
      }
    }
    return contradicted(e, c, image);
  }

  /** Whether some CPU may have saved its virtual CPU without the log showing the last step. */
  private boolean isAnyInDoubt() {
    for (Core core : cores) {
      if (core.maybeLeft) {
        return true;
      }
    }
    return false;
  }

  private int contradicted(Event e, Core c, Image image) {
    int at = nearest(image);
    if (at < 0) {
      report.restoredWrong(e, c, image, null, !fromStart);
      return named();
    }
    Image before = saved.remove(at);
    report.restoredWrong(e, c, image, before, !fromStart);
    return before.vcpu;
  }

  /** The saved image that differs least, -1 if there is none. */
  private int nearest(Image image) {
    int best = -1;
    int least = Integer.MAX_VALUE;
    for (int i = saved.size() - 1; i >= 0; i--) {
      Image other = saved.get(i);
      int differences = 2 * image.differences(other) + (image.isSameControl(other) ? 0 : 1);
      if (differences < least) {
        least = differences;
        best = i;
      }
    }
    return best;
  }

  /**
   * Whether the last register of a GICv3 restore is missing in the log, and what looks like it is
   * the first interrupt given to the virtual CPU afterwards.
   */
  private static boolean isExplained(Core c, Image before, Image image) {
    if (!c.v3 || image.firstDifference(before) != 0 || image.differences(before) != 1) {
      return false;
    }
    long was = before.lrs[0];
    long is = image.lrs[0];
    boolean sameIntid = Lr.intid(was, true, false) == Lr.intid(is, true, false);
    return switch (Lr.state(was, true)) {
      case Lr.STATE_INACTIVE -> Lr.state(is, true) == Lr.STATE_PENDING;
      case Lr.STATE_PENDING ->
          Lr.state(is, true) == Lr.STATE_PENDING
              && Lr.priority(is, true) < Lr.priority(was, true)
              && isFull(before);
      default -> sameIntid && Lr.state(is, true) == Lr.STATE_PENDING_ACTIVE;
    };
  }

  private static boolean isFull(Image image) {
    for (long lr : image.lrs) {
      if (Lr.state(lr, true) == Lr.STATE_INACTIVE) {
        return false;
      }
    }
    return true;
  }

  /**
   * The saved image that holds a physical interrupt in a list register that is not inactive, null
   * if there is none or that is not certain.
   */
  @Nullable Image holder(int physical, boolean v3) {
    if (!exact) {
      return null;
    }
    for (Image image : saved) {
      for (long lr : image.lrs) {
        if (Lr.isHw(lr, v3)
            && Lr.state(lr, v3) != Lr.STATE_INACTIVE
            && Lr.physicalIntid(lr, v3) == physical) {
          return image;
        }
      }
    }
    return null;
  }
}
