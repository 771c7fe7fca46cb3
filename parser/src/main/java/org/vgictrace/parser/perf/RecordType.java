package org.vgictrace.parser.perf;

/**
 * Types of records that say something of events (enum perf_event_type of the kernel, enum
 * perf_user_event_type of the tool, Linux 7.2). All others describe mappings of code, machines and
 * the like, and are passed over.
 */
final class RecordType {
  static final int LOST = 2;
  static final int COMM = 3;
  static final int THROTTLE = 5;
  static final int FORK = 7;
  static final int SAMPLE = 9;
  static final int LOST_SAMPLES = 13;
  static final int SWITCH = 14;
  static final int SWITCH_CPU_WIDE = 15;

  /** The kernel's latest is 22 (CALLCHAIN_DEFERRED); the tool's begin at 64. */
  static final int KERNEL_MAX = 31;

  static final int HEADER_ATTR = 64;
  static final int TRACING_DATA = 66;
  static final int FINISHED_ROUND = 68;
  static final int AUXTRACE = 71;
  static final int EVENT_UPDATE = 78;
  static final int FEATURE = 80;
  static final int COMPRESSED = 81;
  static final int COMPRESSED2 = 83;

  /** The tool's latest is 84 (BPF_METADATA). */
  static final int TOOL_MAX = 95;

  /** Bits of {@code misc} that no record uses: between the CPU mode and the flags of each type. */
  static final int MISC_UNUSED = 0x0ff8;

  /** A switch away from the thread (PERF_RECORD_MISC_SWITCH_OUT). */
  static final int MISC_SWITCH_OUT = 1 << 13;

  /** Samples that a filter left out, not losses (PERF_RECORD_MISC_LOST_SAMPLES_BPF). */
  static final int MISC_FILTERED = 1 << 15;

  /** {@code u32 type, u16 misc, u16 size}. */
  static final int HEADER_BYTES = 8;

  static final int RECORD_BYTES_MAX = 0xffff;

  private RecordType() {}

  /** Whether kernel or tool have records of a type, or may have some day. */
  static boolean isKnown(long type) {
    return type > 0 && (type <= KERNEL_MAX || type >= HEADER_ATTR && type <= TOOL_MAX);
  }
}
