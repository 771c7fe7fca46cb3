package org.vgictrace.parser.ftracetext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.StringJoiner;
import org.junit.jupiter.api.Test;

class TextTemplateTest {

  /** The fields as {@code name=value}, text in quotes; {@code no match} if the text differs. */
  private static String match(String template, String text) {
    TextTemplate compiled = TextTemplate.compile(template);
    TextFields found = new TextFields();
    if (!compiled.matches(text, found)) {
      return "no match";
    }
    StringJoiner all = new StringJoiner(" ");
    for (int slot = 0; slot < compiled.fields().size(); slot++) {
      String value =
          found.isText(slot)
              ? '"' + text.substring(found.start(slot), found.end(slot)) + '"'
              : Long.toString(found.value(slot));
      all.add(compiled.fields().get(slot) + "=" + value);
    }
    return all.toString();
  }

  @Test
  void numbersAreDecimalOrMarkedHexadecimal() {
    assertThat(match("VCPU: {id}, IRQ {irq}", "VCPU: -1, IRQ 0x1b")).isEqualTo("id=-1 irq=27");
    assertThat(
            match("CTL: {ctl} CVAL: {cval} i: {i}", "   CTL: 0x000001 CVAL:         0xe124f5 i: 1"))
        .isEqualTo("ctl=1 cval=14755061 i=1");
    assertThat(match("CTL: {ctl}", "CTL: 00000000")).isEqualTo("ctl=0");
    assertThat(match("{n}", "18446744073709551615")).isEqualTo("n=-1");
    assertThat(match("{n}", "-9223372036854775808")).isEqualTo("n=-9223372036854775808");
    assertThat(match("{n}", "18446744073709551616")).isEqualTo("no match");
    assertThat(match("{n}", "0x10000000000000000")).isEqualTo("no match");
    assertThat(match("{n}", "-9223372036854775809")).isEqualTo("no match");
    assertThat(match("{n}", "0x")).isEqualTo("no match");
    assertThat(match("{n}", "-")).isEqualTo("no match");
    assertThat(match("{n}", "12ab")).isEqualTo("no match");
  }

  @Test
  void hexNeedsNoMark() {
    assertThat(match("PC: {pc:hex}", "PC: ffff000012345678"))
        .isEqualTo("pc=" + 0xffff000012345678L);
    assertThat(match("PC: {pc:hex}", "PC: 0x00ff")).isEqualTo("pc=255");
    assertThat(match("PC: {pc:hex}", "PC: xyz")).isEqualTo("no match");
  }

  @Test
  void symbolsAndFlagsBecomeCodes() {
    String exit = "{ret|IRQ=0|SERROR=1|TRAP=2}: HSR_EC: {ec} ({*}), PC: {pc}";
    assertThat(match(exit, "TRAP: HSR_EC: 0x0024 (DABT_LOW), PC: 0x00000000400037dc"))
        .isEqualTo("ret=2 ec=36 pc=1073756124");
    assertThat(match(exit, "0x3: HSR_EC: 0x0000 (UNKNOWN), PC: 0x0")).isEqualTo("ret=3 ec=0 pc=0");
    String line = "Inject {type|VGIC=9|VGIC PPI=2|VGIC SPI=1} interrupt";
    assertThat(match(line, "Inject VGIC SPI interrupt")).isEqualTo("type=1");
    assertThat(match("{w:flag(write,read)}", "write")).isEqualTo("w=1");
    assertThat(match("{w:flag(write,read)}", "read")).isEqualTo("w=0");
    assertThat(match("{w:flag(write,read)}", "0x1")).isEqualTo("no match");
  }

  @Test
  void textEndsWhereTheRestMatches() {
    assertThat(match("irq={irq} name={name:rest}", "irq=13 name=arch timer, x=1"))
        .isEqualTo("irq=13 name=\"arch timer, x=1\"");
    assertThat(match("prev_comm={c:word} prev_pid={p}", "prev_comm=a prev_pid=1 prev_pid=2"))
        .isEqualTo("c=\"a prev_pid=1\" p=2");
    assertThat(match("prev_comm={c:word} prev_pid={p}", "prev_comm=trail  prev_pid=2"))
        .isEqualTo("c=\"trail \" p=2");
    assertThat(match("comm={c:word} pid={p}", "comm= pid=2")).isEqualTo("c=\"\" p=2");
    assertThat(match("{c:word}:{p} [{prio}]", "kworker/u8:3:1313 [120]"))
        .isEqualTo("c=\"kworker/u8:3\" p=1313 prio=120");
    assertThat(match("name={name:word}", "name=")).isEqualTo("name=\"\"");
  }

  @Test
  void taskNamesHaveAtMostFifteenBytes() {
    String template = "prev_comm={prev_comm:word} p={p} ==> next_comm={next_comm:word} n={n}";
    assertThat(match(template, "prev_comm=a p=1 ==> next_ p=2 ==> next_comm=b n=3"))
        .isEqualTo("prev_comm=\"a p=1 ==> next_\" p=2 next_comm=\"b\" n=3");
    assertThat(match("comm={comm:rest}", "comm=0123456789abcdef")).isEqualTo("no match");
  }

  @Test
  void blanksAreLoose() {
    assertThat(match("  a b  {n}", "a    b 7  ")).isEqualTo("n=7");
    assertThat(match("a {n}", "a7")).isEqualTo("no match");
    assertThat(match("a {n}", "a 7 b")).isEqualTo("no match");
    assertThat(match("a", "")).isEqualTo("no match");
    assertThat(match("", "")).isEqualTo("");
  }

  @Test
  void givesUpOnTextThatCouldEndInTooManyPlaces() {
    String text = "a ".repeat(20_000);
    assertThat(match("{x:word} {y:word} {z:word} b", text)).isEqualTo("no match");
  }

  @Test
  void repeatedFieldsShareASlot() {
    assertThat(match("{t|CPU=0} interrupt ({t})", "CPU interrupt (5)")).isEqualTo("t=5");
  }

  @Test
  void malformedTemplatesSayWhere() {
    assertThatThrownBy(() -> TextTemplate.compile("a {b"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("template \"a {b\": no } for the { at 2");
    assertThatThrownBy(() -> TextTemplate.compile("{a:word}{b}"))
        .hasMessage(
            "template \"{a:word}{b}\": a text placeholder must be followed by literal text");
    assertThatThrownBy(() -> TextTemplate.compile("{a:what}"))
        .hasMessage("template \"{a:what}\": unknown placeholder {a:what}");
    assertThatThrownBy(() -> TextTemplate.compile("{a|X}"))
        .hasMessage("template \"{a|X}\": symbol without =code: X");
    assertThatThrownBy(() -> TextTemplate.compile("{a|X=y}"))
        .hasMessage("template \"{a|X=y}\": code is not a number: X=y");
    assertThatThrownBy(() -> TextTemplate.compile("{a:flag(x)}"))
        .hasMessage("template \"{a:flag(x)}\": flag needs two words: x");
    assertThatThrownBy(() -> TextTemplate.compile("{}"))
        .hasMessage("template \"{}\": placeholder without a field name");
    StringBuilder many = new StringBuilder();
    for (int i = 0; i <= TextTemplate.FIELDS_MAX; i++) {
      many.append("{f").append(i).append("},");
    }
    assertThatThrownBy(() -> TextTemplate.compile(many.toString()))
        .hasMessageEndingWith("more than 32 fields");
  }
}
