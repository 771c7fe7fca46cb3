package org.vgictrace.replay.both;

import java.util.List;
import java.util.function.Supplier;
import org.vgictrace.fixtures.Shipped;

/**
 * What a Xen or a guest that is wrong in one place would have recorded, or one that is right in an
 * unusual way: a genuine run of both, altered.
 *
 * @param name what is wrong or unusual
 * @param rules identifiers of the rules that find it; none if all is right
 * @param altered makes the records
 */
record BothCase(String name, List<String> rules, Supplier<Records> altered) {

  /**
   * The records of a run on one clock.
   *
   * @param xen the hypervisor's
   * @param guest the guest's
   */
  record Records(List<Row> xen, List<Row> guest) {
    BothResult judged() {
      HypervisorRecords hypervisor = new HypervisorRecords();
      GuestRecords ofGuest = new GuestRecords();
      Row.feed(xen, hypervisor::observe);
      Row.feed(guest, ofGuest::observe);
      BothSides.Source source = new BothSides.Source("side", false);
      return BothSides.of(source, hypervisor, source, ofGuest);
    }
  }

  /** The genuine run that all are made of. */
  static Records genuine() {
    String name = "xen-guest-4.20-x86-fifo";
    return new Records(
        Row.of(Shipped.file(name, "xen.bin.zst"), new HypervisorRecords().kinds()),
        Row.of(Shipped.file(name, "guest.txt.zst"), new GuestRecords().kinds()));
  }

  @Override
  public String toString() {
    return name;
  }
}
