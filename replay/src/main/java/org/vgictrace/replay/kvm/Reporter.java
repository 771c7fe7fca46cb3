package org.vgictrace.replay.kvm;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.vgictrace.replay.engine.Event;
import org.vgictrace.replay.engine.Ledger;
import org.vgictrace.replay.engine.Strength;
import org.vgictrace.replay.gic.Lr;
import org.vgictrace.replay.rule.Catalogue;
import org.vgictrace.replay.rule.Rule;
import org.vgictrace.replay.verdict.EventRef;
import org.vgictrace.replay.verdict.Finding;

/** Turns contradictions into findings: who, where, what was expected, what was seen. */
public final class Reporter {
  private static final List<Rule> RULES = Catalogue.rules();

  private final Ledger ledger;
  private final Machine machine;

  Reporter(Ledger ledger, Machine machine) {
    this.ledger = ledger;
    this.machine = machine;
  }

  /** Where verdicts are counted. */
  public Ledger ledger() {
    return ledger;
  }

  /**
   * Reports a broken rule.
   *
   * @param rule position of the rule in the catalogue
   * @param strength how much of the recording the contradiction rests on
   * @param at the event that shows it
   * @param atText that event, decoded
   * @param v the vCPU it is about, null if none or unknown
   * @param intid interrupt it is about, -1 for none
   * @param message one sentence that says what is wrong
   * @param expected what the rule asks for
   * @param observed what was recorded instead
   * @param because earlier events it contradicts
   */
  public void violated(
      int rule,
      Strength strength,
      Event at,
      String atText,
      @Nullable VcpuState v,
      long intid,
      String message,
      String expected,
      String observed,
      EventRef... because) {
    EventRef ref = Ledger.ref(at, atText);
    violated(rule, strength, ref, at.pid, v, intid, message, expected, observed, because);
  }

  /**
   * Reports a broken rule that an earlier event shows, now that it is certain.
   *
   * @param at the event that shows it
   * @param pid its thread
   */
  public void violated(
      int rule,
      Strength strength,
      EventRef at,
      int pid,
      @Nullable VcpuState v,
      long intid,
      String message,
      String expected,
      String observed,
      EventRef... because) {
    Finding finding =
        new Finding(
            RULES.get(rule),
            message,
            at,
            List.of(because),
            pid,
            v == null || v.vm == null ? null : v.vm.label,
            v == null || v.id < 0 ? null : v.id,
            intid < 0 ? null : intid,
            expected,
            observed,
            machine.switches(),
            1);
    ledger.violated(rule, strength, finding);
  }

  /** A list register in words. */
  String lr(VcpuState v, long value) {
    return Lr.text(value, machine.isV3(), machine.isV2Guest(v));
  }

  /** {@code LR2 = 27 pending HW->27 prio a0 grp1 (0x70a0001b0000001b)}. */
  String lr(VcpuState v, int index, long value) {
    return "LR" + index + " = " + lr(v, value) + " (" + hex(value) + ")";
  }

  /** The whole image in words. */
  String image(String name, long[] lrs, int used, long hcr) {
    return image(name, lrs, used, used, hcr);
  }

  /** The image in words, with that many registers, however many are used. */
  String image(String name, long[] lrs, int count, int used, long hcr) {
    StringBuilder text = new StringBuilder(name);
    text.append(" used_lrs=").append(used);
    if (hcr >= 0) {
      text.append(" hcr=").append(hex(hcr));
    }
    for (int k = 0; k < Math.min(count, lrs.length); k++) {
      text.append(" lr").append(k).append('=').append(hex(lrs[k]));
    }
    return text.toString();
  }

  /** The entry image of the residency, to refer to. */
  EventRef entryRef(VcpuState v) {
    return new EventRef(v.inSeq, v.inTs, v.inCpu, image("entry image", v.in, v.used, v.inHcr));
  }

  /** The exit image of the residency, to refer to. */
  EventRef exitRef(VcpuState v) {
    return new EventRef(v.outSeq, v.outTs, v.outCpu, image("exit image", v.out, v.used, v.outHcr));
  }

  /** The population of a list register in the flush at hand, to refer to. */
  EventRef populationRef(VcpuState v, int k) {
    IrqState irq = v.popIrq[k];
    StringBuilder text = new StringBuilder("populate LR").append(k);
    if (irq != null) {
      text.append(" INTID ").append(Integer.toUnsignedString(irq.intid));
    }
    flag(text, v, k, IrqState.PENDING, "pending");
    flag(text, v, k, IrqState.ACTIVE, "active");
    flag(text, v, k, IrqState.ENABLED, "enabled");
    flag(text, v, k, IrqState.LEVEL, "line");
    flag(text, v, k, IrqState.HW, "hw");
    if ((v.popKnown[k] & IrqState.LEVEL_SENSITIVE) != 0) {
      text.append((v.popFlags[k] & IrqState.LEVEL_SENSITIVE) != 0 ? " level" : " edge");
    }
    if (v.popPriority[k] >= 0) {
      text.append(" prio ").append(Integer.toHexString(v.popPriority[k]));
    }
    return new EventRef(v.popSeq[k], v.popTs[k], v.popCpu[k], text.toString());
  }

  /** The latest snapshot of an interrupt, to refer to. */
  static EventRef snapshotRef(IrqState irq) {
    return new EventRef(irq.seenSeq, irq.seenTs, irq.seenCpu, "state " + irq.text());
  }

  private static void flag(StringBuilder text, VcpuState v, int k, int flag, String name) {
    if ((v.popKnown[k] & flag) != 0) {
      text.append(' ').append(name).append((v.popFlags[k] & flag) != 0 ? "=1" : "=0");
    }
  }

  static String hex(long value) {
    return "0x" + Long.toHexString(value);
  }
}
