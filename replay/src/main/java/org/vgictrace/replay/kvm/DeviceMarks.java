package org.vgictrace.replay.kvm;

import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.vgictrace.parser.event.Kind;
import org.vgictrace.parser.event.Names;
import org.vgictrace.replay.engine.Event;
import org.vgictrace.replay.engine.Ledger;
import org.vgictrace.replay.engine.Part;
import org.vgictrace.replay.rule.Transition;

/**
 * Notes which steps of the model a capture exercises in the devices around the vGIC: timers,
 * performance monitors, the ITS, and vCPUs that wait. It judges nothing.
 */
public final class DeviceMarks implements Part {
  private static final EnumSet<Kind> USED =
      EnumSet.of(
          Kind.TIMER_UPDATE,
          Kind.TIMER_STATE,
          Kind.TIMER_EMULATE,
          Kind.TIMER_EXPIRE,
          Kind.TIMER_STEP,
          Kind.PMU,
          Kind.ITS_READ,
          Kind.ITS_REG,
          Kind.ITS_MSI,
          Kind.ITS_WORK,
          Kind.IRQ_STATE,
          Kind.LPI_ADD,
          Kind.LPIS,
          Kind.VPE,
          Kind.VLPI_FORWARD,
          Kind.VCPU_BLOCK);

  private static final int TIMER_OP = Kind.TIMER_STATE.column("op");
  private static final int TIMER_STEP = Kind.TIMER_STEP.column("step");
  private static final int PMU_STEP = Kind.PMU.column("step");
  private static final int OPCODE = Kind.ITS_READ.column("opcode");
  private static final int LENGTH = Kind.ITS_READ.column("len");
  private static final int COMMAND_BYTES = 32;

  /** What a step of each kind exercises, by the label of the step. */
  private static final @Nullable Transition[] BY_MESSAGE =
      byLabel(
          Kind.ITS_MSI,
          "step",
          Map.of("cached_ret", Transition.MSI_1, "trigger", Transition.MSI_2));

  private static final @Nullable Transition[] BY_LPIS =
      byLabel(Kind.LPIS, "step", Map.of("enable", Transition.LPI_6, "save", Transition.SAVE_1));

  private static final @Nullable Transition[] BY_REASON =
      byLabel(
          Kind.IRQ_STATE, "reason", Map.of("lpi_sync", Transition.LPI_4, "inv", Transition.LPI_7));

  private static final @Nullable Transition[] BY_WORK =
      byLabel(
          Kind.ITS_WORK, "step", Map.of("save", Transition.SAVE_4, "restore", Transition.SAVE_4));

  private static final @Nullable Transition[] BY_VPE =
      byLabel(
          Kind.VPE,
          "step",
          Map.of(
              "resident",
              Transition.V4_1,
              "nonresident",
              Transition.V4_2,
              "doorbell",
              Transition.V4_3));

  private static final @Nullable Transition[] BY_FORWARD =
      byLabel(Kind.VLPI_FORWARD, "op", Map.of("set", Transition.V4_4, "unset", Transition.V4_5));

  private static final @Nullable Transition[] BY_REGISTER =
      byLabel(Kind.ITS_REG, "reg", Map.of("ctlr", Transition.ITS_11, "baser", Transition.ITS_11));

  private static final @Nullable Transition[] BY_TIMER_STATE =
      byLabel(
          Kind.TIMER_STATE,
          "op",
          Map.of("restore", Transition.TIMER_5, "save", Transition.TIMER_8));

  private static final @Nullable Transition[] BY_TIMER_STEP =
      byLabel(Kind.TIMER_STEP, "step", Map.of("handler", Transition.TIMER_3));

  private static final @Nullable Transition[] BY_PMU =
      byLabel(Kind.PMU, "step", Map.of("update", Transition.PMU_1, "overflow", Transition.PMU_3));

  private static final @Nullable Transition[] BY_BLOCK =
      byLabel(Kind.VCPU_BLOCK, "op", Map.of("block", Transition.WFI_1));

