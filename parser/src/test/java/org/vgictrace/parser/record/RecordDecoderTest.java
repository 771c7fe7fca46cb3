package org.vgictrace.parser.record;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vgictrace.parser.bind.Binding;
import org.vgictrace.parser.bind.Binding.Constant;
import org.vgictrace.parser.bind.Binding.FieldBinding;
import org.vgictrace.parser.event.BatchBuilder;
import org.vgictrace.parser.event.BatchPool;
import org.vgictrace.parser.event.Kind;
import org.vgictrace.parser.event.KindTable;
import org.vgictrace.parser.event.LrImage;
import org.vgictrace.parser.event.Names;
import org.vgictrace.parser.format.EventFormat;
import org.vgictrace.parser.format.EventFormatParser;
import org.vgictrace.parser.format.FormatException;

class RecordDecoderTest {
  private static final String COMMON =
      """
      name: e
      ID: 5
      format:
      \tfield:unsigned short common_type;\toffset:0;\tsize:2;\tsigned:0;
      \tfield:unsigned char common_flags;\toffset:2;\tsize:1;\tsigned:0;
      \tfield:unsigned char common_preempt_count;\toffset:3;\tsize:1;\tsigned:0;
      \tfield:int common_pid;\toffset:4;\tsize:4;\tsigned:1;

      """;

  private static final String HEADER = "05001234" + "10270000";

  private final Names names = new Names();
  private boolean bigEndian;

  @Test
  void extendsNumbersByTheirFieldAndCutsThemToTheirColumn() {
    List<String> fields =
        List.of("s8 a 8 1 1", "u16 b 10 2 0", "int c 12 4 1", "u32 d 16 4 0", "s64 e 24 8 1");
    String record = HEADER + "ff00feff" + "feffffff" + "ffffffff" + "00000000" + "f8ffffffffffffff";
    assertThat(
            decode(Kind.HALT_POLL, fields, record, "grow<a", "vcpu_id<b", "new_ns<c", "old_ns<d"))
        .isEqualTo("grow=1 vcpu_id=65534 new_ns=4294967294 old_ns=4294967295");
    assertThat(decode(Kind.VCPU_EXIT, fields, record, "reason<d", "esr_ec<e", "pc<a"))
        .isEqualTo("reason=-1 esr_ec=4294967288 pc=-1");
    assertThat(decode(Kind.VCPU_WAKEUP, fields, record, "wait_ns<e", "waited<b", "valid<c"))
        .isEqualTo("wait_ns=-8 waited=1 valid=1");
  }

  @Test
  void readsBigEndianNumbers() {
    bigEndian = true;
    List<String> fields = List.of("u16 a 8 2 0", "u32 b 12 4 0", "u64 c 16 8 0");
    String record = "00051234" + "00002710" + "01020000" + "01020304" + "0102030405060708";
    assertThat(decode(Kind.VCPU_EXIT, fields, record, "reason<a", "esr_ec<b", "pc<c"))
        .isEqualTo("reason=258 esr_ec=16909060 pc=72623859790382856");
  }

  @Test
  void takesBitsOfAField() {
    List<String> fields = List.of("u64 a 8 8 0");
    String record = HEADER + "1a0000001b00a070";
    Binding binding =
        binding(
            Kind.LR_WRITE,
            new FieldBinding(Kind.LR_WRITE.column("intid"), "a", -1, 0, 32),
            new FieldBinding(Kind.LR_WRITE.column("hwintid"), "a", -1, 32, 13),
            new FieldBinding(Kind.LR_WRITE.column("priority"), "a", -1, 48, 8),
            new FieldBinding(Kind.LR_WRITE.column("hw"), "a", -1, 61, 1),
            new FieldBinding(Kind.LR_WRITE.column("group"), "a", -1, 60, 1),
            new FieldBinding(Kind.LR_WRITE.column("vcpu"), "a", -1, 60, 4));
    assertThat(decode(format(fields), binding, record))
        .isEqualTo("intid=26 hw=1 priority=160 group=1 hwintid=27 vcpu=7");
  }

