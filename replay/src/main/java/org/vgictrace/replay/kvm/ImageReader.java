package org.vgictrace.replay.kvm;

import org.vgictrace.parser.event.LrImage;
import org.vgictrace.replay.engine.Event;
import org.vgictrace.replay.gic.Lr;

/**
 * Copies recorded list register images into the vCPU's state, and learns the host's GIC from them.
 */
final class ImageReader {
  private static final long ALL_LRS = (1L << LrImage.LRS_MAX) - 1;

  private final Machine machine;

  ImageReader(Machine machine) {
    this.machine = machine;
  }

  void entry(Event e, VcpuState v) {
    v.inRecorded = copy(e, v.in);
    v.inHcr = e.get(LrImage.HCR, -1);
    v.inVmcr = e.get(LrImage.VMCR, -1);
    v.inSeq = e.seq;
    v.inTs = e.ts;
    v.inCpu = e.cpu;
    v.inTainted = 0;
    v.inHcrTainted = false;
    learn(e, v.in, v.inRecorded);
    int used = e.getInt(LrImage.USED_LRS, -1);
    v.used = used >= 0 ? used : leadingUsed(v.in, v.inRecorded);
  }

  void exit(Event e, VcpuState v) {
    v.outRecorded = copy(e, v.out);
    v.outHcr = e.get(LrImage.HCR, -1);
    v.outVmcr = e.get(LrImage.VMCR, -1);
    v.outSeq = e.seq;
    v.outTs = e.ts;
    v.outCpu = e.cpu;
    v.outTainted = 0;
    learn(e, v.out, v.outRecorded);
  }

  /** Number of registers recorded, which are the first ones. */
  private static int copy(Event e, long[] into) {
    int recorded = Long.numberOfTrailingZeros(~(e.present() >>> LrImage.LR0 & ALL_LRS));
    for (int k = 0; k < recorded; k++) {
      into[k] = e.get(LrImage.LR0 + k, 0);
    }
    return recorded;
  }

  private void learn(Event e, long[] lrs, int recorded) {
    if (machine.host != 0) {
      return;
    }
    int bytes = e.getInt(LrImage.LR_BYTES, 0);
    if (bytes == 8 || e.has(LrImage.SRE)) {
      machine.host = 3;
    } else if (bytes == 4 || e.has(LrImage.APR)) {
      machine.host = 2;
    } else if (e.getInt(LrImage.USED_LRS, 0) > 0 && recorded > 0 && lrs[0] != 0) {
      machine.host = lrs[0] >>> 32 != 0 ? 3 : 2;
    }
  }

  /** An image from before the entry has its used registers in front, none of them inactive. */
  private int leadingUsed(long[] lrs, int recorded) {
    int used = 0;
    while (used < recorded && Lr.state(lrs[used], machine.isV3()) != Lr.STATE_INACTIVE) {
      used++;
    }
    return used;
  }
}