  private static final int BLOCK = Kind.VCPU_BLOCK.column("op");
  private static final int MESSAGE = Kind.ITS_MSI.column("step");
  private static final int MESSAGE_RET = Kind.ITS_MSI.column("ret");
  private static final int LPIS = Kind.LPIS.column("step");
  private static final int REASON = Kind.IRQ_STATE.column("reason");
  private static final int WORK = Kind.ITS_WORK.column("step");
  private static final int VPE = Kind.VPE.column("step");
  private static final int FORWARD = Kind.VLPI_FORWARD.column("op");
  private static final int REGISTER = Kind.ITS_REG.column("reg");

  private final Ledger ledger;

  /**
   * @param model the model whose ledger the marks go to
   */
  public DeviceMarks(KvmModel model) {
    ledger = model.reporter().ledger();
  }

  private static @Nullable Transition[] byLabel(
      Kind kind, String column, Map<String, Transition> transitions) {
    List<String> labels = kind.columns().get(kind.column(column)).labels();
    if (!labels.containsAll(transitions.keySet())) {
      throw new AssertionError(kind + " lacks some of " + transitions.keySet());
    }
    return labels.stream().map(transitions::get).toArray(Transition[]::new);
  }

  /** Marks what the step named in that column exercises, if anything. */
  private void mark(Event e, int column, @Nullable Transition[] byLabel) {
    int label = e.getInt(column, -1);
    Transition transition = label < 0 || label >= byLabel.length ? null : byLabel[label];
    if (transition != null) {
      ledger.exercised(transition);
    }
  }

  @Override
  public Set<Kind> kinds() {
    return EnumSet.copyOf(USED);
  }

  @Override
  public void step(Kind kind, Event e, Names names) {
    switch (kind) {
      case TIMER_UPDATE -> ledger.exercised(Transition.TIMER_2);
      case TIMER_STATE -> mark(e, TIMER_OP, BY_TIMER_STATE);
      case TIMER_EMULATE -> ledger.exercised(Transition.TIMER_6);
      case TIMER_EXPIRE -> ledger.exercised(Transition.TIMER_7);
      case TIMER_STEP -> mark(e, TIMER_STEP, BY_TIMER_STEP);
      case PMU -> mark(e, PMU_STEP, BY_PMU);
      case ITS_READ -> {
        if (e.getInt(LENGTH, COMMAND_BYTES) == COMMAND_BYTES) {
          command(e.getInt(OPCODE, 0));
        }
      }
      case ITS_MSI -> {
        if (e.getInt(MESSAGE_RET, 0) == 0) {
          mark(e, MESSAGE, BY_MESSAGE);
        }
      }
      case ITS_REG -> mark(e, REGISTER, BY_REGISTER);
      case ITS_WORK -> mark(e, WORK, BY_WORK);
      case IRQ_STATE -> mark(e, REASON, BY_REASON);
      case LPI_ADD -> ledger.exercised(Transition.LPI_1);
      case LPIS -> mark(e, LPIS, BY_LPIS);
      case VPE -> mark(e, VPE, BY_VPE);
      case VLPI_FORWARD -> mark(e, FORWARD, BY_FORWARD);
      case VCPU_BLOCK -> mark(e, BLOCK, BY_BLOCK);
      default -> {}
    }
  }

  /** A command of the ITS, by its opcode (Arm IHI 0069, 5.3). */
  private void command(int opcode) {
    switch (opcode) {
      case 0x01 -> ledger.exercised(Transition.ITS_5);
      case 0x03 -> ledger.exercised(Transition.ITS_8);
      case 0x04 -> ledger.exercised(Transition.ITS_7);
      case 0x05 -> ledger.exercised(Transition.ITS_10);
      case 0x08 -> ledger.exercised(Transition.ITS_1);
      case 0x09 -> ledger.exercised(Transition.ITS_2);
      case 0x0a, 0x0b -> ledger.exercised(Transition.ITS_3);
      case 0x0c, 0x0d -> ledger.exercised(Transition.ITS_9);
      case 0x0e -> ledger.exercised(Transition.ITS_6);
      case 0x0f -> ledger.exercised(Transition.ITS_4);
      default -> {
        // Not a command: an entry of a table or a byte of the configuration.
      }
    }
  }
}
