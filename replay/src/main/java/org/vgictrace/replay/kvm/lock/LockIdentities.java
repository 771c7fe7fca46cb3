package org.vgictrace.replay.kvm.lock;

import java.util.Arrays;
import org.agrona.collections.Long2ObjectHashMap;
import org.agrona.collections.LongHashSet;
import org.jspecify.annotations.Nullable;
import org.vgictrace.parser.event.Kind;
import org.vgictrace.parser.event.Snapshot;
import org.vgictrace.replay.engine.Event;
import org.vgictrace.replay.kvm.Machine;
import org.vgictrace.replay.kvm.Profile;
import org.vgictrace.replay.kvm.VcpuState;
import org.vgictrace.replay.rule.Generation;

/**
 * Which lock is whose: whose ap_list an ap_list_lock guards, and which of the many locks named
 * {@code &xa->xa_lock} is that of the LPI xarray.
 *
 * <p>An xarray's lock is the LPI xarray's if it is the very next lock that a thread takes after it
 * began to drop the last reference to an LPI, or any reference to one from 6.18 on (with lockdep
 * these kernels take it at every drop) or to release dead LPIs; or if it is taken under the lock of
 * an ap_list or of an interrupt, where nothing else touches an xarray. Neither the ITS's
 * translation cache nor the table of vCPUs, whose locks have the same name, is used in either
 * place.
 */
final class LockIdentities {
  private static final int REFS = Kind.IRQ_PUT.column("refs");
  private static final int FIRST_LPI = 8192;
  private static final int NOBODY = -1;

  /** CPUs beyond are not followed; more than Linux supports on arm64. */
  private static final int CPUS_MOST = 8192;

  private static final int VERSION_XARRAY = Profile.version(6, 9, 0);

  private final Machine machine;
  private final LongHashSet lpiXarrays = new LongHashSet();
  private final Long2ObjectHashMap<VcpuState> owners = new Long2ObjectHashMap<>();

  /** Thread that begins to drop an LPI or to release dead ones, by CPU, until the next event. */
  private int[] droppers = new int[0];

  LockIdentities(Machine machine) {
    this.machine = machine;
  }

  void forget() {
    lpiXarrays.clear();
    owners.clear();
    Arrays.fill(droppers, NOBODY);
  }

  /** A reference to an interrupt is dropped. */
  void dropped(Event e) {
    boolean lpi = Integer.compareUnsigned(e.getInt(Snapshot.INTID, 0), FIRST_LPI) >= 0;
    if (!lpi || !mayHaveXarray()) {
      passed(e);
      return;
    }
    if (LockClass.isXarrayOuter(machine.profile()) || e.getInt(REFS, 0) == 1) {
      walks(e);
    } else {
      passed(e);
    }
  }

  /** A thread is about to lock the LPI xarray. */
  void walks(Event e) {
    if (e.cpu < 0 || e.cpu >= CPUS_MOST) {
      return;
    }
    if (e.cpu >= droppers.length) {
      int known = droppers.length;
      droppers = Arrays.copyOf(droppers, Math.max(e.cpu + 1, known * 2));
      Arrays.fill(droppers, known, droppers.length, NOBODY);
    }
    droppers[e.cpu] = Context.isInterrupt(e) ? NOBODY : e.pid;
  }

  private boolean mayHaveXarray() {
    Profile profile = machine.profile();
    boolean since64 = profile.isKnown() && profile.generation() != Generation.M61;
    return since64 && (profile.version() < 0 || profile.version() >= VERSION_XARRAY);
  }

  /** Another event of the CPU: whoever began to drop an LPI there has gone on. */
  void passed(Event e) {
    if (e.cpu >= 0 && e.cpu < droppers.length) {
      droppers[e.cpu] = NOBODY;
    }
  }

  /** Whether the lock that is asked for is the LPI xarray's, as far as can be told. */
  boolean isLpiXarray(Event e, long address, @Nullable HeldLocks held) {
    if (lpiXarrays.contains(address)) {
      return true;
    }
    boolean dropping =
        e.cpu >= 0
            && e.cpu < droppers.length
            && droppers[e.cpu] == e.pid
            && e.pid != NOBODY
            && !Context.isInterrupt(e);
    if (dropping || held != null && mayHaveXarray() && isInside(e, held)) {
      lpiXarrays.add(address);
      return true;
    }
    return false;
  }

  private static boolean isInside(Event e, HeldLocks held) {
    HeldLock list = held.latest(LockClass.AP_LIST);
    HeldLock irq = held.latest(LockClass.IRQ);
    return list != null && list.isHeldFor(e) || irq != null && irq.isHeldFor(e);
  }

  /** An event of a flush, which the lock of that vCPU's list is held for. */
  void flushes(Event e, @Nullable HeldLocks held, @Nullable VcpuState vcpu) {
    if (held == null || vcpu == null || held.count(LockClass.AP_LIST) != 1) {
      return;
    }
    HeldLock list = held.latest(LockClass.AP_LIST);
    if (list != null && list.cpu == e.cpu) {
      owners.put(list.address, vcpu);
    }
  }

  /** The vCPU whose ap_list a lock guards, null if unknown. */
  @Nullable VcpuState owner(long address) {
    return owners.get(address);
  }
}
