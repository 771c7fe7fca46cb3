package org.vgictrace.parser.bind;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vgictrace.parser.bind.Binding.Constant;
import org.vgictrace.parser.bind.Binding.FieldBinding;
import org.vgictrace.parser.diag.InputException;
import org.vgictrace.parser.event.Kind;

class PackReaderTest {
  @Test
  void everyNotationEndsInTheBinding() throws IOException {
    BindingPack pack =
        read(
            """
            { // comments are allowed
              "pack": "mine", "doc": "My probes.", "system": "kprobes",
              "shared": {"who": {"vcpu_id": "id"}},
              "events": [
                {"event": ["a", "b"], "kind": "kick", "use": "who",
                 "fields": {"target_cpu": "cpus[3]", "mode": "w.4:2"}, "requires": "id", "text": "vCPU {id} {*}"},
                {"event": "c", "system": null, "kind": "timer_expire", "set": {"timer": "0x1"}}],
              "other": [{"why": "Noise.", "events": ["d"]}] }
            """);

    List<FieldBinding> kickFields =
        List.of(
            new FieldBinding(0, "vcpu", -1, 0, 64),
            new FieldBinding(1, "id", -1, 0, 64),
            new FieldBinding(2, "cpus", 3, 0, 64),
            new FieldBinding(3, "w", -1, 4, 2));
    assertThat(pack)
        .isEqualTo(
            new BindingPack(
                "mine",
                "My probes.",
                List.of(
                    kick("a", kickFields),
                    kick("b", kickFields),
                    new Binding(
                        null,
                        "c",
                        Kind.TIMER_EXPIRE,
                        List.of(),
                        List.of(new Constant(0, 1)),
                        List.of())),
                List.of(new BindingPack.Unbound("Noise.", List.of("d")))));
  }

  private static Binding kick(String event, List<FieldBinding> fields) {
    return new Binding(
        "kprobes", event, Kind.KICK, fields, List.of(), List.of("id"), List.of("vCPU {id} {*}"));
  }

  @Test
  void choicesAreSetByLabel() throws IOException {
    BindingPack pack =
        read(
            events(
                "{\"event\": \"e\", \"kind\": \"phys_state\", \"set\": {\"which\": \"pending\"}}"));

    assertThat(pack.bindings().get(0).constants()).containsExactly(new Constant(3, 1));
  }

  @Test
  void namesakeFieldListedForAnotherColumnIsNotTakenTwice() throws IOException {
    BindingPack pack =
        read(
            events(
                "{\"event\": \"e\", \"kind\": \"timer_update\", \"fields\": {\"intid\":"
                    + " \"level\"}}"));

    assertThat(pack.bindings().get(0).fields())
        .containsExactly(FieldBinding.whole(0, "vcpu_id"), FieldBinding.whole(1, "level"));
  }

  @Test
  void namesakesCanBeRefused() throws IOException {
    BindingPack pack =
        read(
            events(
                "{\"event\": \"e\", \"kind\": \"wfx\", \"fields\": {\"pc\": \"p\"}, \"namesakes\":"
                    + " false}"));

    assertThat(pack.bindings().get(0).fields()).containsExactly(FieldBinding.whole(0, "p"));
    assertWrong(
        events("{\"event\": \"e\", \"kind\": \"wfx\", \"namesakes\": 0}"),
        "p.json: at line 2: events[0].namesakes: expected true or false, not 0");
  }

  @Test
  void bitsAreCutOutOfTheValue() {
    assertThat(new FieldBinding(0, "bits", -1, 4, 3).extract(0b1011_0101_0000)).isEqualTo(0b101);
    assertThat(new FieldBinding(0, "bits", -1, 63, 1).extract(Long.MIN_VALUE)).isEqualTo(1);
    assertThat(FieldBinding.whole(0, "bits").extract(-2)).isEqualTo(-2);
  }

  @Test
  void unknownKind() {
    assertWrong(
        events("{\"event\": \"e\",\n \"kind\": \"lr_writ\"}"),
        "p.json: at line 3: events[0].kind: no kind \"lr_writ\"; nearest: lr_write");
  }

