package org.vgictrace.replay.gic;

import org.jspecify.annotations.Nullable;

/**
 * The commands of an Interrupt Translation Service (Arm IHI 0069, ITS commands). A command is four
 * double words; the fields of those that KVM executes (vgic_its_handle_command,
 * arch/arm64/kvm/vgic/vgic-its.c) are:
 *
 * <pre>
 *      63            51           48 47            32 31             16 15           8 7       0
 *     +-----------------------------+--------------------------------+--------------+----------+
 * dw0 |                      DeviceID                                 |              | opcode   |
 *     +-----------------------------+--------------------------------+--------------+----------+
 * dw1 |            physical INTID (MAPTI)          |            EventID    (size-1 in 4:0: MAPD) |
 *     +---+---------+---------------+-------------+----------------+--------------------------+
 * dw2 | V |         |        vCPU (MAPC, MOVALL)  47:16 | ITT address 51:8 | collection 15:0     |
 *     +---+---------+-----------------------------------+------------------+-------------------+
 * dw3 |             |        second vCPU (MOVALL) 47:16 |                                       |
 *     +-------------+-----------------------------------+--------------------------------------+
 * </pre>
 */
public enum ItsCommand {
  MOVI(0x01),
  INT(0x03),
  CLEAR(0x04),
  SYNC(0x05),
  MAPD(0x08),
  MAPC(0x09),
  MAPTI(0x0a),
  MAPI(0x0b),
  INV(0x0c),
  INVALL(0x0d),
  MOVALL(0x0e),
  DISCARD(0x0f);

  /** Bytes of one command. */
  public static final int BYTES = 32;

  private static final @Nullable ItsCommand[] BY_OPCODE = byOpcode();

  private final int opcode;

  ItsCommand(int opcode) {
    this.opcode = opcode;
  }

  /** The command with that opcode; null if KVM knows none. */
  public static @Nullable ItsCommand of(long opcode) {
    return opcode >= 0 && opcode < BY_OPCODE.length ? BY_OPCODE[(int) opcode] : null;
  }

  public int opcode() {
    return opcode;
  }

  /** Whether it names one event of a device. */
  public boolean hasEvent() {
    return switch (this) {
      case MOVI, INT, CLEAR, MAPTI, MAPI, INV, DISCARD -> true;
      case SYNC, MAPD, MAPC, INVALL, MOVALL -> false;
    };
  }

  /**
   * Number of bits of the EventIDs a MAPD makes room for.
   *
   * @param dw1 second double word of the command
   */
  public static int eventBits(long dw1) {
    return (int) (dw1 & 0x1f) + 1;
  }

  private static @Nullable ItsCommand[] byOpcode() {
    @Nullable ItsCommand[] commands = new @Nullable ItsCommand[16];
    for (ItsCommand command : values()) {
      commands[command.opcode] = command;
    }
    return commands;
  }
}
