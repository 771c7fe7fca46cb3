package org.vgictrace.replay;

import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.vgictrace.fixtures.mutate.MutationSite;
import org.vgictrace.fixtures.mutate.TextTrace;
import org.vgictrace.fixtures.mutate.TextTrace.Event;
import org.vgictrace.fixtures.mutate.TraceOperator;
import org.vgictrace.fixtures.mutate.TraceOperator.Change;

/**
 * Why a damaged capture is accepted. Each class is decided by the events around the damage.
 *
 * <p>A capture is legal if some execution of a correct kernel gives it, perhaps with events that
 * were not recorded: nothing can tell such damage. The other classes name what the judge does not
 * know or does not look at.
 */
enum AcceptedMutation {
  NOT_RECORDED(
      true,
      "The same execution, one event not recorded; no verdict rests on it alone.",
      site -> site.operator().change() == Change.DROP),
  USER_SPACE(
      true,
      "Before the first guest entry, user space may set any state, and that is not recorded.",
      site -> site.isSnapshot() && site.before().noneMatch(named("kvm_entry"))),
  TRIED_AGAIN(
      true,
      "An attempt to queue an interrupt that is on a list or not deliverable changes nothing.",
      site -> site.is(TraceOperator.TWICE_QUEUE_IRQ) && !site.changesByQueueing()),
  LOOKED_UP_AGAIN(
      true,
      "A reference may be taken and dropped any time; taking it is not recorded.",
      site -> site.is(TraceOperator.TWICE_PUT_IRQ) && site.trace().events("get_irq").isEmpty()),
  IGNORED_INJECTION(
      true,
      "An injection that is ignored may be anybody's.",
      site -> site.is(TraceOperator.INJECT_OWNER) && !site.isQueuedNext()),
  BROADCAST(
      true,
      "An SGI to all other vCPUs has no list of targets.",
      site -> site.is(TraceOperator.SGI_TARGETS) && (site.event().number("reg") >>> 40 & 1) != 0),
  AFTER_LOSS(
      false,
      "Behind a loss nothing is known of an interrupt until it has been seen again.",
      site -> site.isBehindLoss()),
  GUEST_CHOICE(
      false,
      "What the guest asks for is not held against all that follows from it.",
      site -> site.isOf("its_cmd") || site.isOf("dispatch_sgi") || site.isOf("mmio_")),
  TIED(
      false,
      "The state of an interrupt tied to a physical one also changes in the hardware.",
      site -> site.isSnapshot() && site.event().field("hw").equals("1")),
  MESSAGE(
      false,
      "LPIs become pending by messages, which need not be recorded.",
      site -> site.isSnapshot() && site.event().number("intid") >= 8192),
  FIRST_SIGHT(
      false,
      "The first snapshot of an interrupt has none to be held against.",
      site -> site.isSnapshot() && site.earlier().isEmpty()),
  WITHOUT_LOCK(
      false,
      "At the dropping of a reference no lock is held: another CPU may be changing the state.",
      site -> site.isOf("put_irq")),
  ORDER(
      false,
      "No rule is about the order of these two events.",
      site -> site.operator().change() == Change.REORDER),
  REPETITION(
      false,
      "No rule says that this event comes once.",
      site -> site.operator().change() == Change.DUPLICATE),
  NOT_HELD_AGAINST(
      false,
      "The field is held against nothing at this place.",
      site -> site.operator().change() == Change.ALTER);

  /** A place and what lies around it. */
  record Around(TextTrace trace, MutationSite site) {
    private static final Set<String> SNAPSHOTS =
        Set.of("populate_lr", "put_irq", "queue_irq", "resample");

    TraceOperator operator() {
      return site.operator();
    }

    Event event() {
      return site.event();
    }

    boolean is(TraceOperator operator) {
      return operator() == operator;
    }

    boolean isOf(String name) {
      return event().name().startsWith(name);
    }

    boolean isSnapshot() {
      return SNAPSHOTS.contains(event().name());
    }

    Stream<Event> before() {
      return trace.events().stream().takeWhile(e -> e.line() < event().line());
    }

    /** Snapshots of the same structure before. */
    List<Event> earlier() {
      String irq = " irq=" + event().field("irq") + " ";
      return before()
          .filter(e -> SNAPSHOTS.contains(e.name()) && e.payload().contains(irq))
          .toList();
    }

    /** Whether the thread queues the injected interrupt before it does anything else to one. */
    boolean isQueuedNext() {
      String intid = event().field("intid");
      return trace.events().stream()
          .dropWhile(e -> e.line() <= event().line())
          .filter(e -> e.pid() == event().pid())
          .filter(e -> Set.of("queue_irq", "put_irq", "inject").contains(e.name()))
          .findFirst()
          .filter(e -> e.name().equals("queue_irq") && e.field("intid").equals(intid))
          .isPresent();
    }

    /** Whether queueing an interrupt in this state puts it on a list. */
    boolean changesByQueueing() {
      Event e = event();
      boolean pending =
          e.field("pending_latch").equals("1")
              || e.field("config").equals("1") && e.field("line_level").equals("1");
      return e.field("irq_vcpu").equals("0x0") && e.field("enabled").equals("1") && pending;
    }

    boolean isBehindLoss() {
      return trace.text().lines().limit(event().line()).anyMatch(l -> l.contains("LOST"))
          || trace.events("create").isEmpty();
    }
  }

  private final boolean legal;
  private final String doc;
  private final Predicate<Around> applies;

  AcceptedMutation(boolean legal, String doc, Predicate<Around> applies) {
    this.legal = legal;
    this.doc = doc;
    this.applies = applies;
  }

  /** Whether nothing at all is wrong with such a capture. */
  boolean isLegal() {
    return legal;
  }

  String doc() {
    return doc;
  }

  /** The first class that applies. */
  static AcceptedMutation of(TextTrace trace, MutationSite site) {
    Around around = new Around(trace, site);
    for (AcceptedMutation one : values()) {
      if (one.applies.test(around)) {
        return one;
      }
    }
    throw new AssertionError("no reason to accept " + site);
  }

  private static Predicate<Event> named(String name) {
    return event -> event.name().equals(name);
  }
}
