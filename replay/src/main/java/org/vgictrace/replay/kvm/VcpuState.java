package org.vgictrace.replay.kvm;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.vgictrace.parser.event.LrImage;
import org.vgictrace.replay.gic.Lr;

/**
 * What is known of one vCPU and of its residency.
 *
 * <pre>
 *   IDLE --populate/clear--> FLUSH --entry image--> IMAGED --kvm_entry--> GUEST --exit image--> FOLDING --kvm_exit--> IDLE
 *                              |                                            |
 *                              +--exit image (cancelled entry)--> CANCELLED +--kvm_exit (no list register used)--> IDLE
 * </pre>
 */
public final class VcpuState {
  enum Phase {
    IDLE,
    FLUSH,
    IMAGED,
    GUEST,
    FOLDING,
    CANCELLED
  }

  static final int LRS_MAX = LrImage.LRS_MAX;

  /** Whether its latest entry image, if that still counts, has the interrupt. */
  boolean hasInRegisters(int intid, Machine machine) {
    int n = entryValid ? Math.min(used, inRecorded) : 0;
    for (int k = 0; k < n; k++) {
      long held = Lr.intid(in[k], machine.isV3(), machine.isV2Guest(this));
      if (held == Integer.toUnsignedLong(intid)) {
        return true;
      }
    }
    return false;
  }

  /** Address of struct kvm_vcpu, 0 if no event showed it. */
  final long pointer;

  /** SGIs and PPIs by interrupt number. */
  final @Nullable IrqState[] privates = new @Nullable IrqState[32];

  /** vCPU number, -1 if unknown. */
  int id = -1;

  /** Thread, -1 if unknown. */
  int pid = -1;

  @Nullable VmState vm;

  /** Aff3 to Aff0 where ICC_SGI1R_EL1 has them, Aff0 as a number in bits 3:0; -1 if unknown. */
  long affinity = -1;

  /** Whether it was seen to run. */
  boolean hasRun;

  Phase phase = Phase.IDLE;

  /** CPU of its thread's latest event. */
  int cpu = -1;

  /** Time stamp of its thread's latest event. */
  long lastTs;

  /** Whether its thread is in KVM_RUN, as far as the recording shows. */
  boolean isInRun;

  /** Time of its latest exit. */
  long exitTs;

  /** The vCPUs that its thread kicked since, by number. */
  long kicked;

  /** An interrupt that left its list and is on another's already, null for none. */
  @Nullable IrqState moved;

  /** Registers that its thread is reading, null if none that is judged. */
  @Nullable RegisterBank reading;

  long readAddress;

  /** Position of a write of active states that must wait until this vCPU has left the guest. */
  long haltSeq = -1;

  /** The residency it was in then. */
  long haltSerial;

  /** An interrupt of its list registers whose active state was written without waiting, or -1. */
  int unhaltedIntid = -1;

  long unhaltedTs;

  /** Whether a kick found it in the guest after that. */
  boolean unhaltedInside;

  /** Whether it is in the middle of a write to what may be the interrupt controller. */
  boolean unknownWrite;

  /**
   * Whether a write that may switch the distributor is under way, of which no more was recorded.
   */
  boolean unknownControl;

  /** Whether any guest entry was seen since the start of the recording or the latest loss. */
  boolean synced;

  // Interrupts known to be on this vCPU's ap_list, in no order.
  IrqState[] members = new IrqState[8];
  int memberCount;

  // The flush.
  int popMask;
  final long[] popValue = new long[LRS_MAX];
  final boolean[] popExact = new boolean[LRS_MAX];
  final @Nullable IrqState[] popIrq = new @Nullable IrqState[LRS_MAX];
  final int[] popFlags = new int[LRS_MAX];
  final int[] popKnown = new int[LRS_MAX];
  final long[] popPresent = new long[LRS_MAX];
  final int[] popPriority = new int[LRS_MAX];

  /** Whether the interrupt targets this vCPU: 1 yes, 0 no, -1 unknown. */
  final int[] popTarget = new int[LRS_MAX];

  final int[] popSourcesLeft = new int[LRS_MAX];
  final long[] popSeq = new long[LRS_MAX];
  final long[] popTs = new long[LRS_MAX];
  final int[] popCpu = new int[LRS_MAX];
  int clearMask;
  boolean multiSource;
  boolean underflow;
  long underflowSeq;
  long underflowTs;
  boolean hcrConfig;
  long hcrConfigSeq;
  long hcrConfigTs;
  int nrPend;
  int nrAct;
  int nrSgi;
  long flushTs;

