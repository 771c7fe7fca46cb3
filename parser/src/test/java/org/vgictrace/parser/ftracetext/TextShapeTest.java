package org.vgictrace.parser.ftracetext;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.vgictrace.parser.bind.BindingPacks;
import org.vgictrace.parser.event.Kind;
import org.vgictrace.parser.event.Names;
import org.vgictrace.parser.lines.LineSource;

/** Which texts are taken for one that was seen before; what comes of them is compared elsewhere. */
class TextShapeTest {
  private final EventTable events =
      new EventTable(new Names(), BindingPacks.builtin()::byName, EnumSet.allOf(Kind.class));
  private final AsciiCursor cursor = new AsciiCursor();
  private final TextFields found = new TextFields();

  private static byte[] line(String text) {
    byte[] b = (text + '\n').getBytes(StandardCharsets.ISO_8859_1);
    return Arrays.copyOf(b, b.length + LineSource.PAD_BYTES);
  }

  /** Reads a text by its binding and learns from it. */
  private void learn(String event, String text) {
    EventText named = events.of(event);
    byte[] b = line(text);
    Alternative alternative =
        Objects.requireNonNull(named.decode(b, 0, text.length(), cursor, found));
    RowValues row = named.row();
    named
        .shapes()
        .learn(
            b,
            0,
            text.length(),
            alternative,
            row.resolve(b, new Names()),
            row.columns(),
            found.spans);
  }

  private boolean matches(String event, String text) {
    return events.of(event).shapes().match(line(text), 0, text.length()) != null;
  }

  @Test
  void otherDigits() {
    learn("kvm_mmio", "mmio write len 4 gpa 0x8000184 val 0x1");
    assertThat(matches("kvm_mmio", "mmio write len 4 gpa 0x8000184 val 0x1")).isTrue();
    assertThat(matches("kvm_mmio", "mmio write len 8 gpa 0x8000184 val 0x1")).isTrue();
    assertThat(matches("kvm_mmio", "mmio write len 4 gpa 0x9 val 0xffffffffffffffff")).isTrue();
    assertThat(matches("kvm_mmio", "mmio write len 4 gpa 0x8000184 val 0x")).isFalse();
    assertThat(matches("kvm_mmio", "mmio write len 4 gpa 0x8000184 val 1")).isFalse();
    assertThat(matches("kvm_mmio", "mmio write len 4 gpa 0x8000184 val 0x12")).isTrue();
    assertThat(matches("kvm_mmio", "mmio write len 4 gpa 0x8000184 val 0x12 ")).isFalse();
    assertThat(matches("kvm_mmio", "mmio write len 4 gpa 0x80x val 0x12")).isFalse();
    assertThat(matches("kvm_mmio", "mmio write len 4 gpa 0x8 val 0x12345678901234567")).isFalse();
  }

  @Test
  void otherWords() {
    learn("kvm_mmio", "mmio write len 4 gpa 0x8000184 val 0x1");
    assertThat(matches("kvm_mmio", "mmio read len 4 gpa 0x8000184 val 0x1")).isFalse();
    assertThat(matches("kvm_mmio", "mmio write len  4 gpa 0x8000184 val 0x1")).isFalse();
    assertThat(matches("kvm_mmio", "mmio write len 4 gpa 0x8000184")).isFalse();
    learn("kvm_mmio", "mmio read len 4 gpa 0x8000184 val 0x1");
    assertThat(matches("kvm_mmio", "mmio read len 4 gpa 0x8 val 0x2")).isTrue();
    assertThat(matches("kvm_mmio", "mmio write len 4 gpa 0x8 val 0x2")).isTrue();
  }

  @Test
  void numbersThatTheColumnCannotHold() {
    learn("inject", "(kvm_vgic_inject_irq+0x0/0x10) kvm=0x1 vcpu=0x2 intid=27 level=1 owner=0x3");
    assertThat(matches("inject", inject("4294967295"))).isTrue();
    assertThat(matches("inject", inject("4294967296"))).isFalse();
    assertThat(matches("inject", inject("1234567890123456"))).isFalse();
    assertThat(matches("inject", inject("28"))).isTrue();
  }

  private static String inject(String intid) {
    return "(kvm_vgic_inject_irq+0x0/0x10) kvm=0x1 vcpu=0x2 intid=" + intid + " level=1 owner=0x3";
  }

  @Test
  void signs() {
    learn("kvm_get_timer_map", "VCPU: 0, dv: 2, dp: 3, ev: -1, ep: -1");
    assertThat(matches("kvm_get_timer_map", "VCPU: 1, dv: 0, dp: 1, ev: -12, ep: -3")).isTrue();
    assertThat(matches("kvm_get_timer_map", "VCPU: 1, dv: 0, dp: 1, ev: 2, ep: 3")).isFalse();
    assertThat(matches("kvm_get_timer_map", "VCPU: -1, dv: 0, dp: 1, ev: -2, ep: -3")).isFalse();
  }

  /** Text between the numbers is compared, so each name has a shape of its own. */
  @Test
  void names() {
    learn("irq_handler_entry", "irq=13 name=arch_timer");
    assertThat(matches("irq_handler_entry", "irq=1 name=IPI")).isFalse();
    learn("irq_handler_entry", "irq=1 name=IPI");
    assertThat(matches("irq_handler_entry", "irq=2 name=IPI")).isTrue();
    assertThat(matches("irq_handler_entry", "irq=14 name=arch_timer")).isTrue();
    assertThat(matches("irq_handler_entry", "irq=14 name=arch_timer2")).isFalse();
  }

  @Test
  void nothingIsLearntFromTextWhoseReadingDependsOnDigits() {
    // The note of trace-cmd report --debug may or may not be one.
    learn("kvm_entry", "PC: 0x40 [282888:0x20:12]");
    assertThat(matches("kvm_entry", "PC: 0x40 [282888:0x20:12]")).isFalse();
    // The elements of an array are no numbers of their own.
    learn("put_irq", "(vgic_put_irq+0x0/0x10) kvm=0x1 irq=0x2 intid=27 refs=1 lr={0x1,0x2}");
    assertThat(
            matches(
                "put_irq", "(vgic_put_irq+0x0/0x10) kvm=0x1 irq=0x2 intid=27 refs=1 lr={0x1,0x2}"))
        .isFalse();
    // The continuation of a text is not within reach of one that has none.
    learn("kvm_vcpu_wakeup", "wait time 5 ns, polling valid");
    assertThat(matches("kvm_vcpu_wakeup", "wait time 5 ns, polling valid\nand more")).isFalse();
  }

  /** An event whose texts are new time and again is compared with none of them any more. */
  @Test
  void tooManyShapes() {
    for (int i = 0; i < 16; i++) {
      learn("irq_handler_entry", "irq=1 name=" + "x".repeat(i + 1));
    }
    assertThat(matches("irq_handler_entry", "irq=2 name=x")).isTrue();
    assertThat(matches("irq_handler_entry", "irq=2 name=xxxxxxxxxxxxxxxx")).isTrue();
    learn("irq_handler_entry", "irq=1 name=y");
    assertThat(matches("irq_handler_entry", "irq=2 name=x")).isFalse();
    assertThat(matches("irq_handler_entry", "irq=2 name=y")).isTrue();
    for (int i = 0; i < 200; i++) {
      assertThat(matches("irq_handler_entry", "irq=1 name=n" + i)).isFalse();
      learn("irq_handler_entry", "irq=1 name=n" + i);
    }
    assertThat(matches("irq_handler_entry", "irq=1 name=n199")).isFalse();
  }
}
