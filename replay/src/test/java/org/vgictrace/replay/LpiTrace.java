package org.vgictrace.replay;

import java.util.Locale;
import java.util.Set;
import org.vgictrace.replay.engine.ClockOrder;
import org.vgictrace.replay.rule.Rule;

/**
 * A text trace about LPIs, written line by line: a VM of three vCPUs with one ITS, whose commands
 * and tables are recorded as vgic_its_process_commands and kvm_read_guest show them.
 *
 * <p>vCPU n runs in thread 500+n on CPU n; user space is thread 400 on CPU 3. Addresses of LPI
 * structures follow from their numbers unless said otherwise.
 */
final class LpiTrace {
  static final long KVM = 0xffff000004a68000L;
  static final long CONFIG_TABLE = 0x40630000L;

  private static final long QUEUE = 0x40620000L;
  private static final long PENDING_TABLE = 0x40680000L;
  private static final int USER = 3;

  private final StringBuilder text = new StringBuilder("# tracer: nop\n#\n");
  private long micros = 100_000_000;
  private int thread = USER;
  private long creadr;

  /** A VM seen from its creation, its LPIs and ITS switched on; vCPU 0 goes on. */
  static LpiTrace created() {
    LpiTrace trace = new LpiTrace();
    for (int v = 0; v < 3; v++) {
      trace.event(
          "vcpu_init", "kvm_vgic_vcpu_init", "vcpu=%s vcpu_id=%d kvm=%s", vcpu(v), v, hex(KVM));
    }
    trace.event("create", "kvm_vgic_create", "kvm=%s type=7", hex(KVM));
    trace.event("init", "vgic_init", "kvm=%s model=7 nr_spis=96", hex(KVM));
    for (int v = 0; v < 3; v++) {
      trace.on(v).load(v);
      // An event of the flush ties the thread to its vCPU.
      trace.event("clear_lr", "vgic_v3_clear_lr", "vcpu=%s vcpu_id=%d lr=0", vcpu(v), v);
      trace.event(
          "mmio_pendbase",
          "vgic_mmio_write_pendbase",
          "vcpu=%s vcpu_id=%d addr=0x80a0078 len=8 val=%s",
          vcpu(v),
          v,
          hex(PENDING_TABLE + v * 0x10000L));
      trace.enter().exit().lpis(v, true).enter().exit();
    }
    return trace.on(0).its(true).enter().exit();
  }

  static String vcpu(int id) {
    return id < 0 ? "0x0" : hex(0xffff000005700000L + id * 0x4000L);
  }

  static String lpi(int intid) {
    return hex(0xffff000006000000L + (intid - 8192) * 0x80L);
  }

  static String hex(long value) {
    return "0x" + Long.toHexString(value);
  }

  /** The thread that records from now on. */
  LpiTrace on(int vcpu) {
    thread = vcpu;
    return this;
  }

  LpiTrace user() {
    return on(USER);
  }

  LpiTrace event(String name, String function, String format, Object... values) {
    return line(name, "(" + function + "+0x0/0x100) " + String.format(Locale.ROOT, format, values));
  }

  LpiTrace line(String name, String body) {
    micros += 10;
    String task = thread == USER ? "vgicload-400" : "vcpu-" + thread + "-" + (500 + thread);
    text.append(
        String.format(
            Locale.ROOT,
            "%24s [%03d] d.... %d.%06d: %s: %s%n",
            task,
            thread,
            micros / 1_000_000,
            micros % 1_000_000,
            name,
            body));
    return this;
  }

  LpiTrace load(int v) {
    return event("load", "kvm_vgic_load", "vcpu=%s vcpu_id=%d kvm=%s", vcpu(v), v, hex(KVM));
  }

  LpiTrace enter() {
    return line("kvm_entry", "PC: 0x0000000040001000");
  }

  LpiTrace exit() {
    return line("kvm_exit", "TRAP: HSR_EC: 0x0024 (DABT_LOW), PC: 0x0000000040001000");
  }

  /** The thread has done something else: what it began has had its effect. */
  LpiTrace goOn() {
    return enter().exit();
  }

  /** The guest switches the ITS on or off. */
  LpiTrace its(boolean on) {
    return event("its_ctlr", "vgic_mmio_write_its_ctlr", "kvm=%s val=%d", hex(KVM), on ? 1 : 0);
  }

