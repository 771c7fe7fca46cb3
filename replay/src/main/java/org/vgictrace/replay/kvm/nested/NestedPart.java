package org.vgictrace.replay.kvm.nested;

import static org.vgictrace.replay.rule.NestedRules.NV_3;

import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.vgictrace.parser.event.Kind;
import org.vgictrace.parser.event.LrImage;
import org.vgictrace.parser.event.Names;
import org.vgictrace.replay.engine.Event;
import org.vgictrace.replay.engine.Ledger;
import org.vgictrace.replay.engine.Part;
import org.vgictrace.replay.engine.Strength;
import org.vgictrace.replay.kvm.KvmModel;
import org.vgictrace.replay.kvm.Machine;
import org.vgictrace.replay.kvm.Reporter;
import org.vgictrace.replay.kvm.VcpuState;
import org.vgictrace.replay.rule.Observation;

/**
 * Judges nested virtualisation and GICv5 guests (vgic-v3-nested.c since 6.15, vgic-v5.c since 7.1).
 *
 * <pre>
 *   guest hypervisor (L1)        its guest (L2)                      guest hypervisor
 *   ...  | load: L1's registers  | entry, exit, sync: states come     | put |  ...
 *        | to the hardware       | back to L1's registers             |     |
 * </pre>
 */
public final class NestedPart implements Part {
  private static final EnumSet<Kind> USED =
      EnumSet.of(
          Kind.NESTED,
          Kind.PPI_STATE,
          Kind.LR_WRITE,
          Kind.LR_IMAGE,
          Kind.QUEUE,
          Kind.IRQ_PUT,
          Kind.IRQ_STATE,
          Kind.INJECT,
          Kind.IRQ_PENDING,
          Kind.TIMER_MAP,
          Kind.VM);

  private static final int N3 = Ledger.index(NV_3);

  private final Machine machine;
  private final Reporter reporter;
  private final ShadowChecks shadows;
  private final PpiChecks ppis;

  /**
   * @param model stepped with each event before this part
   */
  public NestedPart(KvmModel model) {
    machine = model.machine();
    reporter = model.reporter();
    shadows = new ShadowChecks(machine, reporter);
    ppis = new PpiChecks(machine, reporter);
  }

  @Override
  public Set<Kind> kinds() {
    return EnumSet.copyOf(USED);
  }

  @Override
  public void step(Kind kind, Event e, Names names) {
    switch (kind) {
      case NESTED -> {
        machine.saw(Observation.NESTED_STATE);
        VcpuState v = machine.vcpuOfThread(e.pid);
        if (v != null) {
          shadows.step(e, v);
        }
      }
      case PPI_STATE -> {
        machine.saw(Observation.PPI_STATE);
        ppis.step(e);
      }
      case LR_WRITE -> {
        inNestedState(e, "populate", machine.vcpuOfThread(e.pid));
        ppis.listRegister(e, "populate");
      }
      case LR_IMAGE -> image(e);
      case QUEUE, IRQ_PUT, IRQ_STATE -> ppis.snapshot(e);
      case INJECT -> {
        shadows.injected(e);
        ppis.injected(e);
      }
      case IRQ_PENDING -> ppis.pending(e);
      case TIMER_MAP -> ppis.timerMap(e);
      default -> {
        shadows.forget();
        ppis.forget();
      }
    }
  }

  private void image(Event e) {
    int point = e.getInt(LrImage.POINT, -1);
    if (point == LrImage.POINT_EXIT) {
      inNestedState(e, "fold", machine.vcpuOfThread(e.pid));
    }
    if (e.get(LrImage.USED_LRS, 0) > 0) {
      ppis.listRegister(e, "list register image");
    }
  }

  /** INV-NV-3: nothing of the guest hypervisor's own is populated or folded. */
  private void inNestedState(Event e, String what, @Nullable VcpuState v) {
    if (v == null || v.nestedUntil() != e.seq) {
      return;
    }
    reporter.ledger().beginTransition();
    reporter.violated(
        N3,
        Strength.ABSENCE,
        e,
        what,
        v,
        -1,
        "An interrupt of the guest hypervisor is handled while its guest has the list registers.",
        "none until the nested guest's list registers are put",
        what);
    reporter.ledger().endTransition();
  }
}
