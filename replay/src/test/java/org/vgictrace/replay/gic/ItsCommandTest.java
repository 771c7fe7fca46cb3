package org.vgictrace.replay.gic;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ItsCommandTest {

  @Test
  void opcodesAreThoseOfTheArchitecture() {
    List<String> known = new ArrayList<>();
    for (long opcode = -1; opcode < 300; opcode++) {
      ItsCommand command = ItsCommand.of(opcode);
      if (command != null) {
        assertThat(command.opcode()).isEqualTo((int) opcode);
        known.add(opcode + " " + command + (command.hasEvent() ? " event" : ""));
      }
    }
    assertThat(known)
        .containsExactly(
            "1 MOVI event",
            "3 INT event",
            "4 CLEAR event",
            "5 SYNC",
            "8 MAPD",
            "9 MAPC",
            "10 MAPTI event",
            "11 MAPI event",
            "12 INV event",
            "13 INVALL",
            "14 MOVALL",
            "15 DISCARD event");
  }

  @Test
  void sizeOfADevice() {
    assertThat(ItsCommand.eventBits(0x4)).isEqualTo(5);
    assertThat(ItsCommand.eventBits(0xffff_ffff_0000_003fL)).isEqualTo(32);
  }
}
