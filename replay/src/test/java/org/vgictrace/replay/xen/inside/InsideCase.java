package org.vgictrace.replay.xen.inside;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Consumer;
import org.vgictrace.parser.event.Kind;
import org.vgictrace.replay.ReplayResult;
import org.vgictrace.replay.rule.Rule;
import org.vgictrace.replay.verdict.Finding;

/** What the cases of both vGICs share: records, and findings in words. */
final class InsideCase {
  private InsideCase() {}

  static InsideRecord entry(InsideRecord record, Object... cells) {
    List<Object> all = new ArrayList<>(List.of("domain", 1, "vcpu_id", 0));
    Collections.addAll(all, cells);
    return record.row(Kind.XEN_VGIC_ENTRY, 0, all.toArray());
  }

  static void holds(Rule rule, InsideRecord record) {
    ReplayResult result = record.result();
    assertThat(result.findings()).as("%s", rule).isEmpty();
    assertThat(InsideRecord.held(result, rule)).as("%s", rule).isPositive();
  }

  static void broken(Rule rule, InsideRecord record, String finding) {
    assertThat(record.result().findings())
        .extracting(InsideCase::text)
        .containsExactly(rule.id() + " " + finding);
  }

  /** The whole finding but for what all have in common. */
  static String text(Finding f) {
    String because = f.because().isEmpty() ? "" : " because " + f.because().get(0).text();
    return f.rule().id()
        + " "
        + f.vm()
        + " vCPU "
        + f.vcpu()
        + " INTID "
        + f.intid()
        + " ["
        + f.at().text()
        + because
        + "] "
        + f.message()
        + " | "
        + f.expected()
        + " | "
        + f.observed();
  }

  static InsideRecord thrice(Consumer<InsideRecord> step) {
    InsideRecord record = new InsideRecord();
    for (int i = 0; i < 3; i++) {
      step.accept(record);
    }
    return record;
  }

  static Object[] with(Object[] cells, Object... more) {
    List<Object> all = new ArrayList<>(List.of(cells));
    Collections.addAll(all, more);
    return all.toArray();
  }

  static InsideRecord lock(String lock, int held) {
    return new InsideRecord().row(Kind.XEN_LOCK, 0, "op", "take", "lock", lock, "held", held);
  }
}
