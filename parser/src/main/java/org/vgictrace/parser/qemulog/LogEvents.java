package org.vgictrace.parser.qemulog;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.vgictrace.parser.event.Kind;
import org.vgictrace.parser.event.Names;
import org.vgictrace.parser.input.LogLines;
import org.vgictrace.parser.qemulog.LogEvent.Use;

/**
 * The events of one log by name. Those of the GIC models are declared here, with the texts of QEMU
 * 2.9 to 11.1; every other name that occurs is added, up to {@value #NAMES_MAX} of them.
 */
final class LogEvents {
  /** Most names that are told apart. */
  static final int NAMES_MAX = 4096;

  private static final String REST = "(more events)";
  private static final String CPU_IF = "GICv3 CPU i/f 0x{cpu:x} ";
  private static final String ACCESS =
      "offset 0x{offset:x} data 0x{value:x} size {size} secure {secure}";
  private static final String NO_DATA = "offset 0x{offset:x} size {size} secure {secure}";

  /** What the names of accesses to the virtual interface begin with. */
  private static final List<String> INTERFACE =
      List.of("gicv3_ich_", "gicv3_icv_", "gic_hyp_", "gic_lr_", "gic_cpu_", "gic_acknowledge_");

  private record Declared(String name, Use use, Shape shape, boolean namesThread) {}

  private static final Map<String, Declared> DECLARED = declared();

  private final Names names;
  private final List<LogEvent> all = new ArrayList<>();
  private LogEvent[] slots = new LogEvent[512];

  LogEvents(Names names) {
    this.names = names;
  }

  /** All that occurred so far. */
  List<LogEvent> all() {
    return all;
  }

  /** The event with that name. Does not allocate for a known one. */
  LogEvent of(byte[] b, int start, int end) {
    int mask = slots.length - 1;
    int hash = hash(b, start, end);
    for (int i = hash & mask; ; i = i + 1 & mask) {
      LogEvent event = slots[i];
      if (event == null) {
        return add(b, start, end, hash, i);
      }
      byte[] name = event.name;
      if (name.length == end - start && Arrays.equals(name, 0, name.length, b, start, end)) {
        return event;
      }
    }
  }

  private LogEvent add(byte[] b, int start, int end, int hash, int slot) {
    if (all.size() >= NAMES_MAX) {
      byte[] rest = REST.getBytes(UTF_8);
      if (all.size() > NAMES_MAX) {
        return all.get(NAMES_MAX);
      }
      LogEvent event = new LogEvent(rest, names.intern(REST), Use.UNKNOWN, null, false, false);
      all.add(event);
      return event;
    }
    byte[] name = Arrays.copyOfRange(b, start, end);
    LogEvent event = event(name, names.intern(name, 0, name.length));
    all.add(event);
    event.hash = hash;
    slots[slot] = event;
    if (all.size() * 2 > slots.length) {
      rehash();
    }
    return event;
  }

  private static LogEvent event(byte[] name, int nameId) {
    String text = new String(name, UTF_8);
    Declared declared = DECLARED.get(text);
    boolean ofInterface = INTERFACE.stream().anyMatch(text::startsWith);
    if (declared != null) {
      return new LogEvent(
          name, nameId, declared.use, declared.shape, declared.namesThread, ofInterface);
    }
    boolean register =
        (text.startsWith("gicv3_ich_")
                || text.startsWith("gicv3_icv_")
                || text.startsWith("gicv3_icc_"))
            && (text.endsWith("_read") || text.endsWith("_write"));
    return new LogEvent(
        name, nameId, register ? Use.REGISTER : Use.UNKNOWN, null, register, ofInterface);
  }

  private void rehash() {
    LogEvent[] larger = new LogEvent[slots.length * 2];
    int mask = larger.length - 1;
    for (LogEvent event : slots) {
      if (event != null) {
        int i = event.hash & mask;
        while (larger[i] != null) {
          i = i + 1 & mask;
        }
        larger[i] = event;
      }
    }
    slots = larger;
  }

  /** Of the first eight bytes, the last eight and the length; the array goes on behind the end. */
  private static int hash(byte[] b, int start, int end) {
    int length = end - start;
    long first = LogLines.first(LogLines.word(b, start), length);
    long last = length > Long.BYTES ? LogLines.word(b, end - Long.BYTES) : 0;
    long h = (first ^ last * 0x9e3779b97f4a7c15L ^ length) * 0xc2b2ae3d27d4eb4fL;
    return (int) (h >>> 32);
  }

