package org.vgictrace.analysis.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamReader;
import org.junit.jupiter.api.Test;
import org.vgictrace.analysis.Golden;
import org.vgictrace.analysis.batch.BatchReport;
import org.vgictrace.analysis.batch.Outcome;
import org.vgictrace.analysis.check.CheckReport;
import org.vgictrace.analysis.coverage.Coverage;
import org.vgictrace.parser.bind.BindingPacks;
import org.vgictrace.replay.rule.Severity;

/** Whole outputs of the reports on checks. */
class ReportsTest {
  private final StringWriter out = new StringWriter();

  @Test
  void healthyCheckAsText() throws IOException {
    new CheckText(out, Style.PLAIN).write(Reports.healthy("captures/good.dat"));
    Golden.verify("check-healthy.txt", out.toString());
  }

  @Test
  void brokenCheckAsText() throws IOException {
    new CheckText(out, Style.PLAIN).write(Reports.broken("captures/bad\u001b[31m.dat"));
    Golden.verify("check-broken.txt", out.toString());
  }

  @Test
  void findingFitsIntoAMail() {
    CheckReport report = Reports.broken("a/very/long/path/".repeat(20) + "trace.dat");
    List<String> lines = FindingText.lines(report.findings().get(0), report.meta(), Style.PLAIN);
    assertThat(lines).hasSizeLessThanOrEqualTo(25).allMatch(line -> line.length() <= 78);
    assertThat(lines).anyMatch(line -> line.endsWith("trace.dat"));
  }

  @Test
  void coloursAreTheOnlyDifferenceOnATerminal() throws IOException {
    new CheckText(out, Style.COLOUR).write(Reports.broken("bad.dat"));
    StringWriter plain = new StringWriter();
    new CheckText(plain, Style.PLAIN).write(Reports.broken("bad.dat"));
    assertThat(out.toString()).contains("\u001b[1;31mERROR INV-HW-1\u001b[0m: Impossible");
    assertThat(out.toString().replaceAll("\u001b\\[[0-9;]*m", "")).isEqualTo(plain.toString());
  }

  @Test
  void checksAsJson() throws IOException {
    CheckJson.write(
        out,
        Reports.TOOL,
        List.of(Reports.healthy("good.dat"), Reports.broken("b\u00e4d\u001b.dat")),
        Map.of("gone.dat", "gone.dat: no such file"));
    Golden.verify("check.json", out.toString());
    assertThat(out.toString()).matches("[\n -~]*");
  }

  @Test
  void jsonHasTheFieldsOfTheContract() throws IOException {
    CheckJson.write(out, Reports.TOOL, List.of(Reports.broken("bad.dat")), Map.of());
    Map<String, JsonToken> fields = fields(out.toString());
    assertThat(fields)
        .containsEntry("/schema", JsonToken.VALUE_STRING)
        .containsEntry("/tool/name", JsonToken.VALUE_STRING)
        .containsEntry("/tool/version", JsonToken.VALUE_STRING)
        .containsEntry("/verdict", JsonToken.VALUE_STRING);
    for (String name : List.of("file", "format", "hypervisor", "release", "profile", "clock")) {
      assertThat(fields).containsEntry("/inputs/" + name, JsonToken.VALUE_STRING);
    }
    for (String name :
        List.of(
            "cpus",
            "duration_ns",
            "events",
            "events_modelled",
            "events_other",
            "events_lost",
            "unparsed")) {
      assertThat(fields).containsEntry("/inputs/" + name, JsonToken.VALUE_NUMBER_INT);
    }
    for (String name : List.of("total", "consistent", "inconsistent", "indeterminate")) {
      assertThat(fields).containsEntry("/transitions/" + name, JsonToken.VALUE_NUMBER_INT);
    }
    for (String name :
        List.of(
            "consistent", "inconsistent", "indeterminate", "indeterminate_reasons/lost_events")) {
      assertThat(fields).containsEntry("/rules/" + name, JsonToken.VALUE_NUMBER_INT);
    }
    for (String name :
        List.of("rule", "severity", "title", "message", "vm", "expected", "observed")) {
      assertThat(fields).containsEntry("/findings/" + name, JsonToken.VALUE_STRING);
    }
    for (String name : List.of("seq", "ts_ns", "cpu", "vcpu", "intid", "because_seq")) {
      assertThat(fields).containsEntry("/findings/" + name, JsonToken.VALUE_NUMBER_INT);
    }
    for (String name : List.of("seq", "ts_ns", "cpu")) {
      assertThat(fields).containsEntry("/findings/window/" + name, JsonToken.VALUE_NUMBER_INT);
    }
    for (String name : List.of("kind", "text")) {
      assertThat(fields).containsEntry("/findings/window/" + name, JsonToken.VALUE_STRING);
    }
  }