  @Test
  void kindThatIsNotForPacks() {
    assertWrong(
        events("{\"event\": \"e\", \"kind\": \"other\"}"),
        "p.json: at line 2: events[0].kind: events cannot be bound to other");
  }

  @Test
  void unknownColumn() {
    assertWrong(
        events("{\"event\": \"e\", \"kind\": \"lr_write\", \"fields\": {\"pendin\": \"P\"}}"),
        "p.json: at line 2: events[0].fields.pendin: no column \"pendin\" in lr_write; nearest:"
            + " pending");
  }

  @Test
  void unknownLabel() {
    assertWrong(
        events("{\"event\": \"e\", \"kind\": \"vgic_step\", \"set\": {\"step\": \"flsh\"}}"),
        "p.json: at line 2: events[0].set.step: no label \"flsh\"; nearest: flush");
  }

  @Test
  void unknownMember() {
    assertWrong(
        events("{\"event\": \"e\", \"kind\": \"wfx\", \"field\": {}}"),
        "p.json: at line 2: events[0].field: unknown member; nearest: fields");
  }

  @Test
  void unknownSharedList() {
    assertWrong(
        events("{\"event\": \"e\", \"kind\": \"wfx\", \"use\": \"irqs\"}"),
        "p.json: at line 2: events[0].use: no shared list \"irqs\"");
  }

  @Test
  void missingMember() {
    assertWrong(
        events("{\"event\": \"e\"}"), "p.json: at line 2: events[0]: member \"kind\" is missing");
    assertWrong("{\"events\": []}", "p.json: at line 1: member \"pack\" is missing");
  }

  @Test
  void malformedField() {
    assertWrong(
        events("{\"event\": \"e\", \"kind\": \"wfx\", \"fields\": {\"pc\": \"a-b\"}}"),
        "p.json: at line 2: events[0].fields.pc: not a field: \"a-b\"; write name, name[i],"
            + " name.bit or name.bit:count");
    assertWrong(
        events("{\"event\": \"e\", \"kind\": \"wfx\", \"fields\": {\"pc\": \"a.60:5\"}}"),
        "p.json: at line 2: events[0].fields.pc: bits outside a 64-bit value: \"a.60:5\"");
    assertWrong(
        events("{\"event\": \"e\", \"kind\": \"wfx\", \"fields\": {\"pc\": \"a[9999]\"}}"),
        "p.json: at line 2: events[0].fields.pc: element beyond 1023: \"a[9999]\"");
    assertWrong(
        events("{\"event\": \"e\", \"kind\": \"wfx\", \"fields\": {\"pc\": 7}}"),
        "p.json: at line 2: events[0].fields.pc: expected a text, not 7");
  }

  @Test
  void textColumnsTakeWholeFieldsOnly() {
    assertWrong(
        events("{\"event\": \"e\", \"kind\": \"host_irq\", \"fields\": {\"name\": \"n.1\"}}"),
        "p.json: at line 2: events[0].fields.name: bits of a field cannot become a text column");
    assertWrong(
        events("{\"event\": \"e\", \"kind\": \"host_irq\", \"set\": {\"name\": \"n\"}}"),
        "p.json: at line 2: events[0].set.name: a text column cannot be set");
  }

  @Test
  void constantOutsideItsType() {
    assertWrong(
        events("{\"event\": \"e\", \"kind\": \"sysreg\", \"set\": {\"op0\": 256}}"),
        "p.json: at line 2: events[0].set.op0: expected a value of type UINT8, not 256");
    assertWrong(
        events("{\"event\": \"e\", \"kind\": \"wfx\", \"set\": {\"is_wfe\": \"yes\"}}"),
        "p.json: at line 2: events[0].set.is_wfe: expected a value of type BOOL, not \"yes\"");
  }

  @Test
  void columnFedTwice() {
    assertWrong(
        events(
            "{\"event\": \"e\", \"kind\": \"wfx\", \"fields\": {\"pc\": \"p\"}, \"set\": {\"pc\":"
                + " 1}}"),
        "p.json: at line 2: events[0].set.pc: column is fed from a field as well");
  }

