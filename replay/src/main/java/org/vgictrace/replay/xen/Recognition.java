package org.vgictrace.replay.xen;

import org.vgictrace.replay.gic.Hcr;
import org.vgictrace.replay.gic.Lr;

/**
 * Tells the hypervisors apart by the order of their register accesses, which a defect of their
 * vGICs would leave alone.
 *
 * <pre>
 *            Xen (either vGIC)                              KVM
 *  restore   VMCR, AP0R, AP1R, LRn-1..LR0       (GICv3)     VMCR, active priorities, no LRs
 *            LR0..LRn-1, APR, VMCR, HCR         (GICv2)
 *  after     HCR read and written, LRs read                 ELRSR read, HCR written
 *  an exit   old: kept; new: each cleared, then HCR.En
 * </pre>
 *
 * The new vGIC drives GICv2 only. The two are told apart by what most exits do: a single one may be
 * that of a defect.
 */
final class Recognition {
  /** Exits that must agree. */
  private static final int VOTES_MIN = 4;

  /** Accesses that only KVM makes, before the log is taken to be its own. */
  private static final int KVM_MIN = 4;

  /** Of so many votes one may differ. */
  private static final int VOTES_PER_DISSENT = 8;

  private Writer writer = Writer.UNKNOWN;
  private long switches;
  private long kvm;
  private long oldVotes;
  private long newVotes;

  Writer writer() {
    return writer;
  }

  /** What follows may be by another hypervisor. */
  void restart() {
    writer = Writer.UNKNOWN;
    switches = 0;
    kvm = 0;
    oldVotes = 0;
    newVotes = 0;
  }

  /** Takes an access of the hypervisor in, before it is judged. */
  void accessed(Core c, Register reg, boolean write, int lr, long value) {
    switch (reg) {
      case VTR -> kvm += c.vtrRead ? 1 : 0;
      case ELRSR -> kvm++;
      case HCR -> control(c, write, value);
      case LR -> {
        if (!write) {
          c.voteReads++;
          c.voteLr = Lr.state(value, c.v3) == Lr.STATE_INACTIVE ? -1 : lr;
        } else if (value == 0 && lr == c.voteLr) {
          c.voteCleared++;
        } else if (value != 0) {
          close(c);
        }
      }
      default -> close(c);
    }
    decide(c.v3);
  }

  private void control(Core c, boolean write, long value) {
    if (!write) {
      return;
    }
    if (Hcr.has(value, Hcr.EN)) {
      close(c);
      c.voting = c.afterHcrRead && !Hcr.has(value, Hcr.UIE);
      c.voteReads = 0;
      c.voteCleared = 0;
      c.voteDisabled = false;
      c.voteLr = -1;
    } else {
      c.voteDisabled = c.afterHcrRead;
      close(c);
    }
  }

  /** The guest runs. */
  void guest(Core c) {
    close(c);
  }

  private void close(Core c) {
    if (c.voting && c.voteReads > 0) {
      if (c.voteDisabled || c.voteCleared > 0) {
        newVotes++;
      } else {
        oldVotes++;
      }
    }
    c.voting = false;
  }

  /** A context switch was seen in every step. */
  void switched() {
    switches++;
  }

  private void decide(boolean v3) {
    if (switches > 0 == kvm > 0) {
      return;
    }
    if (kvm > 0) {
      writer = kvm >= KVM_MIN ? Writer.KVM : Writer.UNKNOWN;
    } else if (v3) {
      writer = Writer.XEN_OLD;
    } else {
      long votes = oldVotes + newVotes;
      boolean agreed = Math.min(oldVotes, newVotes) * VOTES_PER_DISSENT <= votes;
      if (votes >= VOTES_MIN && agreed) {
        writer = oldVotes > newVotes ? Writer.XEN_OLD : Writer.XEN_NEW;
      }
    }
  }
}