  /** Latest event of the thread before the flush. */
  long beforeFlushTs;

  // The entry image.
  boolean entryValid;
  long imageSerial;
  final long[] in = new long[LRS_MAX];
  int inRecorded;
  int used;
  long inHcr = -1;
  long inVmcr = -1;

  /** The latest entry whose control register was right and had the interface switched on. */
  long enabledSeq;

  /** Its time, 0 if there was none. */
  long enabledTs;

  /** Whether the control register was found wrong at entry. */
  boolean inHcrTainted;

  long inSeq;
  long inTs;
  int inCpu;

  /**
   * List registers whose entry value was found wrong; nothing more is said of them in this
   * residency.
   */
  int inTainted;

  /** An interrupt that had to be considered and is in no list register; null if none is known. */
  @Nullable IrqState firstOutside;

  // The exit image.
  boolean exitValid;
  final long[] out = new long[LRS_MAX];
  int outRecorded;
  long outHcr = -1;
  long outVmcr = -1;
  long outSeq;
  long outTs;
  int outCpu;
  int outTainted;

  // The fold.
  int foldNext;
  int foldMask;
  int ackMask;

  /** List registers whose fold was seen to end, whether its other events were or not. */
  int endMask;

  int extraFolds;
  int lastFolded = -1;

  /** Whether the list was pruned after the fold. */
  boolean pruned;

  // The interrupt of that register as its fold left it.
  int foldedKnown;
  int foldedBits;
  long foldedTs;

  boolean physCleared;

  /** Interrupt whose deactivation is being done in software, -1 for none. */
  int deactivating = -1;

  long deactivatingSeq;
  long deactivatingTs;
  int deactivatingCpu;

  /**
   * Image of a cancelled entry that differs from what was populated; stands once no kvm_exit
   * follows.
   */
  boolean cancelledDiffers;

  int cancelledLr;

  /** Whether the hardware has the list registers of a guest that this vCPU runs as a hypervisor. */
  boolean nested;

  /** Position of the event that ended that state without a put, -1 for none. */
  long nestedUntil = -1;

  /** Whether an exit image came after the latest entry, for {@link StepMarks}. */
  boolean foldSeen;

  VcpuState(long pointer) {
    this.pointer = pointer;
  }

  /** Address of struct kvm_vcpu, 0 if no event showed it. */
  public long pointer() {
    return pointer;
  }

  /** vCPU number, -1 if unknown. */
  public int id() {
    return id;
  }

  /** Thread, -1 if unknown. */
  public int pid() {
    return pid;
  }

  /** Address of struct kvm, 0 if unknown. */
  public long vmPointer() {
    return vm == null ? 0 : vm.pointer;
  }

  /** Whether it was seen to have a virtual GIC: user space may emulate one in its place. */
  public boolean hasVgic() {
    for (IrqState irq : privates) {
      if (irq != null) {
        return true;
      }
    }
    return vm != null && vm.delivers;
  }

  /** Whether the vCPU is in the guest as far as the recording shows. */
  public boolean isInGuest() {
    return phase == Phase.GUEST;
  }

  /**
   * Position of the latest event that cannot be while a guest of this vCPU has the list registers
   * but was, -1 for none.
   */
  public long nestedUntil() {
    return nestedUntil;
  }

  /** Forgets the flush in progress. */
  void clearFlush() {
    popMask = 0;
    clearMask = 0;
    multiSource = false;
    underflow = false;
    hcrConfig = false;
    deactivating = -1;
  }

  /** Number of list registers populated in the flush in progress. */
  int populated() {
    return Integer.bitCount(popMask);
  }

  void addMember(IrqState irq) {
    for (int i = 0; i < memberCount; i++) {
      if (members[i] == irq) {
        return;
      }
    }
    if (memberCount == members.length) {
      members = Arrays.copyOf(members, memberCount * 2);
    }
    members[memberCount++] = irq;
  }

  void removeMember(IrqState irq) {
    for (int i = 0; i < memberCount; i++) {
      if (members[i] == irq) {
        members[i] = members[--memberCount];
        return;
      }
    }
  }
}
