package org.vgictrace.parser.printfmt;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.vgictrace.parser.diag.Place;
import org.vgictrace.parser.format.EventFormat;
import org.vgictrace.parser.format.EventFormatParser;
import org.vgictrace.parser.format.FormatException;
import org.vgictrace.parser.record.Metadata;
import org.vgictrace.parser.record.MetadataReader;

/** Print fmts as kernels write them, over one record. */
class PrintFormatTest {
  private static final List<String> FIELDS =
      List.of(
          "field:unsigned short common_type; offset:0; size:2; signed:0;",
          "field:u8 byte; offset:2; size:1; signed:0;",
          "field:s8 tiny; offset:3; size:1; signed:1;",
          "field:int number; offset:4; size:4; signed:1;",
          "field:unsigned int count; offset:8; size:4; signed:0;",
          "field:__data_loc char[] name; offset:12; size:4; signed:1;",
          "field:unsigned long address; offset:16; size:8; signed:0;",
          "field:char comm[8]; offset:24; size:8; signed:1;",
          "field:u16 words[3]; offset:32; size:6; signed:0;",
          "field:u8 mac[6]; offset:38; size:6; signed:0;",
          "field:__data_loc u32[] list; offset:44; size:4; signed:0;",
          "field:__data_loc unsigned long[] mask; offset:48; size:4; signed:0;",
          "field:__rel_loc char[] near; offset:52; size:4; signed:1;",
          "field:__data_loc char[] far; offset:56; size:4; signed:1;",
          "field:const char * text; offset:60; size:8; signed:0;");

  /** Strings and symbols that the recording carries. */
  private static final String PRINTK = "0xffff800081a00010 : \"Rescheduling \\\"IPI\\\"\"\n";

  private static final String SYMBOLS =
      """
      ffff800080010000 T vgic_v3_populate_lr
      ffff800080010080 t __next
      ffff80007a8c2000 t nf_hook\t[nf_tables]
      ffff80007a8c2100 t nf_end\t[nf_tables]
      """;

