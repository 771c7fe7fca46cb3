package org.vgictrace.analysis.life;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.vgictrace.analysis.life.LifeLine.End;
import org.vgictrace.analysis.life.LifeLine.Raiser;
import org.vgictrace.analysis.life.LifeLine.Result;
import org.vgictrace.fixtures.Shipped;
import org.vgictrace.parser.Capture;
import org.vgictrace.parser.Captures;

/** Life lines of a genuine recording against the log that its guest and its monitor kept. */
class LifeLinesTest {
  private static final String CAPTURE = "kvm-xen-7.2-mixed";

  /** Port that the guest sends to an eventfd, and one that is looped to the next. */
  private static final long OUT = 200;

  private static final long LOOP = 130;

  /** A line of the log: time, who, what, port. */
  private record Logged(long ts, String where, String action, long port) {
    static Logged of(String line) {
      String[] cells = line.split(",", -1);
      return new Logged(Long.parseLong(cells[0]), cells[1], cells[2], Long.parseLong(cells[3]));
    }
  }

  private static List<Logged> log() throws IOException {
    List<Logged> log = new ArrayList<>();
    for (String line : Files.readAllLines(Shipped.plain(CAPTURE, "groundtruth.csv"))) {
      if (!line.startsWith("tsc")) {
        log.add(Logged.of(line));
      }
    }
    log.sort((a, b) -> Long.compare(a.ts, b.ts));
    return log;
  }

  private static List<LifeLine> lives(String file) throws IOException {
    List<LifeLine> lives = new ArrayList<>();
    LifeLines lines = new LifeLines(lives::add);
    try (Capture capture = Captures.open(Shipped.file(CAPTURE, file))) {
      capture.read(
          LifeLines.kinds(),
          (batch, pool) -> {
            lines.accept(batch);
            pool.recycle(batch);
          });
    }
    lines.finish();
    return lives;
  }

  @Test
  void everySendOfTheLogHasALifeLineAndEveryLifeLineASend() throws IOException {
    List<LifeLine> left = new ArrayList<>(lives("host.dat.zst"));
    for (Logged one : log()) {
      List<Raiser> raisers =
          switch (one.action) {
            case "irqfd" -> List.of(Raiser.EVENTFD);
            case "evtchn_send" -> List.of(Raiser.USER, Raiser.UNMASK);
            case "send" -> one.port == OUT ? List.of() : List.of(Raiser.GUEST);
            default -> List.of();
          };
      if (!raisers.isEmpty()) {
        long port = one.port == LOOP ? LOOP + 1 : one.port;
        LifeLine match =
            left.stream()
                .filter(l -> l.port == port && l.ts > one.ts && raisers.contains(l.raiser))
                .findFirst()
                .orElse(null);
        assertThat(match).as(one.toString()).isNotNull();
        left.remove(match);
      }
    }

    assertThat(left).allMatch(line -> line.raiser == Raiser.TIMER).hasSize(11);
  }

  @Test
  void resultsAgreeWithWhatWasPending() throws IOException {
    Map<Long, List<Long>> handled = new HashMap<>();
    for (Logged one : log()) {
      if (one.action.equals("event")) {
        handled.computeIfAbsent(one.port, port -> new ArrayList<>()).add(one.ts);
      }
    }
    Map<Long, Long> pendingSince = new HashMap<>();
    Map<Result, Integer> seen = new TreeMap<>();
    for (LifeLine line : lives("host.dat.zst")) {
      Long since = line.raiser == Raiser.UNMASK ? null : pendingSince.get(line.port);
      boolean pending =
          since != null
              && handled.getOrDefault(line.port, List.of()).stream()
                  .noneMatch(ts -> ts > since && ts < line.ts);
      assertThat(line.result() == Result.COALESCED)
          .as("port %d at %d", line.port, line.ts)
          .isEqualTo(pending);
      seen.merge(line.result(), 1, Integer::sum);
      if (!pending) {
        pendingSince.put(line.port, line.ts);
      }
    }

    assertThat(seen).isEqualTo(Map.of(Result.SENT, 112, Result.COALESCED, 6, Result.MASKED, 20));
  }

  @Test
  void whatWasInjectedIsHandledInThatUpcall() throws IOException {
    List<Logged> log = log();
    Map<End, Integer> ends = new TreeMap<>();
    for (LifeLine line : lives("host.dat.zst")) {
      ends.merge(line.end(), 1, Integer::sum);
      if (line.hasEnded()) {
        long event = next(log, "event", line.port, line.ts);
        long upcall = next(log, "upcall", 0, line.endTs());
        if (line.end() == End.INJECTED) {
          assertThat(event).as("port %d", line.port).isGreaterThan(upcall);
        } else {
          assertThat(event).as("port %d", line.port).isBetween(line.ts, line.endTs());
        }
      }
    }

    // The four that are open were sent to a vCPU that had ended.
    assertThat(ends).isEqualTo(Map.of(End.INJECTED, 106, End.TAKEN, 2, End.OPEN, 4, End.NONE, 26));
  }

  private static long next(List<Logged> log, String action, long port, long after) {
    return log.stream()
        .filter(one -> one.ts > after && one.action.equals(action) && one.port == port)
        .mapToLong(Logged::ts)
        .findFirst()
        .orElseThrow();
  }

  @Test
  void textAndBinaryGiveTheSameLines() throws IOException {
    assertThat(listing("host.txt.zst", false)).isEqualTo(listing("host.dat.zst", false));
  }

  @Test
  void listsOneLineForEachEvent() throws IOException {
    List<String> text = listing("host.dat.zst", false);
    List<String> json = listing("host.dat.zst", true);

    assertThat(text).hasSize(138).hasSameSizeAs(json);
    assertThat(text.subList(0, 3))
        .containsExactly(
            "     470       35317371096  port 201 -> vCPU 1     user             sent       "
                + " injected after 62490 ticks",
            "     539       35319907174  port 4031 -> vCPU 0    user             sent       "
                + " injected after 55332 ticks",
            "     580       35320022710  port 70 -> vCPU 0      guest vCPU 0     sent       "
                + " injected after 28050 ticks");
    assertThat(text)
        .contains("     732       35322871916  port 2500 -> vCPU 1    user             masked");
    assertThat(json.get(2))
        .isEqualTo(
            "{\"seq\":580,\"ts\":35320022710,\"port\":70,\"vcpu\":0,\"raiser\":\"guest\","
                + "\"by_vcpu\":0,\"pid\":322,\"result\":\"sent\",\"end\":\"injected\","
                + "\"end_ts\":35320050760,\"latency\":28050}");
    assertThat(Collections.frequency(json.stream().map(l -> l.endsWith("}")).toList(), true))
        .isEqualTo(138);
  }

  private static List<String> listing(String file, boolean json) throws IOException {
    StringBuilder out = new StringBuilder();
    try (Capture capture = Captures.open(Shipped.file(CAPTURE, file))) {
      LifeListing.write(capture, json, out);
    }
    return out.toString().lines().toList();
  }
}
