package org.vgictrace.analysis.report;

import java.io.IOException;
import java.io.Writer;
import java.util.List;
import java.util.function.Predicate;
import javax.xml.stream.XMLOutputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamWriter;
import org.jspecify.annotations.Nullable;
import org.vgictrace.analysis.batch.BatchReport;
import org.vgictrace.analysis.batch.Outcome;
import org.vgictrace.analysis.check.CheckReport;
import org.vgictrace.analysis.check.FindingReport;
import org.vgictrace.analysis.text.Clean;
import org.vgictrace.analysis.text.Figures;
import org.vgictrace.parser.CaptureMeta;
import org.vgictrace.replay.verdict.RuleCount;

/**
 * Writes many checks as JUnit XML: a suite per capture, a case per rule. A case fails if there is a
 * finding that counts; it is skipped if the capture had nothing to judge or nothing could be
 * decided. An unreadable capture is an error. No times are written, so that equal input gives equal
 * bytes.
 */
public final class BatchJunit {
  private final XMLStreamWriter xml;
  private final Predicate<FindingReport> counts;

  private BatchJunit(XMLStreamWriter xml, Predicate<FindingReport> counts) {
    this.xml = xml;
    this.counts = counts;
  }

  /**
   * Writes a document.
   *
   * @param counts which findings make a case fail
   */
  public static void write(Writer out, BatchReport report, Predicate<FindingReport> counts)
      throws IOException {
    try {
      // The factory of the JDK, whatever else is on the class path; its own declaration line
      // differs between JDKs.
      out.write("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
      XMLStreamWriter xml = XMLOutputFactory.newDefaultFactory().createXMLStreamWriter(out);
      new BatchJunit(xml, counts).document(report);
      xml.flush();
    } catch (XMLStreamException e) {
      if (e.getNestedException() instanceof IOException cause) {
        throw cause;
      }
      throw new IllegalStateException(e);
    }
  }

  /** One case: a rule and what became of it. */
  private record Case(
      String name, @Nullable String skipped, List<FindingReport> findings, boolean failed) {}

  private void document(BatchReport report) throws XMLStreamException {
    List<List<Case>> suites =
        report.outcomes().stream()
            .map(Outcome::report)
            .map(check -> check == null ? List.<Case>of() : cases(check))
            .toList();
    xml.writeStartElement("testsuites");
    xml.writeAttribute("name", "vgictrace");
    totals(suites.stream().flatMap(List::stream).toList(), report.unreadable());
    for (int i = 0; i < suites.size(); i++) {
      suite(report.outcomes().get(i), suites.get(i));
    }
    line(0);
    xml.writeEndElement();
    line(0);
  }

  private void totals(List<Case> cases, long errors) throws XMLStreamException {
    xml.writeAttribute("tests", Long.toString(cases.size() + errors));
    xml.writeAttribute("failures", Long.toString(cases.stream().filter(Case::failed).count()));
    xml.writeAttribute("errors", Long.toString(errors));
    xml.writeAttribute(
        "skipped", Long.toString(cases.stream().filter(each -> each.skipped() != null).count()));
  }

  private void suite(Outcome outcome, List<Case> cases) throws XMLStreamException {
    String file = Clean.of(outcome.file());
    CheckReport check = outcome.report();
    line(1);
    xml.writeStartElement("testsuite");
    xml.writeAttribute("name", file);
    totals(cases, check == null ? 1 : 0);
    if (check == null) {
      line(2);
      start(file, "capture can be read");
      line(3);
      xml.writeEmptyElement("error");
      xml.writeAttribute("message", Clean.of(String.valueOf(outcome.error())));
      line(2);
      xml.writeEndElement();
    } else {
      properties(check);
      for (Case each : cases) {
        testCase(file, each, check.meta());
      }
    }
    line(1);
    xml.writeEndElement();
  }

  private void properties(CheckReport check) throws XMLStreamException {
    List<RuleCount> rules = check.replay().rules();
    long total = rules.stream().mapToLong(RuleCount::total).sum();
    long undecided = rules.stream().mapToLong(RuleCount::undecided).sum();
    line(2);
    xml.writeStartElement("properties");
    property("verdict", check.verdict().label());
    property("format", check.meta().format());
    String release = check.meta().release();
    property("release", release == null ? "not recorded" : release);
    property("profile", check.replay().profile());
    property("decided", Figures.percent(total - undecided, total) + " of " + total);
    property("events_lost", Long.toString(check.counts().lost()));
    line(2);
    xml.writeEndElement();
  }

  private void property(String name, String value) throws XMLStreamException {
    line(3);
    xml.writeEmptyElement("property");
    xml.writeAttribute("name", name);
    xml.writeAttribute("value", Clean.of(value));
  }

  private List<Case> cases(CheckReport check) {
    return check.replay().rules().stream().map(count -> caseOf(check, count)).toList();
  }

  private Case caseOf(CheckReport check, RuleCount count) {
    List<FindingReport> findings =
        check.findings().stream()
            .filter(report -> report.finding().rule().id().equals(count.rule().id()))
            .toList();
    String skipped = null;
    if (findings.isEmpty() && count.total() == 0) {
      skipped = "nothing to judge";
    } else if (findings.isEmpty() && count.undecided() == count.total()) {
      skipped = "none of " + count.total() + " decided: " + CheckText.topReason(count);
    }
    return new Case(
        count.rule().id() + " " + count.rule().title(),
        skipped,
        findings,
        findings.stream().anyMatch(counts));
  }

  private void testCase(String file, Case each, CaptureMeta meta) throws XMLStreamException {
    line(2);
    if (each.findings().isEmpty() && each.skipped() == null) {
      xml.writeEmptyElement("testcase");
      xml.writeAttribute("classname", file);
      xml.writeAttribute("name", each.name());
      return;
    }
    start(file, each.name());
    line(3);
    if (each.skipped() != null) {
      xml.writeEmptyElement("skipped");
      xml.writeAttribute("message", each.skipped());
    } else {
      findings(each, meta);
    }
    line(2);
    xml.writeEndElement();
  }

  private void findings(Case each, CaptureMeta meta) throws XMLStreamException {
    if (each.failed()) {
      FindingReport first = each.findings().stream().filter(counts).findFirst().orElseThrow();
      xml.writeStartElement("failure");
      xml.writeAttribute("type", first.finding().rule().severity().label());
      xml.writeAttribute("message", Clean.of(first.finding().message()));
    } else {
      xml.writeStartElement("system-out");
    }
    for (FindingReport finding : each.findings()) {
      for (String text : FindingText.lines(finding, meta, Style.PLAIN)) {
        xml.writeCharacters("\n" + text);
      }
      xml.writeCharacters("\n");
    }
    xml.writeEndElement();
  }

  private void start(String file, String name) throws XMLStreamException {
    xml.writeStartElement("testcase");
    xml.writeAttribute("classname", file);
    xml.writeAttribute("name", name);
  }

  private void line(int depth) throws XMLStreamException {
    xml.writeCharacters("\n" + "  ".repeat(depth));
  }
}
