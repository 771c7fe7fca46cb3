package org.vgictrace.parser.xentrace;

import java.util.Arrays;
import org.vgictrace.parser.event.Kind;
import org.vgictrace.parser.event.KindTable;
import org.vgictrace.parser.event.Names;

/**
 * Reads what is recorded of a hypercall (Xen's xen/common/trace.c, __trace_hypercall, 4.3 to 4.22).
 * The first payload word of a paravirtualised one, whose arguments follow as far as they are
 * present:
 *
 * <pre>
 *   31 30 29 28 27 26 25 24 23 22 21 20 19 .............. 0
 *  +-----+-----+-----+-----+-----+-----+-------------------+
 *  | A5  | A4  | A3  | A2  | A1  | A0  |  hypercall number  |   0 absent, 1 a word, 2 two words
 *  +-----+-----+-----+-----+-----+-----+-------------------+
 * </pre>
 *
 * <p>Which arguments are recorded depends on the hypercall; of event_channel_op none is.
 */
final class Hypercalls {
  private static final String[] CALLS = {
    "set_trap_table",
    "mmu_update",
    "set_gdt",
    "stack_switch",
    "set_callbacks",
    "fpu_taskswitch",
    "sched_op_compat",
    "platform_op",
    "set_debugreg",
    "get_debugreg",
    "update_descriptor",
    "",
    "memory_op",
    "multicall",
    "update_va_mapping",
    "set_timer_op",
    "event_channel_op_compat",
    "xen_version",
    "console_io",
    "physdev_op_compat",
    "grant_table_op",
    "vm_assist",
    "update_va_mapping_otherdomain",
    "iret",
    "vcpu_op",
    "set_segment_base",
    "mmuext_op",
    "xsm_op",
    "nmi_op",
    "sched_op",
    "callback_op",
    "xenoprof_op",
    "event_channel_op",
    "physdev_op",
    "hvm_op",
    "sysctl",
    "domctl",
    "kexec_op",
    "tmem_op",
    "argo_op",
    "xenpmu_op",
    "dm_op",
    "hypfs_op"
  };

  private static final int GRANT_TABLE_OP = 20;
  private static final int VCPU_OP = 24;
  private static final int SCHED_OP = 29;

  private static final String[] GRANT_COMMANDS = {
    "map_grant_ref",
    "unmap_grant_ref",
    "setup_table",
    "dump_table",
    "transfer",
    "copy",
    "query_size",
    "unmap_and_replace",
    "set_version",
    "get_status_frames",
    "get_version",
    "swap_grant_ref",
    "cache_flush"
  };
  private static final String[] VCPU_COMMANDS = {
    "initialise",
    "up",
    "down",
    "is_up",
    "get_runstate_info",
    "register_runstate_memory_area",
    "set_periodic_timer",
    "stop_periodic_timer",
    "set_singleshot_timer",
    "stop_singleshot_timer",
    "register_vcpu_info",
    "send_nmi",
    "get_physid",
    "register_vcpu_time_memory_area"
  };
  private static final String[] SCHED_COMMANDS = {
    "yield",
    "block",
    "shutdown",
    "poll",
    "remote_shutdown",
    "shutdown_code",
    "watchdog",
    "pin_override"
  };

  private static final int OP = Kind.XEN_HYPERCALL.column("op");
  private static final int CALL = Kind.XEN_HYPERCALL.column("call");
  private static final int COMMAND = Kind.XEN_HYPERCALL.column("command");
  private static final int ARG0 = Kind.XEN_HYPERCALL.column("arg0");
  private static final int VIA = Kind.XEN_HYPERCALL.column("via");
  private static final int HVM = Kind.XEN_HYPERCALL.columns().get(VIA).labels().indexOf("hvm");
  private static final int ARGS = 6;
  private static final int NUMBER = 0xfffff;

  private final int[] calls;
  private final int[] grantCommands;
  private final int[] vcpuCommands;
  private final int[] schedCommands;

  Hypercalls(Names names) {
    calls = ids(names, CALLS);
    grantCommands = ids(names, GRANT_COMMANDS);
    vcpuCommands = ids(names, VCPU_COMMANDS);
    schedCommands = ids(names, SCHED_COMMANDS);
  }

  /** Fills number, name and arguments into the newest row. */
  void fill(KindTable row, CpuRecords record) {
    int word = record.word(0);
    if (row.values(VIA)[row.rows() - 1] == HVM) {
      name(row, word & 0xffff_ffffL);
      return;
    }
    long op = word & NUMBER;
    name(row, op);
    int at = 1;
    for (int i = 0; i < ARGS; i++) {
      int presence = word >>> 20 + 2 * i & 3;
      if (presence == 0) {
        continue;
      }
      if (presence == 3 || at + presence > record.words()) {
        return;
      }
      long value = record.word(at) & 0xffff_ffffL;
      if (presence == 2) {
        value |= (long) record.word(at + 1) << 32;
      }
      at += presence;
      row.put(ARG0 + i, value);
      if (i == 0) {
        command(row, op, value);
      }
    }
  }

  /** Sets number and name of a call. */
  void name(KindTable row, long op) {
    row.put(OP, op);
    if (op < calls.length && calls[(int) op] != 0) {
      row.put(CALL, calls[(int) op]);
    }
  }

  private void command(KindTable row, long op, long command) {
    int[] commands = commands(op);
    if (command < commands.length) {
      row.put(COMMAND, commands[(int) command]);
    }
  }

  /** Sets a command, which is the first argument, by its name; does nothing if it is unknown. */
  void command(KindTable row, long op, int name) {
    int[] commands = commands(op);
    for (int i = 0; i < commands.length; i++) {
      if (commands[i] == name) {
        row.put(COMMAND, name);
        row.put(ARG0, i);
      }
    }
  }

  private int[] commands(long op) {
    if (op == SCHED_OP) {
      return schedCommands;
    }
    return op == VCPU_OP ? vcpuCommands : op == GRANT_TABLE_OP ? grantCommands : NO_COMMANDS;
  }

  private static final int[] NO_COMMANDS = {};

  private static int[] ids(Names names, String[] texts) {
    return Arrays.stream(texts).mapToInt(names::intern).toArray();
  }
}
