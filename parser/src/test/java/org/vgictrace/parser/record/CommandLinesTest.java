package org.vgictrace.parser.record;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.vgictrace.parser.event.Names;

class CommandLinesTest {
  private final Names names = new Names();

  @Test
  void findsNamesByPid() {
    CommandLines lines = lines("1 init\n4711 CPU 0/KVM\n99999 123-45 [001]\n7 \n\0");
    assertThat(name(lines, 1)).isEqualTo("init");
    assertThat(name(lines, 4711)).isEqualTo("CPU 0/KVM");
    assertThat(name(lines, 99999)).isEqualTo("123-45 [001]");
    assertThat(name(lines, 7)).isEmpty();
  }

  @Test
  void joinsANameThatHoldsALineBreak() {
    CommandLines lines = lines("12 first\nsecond\n13 next\n14 a\n15b\n16 c");
    assertThat(name(lines, 12)).isEqualTo("first\nsecond");
    assertThat(name(lines, 13)).isEqualTo("next");
    assertThat(name(lines, 14)).isEqualTo("a\n15b");
    assertThat(name(lines, 16)).isEqualTo("c");
  }

  @Test
  void hasNamesForIdleAndUnknownThreads() {
    CommandLines lines = lines("garbage\n0 swapper\n5 five");
    assertThat(name(lines, 0)).isEqualTo("<idle>");
    assertThat(name(lines, 6)).isEqualTo("<...>");
    assertThat(name(lines("99999999999999 x"), 6)).isEqualTo("<...>");
  }

  @Test
  void findsEachOfManyPids() {
    StringBuilder text = new StringBuilder();
    for (int pid = 1; pid < 5000; pid++) {
      text.append(pid * 7919).append(" task").append(pid).append('\n');
    }
    CommandLines lines = lines(text.toString());
    for (int pid = 1; pid < 5000; pid++) {
      assertThat(name(lines, pid * 7919)).isEqualTo("task" + pid);
      assertThat(name(lines, pid * 7919 + 1)).isEqualTo("<...>");
    }
  }

  private static CommandLines lines(String text) {
    return new CommandLines(text.getBytes(StandardCharsets.UTF_8));
  }

  private String name(CommandLines lines, int pid) {
    return names.text(lines.name(pid, names));
  }
}