  /** The guest switches the LPIs of a vCPU on or off. */
  LpiTrace lpis(int v, boolean on) {
    event(
        "mmio_v3r_ctlr",
        "vgic_mmio_write_v3r_ctlr",
        "vcpu=%s vcpu_id=%d addr=0x80a0000 len=4 val=%d",
        vcpu(v),
        v,
        on ? 1 : 0);
    return on ? this : flush(v);
  }

  LpiTrace flush(int v) {
    return event("flush_lpis", "vgic_flush_pending_lpis", "vcpu=%s vcpu_id=%d", vcpu(v), v);
  }

  /** One run over the command queue, with one command. */
  LpiTrace command(long dw0, long dw1, long dw2, long dw3) {
    event(
        "its_commands",
        "vgic_its_process_commands",
        "kvm=%s creadr=%s cwriter=%s cbaser=%s",
        hex(KVM),
        hex(creadr),
        hex(creadr + 32),
        hex(0x8000000000000000L | QUEUE | 0xf));
    read(QUEUE + creadr, 32, dw0, dw1, dw2, dw3);
    creadr += 32;
    return this;
  }

  /** Skips commands, or goes back: the next run begins elsewhere. */
  LpiTrace skip(int commands) {
    creadr += 32L * commands;
    return this;
  }

  LpiTrace read(long gpa, int len, long dw0, long dw1, long dw2, long dw3) {
    return line(
        "its_cmd",
        String.format(
            Locale.ROOT,
            "(vgic_its_process_commands+0xc8/0xd28 <- kvm_read_guest) kvm=%s gpa=%s len=%d dw0=%s"
                + " dw1=%s dw2=%s dw3=%s",
            hex(KVM),
            hex(gpa),
            len,
            hex(dw0),
            hex(dw1),
            hex(dw2),
            hex(dw3)));
  }

  LpiTrace mapDevice(long device, boolean valid) {
    return command(device << 32 | 8, 4, (valid ? 1L << 63 : 0) | 0x40640000L, 0).goOn();
  }

  LpiTrace mapCollection(int collection, int vcpu) {
    return command(9, 0, 1L << 63 | (long) vcpu << 16 | collection, 0).goOn();
  }

  /** A mapping with all that follows it: configuration and pending bit are read. */
  LpiTrace map(long device, long event, int intid, int collection, int vcpu) {
    mapCommand(device, event, intid, collection);
    config(intid, 0xa3).queue(intid, 160, false, -1, vcpu);
    sync(intid, vcpu).pendingByte(intid, vcpu, 0).queue(intid, 160, false, -1, vcpu);
    return goOn();
  }

  LpiTrace mapCommand(long device, long event, long intid, int collection) {
    return command(device << 32 | 10, intid << 32 | event, collection, 0);
  }

  LpiTrace discard(long device, long event) {
    return command(device << 32 | 15, event, 0, 0);
  }

  LpiTrace move(long device, long event, int collection) {
    return command(device << 32 | 1, event, collection, 0).goOn();
  }

  LpiTrace moveAll(int from, int to) {
    return command(14, 0, (long) from << 16, (long) to << 16).goOn();
  }

  LpiTrace config(int intid, int value) {
    return read(CONFIG_TABLE + intid - 8192, 1, value, 0, 0, 0);
  }

  LpiTrace sync(int intid, int target) {
    return event(
        "lpi_sync_pending",
        "vgic_v3_lpi_sync_pending_status",
        "kvm=%s %s",
        hex(KVM),
        state(intid, 160, false, false, -1, target));
  }

  LpiTrace pendingByte(int intid, int tableOf, int value) {
    return read(PENDING_TABLE + tableOf * 0x10000L + (intid >> 3), 1, value, 0, 0, 0);
  }

  LpiTrace queue(int intid, int priority, boolean pending, int own, int target) {
    return queue(intid, priority, pending, false, own, target);
  }

  LpiTrace queue(int intid, int priority, boolean pending, boolean hw, int own, int target) {
    return event(
        "queue_irq",
        "vgic_queue_irq_unlock",
        "kvm=%s %s",
        hex(KVM),
        state(intid, priority, pending, hw, own, target));
  }

  LpiTrace queued(boolean queued) {
    return line(
        "queue_irq_ret",
        "(update_lpi_config+0x10/0x20 <- vgic_queue_irq_unlock) queued=" + (queued ? 1 : 0));
  }

  LpiTrace put(int intid, int refs, int own, int target) {
    return put(intid, refs, false, own, target);
  }

