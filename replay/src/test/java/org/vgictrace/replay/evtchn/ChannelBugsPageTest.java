package org.vgictrace.replay.evtchn;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVRecord;
import org.junit.jupiter.api.Test;
import org.vgictrace.replay.rule.Catalogue;

/**
 * The page that says of each known defect of event channels which rule finds it and which test
 * shows that. A case is tied to a defect by its name, a simulated hypervisor by {@link Fault}.
 */
class ChannelBugsPageTest {
  private static final Path PAGE = Path.of(System.getProperty("basedir", "."), "EVTCHN-BUGS.md");

  private static final Map<String, Fault> SIMULATED =
      Map.of(
          "EB-05", Fault.BUSY_PORT_REUSED,
          "EB-08", Fault.PENDING_WITHOUT_QUEUES,
          "EB-17", Fault.UNMASK_WITHOUT_DELIVERY,
          "EB-20", Fault.OLD_TAIL_KEPT,
          "EB-21", Fault.READY_AT_EVERY_LINK);

  private static final String HEAD =
      """
      # Known defects of event channels

      Those of Xen (EB) and of Linux as its guest (LB). The table says which rule finds a trace of the
      defect, and which case of `ChannelCasesTest` or which wrong hypervisor of `SimulationTest` shows
      that; or why no trace can show it. Defects of Xen need the records of an
      [instrumented hypervisor](../parser/XENTRACE.md), those of Linux probes in the guest. It is
      generated; `ChannelBugsPageTest` says how to renew it.

      | | fixed by | rule | shown by |
      |---|---|---|---|
      """;

  private static List<CSVRecord> defects() throws IOException {
    try (Reader csv =
        new InputStreamReader(
            Objects.requireNonNull(ChannelBugsPageTest.class.getResourceAsStream("bugs.csv")),
            StandardCharsets.UTF_8)) {
      CSVFormat format = CSVFormat.DEFAULT.builder().setHeader().setSkipHeaderRecord(true).get();
      return format.parse(csv).getRecords();
    }
  }

  /** What shows a defect, by its identifier. */
  private static Map<String, String> shown() {
    Map<String, String> shown = new TreeMap<>();
    ChannelCasesTest.cases()
        .filter(one -> one.rejected() && one.name().matches("[EL]B-\\d\\d, .*"))
        .forEach(
            one ->
                shown.merge(
                    one.name().substring(0, 5),
                    one.rule().id() + ": " + one.name().substring(7),
                    (a, b) -> a + "; " + b));
    SIMULATED.forEach((id, fault) -> shown.merge(id, "" + fault, (a, b) -> a + "; " + b));
    return shown;
  }

  private static String page() throws IOException {
    Map<String, String> shown = shown();
    StringBuilder page = new StringBuilder(HEAD);
    for (CSVRecord defect : defects()) {
      String id = defect.get("id");
      page.append("| ").append(id).append(" | ").append(defect.get("subject")).append(" | ");
      page.append(defect.get("rules").replace(";", ", ")).append(" | ");
      String why = defect.get("why");
      page.append(why.isEmpty() ? shown.get(id) : "not visible: " + why).append(" |\n");
    }
    return page.toString();
  }

  @Test
  void pageOnDiskIsUpToDate() throws IOException {
    if (Boolean.getBoolean("bugs.rewrite")) {
      Files.writeString(PAGE, page());
    }

    assertThat(PAGE)
        .as(
            "renew it with: mvn -pl replay -am test -Dtest=ChannelBugsPageTest"
                + " -Dsurefire.failIfNoSpecifiedTests=false -Dbugs.rewrite=true")
        .hasContent(page());
  }

  @Test
  void everyDefectIsShownOrHasAReason() throws IOException {
    Map<String, String> shown = shown();
    for (CSVRecord defect : defects()) {
      String id = defect.get("id");
      List<String> rules =
          defect.get("rules").isEmpty() ? List.of() : List.of(defect.get("rules").split(";", -1));
      assertThat(rules).as(id).allMatch(rule -> Catalogue.find(rule) != null);
      assertThat(rules.isEmpty()).as(id).isEqualTo(!defect.get("why").isEmpty());
      assertThat(rules.isEmpty() || shown.containsKey(id)).as(id).isTrue();
    }
    assertThat(defects()).extracting(defect -> defect.get("id")).containsAll(shown.keySet());
    assertThat(defects()).hasSize(46);
  }
}
