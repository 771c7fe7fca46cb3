package org.vgictrace.replay.kvm;

import java.util.EnumSet;
import java.util.Set;
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
          Kind.VCPU_BLOCK);

  private static final int TIMER_OP = Kind.TIMER_STATE.column("op");
  private static final int RESTORE = label(Kind.TIMER_STATE, TIMER_OP, "restore");
  private static final int TIMER_STEP = Kind.TIMER_STEP.column("step");
  private static final int HANDLER = label(Kind.TIMER_STEP, TIMER_STEP, "handler");
  private static final int PMU_STEP = Kind.PMU.column("step");
  private static final int OVERFLOW = label(Kind.PMU, PMU_STEP, "overflow");
  private static final int OPCODE = Kind.ITS_READ.column("opcode");
  private static final int LENGTH = Kind.ITS_READ.column("len");
  private static final int COMMAND_BYTES = 32;

  private final Ledger ledger;

  /**
   * @param model the model whose ledger the marks go to
   */
  public DeviceMarks(KvmModel model) {
    ledger = model.reporter().ledger();
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
    switch (kind) {
      case TIMER_UPDATE -> ledger.exercised(Transition.TIMER_2);
      case TIMER_STATE ->
          ledger.exercised(
              e.getInt(TIMER_OP, -1) == RESTORE ? Transition.TIMER_5 : Transition.TIMER_8);
      case TIMER_EMULATE -> ledger.exercised(Transition.TIMER_6);
      case TIMER_EXPIRE -> ledger.exercised(Transition.TIMER_7);
      case TIMER_STEP -> {
        if (e.getInt(TIMER_STEP, -1) == HANDLER) {
          ledger.exercised(Transition.TIMER_3);
        }
      }
      case PMU ->
          ledger.exercised(
              e.getInt(PMU_STEP, -1) == OVERFLOW ? Transition.PMU_3 : Transition.PMU_1);
      case ITS_READ -> {
        if (e.getInt(LENGTH, COMMAND_BYTES) == COMMAND_BYTES) {
          command(e.getInt(OPCODE, 0));
        }
      }
      case VCPU_BLOCK -> ledger.exercised(Transition.WFI_1);
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
