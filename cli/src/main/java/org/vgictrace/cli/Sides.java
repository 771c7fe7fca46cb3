package org.vgictrace.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.vgictrace.analysis.show.BothListing;
import org.vgictrace.analysis.show.EventFilter;
import org.vgictrace.analysis.stat.SendFigures;
import org.vgictrace.analysis.stat.SendStat;
import org.vgictrace.parser.Capture;
import org.vgictrace.parser.bind.BindingPacks;
import org.vgictrace.parser.event.Kind;
import org.vgictrace.replay.both.Alignment;
import org.vgictrace.replay.both.BothResult;
import org.vgictrace.replay.both.BothSides;
import org.vgictrace.replay.both.GuestRecords;
import org.vgictrace.replay.both.HypervisorRecords;

/** A trace of Xen and captures of its guests, on one time line. */
final class Sides {
  private record Read(BothSides.Source source, HypervisorRecords hypervisor, GuestRecords guest) {}

  private final CaptureOptions captures;
  private final BindingPacks packs;
  private final List<Path> xen;
  private final boolean nanoseconds;
  private final Map<List<Path>, BothResult> guests = new LinkedHashMap<>();
  private final List<SendFigures> sends = new ArrayList<>();

  private Sides(CaptureOptions captures, BindingPacks packs, List<Path> xen, boolean nanoseconds) {
    this.captures = captures;
    this.packs = packs;
    this.xen = xen;
    this.nanoseconds = nanoseconds;
  }

  /**
   * Finds out what each capture is, and aligns the guests' with that of Xen.
   *
   * @return null if none of them is of Xen
   */
  static @Nullable Sides of(List<List<Path>> groups, CaptureOptions captures, BindingPacks packs)
      throws IOException {
    Map<List<Path>, Read> all = new LinkedHashMap<>();
    Sides sides = null;
    for (List<Path> group : groups) {
      Read read = read(group, captures, packs);
      all.put(group, read);
      if (read.hypervisor.isOfXen() && sides == null) {
        sides = new Sides(captures, packs, group, read.source.nanoseconds());
      }
    }
    Read host = sides == null ? null : all.remove(sides.xen);
    if (sides == null || host == null) {
      return null;
    }
    double nsPerUnit = host.source.nanoseconds() ? 1 : host.hypervisor.nsPerUnit();
    for (Map.Entry<List<Path>, Read> entry : all.entrySet()) {
      Read guest = entry.getValue();
      SendStat stat = new SendStat(nsPerUnit);
      BothResult result =
          BothSides.of(host.source, host.hypervisor, guest.source, guest.guest, stat);
      sides.guests.put(entry.getKey(), result);
      sides.sends.add(stat.figures(result));
    }
    return sides;
  }

  private static Read read(List<Path> group, CaptureOptions captures, BindingPacks packs)
      throws IOException {
    try (Capture capture = captures.open(group, packs)) {
      HypervisorRecords hypervisor = new HypervisorRecords();
      GuestRecords guest = new GuestRecords();
      Set<Kind> wanted = EnumSet.copyOf(hypervisor.kinds());
      wanted.addAll(guest.kinds());
      capture.read(
          wanted,
          (batch, pool) -> {
            hypervisor.observe(batch);
            guest.observe(batch);
            pool.recycle(batch);
          });
      BothSides.Source source =
          new BothSides.Source(capture.meta().file(), capture.meta().nanoseconds());
      return new Read(source, hypervisor, guest);
    }
  }

  /** The capture of Xen. */
  List<Path> xen() {
    return xen;
  }

  /** How long the events of the guests take, in the order of their captures. */
  List<SendFigures> sends() {
    return List.copyOf(sends);
  }

  /**
   * Makes sure that all can be listed as one.
   *
   * @throws UsageException if a guest's capture cannot be aligned
   */
  void requireAligned() {
    for (BothResult result : guests.values()) {
      if (result.alignment() == null) {
        throw new UsageException(
            result.guest()
                + " cannot be listed beside "
                + result.hypervisor()
                + ": "
                + result.why());
      }
    }
  }

  /** Whether times are nanoseconds. */
  boolean nanoseconds() {
    return nanoseconds;
  }

  /** Lists all as one; they must be {@link #requireAligned}. */
  void write(EventFilter filter, Appendable out) throws IOException {
    try (BothListing listing = new BothListing(filter, nanoseconds)) {
      for (Map.Entry<List<Path>, BothResult> guest : guests.entrySet()) {
        try (Capture capture = captures.open(guest.getKey(), packs)) {
          Alignment alignment = Objects.requireNonNull(guest.getValue().alignment());
          listing.add(capture, "d" + alignment.domain(), alignment.clock());
        }
      }
      try (Capture capture = captures.open(xen, packs)) {
        listing.write(capture, out);
      }
    }
  }
}
