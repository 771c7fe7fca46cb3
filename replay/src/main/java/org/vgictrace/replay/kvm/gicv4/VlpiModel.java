package org.vgictrace.replay.kvm.gicv4;

import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.vgictrace.parser.event.Kind;
import org.vgictrace.parser.event.Names;
import org.vgictrace.replay.engine.Event;
import org.vgictrace.replay.engine.Ledger;
import org.vgictrace.replay.engine.Part;
import org.vgictrace.replay.kvm.Machine;
import org.vgictrace.replay.kvm.Reporter;
import org.vgictrace.replay.kvm.VcpuState;

/** The part of the model that is about GICv4. The model of the vGIC is stepped first. */
public final class VlpiModel implements Part {
  private static final EnumSet<Kind> USED =
      EnumSet.of(
          Kind.VPE,
          Kind.VPE_IRQ,
          Kind.VLPI_FORWARD,
          Kind.VLPI_MAP,
          Kind.VLPI_STATE,
          Kind.LPIS,
          Kind.ITS_WORK,
          Kind.QUEUE,
          Kind.QUEUE_RET,
          Kind.LR_WRITE,
          Kind.VCPU_ENTRY,
          Kind.WFX,
          Kind.VCPU_WAKEUP,
          Kind.KICK,
          Kind.HOST_IRQ);

  private static final int IRQ_VCPU = Kind.VPE_IRQ.column("vcpu");
  private static final int IRQ_NUMBER = Kind.VPE_IRQ.column("irq");
  private static final int IRQ_OP = Kind.VPE_IRQ.column("op");
  private static final int REQUEST = 0;
  private static final int LPIS_STEP = Kind.LPIS.column("step");
  private static final int SAVE = label(Kind.LPIS, LPIS_STEP, "save");
  private static final int SAVE_RET = label(Kind.LPIS, LPIS_STEP, "save_ret");
  private static final int WORK_STEP = Kind.ITS_WORK.column("step");
  private static final int TABLES_SAVED = label(Kind.ITS_WORK, WORK_STEP, "save_ret");
  private static final int WFE = Kind.WFX.column("is_wfe");
  private static final int HOST_IRQ = Kind.HOST_IRQ.column("irq");
  private static final int HOST_POINT = Kind.HOST_IRQ.column("point");
  private static final int HANDLER_ENTRY = 0;

  private final Machine machine;
  private final Ledger ledger;
  private final ResidencyOfVpes residency;
  private final ForwardingChecks forwarding;
  private final SaveWindow save;

  /** Whether the recording showed a vPE; without, doorbells and entries are of no interest. */
  private boolean showsVpes;

  /**
   * @param machine who is who
   * @param reporter where verdicts go
   */
  public VlpiModel(Machine machine, Reporter reporter) {
    this.machine = machine;
    this.ledger = reporter.ledger();
    residency = new ResidencyOfVpes(machine, reporter);
    forwarding = new ForwardingChecks(machine, reporter);
    save = new SaveWindow(machine, reporter, forwarding);
  }

  private static int label(Kind kind, int column, String label) {
    return kind.columns().get(column).labels().indexOf(label);
  }

  @Override
  public Set<Kind> kinds() {
    return EnumSet.copyOf(USED);
  }

  @Override
  public void step(Kind kind, Event e, Names names) {
    ledger.beginTransition();
    switch (kind) {
      case VPE -> {
        showsVpes = true;
        residency.step(e);
      }
      case VPE_IRQ -> {
        showsVpes = true;
        boolean request = e.getInt(IRQ_OP, REQUEST) == REQUEST;
        residency.irq(e.get(IRQ_VCPU, 0), e.getInt(IRQ_NUMBER, -1), request);
        save.irq(e, request);
      }
      case VLPI_FORWARD -> forwarding.forward(e);
      case VLPI_MAP -> forwarding.map(e);
      case VLPI_STATE -> save.state(e);
      case LPIS -> {
        int step = e.getInt(LPIS_STEP, -1);
        if (step == SAVE) {
          save.begin(e);
        } else if (step == SAVE_RET) {
          save.end(e);
        }
      }
      case ITS_WORK -> {
        if (e.getInt(WORK_STEP, -1) == TABLES_SAVED) {
          save.saved(e);
        }
      }
      case QUEUE -> forwarding.queue(e);
      case QUEUE_RET -> forwarding.queued(e);
      case LR_WRITE -> forwarding.populated(e);
      default -> {
        if (showsVpes) {
          scheduling(kind, e);
        }
      }
    }
    ledger.endTransition();
  }

  private void scheduling(Kind kind, Event e) {
    switch (kind) {
      case VCPU_ENTRY -> {
        residency.enters(e);
        @Nullable VcpuState v = machine.vcpuOfThread(e.pid);
        if (v != null) {
          save.entered(e, v);
        }
      }
      case WFX -> {
        if (e.get(WFE, 0) == 0) {
          residency.waits(e);
        }
      }
      case VCPU_WAKEUP -> residency.wakes(e);
      case KICK -> residency.kicked(e);
      case HOST_IRQ -> hostIrq(e);
      default -> {
        // Not among the kinds named.
      }
    }
  }

  private void hostIrq(Event e) {
    int irq = e.getInt(HOST_IRQ, -1);
    if (residency.vcpuOf(irq) == 0) {
      return;
    }
    if (e.getInt(HOST_POINT, HANDLER_ENTRY) == HANDLER_ENTRY) {
      save.rings(e);
      residency.rings(e, irq);
    } else {
      residency.rang(e, irq);
    }
  }
}