  @Test
  void infoAsText() throws IOException {
    InfoText info = new InfoText(out, Style.PLAIN);
    info.write(
        Reports.healthy("good.dat"),
        Coverage.of(Reports.healthy("good.dat"), BindingPacks.builtin()));
    out.write('\n');
    info.write(
        Reports.broken("bad.dat"), Coverage.of(Reports.broken("bad.dat"), BindingPacks.builtin()));
    Golden.verify("info.txt", out.toString());
  }

  @Test
  void rulesAsText() throws IOException {
    RuleText rules = new RuleText(out, Style.PLAIN);
    rules.list(List.of(Reports.STATE, Reports.RATE));
    out.write('\n');
    rules.explain(Reports.STATE);
    out.write('\n');
    rules.explain(Reports.RATE);
    Golden.verify("rules.txt", out.toString());
  }

  @Test
  void batchAsText() throws IOException {
    new BatchText(out, Style.PLAIN).write(batch());
    Golden.verify("batch.txt", out.toString());
  }

  @Test
  void batchAsJson() throws IOException {
    BatchJson.write(out, Reports.TOOL, batch());
    Golden.verify("batch.json", out.toString());
  }

  @Test
  void batchAsJunit() throws Exception {
    BatchJunit.write(
        out, batch(), finding -> finding.finding().rule().severity() == Severity.ERROR);
    Golden.verify("batch.xml", out.toString());
    int elements = 0;
    XMLStreamReader xml =
        XMLInputFactory.newDefaultFactory().createXMLStreamReader(new StringReader(out.toString()));
    while (xml.hasNext()) {
      elements += xml.next() == XMLStreamReader.START_ELEMENT ? 1 : 0;
    }
    assertThat(elements).isEqualTo(27);
  }

  @Test
  void findingsThatDoNotCountAreOnlyShown() throws IOException {
    BatchJunit.write(out, batch(), finding -> false);
    assertThat(out.toString())
        .contains("failures=\"0\"", "<system-out>")
        .doesNotContain("<failure");
  }

  private static BatchReport batch() {
    return new BatchReport(
        List.of(
            new Outcome("good.dat", Reports.healthy("good.dat"), null),
            new Outcome("<b>\u001b&.dat", Reports.broken("<b>\u001b&.dat"), null),
            new Outcome("cut.dat", null, "cut.dat: at byte 24: \u0007 \"section\" lies outside")),
        List.of("notes.txt"));
  }

  /** Type of each field by path; of arrays, that of the last element. */
  private static Map<String, JsonToken> fields(String text) throws IOException {
    Map<String, JsonToken> fields = new TreeMap<>();
    List<String> path = new ArrayList<>();
    try (JsonParser json = new JsonFactory().createParser(text)) {
      for (JsonToken token = json.nextToken(); token != null; token = json.nextToken()) {
        switch (token) {
          case START_OBJECT, START_ARRAY ->
              path.add(json.getParsingContext().getParent().getCurrentName());
          case END_OBJECT, END_ARRAY -> path.remove(path.size() - 1);
          case FIELD_NAME -> {}
          default -> {
            StringBuilder name = new StringBuilder();
            for (String each : path) {
              name.append(each == null ? "" : "/" + each);
            }
            String own = json.getParsingContext().inObject() ? "/" + json.currentName() : "";
            fields.put(name + own, token);
          }
        }
      }
    }
    return fields;
  }
}