  @Test
  void entryThatCanNeverApply() {
    assertWrong(
        events(
            "{\"event\": \"e\", \"kind\": \"wfx\"}, {\"event\": \"e\", \"kind\": \"mmio\","
                + " \"requires\": \"x\"}"),
        "p.json: at line 2: events[1]: never used: an earlier entry for e applies whenever this one"
            + " does");
  }

  @Test
  void templateThatCannotBeUnderstood() {
    assertTemplateWrong(
        "index {timr}", "no column takes the field \"timr\"; use {*} to skip it; nearest: timer");
    assertTemplateWrong("x {timer", "a { is not closed");
    assertTemplateWrong(
        "x {*}{timer}", "{*}, :word and :rest must be followed by literal text, not by another {");
    assertTemplateWrong(
        "x {timer:oct}",
        "not a placeholder: {timer:oct}; write {f}, {f:hex}, {f:word}, {f:rest}, {f:flag(a,b)},"
            + " {f|NAME=1|OTHER=2} or {*}");
    assertTemplateWrong("no placeholder", "the required field \"timer\" is not in the text");
  }

  private static void assertTemplateWrong(String template, String message) {
    assertWrong(
        events(
            "{\"event\": \"e\", \"kind\": \"timer_expire\", \"requires\": \"timer\","
                + " \"text\": [\"{timer}\", \""
                + template
                + "\"]}"),
        "p.json: at line 2: events[0].text[1]: " + message);
  }

  @Test
  void notJson() {
    assertWrong("", "p.json: empty, expected a JSON object");
    assertWrong("[]", "p.json: at line 1: expected an object, not an array");
    assertWrong("{} {}", "p.json: at line 1: more after the end of the JSON object");
    assertWrong(
        "{\"pack\": \"a\",\n\"pack\": \"b\"}",
        "p.json: at line 2: not valid JSON: Duplicate field 'pack'");
    assertWrong("{\"pack\": 1.5}", "p.json: at line 1: pack: expected a value, not 1.5");
  }

  @Test
  void controlCharactersDoNotReachTheComplaint() {
    assertWrong(
        events("{\"event\": \"e\", \"kind\": \"w\\n\\u001bfx\"}"),
        "p.json: at line 2: events[0].kind: no kind \"w??fx\"; nearest: wfx");
  }

  @Test
  void numberThatFitsNoType() {
    assertWrong(
        events("{\"event\": \"e\", \"kind\": \"wfx\", \"set\": {\"pc\": 99999999999999999999}}"),
        "p.json: at line 2: not valid JSON: Numeric value (99999999999999999999) out of range of long"
            + " (-9223372036854775808 - 9223372036854775807)");
  }

  @Test
  void nestingIsLimited() {
    assertWrong(
        "[".repeat(9),
        "p.json: at line 1: not valid JSON: Document nesting depth (9) exceeds the maximum allowed"
            + " (8, from `StreamReadConstraints.getMaxNestingDepth()`)");
  }

  @Test
  void fileThatDoesNotExist(@TempDir Path directory) {
    Path file = directory.resolve("absent.json");
    assertThatExceptionOfType(InputException.class)
        .isThrownBy(() -> PackReader.read(file))
        .withMessage(file + ": no such file");
  }

  @Test
  void fileIsNamedInComplaints(@TempDir Path directory) throws IOException {
    Path file = Files.writeString(directory.resolve("pack.json"), "\n\n7");
    assertThatExceptionOfType(InputException.class)
        .isThrownBy(() -> PackReader.read(file))
        .withMessage(file + ": at line 3: expected an object, not 7");
  }

  private static String events(String entries) {
    return "{\"pack\": \"t\", \"events\": [\n" + entries + "]}";
  }

  private static BindingPack read(String json) throws IOException {
    return PackReader.read(
        "p.json", new ByteArrayInputStream(json.getBytes(StandardCharsets.UTF_8)));
  }

  private static void assertWrong(String json, String message) {
    assertThatExceptionOfType(InputException.class)
        .isThrownBy(() -> read(json))
        .withMessage(message);
  }
}