  @ParameterizedTest
  @CsvSource(
      delimiterString = " => ",
      quoteCharacter = '`',
      textBlock =
          """
          "plain 100%%" => plain 100%
          "%d %u %x", REC->number, REC->number, REC->number => -2 4294967294 fffffffe
          "%d %hhu %hd", REC->tiny, REC->tiny, REC->number => -1 255 -2
          "%#x %#08x %08x|%-6d|%+d|% d", 0, 1, 0x1f, 7, 7, 7 => `0x0 0x000001 0000001f|7     |+7| 7`
          "%5d|%.3d|%*d|%o|%#o|%X", 42, 7, 4, 9, 8, 8, 0xab => `   42|007|   9|10|010|AB`
          "%lx %Lx %llu %zd", -1L, -1LL, REC->address, -5L => ffffffffffffffff ffffffffffffffff 18446603338368745488 -5
          "%c%c %s", REC->byte, 'Z', REC->comm => AZ worker
          "%8s|%-8s|%.2s", REC->comm, "ab", "xyz" => `  worker|ab      |xy`
          "%s %s", __get_str(name), __get_rel_str(near) => dynamic close
          "%s", REC->byte == 65 ? "yes" : "no" => yes
          "%s", REC->count ?: "none" => 0x7
          "%d", REC->number < 0U => 0
          "%d", REC->number < 0 => 1
          "%d %d", 7 / 2 * 2 + 7 % 2, -7 / 2 => 7 -3
          "%x %x", 1 << 4 | 1, ~0 & 0xff ^ 0xf => 11 f0
          "%d", (((1 + 1) << 1) - 1) == 3 && !0 || 0 => 1
          "%u", (u8)(REC->number >> 4) => 255
          "%llu", (unsigned long long) REC->count * 0x100000000ULL => 30064771072
          "%d %d", (int)sizeof(u64), (int)sizeof(REC->comm) => 8 8
          "%u %u", REC->words[1], ((u8 *)REC->words)[2] => 512 0
          "%u", *(u32 *)__get_dynamic_array(list) => 17
          "%s", __print_symbolic(REC->byte, { 'A', "a" "b" }, { 66, "c" }) => ab
          "%s", __print_symbolic(REC->byte, { NEVER_A_NUMBER, "x" }) => 0x41
          "%s", __print_symbolic(REC->byte, { }) => 0x41
          "%s", __print_symbolic(REC->byte, { 1, "x" }, { -1, ((void *)0) }) => 0x41
          "%s", __print_flags(REC->byte, "|", { 1, "lo" }, { 0x40, "hi" }) => lo|hi
          "%s", __print_flags(REC->count, "|", { 1, "one" }, { 2, "two" }) => one|two|0x4
          "<%s>", __print_flags(0, "|", { 1, "one" }) => <>
          "%s %s", __print_hex(REC->mac, 3), __print_hex_str(REC->mac, 2) => 01 02 03 0102
          "%s", __print_array(REC->words, 3, 2) => {0x100,0x200,0x300}
          "%s", __print_dynamic_array(list, 4) => {0x11,0x12}
          "%d", __get_dynamic_array_len(list) / sizeof(u32) => 2
          "%s", __get_bitmask(mask) => 00000000,0000010f
          "%*pbl %*pb", 16, __get_dynamic_array(mask), 16, REC->mask => 0-3,8 010f
          "%pM %*phC", REC->mac, 2, REC->mac => 01:02:03:04:05:06 01:02
          "%pI4 %pi4", REC->mac, &REC->mac => 1.2.3.4 001.002.003.004
          "%s", str_read_write(!(REC->byte)) => write
          "%d", ({ int x = (REC->number); int y = 3; (x < y ? x : y); }) => -2
          "%llu.%09llu", __print_ns_to_secs(5000000001ULL), __print_ns_without_secs(5000000001ULL) => 5.000000001
          "%s", REC->text => Rescheduling "IPI"
          "%s %s", 0UL, REC->address => (null) 0xffff800080010010
          "%pS %ps %p", REC->address, (void *)REC->address, REC->address => vgic_v3_populate_lr+0x10/0x80 vgic_v3_populate_lr ffff800080010010
          "%pS", 0xffff80007a8c2004UL => nf_hook+0x4/0x100 [nf_tables]
          "%ps", 0xffff900000000000UL => 0xffff900000000000
          "%d then %d", 1 / (REC->byte - 65), 5 => <div0> then 5
          "%s and %d", __get_str(far), 5 => <outside> and 5
          "%u", REC->words[3] => <outside>
          "%d", HRTIMER_MODE_ABS_PINNED_HARD => 10
          """)
  void text(String source, String expected) throws FormatException {
    assertThat(text(source)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiterString = " => ",
      quoteCharacter = '`',
      textBlock =
          """
          `` => there is no print fmt
          REC->byte => print fmt does not begin with a string
          "%d" => print fmt has 0 arguments for 1 values
          "%d", 1, 2 => print fmt has more arguments than its format wants
          "%d", REC->gone => print fmt uses field gone, which is not there
          "%d", jiffies - REC->count => print fmt uses jiffies, which is not known
          "%s", show_it(REC->count) => print fmt calls show_it, which only the kernel can
          "%d", REC->comm => print fmt computes with a text or an array
          "%d", sizeof(struct page) => print fmt wants the size of struct
          "%d", REC->address->next => print fmt uses a member of a structure
          "%d", (1 => print fmt has its end where ) should be
          "%d", 1 2 => print fmt has 2 where its end should be
          "%y", 1 => print fmt has a conversion that is none
          "%d => print fmt has a string without an end
          """)
  void refused(String source, String why) {
    assertThatThrownBy(() -> text(source)).isInstanceOf(FormatException.class).hasMessage(why);
  }

  @Test
  void hostileFormatsAreRefused() {
    for (String source :
        List.of(
            "\"%d\", " + "(".repeat(100_000) + "1" + ")".repeat(100_000),
            "\"%d\", " + "!".repeat(100_000) + "1",
            "\"%d\", " + "1 ? 1 : ".repeat(100_000) + "1",
            "\"%d\", REC->byte" + " + REC->byte".repeat(100_000),
            "\"%d\", ({ int a = REC->byte; " + doublings(60) + "a59; })",
            "\"%d\", " + "REC->words[".repeat(50_000) + "0" + "]".repeat(50_000),
            "\"" + "%d".repeat(100_000) + "\"")) {
      assertThatThrownBy(() -> text(source))
          .as(source.substring(0, 40))
          .isInstanceOf(FormatException.class);
    }
  }

  @Test
  void widthsAndTextsAreLimited() throws FormatException {
    assertThat(text("\"%2000000000d\", 1")).hasSize(Conversion.WIDTH_MAX);
    assertThat(text("\"%*d\", 2000000000, 1")).hasSize(Conversion.WIDTH_MAX);
    assertThat(text("\"" + "x".repeat(200_000) + "\"")).hasSize(200_000);
    assertThat(text("\"" + "%1024d".repeat(1000) + "\"" + ", 1".repeat(1000))).hasSize(64 << 10);
  }

  @Test
  void formatsThatCannotBeEvaluatedShowFields() {
    Metadata metadata = new Metadata();
    String format = "name: shown\nID: 1\nformat:\n" + String.join("\n", FIELDS.subList(0, 5));
    String bad = "name: bad\nID: 2\nformat:\nfield:int x;\n";
    MetadataReader reader = new MetadataReader(metadata);
    reader.format("test", (format + "\n\nprint fmt: \"%d\", jiffies").getBytes(UTF_8), Place.at(7));
    reader.format("test", bad.getBytes(UTF_8), Place.at(8));
    RecordTexts texts = new RecordTexts(metadata, false, 8);
    StringBuilder out = new StringBuilder();
    assertThat(texts.append("", record(), 0, 120, out)).isTrue();
    assertThat(out).hasToString("byte=0x41 tiny=-1 number=-2 count=0x7");
    assertThat(texts.append("", new byte[] {2, 0, 0, 0}, 0, 4, out)).isFalse();
    assertThat(texts.append("", new byte[] {3, 0, 0, 0}, 0, 4, out)).isFalse();
    assertThat(metadata.diagnostics().entries())
        .extracting(entry -> entry.place() + " " + entry.message())
        .containsExactly(
            "byte 7 text of test:shown: print fmt uses jiffies, which is not known",
            "byte 8 text of test:bad: field without offset or size: int x");
  }

  @Test
  void probesPrintSymbols() throws FormatException {
    EventFormat probe =
        format(
            List.of(
                "field:unsigned short common_type; offset:0; size:2; signed:0;",
                "field:unsigned long __probe_ip; offset:16; size:8; signed:0;"),
            "\"(%lx)\", REC->__probe_ip");
    assertThat(text(probe, 8)).isEqualTo("(vgic_v3_populate_lr+0x10/0x80)");
  }

  @Test
  void kernelsOf32Bits() throws FormatException {
    EventFormat event =
        format(FIELDS, "\"%lx %s\", -1L, __print_symbolic(REC->number, { -2, \"minus two\" })");
    assertThat(text(event, 4)).isEqualTo("ffffffff minus two");
  }

  private static String doublings(int count) {
    StringBuilder text = new StringBuilder("int a0 = a + a; ");
    for (int i = 1; i < count; i++) {
      text.append("int a%1$d = a%2$d + a%2$d; ".formatted(i, i - 1));
    }
    return text.toString();
  }

  private static String text(String source) throws FormatException {
    return text(format(FIELDS, source), 8);
  }

  private static EventFormat format(List<String> fields, String source) throws FormatException {
    String file =
        "name: test\nID: 1\nformat:\n" + String.join("\n", fields) + "\n\nprint fmt: " + source;
    return EventFormatParser.parse("test", file.getBytes(StandardCharsets.UTF_8), 8);
  }

  private static String text(EventFormat event, int longBytes) throws FormatException {
    Metadata metadata = new Metadata();
    metadata.kernelSymbols(() -> SYMBOLS.getBytes(StandardCharsets.UTF_8));
    metadata.printkFormats(() -> PRINTK.getBytes(StandardCharsets.UTF_8));
    StringBuilder out = new StringBuilder();
    byte[] record = record();
    PrintFormat.compile(event, longBytes, false, new KernelTexts(metadata))
        .append(record, 0, record.length, out);
    return out.toString();
  }

  private static byte[] record() {
    ByteBuffer record = ByteBuffer.allocate(120).order(ByteOrder.LITTLE_ENDIAN);
    record.putShort((short) 1).put((byte) 65).put((byte) -1).putInt(-2).putInt(7);
    record.putInt(8 << 16 | 68).putLong(0xffff800080010010L);
    record.put("worker\0\0".getBytes(StandardCharsets.US_ASCII));
    record.putShort((short) 0x100).putShort((short) 0x200).putShort((short) 0x300);
    record.put(new byte[] {1, 2, 3, 4, 5, 6});
    record.putInt(8 << 16 | 76).putInt(8 << 16 | 84).putInt(6 << 16 | 36).putInt(8 << 16 | 4000);
    record.putLong(0xffff800081a00010L);
    record.put("dynamic\0".getBytes(StandardCharsets.US_ASCII));
    record.putInt(17).putInt(18).putLong(0x10f).put("close\0".getBytes(StandardCharsets.US_ASCII));
    return record.array();
  }
}