  private static Map<String, Declared> declared() {
    List<Declared> list = new ArrayList<>();
    list.add(
        plain(
            "gicv3_cpuif_virt_update",
            Kind.HW_HPPI,
            CPU_IF + "virt HPPI update LR index {lr} HPPVLPI {vlpi} grp {group} prio {priority}"));
    list.add(
        new Declared(
            "gicv3_cpuif_virt_set_irqs",
            Use.PLAIN,
            Shape.of(Kind.HW_SIGNAL, CPU_IF + "virt HPPI update: setting FIQ {fiq} IRQ {irq}")
                .with("side", "virtual"),
            false));
    list.add(
        plain(
            "gicv3_cpuif_virt_set_maint_irq",
            Kind.HW_MAINT,
            CPU_IF + "virt HPPI update: setting maintenance-irq {level}"));
    list.add(
        new Declared(
            "gicv3_cpuif_update",
            Use.PLAIN,
            Shape.of(
                    Kind.HW_BEST, CPU_IF + "HPPI update: irq {intid} group {group} prio {priority}")
                .with("side", "physical"),
            false));
    list.add(
        new Declared(
            "gicv3_cpuif_set_irqs",
            Use.PLAIN,
            Shape.of(Kind.HW_SIGNAL, CPU_IF + "HPPI update: setting FIQ {fiq} IRQ {irq}")
                .with("side", "physical"),
            false));
    list.add(
        new Declared(
            "gicv3_icc_generate_sgi",
            Use.PLAIN,
            Shape.of(
                    Kind.HW_SGI,
                    CPU_IF
                        + "generating SGI {intid} IRM {others}"
                        + " target affinity 0x{affinity:x}xx targetlist 0x{targets:x}")
                .with("step", "generate"),
            true));
    list.add(
        new Declared(
            "gicv3_redist_send_sgi",
            Use.PLAIN,
            Shape.of(Kind.HW_SGI, "GICv3 redistributor 0x{cpu:x} pending SGI {intid}")
                .with("step", "pend"),
            false));
    list.add(
        plain(
            "gicv3_redist_set_irq",
            Kind.HW_INPUT,
            "GICv3 redistributor 0x{cpu:x} interrupt {intid} level changed to {level}"));
    list.add(
        plain(
            "gicv3_dist_set_irq",
            Kind.HW_INPUT,
            "GICv3 distributor interrupt {intid} level changed to {level}"));
    for (String op : List.of("read", "write")) {
      String data = op.equals("read") ? NO_DATA : ACCESS;
      list.add(frame("gicv3_dist_" + op, "GICv3 distributor " + op + ": " + ACCESS, op, 0));
      list.add(
          frame("gicv3_dist_bad" + op, "GICv3 distributor " + op + ": " + data + ": error", op, 1));
      list.add(
          frame(
              "gicv3_redist_" + op, "GICv3 redistributor 0x{cpu:x} " + op + ": " + ACCESS, op, 0));
      list.add(
          frame(
              "gicv3_redist_bad" + op,
              "GICv3 redistributor 0x{cpu:x} " + op + ": " + data + ": error",
              op,
              1));
      list.add(
          frame(
              "gic_dist_" + op, "dist " + op + " at 0x{offset:x} size {size}: 0x{value:x}", op, 0));
      list.add(
          new Declared(
              "gic_hyp_" + op,
              Use.CONTROL,
              Shape.of(Kind.HW_ICH, "hyp " + op + " at 0x{offset:x}: 0x{value:x}").with("op", op),
              false));
      list.add(
          new Declared(
              "gic_cpu_" + op,
              Use.INTERFACE,
              Shape.of(
                      Kind.HW_ICV,
                      "{interface} {cpu} iface "
                          + op
                          + " at 0x{offset:x}"
                          + (op.equals("read") ? ": 0x{value:x}" : " 0x{value:x}"))
                  .with("op", op),
              true));
    }
    list.add(
        new Declared(
            "gic_lr_entry",
            Use.LIST_REGISTER,
            Shape.of(Kind.HW_LR, "cpu {cpu}: new lr entry {lr}: 0x{value:x}"),
            true));
    list.add(
        new Declared(
            "gic_acknowledge_irq",
            Use.SIDED,
            Shape.of(Kind.HW_ACK, "{interface} {cpu} acknowledged irq {intid}"),
            true));
    list.add(
        new Declared(
            "gic_update_bestirq",
            Use.SIDED,
            Shape.of(
                Kind.HW_BEST,
                "{interface} {cpu} irq {intid} priority {priority}"
                    + " cpu priority mask {mask} cpu running priority {running}"),
            false));
    list.add(
        new Declared(
            "gic_update_set_irq",
            Use.SIGNAL,
            Shape.of(Kind.HW_SIGNAL, "cpu[{cpu}]: {line} = {irq}"),
            false));
    list.add(
        plain("gic_update_maintenance_irq", Kind.HW_MAINT, "cpu {cpu}: maintenance = {level}"));
    list.add(
        plain(
            "gic_set_irq",
            Kind.HW_INPUT,
            "irq {intid} level {level} cpumask 0x{cpus:x} target 0x{targets:x}"));
    Map<String, Declared> map = new HashMap<>();
    for (Declared declared : list) {
      map.put(declared.name, declared);
    }
    return Map.copyOf(map);
  }

  private static Declared plain(String name, Kind kind, String template) {
    return new Declared(name, Use.PLAIN, Shape.of(kind, template), false);
  }

  private static Declared frame(String name, String template, String op, int failed) {
    Shape shape =
        Shape.of(Kind.HW_REG, template)
            .with("op", op)
            .with("frame", name.startsWith("gicv3_redist") ? "redist" : "dist")
            .with("failed", Integer.toString(failed));
    return new Declared(name, Use.PLAIN, shape, false);
  }
}
