package org.vgictrace.parser.xenconsole;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.vgictrace.parser.CaptureCounts;
import org.vgictrace.parser.diag.Diagnostics;
import org.vgictrace.parser.event.BatchBuilder;
import org.vgictrace.parser.event.Kind;
import org.vgictrace.parser.event.KindTable;

/** Makes rows of the lines of dumps, and counts them. */
final class ConsoleRows {
  private static final int NONE = -1;

  private final BatchBuilder builder;
  private final boolean[] wanted = new boolean[Kind.values().length];
  private final DumpText text = new DumpText();
  private final SortedMap<String, Long> byName = new TreeMap<>();

  private long dump;
  private long domain = NONE;
  private long vcpu = NONE;
  private long mask = DumpText.NONE;
  private boolean inChannels;

  // A vCPU whose second line is yet to come.
  private final long[] head = new long[6];
  private boolean open;

  private long count;
  private long now;
  private long first;

  ConsoleRows(BatchBuilder builder, Set<Kind> kinds) {
    this.builder = builder;
    for (Kind kind : kinds) {
      wanted[kind.ordinal()] = true;
    }
  }

  /** Hands over what has been collected. */
  void flush() throws IOException {
    builder.flush();
  }

  /**
   * Adds a line; says whether it is one of a dump.
   *
   * @param number of the line
   */
  boolean add(String line, long number) throws IOException {
    now = number;
    DumpText.Line kind = text.read(line);
    long[] n = text.numbers;
    switch (kind) {
      case OTHER -> {
        return false;
      }
      case KEY -> begin();
      case DOMAIN -> {
        if (inChannels || dump == 0) {
          begin();
        }
        at(n[0]);
      }
      case CHANNELS -> {
        if (!inChannels || n[0] <= domain) {
          begin();
          inChannels = true;
        }
        at(n[0]);
      }
      case VCPU -> {
        closed();
        vcpu = n[0];
        mask = DumpText.NONE;
        System.arraycopy(n, 0, head, 0, head.length);
        open = true;
      }
      case PAUSE -> paused(n[0], n[1]);
      case LR_MASK -> {
        closed();
        vcpu = n[0];
        mask = n[1];
      }
      case LR -> register(n[0], n[1], !text.extra.isEmpty());
      case IN_FLIGHT -> interrupt(0, n[0], n[1]);
      case WAITING -> interrupt(1, n[0], DumpText.NONE);
      case LISTED -> interrupt(2, n[0], DumpText.NONE);
      case PORT -> port(n);
    }
    return true;
  }

  private void begin() throws IOException {
    closed();
    dump++;
    domain = NONE;
    vcpu = NONE;
    mask = DumpText.NONE;
    inChannels = false;
  }

  private void at(long newDomain) throws IOException {
    closed();
    domain = newDomain;
    vcpu = NONE;
    mask = DumpText.NONE;
  }

  private KindTable row(Kind kind) throws IOException {
    KindTable row = builder.append(kind, now, NONE, NONE, NONE, NONE, NONE, 0);
    put(row, kind, "dump", dump);
    put(row, kind, "domain", domain == NONE ? DumpText.NONE : domain);
    return row;
  }

  private static void put(KindTable row, Kind kind, String column, long value) {
    if (value != DumpText.NONE) {
      row.put(kind.column(column), value);
    }
  }

  /** Counts an event; says whether it is to become a row. */
  private boolean counts(Kind kind) {
    count++;
    first = first == 0 ? now : first;
    byName.merge("console:" + kind.tableName().substring("xen_".length()), 1L, Long::sum);
    if (!wanted[kind.ordinal()]) {
      builder.skip();
    }
    return wanted[kind.ordinal()];
  }

  /** A vCPU's second line was missing. */
  private void closed() throws IOException {
    if (open) {
      paused(DumpText.NONE, DumpText.NONE);
    }
  }

  private void paused(long pauses, long flags) throws IOException {
    if (!open) {
      return;
    }
    open = false;
    Kind kind = Kind.XEN_DUMP_VCPU;
    if (!counts(kind)) {
      return;
    }
    KindTable row = row(kind);
    put(row, kind, "vcpu_id", head[0]);
    put(row, kind, "on_cpu", head[1]);
    put(row, kind, "running", head[2]);
    put(row, kind, "poll", head[3]);
    put(row, kind, "upcall_pending", head[4]);
    put(row, kind, "upcall_mask", head[5]);
    put(row, kind, "pause_count", pauses);
    put(row, kind, "pause_flags", flags);
  }

  private void register(long lr, long value, boolean live) throws IOException {
    closed();
    Kind kind = Kind.XEN_DUMP_LR;
    if (!counts(kind)) {
      return;
    }
    KindTable row = row(kind);
    put(row, kind, "vcpu_id", vcpu == NONE ? DumpText.NONE : vcpu);
    put(row, kind, "lr_mask", mask);
    put(row, kind, "live", live ? 1 : 0);
    put(row, kind, "lr", lr);
    put(row, kind, "value", value);
  }

  private void interrupt(int list, long intid, long lr) throws IOException {
    closed();
    Kind kind = Kind.XEN_DUMP_IRQ;
    if (!counts(kind)) {
      return;
    }
    long[] n = text.numbers;
    KindTable row = row(kind);
    put(row, kind, "vcpu_id", vcpu == NONE ? DumpText.NONE : vcpu);
    put(row, kind, "list", list);
    put(row, kind, "intid", intid);
    put(row, kind, "lr", lr);
    if (list == 2) {
      put(row, kind, "hardware", n[1]);
      put(row, kind, "level", n[2]);
      put(row, kind, "pending", n[3]);
      put(row, kind, "active", n[4]);
      put(row, kind, "enabled", n[5]);
    }
  }

  private void port(long[] n) throws IOException {
    Kind kind = Kind.XEN_DUMP_PORT;
    if (!counts(kind)) {
      return;
    }
    KindTable row = row(kind);
    put(row, kind, "port", n[0]);
    put(row, kind, "pending", n[1]);
    put(row, kind, "masked", n[2]);
    byte[] extra = text.extra.getBytes(StandardCharsets.ISO_8859_1);
    row.put(kind.column("extra"), builder.names().intern(extra, 0, extra.length));
    put(row, kind, "state", n[3]);
    put(row, kind, "vcpu_id", n[4]);
    put(row, kind, "consumer", n[5]);
    switch ((int) n[3]) {
      case 2, 3 -> {
        put(row, kind, "remote_domain", n[6]);
        put(row, kind, "remote_port", n[7]);
      }
      case 4 -> {
        put(row, kind, "pirq", n[6]);
        put(row, kind, "irq", n[7]);
      }
      case 5 -> put(row, kind, "virq", n[6]);
      default -> {}
    }
  }

  /** What was read. */
  CaptureCounts counts(Diagnostics diagnostics) throws IOException {
    closed();
    flush();
    return new CaptureCounts(
        count,
        count,
        byName,
        new TreeMap<>(),
        new TreeMap<>(),
        0,
        NONE,
        0,
        first,
        now,
        diagnostics.entries(),
        diagnostics.counts());
  }
}
