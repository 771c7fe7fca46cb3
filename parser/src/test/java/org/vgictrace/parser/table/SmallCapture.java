package org.vgictrace.parser.table;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import org.vgictrace.parser.Capture;
import org.vgictrace.parser.CaptureCounts;
import org.vgictrace.parser.CaptureMeta;
import org.vgictrace.parser.diag.Diagnostic;
import org.vgictrace.parser.diag.Place;
import org.vgictrace.parser.event.BatchBuilder;
import org.vgictrace.parser.event.BatchConsumer;
import org.vgictrace.parser.event.BatchPool;
import org.vgictrace.parser.event.Kind;
import org.vgictrace.parser.event.KindTable;
import org.vgictrace.parser.event.Names;

/** A capture of a few events made by hand. */
final class SmallCapture implements Capture {
  @Override
  public CaptureMeta meta() {
    return new CaptureMeta(
        "some/where/trace.dat",
        "trace.dat v7",
        "7.2.0",
        "aarch64",
        "mono_raw",
        true,
        List.of(0, 1),
        "zstd",
        List.of("irq:irq_handler_entry", "kvm:kvm_exit"),
        1_700_000_000_000_000_000L);
  }

  @Override
  public CaptureCounts read(Set<Kind> wanted, BatchConsumer consumer) throws IOException {
    Names names = new Names();
    BatchBuilder builder = new BatchBuilder(new BatchPool(names), consumer);
    int qemu = names.intern("qemu-system-aar");
    int bash = names.intern("-bash");

    KindTable row = builder.append(Kind.VCPU_EXIT, 1000, 0, 77, qemu, 1, 2, 0);
    row.put(0, 2);
    row.put(1, 0x24);
    row.put(2, 0xffff_8000_1234_5678L);
    row = builder.append(Kind.MMIO, 1100, 0, 77, qemu, 0, 0, 0);
    row.put(0, 2);
    row.put(1, 4);
    row.put(2, 0x800_0100);
    row.put(3, 0);
    builder.skip();
    row = builder.append(Kind.HOST_IRQ, 1200, 1, 0, bash, -1, -1, names.intern("vgic, \"2\""));
    row.put(0, -5);
    row.put(1, names.intern("=cmd()"));
    row.put(2, 0);
    row = builder.append(Kind.HOST_IRQ, 1210, 1, 0, bash, 255, 0, 0);
    row.put(1, names.intern(""));
    row.put(2, 1);
    row.put(3, 1);
    builder.append(Kind.LOST, 1210, 1, -1, -1, -1, -1, 0);
    row = builder.append(Kind.OTHER, -5, -1, -1, -1, -1, -1, 0);
    row.put(0, names.intern("sched:sched_wakeup"));
    byte[] payload = "a=1, b=\n\0\u00e9".getBytes(UTF_8);
    row.putBytes(1, payload, 0, payload.length);
    builder.flush();

    TreeMap<String, Long> byName = new TreeMap<>();
    byName.put("kvm:kvm_exit", 1L);
    byName.put("sched:sched_wakeup", 2L);
    TreeMap<Integer, Long> byCpu = new TreeMap<>();
    byCpu.put(0, 3L);
    byCpu.put(1, 3L);
    TreeMap<String, Long> codes = new TreeMap<>();
    codes.put("page-damaged", 1L);
    return new CaptureCounts(
        6,
        4,
        byName,
        byCpu,
        new TreeMap<>(),
        1,
        -1,
        0,
        1000,
        1210,
        List.of(
            new Diagnostic("page-damaged", Diagnostic.Severity.ERROR, Place.at(4096), "say \"x\"")),
        codes);
  }

  @Override
  public void close() {}
}
