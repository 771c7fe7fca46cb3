package org.vgictrace.cli;

import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.vgictrace.analysis.life.LifeListing;
import org.vgictrace.analysis.show.EventFilter;
import org.vgictrace.analysis.show.EventListing;
import org.vgictrace.parser.Capture;
import org.vgictrace.parser.bind.BindingPacks;
import org.vgictrace.parser.event.Kind;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code show}: the events, decoded. */
@CommandLine.Command(
    name = "show",
    description =
        "List events with decoded list registers: state, INTID, physical INTID, priority, group,"
            + " EOI.",
    footer = {
      "",
      "All conditions must hold. Marks of lost events are always shown.",
      "A trace of Xen and captures of its guests are listed as one, each line with its side."
    })
final class ShowCommand extends Command {
  private static final BigDecimal NS = BigDecimal.valueOf(1_000_000_000L);

  @Mixin private InputOptions input = new InputOptions();

  @Mixin private CaptureOptions captures = new CaptureOptions();

  @Option(names = "--vcpu", paramLabel = "N", description = "Only events about or on this vCPU.")
  private @Nullable Integer vcpu;

  @Option(
      names = "--intid",
      paramLabel = "N",
      description = "Only events about this interrupt, and images that hold it.")
  private @Nullable Long intid;

  @Option(
      names = "--from",
      paramLabel = "TIME",
      description =
          "From this time stamp on, in seconds as shown (raw units if the clock has others).")
  private @Nullable BigDecimal from;

  @Option(names = "--to", paramLabel = "TIME", description = "Up to this time stamp.")
  private @Nullable BigDecimal to;

  @Option(names = "--around", paramLabel = "SEQ", description = "Only events near this position.")
  private @Nullable Long around;

  @Option(
      names = "--context",
      paramLabel = "N",
      defaultValue = "20",
      description = "How many positions before and after --around. Default: 20.")
  private long context;

  @Option(
      names = "--kind",
      paramLabel = "KIND",
      split = ",",
      description = "Only these kinds, such as lr_image,lr_write.")
  private List<String> kinds = List.of();

  @Option(
      names = "--as-recorded",
      description =
          "Show every event in the kernel's own words, none decoded. Conditions on vCPU, interrupt"
              + " and kind then match nothing.")
  private boolean asRecorded;

  @Option(
      names = "--life",
      description =
          "One line for each event channel event of a guest whose Xen interface KVM emulates: port,"
              + " vCPU, who raised it, result, and time to the injection. Takes no conditions.")
  private boolean life;

  @Option(names = "--json", description = "With --life: each line is a JSON object.")
  private boolean json;

  @Parameters(
      arity = "1..*",
      paramLabel = "FILE",
      description = "Capture, - for standard input; or a host's and those of its guests.")
  private List<Path> files = List.of();

  ShowCommand(Console console) {
    super(console);
  }

  @Override
  public Integer call() throws IOException {
    Set<Kind> wanted = wanted();
    if (json && !life) {
      throw new UsageException("--json goes with --life");
    }
    BindingPacks packs = asRecorded ? BindingPacks.none() : input.packs();
    List<List<Path>> groups = CaptureOptions.together(files, packs);
    if (groups.size() > 1 && !life && !asRecorded && around == null) {
      Sides sides = Sides.of(groups, captures, packs);
      if (sides != null) {
        sides.requireAligned();
        EventFilter filter = filter(wanted, sides.nanoseconds());
        new Output(console, null).write(out -> sides.write(filter, out));
        return ExitCode.OK;
      }
    }
    if (groups.size() > 1) {
      throw new UsageException(
          groups.get(1).get(0) + " is not of a guest of " + groups.get(0).get(0));
    }
    try (Capture capture = captures.open(groups.get(0), packs)) {
      if (life) {
        new Output(console, null).write(out -> LifeListing.write(capture, json, out));
        return ExitCode.OK;
      }
      EventFilter filter = filter(wanted, capture.meta().nanoseconds());
      new Output(console, null).write(out -> EventListing.write(capture, filter, out));
    }
    return ExitCode.OK;
  }

  private Set<Kind> wanted() {
    if (kinds.isEmpty()) {
      return EnumSet.allOf(Kind.class);
    }
    Set<Kind> wanted = EnumSet.noneOf(Kind.class);
    for (String name : kinds) {
      Kind kind = Kind.named(name);
      if (kind == null) {
        throw new UsageException(
            "no kind '" + name + "' (such as lr_image, lr_write, vcpu_exit, inject, other)");
      }
      wanted.add(kind);
    }
    return wanted;
  }

  private EventFilter filter(Set<Kind> wanted, boolean nanoseconds) {
    long fromSeq = 0;
    long toSeq = Long.MAX_VALUE;
    if (around != null) {
      long span = Math.max(0, context);
      fromSeq = around - Math.min(around, span);
      toSeq = around > Long.MAX_VALUE - span ? Long.MAX_VALUE : around + span;
    }
    return new EventFilter(
        vcpu,
        intid,
        from == null ? Long.MIN_VALUE : time(from, nanoseconds),
        to == null ? Long.MAX_VALUE : time(to, nanoseconds),
        fromSeq,
        toSeq,
        wanted);
  }

  private static long time(BigDecimal value, boolean nanoseconds) {
    try {
      return (nanoseconds ? value.multiply(NS) : value).toBigInteger().longValueExact();
    } catch (ArithmeticException e) {
      throw new UsageException("no such time: " + value);
    }
  }
}