  @Test
  void readsElementsOfArrays() {
    List<String> fields = List.of("unsigned long lr[2] 8 16 0", "__data_loc u32[] d 24 4 0");
    String record =
        HEADER + "0100000000000000" + "0200000000000000" + "1c000800" + "03000000" + "04000000";
    Binding binding =
        binding(
            Kind.LR_IMAGE,
            new FieldBinding(LrImage.LR0, "lr", 0, 0, 64),
            new FieldBinding(LrImage.LR0 + 1, "lr", 1, 0, 64),
            new FieldBinding(LrImage.LR0 + 2, "lr", 2, 0, 64),
            new FieldBinding(LrImage.USED_LRS, "d", 0, 0, 64),
            new FieldBinding(LrImage.HCR, "d", 1, 0, 64),
            new FieldBinding(LrImage.VMCR, "lr", -1, 0, 64));
    assertThat(decode(format(fields), binding, record))
        .isEqualTo("used_lrs=3 hcr=4 lr_bytes=8 lr0=1 lr1=2");
  }

  @Test
  void knowsTheWidthOfAListRegister() {
    List<String> fields = List.of("u32 lr0 8 4 0");
    Binding binding =
        new Binding(
            null,
            "e",
            Kind.LR_IMAGE,
            List.of(FieldBinding.whole(LrImage.LR0, "lr0")),
            List.of(new Constant(LrImage.POINT, LrImage.POINT_EXIT)),
            List.of());
    assertThat(decode(format(fields), binding, HEADER + "0408001a"))
        .isEqualTo("point=1 lr_bytes=4 lr0=436209668");
  }

  @Test
  void readsTextWhereverItIs() {
    String text = HexFormat.of().formatHex("eth0\0xyz".getBytes(StandardCharsets.US_ASCII));
    assertThat(hostIrqName("char name[8] 8 8 0", HEADER + text)).isEqualTo("eth0");
    assertThat(hostIrqName("char name[4] 8 4 0", HEADER + text)).isEqualTo("eth0");
    assertThat(hostIrqName("char name[] 8 0 0", HEADER + text)).isEqualTo("eth0");
    assertThat(hostIrqName("__data_loc char[] name 8 4 0", HEADER + "0c000500" + text))
        .isEqualTo("eth0");
    assertThat(hostIrqName("__rel_loc char[] name 8 4 0", HEADER + "00000300" + text))
        .isEqualTo("eth");
  }

  @Test
  void leavesOutWhatLiesOutsideTheRecord() {
    assertThat(hostIrqName("char name[9] 8 9 0", HEADER + "6162636465666768")).isEmpty();
    assertThat(hostIrqName("char name[4294967295] 8 4294967295 0", HEADER + "61626364")).isEmpty();
    assertThat(hostIrqName("__data_loc char[] name 8 4 0", HEADER + "0c000900" + "61626364"))
        .isEmpty();
    assertThat(hostIrqName("__data_loc char[] name 8 4 0", HEADER + "ffff0100")).isEmpty();
    assertThat(hostIrqName("__data_loc char[] name 8 4 0", HEADER + "0c00")).isEmpty();
    assertThat(decode(Kind.MAINTENANCE, List.of("int irq 8 4 1"), HEADER + "0102", "irq<irq"))
        .isEmpty();
    assertThat(decode(Kind.MAINTENANCE, List.of("int irq 2147483644 8 1"), HEADER, "irq<irq"))
        .isEmpty();
  }

  @ParameterizedTest
  @ValueSource(ints = {16, 2_000})
  void fillsManyRowsInAnyOrderOfRecordLengths(int offset) throws IOException {
    Binding binding = binding(Kind.VCPU_EXIT, FieldBinding.whole(0, "a"));
    EventFormat format = format(List.of("u32 a " + offset + " 4 0"));
    RecordDecoder decoder = compiler().bound(format, binding);
    BatchBuilder builder = new BatchBuilder(new BatchPool(names), (batch, pool) -> {});
    List<Long> expected = new ArrayList<>();
    List<Long> actual = new ArrayList<>();
    KindTable table = builder.append(Kind.VCPU_EXIT, 0, 0, 0, 0, 0, 0, 0);
    byte[] bytes = new byte[offset + Integer.BYTES + NumberCopies.SLACK_BYTES];
    for (int i = 0; i < 500; i++) {
      bytes[offset] = (byte) i;
      bytes[offset + 1] = (byte) (i >>> Byte.SIZE);
      boolean isShort = i % 7 == 3;
      assertThat(decoder.fill(table, bytes, 0, offset + (isShort ? 3 : 4))).isEqualTo(!isShort);
      expected.add(isShort ? -1L : i);
      builder.append(Kind.VCPU_EXIT, 0, 0, 0, 0, 0, 0, 0);
    }
    decoder.settle();
    for (int row = 0; row < expected.size(); row++) {
      actual.add(table.get(row, 0, -1));
    }
    assertThat(actual).isEqualTo(expected);
    assertThat(decoder.outside()).isEqualTo(71);
  }

