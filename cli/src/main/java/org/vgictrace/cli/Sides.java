package org.vgictrace.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.vgictrace.analysis.show.BothListing;
import org.vgictrace.analysis.show.EventFilter;
import org.vgictrace.parser.Capture;
import org.vgictrace.parser.bind.BindingPacks;
import org.vgictrace.parser.event.Kind;
import org.vgictrace.replay.both.Alignment;
import org.vgictrace.replay.both.BothResult;
import org.vgictrace.replay.both.BothSides;
import org.vgictrace.replay.both.GuestRecords;
import org.vgictrace.replay.both.HypervisorRecords;

/** A trace of Xen and captures of its guests, to be listed on one time line. */
final class Sides {
  private record Read(BothSides.Source source, HypervisorRecords hypervisor, GuestRecords guest) {}

  private final CaptureOptions captures;
  private final BindingPacks packs;
  private final List<Path> xen;
  private final boolean nanoseconds;
  private final Map<List<Path>, Alignment> guests = new LinkedHashMap<>();

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
    for (Map.Entry<List<Path>, Read> entry : all.entrySet()) {
      Read guest = entry.getValue();
      BothResult result = BothSides.of(host.source, host.hypervisor, guest.source, guest.guest);
      if (result.alignment() == null) {
        throw new UsageException(
            guest.source.file()
                + " cannot be listed beside "
                + host.source.file()
                + ": "
                + result.why());
      }
      sides.guests.put(entry.getKey(), result.alignment());
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

  /** Whether times are nanoseconds. */
  boolean nanoseconds() {
    return nanoseconds;
  }

  void write(EventFilter filter, Appendable out) throws IOException {
    try (BothListing listing = new BothListing(filter, nanoseconds)) {
      for (Map.Entry<List<Path>, Alignment> guest : guests.entrySet()) {
        try (Capture capture = captures.open(guest.getKey(), packs)) {
          Alignment alignment = guest.getValue();
          listing.add(capture, "d" + alignment.domain(), alignment.clock());
        }
      }
      try (Capture capture = captures.open(xen, packs)) {
        listing.write(capture, out);
      }
    }
  }
}