  LpiTrace put(int intid, int refs, boolean pending, int own, int target) {
    return event(
        "put_irq",
        "vgic_put_irq",
        "kvm=%s %s refs=%d",
        hex(KVM),
        state(intid, 160, pending, false, own, target),
        refs);
  }

  LpiTrace populate(int intid, boolean hw, int vcpu) {
    return event(
        "populate_lr",
        "vgic_v3_populate_lr",
        "vcpu=%s vcpu_id=%d lr=0 %s",
        vcpu(vcpu),
        vcpu,
        state(intid, 160, true, hw, vcpu, vcpu));
  }

  /** A message is looked up in the cache: hit or miss. */
  LpiTrace cached(long device, long event, boolean hit) {
    event(
        "its_cached",
        "vgic_its_inject_cached_translation",
        "kvm=%s devid=%d data=%d",
        hex(KVM),
        device,
        event);
    return line(
        "its_cached_ret",
        "(vgic_its_inject_msi+0x2c/0xd8 <- vgic_its_inject_cached_translation) ret="
            + (hit ? 0 : -11));
  }

  /** A message is found in the cache and queued. */
  LpiTrace hit(long device, long event, int intid) {
    return event(
            "its_cached",
            "vgic_its_inject_cached_translation",
            "kvm=%s devid=%d data=%d",
            hex(KVM),
            device,
            event)
        .queue(intid, 160, true, -1, 0)
        .queued(true)
        .line(
            "its_cached_ret",
            "(vgic_its_inject_msi+0x2c/0xd8 <- vgic_its_inject_cached_translation) ret=0");
  }

  /** A message is looked up in the tables, and found. */
  LpiTrace resolve(long device, long event) {
    event(
        "its_resolve",
        "vgic_its_resolve_lpi",
        "kvm=%s devid=%d eventid=%d",
        hex(KVM),
        device,
        event);
    return line(
        "its_resolve_ret", "(vgic_its_trigger_msi+0x40/0x118 <- vgic_its_resolve_lpi) ret=0");
  }

  /** A message goes all the way: a miss, a look-up, the LPI is queued. */
  LpiTrace message(long device, long event, int intid, int vcpu) {
    return cached(device, event, false)
        .resolve(device, event)
        .queue(intid, 160, true, -1, vcpu)
        .queued(true);
  }

  LpiTrace freeEvent(long event, int intid) {
    return event(
        "its_free_ite", "its_free_ite", "kvm=%s event_id=%d irq=%s", hex(KVM), event, lpi(intid));
  }

  LpiTrace destroy() {
    event("destroy", "kvm_vgic_destroy", "kvm=%s", hex(KVM));
    for (int v = 0; v < 3; v++) {
      flush(v);
    }
    return this;
  }

  private static String state(
      int intid, int priority, boolean pending, boolean hw, int own, int target) {
    return String.format(
        Locale.ROOT,
        "irq=%s intid=%d pending_latch=%d active=0 enabled=1 line_level=0 hw=%d config=0"
            + " priority=%d group=1 source=0x0 active_source=0 targets=0x0 hwintid=0 host_irq=0"
            + " irq_vcpu=%s target_vcpu=%s",
        lpi(intid),
        intid,
        pending ? 1 : 0,
        hw ? 1 : 0,
        priority,
        vcpu(own),
        vcpu(target));
  }

  /** Writes another value into the latest line. */
  LpiTrace change(String from, String to) {
    int start = text.lastIndexOf("\n", text.length() - 2);
    int at = text.indexOf(from, start);
    if (at < 0) {
      throw new IllegalArgumentException("no " + from + " in " + text.substring(start));
    }
    text.replace(at, at + from.length(), to);
    return this;
  }

  /** Two devices with one event each, mapped to LPIs 8192 and 8193 at vCPUs 0 and 1. */
  LpiTrace mapped() {
    return mapCollection(0, 0)
        .mapCollection(1, 1)
        .mapDevice(0, true)
        .mapDevice(1, true)
        .map(0, 0, 8192, 0, 0)
        .map(1, 0, 8193, 1, 1);
  }

  String text() {
    return text.toString();
  }

  ReplayResult replay(String release) {
    return Replays.text(
        text(),
        new ReplayOptions(null, release, ClockOrder.CLOSE, Set.<String>of(), Set.<String>of()));
  }

  /** How often the rule held in a replay. */
  static long held(ReplayResult result, Rule rule) {
    return result.rules().stream()
        .filter(count -> count.rule().equals(rule))
        .mapToLong(count -> count.consistent())
        .sum();
  }
}