  @Test
  void leavesColumnsWithoutAFittingFieldEmpty() {
    List<String> fields = List.of("const char * name 8 8 0", "struct x s 16 12 0");
    assertThat(hostIrqName(fields.get(0), HEADER + "0000000000000000")).isEmpty();
    assertThat(decode(Kind.MAINTENANCE, fields, HEADER + "00".repeat(20), "irq<s", "irq<missing"))
        .isEmpty();
  }

  @Test
  void readsCommonFieldsWhereTheFormatPutsThem() throws FormatException {
    RecordDecoder decoder = compiler().other("e", format(List.of()));
    byte[] record = HexFormat.of().parseHex(HEADER);
    assertThat(decoder.flags(record, 0, 8)).isEqualTo(0x12);
    assertThat(decoder.preempt(record, 0, 8)).isEqualTo(0x34);
    assertThat(decoder.pid(record, 0, 8)).isEqualTo(10_000);
    assertThat(decoder.pid(record, 0, 7)).isEqualTo(-1);
    String hypervisorEvent =
        """
        name: hyp
        ID: 9
        format:
        \tfield:unsigned short common_type;\toffset:0;\tsize:2;\tsigned:0;

        \tfield:u64 x;\toffset:2;\tsize:8;\tsigned:0;
        """;
    RecordDecoder bare =
        compiler()
            .other(
                "hyp",
                EventFormatParser.parse(
                    "hyp", hypervisorEvent.getBytes(StandardCharsets.US_ASCII), 8));
    assertThat(bare.flags(record, 0, 8)).isEqualTo(-1);
    assertThat(bare.preempt(record, 0, 8)).isEqualTo(-1);
    assertThat(bare.pid(record, 0, 8)).isEqualTo(-1);
  }

  private String hostIrqName(String field, String record) {
    return decode(Kind.HOST_IRQ, List.of(field), record, "name<name").replace("name=", "");
  }

  private DecoderCompiler compiler() {
    return new DecoderCompiler(EnumSet.allOf(Kind.class), bigEndian, names);
  }

  private String decode(Kind kind, List<String> fields, String record, String... bindings) {
    FieldBinding[] from = new FieldBinding[bindings.length];
    for (int i = 0; i < from.length; i++) {
      String[] parts = bindings[i].split("<", 2);
      from[i] = FieldBinding.whole(kind.column(parts[0]), parts[1]);
    }
    return decode(format(fields), binding(kind, from), record);
  }

  /** All values of the row in the order of the columns; names as text. */
  private String decode(EventFormat format, Binding binding, String record) {
    byte[] bytes = HexFormat.of().parseHex("eeee" + record + "ee".repeat(8));
    List<String> values = new ArrayList<>();
    BatchBuilder builder = new BatchBuilder(new BatchPool(names), (batch, pool) -> {});
    try {
      KindTable row = builder.append(binding.kind(), 0, 0, 0, 0, 0, 0, 0);
      RecordDecoder decoder = compiler().bound(format, binding);
      boolean complete = decoder.fill(row, bytes, 2, bytes.length - 10);
      decoder.settle();
      assertThat(decoder.outside() == 0).isEqualTo(complete);
      for (int c = 0; c < binding.kind().columns().size(); c++) {
        if (row.has(0, c)) {
          long value = row.get(0, c, 0);
          String column = binding.kind().columns().get(c).name();
          values.add(column + "=" + (column.equals("name") ? names.text((int) value) : value));
        }
      }
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    return String.join(" ", values);
  }

  private static Binding binding(Kind kind, FieldBinding... fields) {
    return new Binding(null, "e", kind, List.of(fields), List.of(), List.of());
  }

  /** Fields as {@code type name offset size signed}. */
  private static EventFormat format(List<String> fields) {
    StringBuilder text = new StringBuilder(COMMON);
    for (String field : fields) {
      String[] words = field.split(" ", 0);
      int n = words.length;
      String type = String.join(" ", List.of(words).subList(0, n - 4));
      text.append("\tfield:").append(type).append(' ').append(words[n - 4]).append(";\toffset:");
      text.append(words[n - 3]).append(";\tsize:").append(words[n - 2]).append(";\tsigned:");
      text.append(words[n - 1]).append(";\n");
    }
    try {
      return EventFormatParser.parse("s", text.toString().getBytes(StandardCharsets.US_ASCII), 8);
    } catch (FormatException e) {
      throw new AssertionError(e);
    }
  }
}
