package org.vgictrace.analysis.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import org.vgictrace.analysis.Golden;
import org.vgictrace.analysis.Guest;
import org.vgictrace.analysis.HandMade;
import org.vgictrace.analysis.check.CheckReport;
import org.vgictrace.analysis.diff.Comparison;
import org.vgictrace.analysis.diff.Side;
import org.vgictrace.analysis.stat.StatCollector;
import org.vgictrace.analysis.stat.StatReport;
import org.vgictrace.parser.event.Kind;

/** Whole outputs of the reports on figures. */
class FiguresReportsTest {
  private final StringWriter out = new StringWriter();

  @Test
  void statAsText() throws IOException {
    new StatText(out, Style.PLAIN).write(stat("old.dat", 20_000, true));
    assertThat(out.toString().lines()).allMatch(line -> line.length() <= 80);
    Golden.verify("stat.txt", out.toString());
  }

  @Test
  void statWithoutVcpusAsText() throws IOException {
    new StatText(out, Style.PLAIN)
        .write(StatCollector.run(new HandMade("x\u001b.dat", events -> {}), batch -> {}));
    Golden.verify("stat-empty.txt", out.toString());
  }

  @Test
  void statAsJson() throws IOException {
    StatJson.write(out, Reports.TOOL, stat("old.dat", 20_000, true));
    Golden.verify("stat.json", out.toString());
  }

  @Test
  void diffAsText() throws IOException {
    new DiffText(out, Style.PLAIN).write(comparison());
    assertThat(out.toString().lines()).allMatch(line -> line.length() <= 78);
    Golden.verify("diff.txt", out.toString());
  }

  @Test
  void diffAsJson() throws IOException {
    DiffJson.write(out, Reports.TOOL, comparison());
    Golden.verify("diff.json", out.toString());
  }

  @Test
  void onlyWhatBBreaksAloneIsARegression() throws IOException {
    assertThat(comparison().isRegression()).isTrue();
    assertThat(Comparison.of(comparison().b(), comparison().a()).isRegression()).isFalse();
    assertThat(Comparison.of(comparison().b(), comparison().b()).isRegression()).isFalse();
  }

  private static Comparison comparison() throws IOException {
    return Comparison.of(
        side(Reports.healthy("old.dat"), stat("old.dat", 20_000, true)),
        side(Reports.broken("new.dat"), stat("new.dat", 30_000, false)));
  }

  private static Side side(CheckReport check, StatReport stat) {
    return new Side(check, stat);
  }

  /** Two vCPUs; SPI 40 goes through vCPU 0, a timer interrupt is injected and not delivered. */
  private static StatReport stat(String file, int delay, boolean hostIrqs) throws IOException {
    HandMade capture =
        new HandMade(
            file,
            events -> {
              Guest guest = new Guest(events, 0).thread();
              guest.made();
              new Guest(events, 1).thread().made().enter().left(2, 1);
              events.on(1, 77, "injector");
              if (hostIrqs) {
                events.event(Kind.HOST_IRQ, "irq", 2, "name", "IPI", "point", "entry");
              }
              events.at(10_000);
              events.event(
                  Kind.INJECT, "kvm", Guest.KVM, "vcpu", 0, "intid", 40, "level", 1, "owner", 0);
              events.event(
                  Kind.INJECT,
                  "kvm",
                  Guest.KVM,
                  "vcpu",
                  Guest.vcpu(1),
                  "intid",
                  27,
                  "level",
                  1,
                  "owner",
                  1);
              events.event(Kind.KICK, "vcpu", Guest.vcpu(0), "target_cpu", 0, "mode", 1);
              events.at(10_000 + delay);
              guest.thread().populate(0, 0).enter(Guest.SPI40_PENDING);
              events.at(100_000);
              guest.leave(0, 0, Guest.SPI40_DONE);
              events.event(Kind.LR_FOLD, "vcpu", Guest.vcpu(0), "vcpu_id", 0, "intid", 40, "lr", 0);
              events.event(Kind.IRQ_PENDING, "vcpu_id", 7, "intid", 27, "level", 1);
              events.event(Kind.LOST, "count", 3);
            });
    return StatCollector.run(capture, batch -> {});
  }
}
