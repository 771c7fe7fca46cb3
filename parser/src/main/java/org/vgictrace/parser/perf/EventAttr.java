package org.vgictrace.parser.perf;

import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.vgictrace.parser.record.Cursor;
import org.vgictrace.parser.record.DamageException;

/**
 * What is of interest in a {@code struct perf_event_attr}: what was recorded, and how its samples
 * look.
 *
 * <pre>
 *   0      4      8        16       24            32            40      48 ...          92
 *   | type | size | config | period | sample_type | read_format | flags |     ...        | clockid
 * </pre>
 *
 * The structure grows from kernel to kernel; what an older one lacks is 0, and what a newer one has
 * behind is not looked at.
 *
 * <p>The flags are bit-fields of a 64-bit word. Compilers for big-endian machines begin with the
 * highest bit, so that the whole word is mirrored there.
 */
final class EventAttr {
  /** The structure of Linux 2.6.32, the first one. */
  static final int BYTES_MIN = 64;

  static final int TYPE_TRACEPOINT = 2;

  private static final int CLOCK_ID_OFFSET = 92;
  private static final int SAMPLE_ID_ALL_BIT = 18;
  private static final int USE_CLOCK_ID_BIT = 25;

  private static final String[] HARDWARE = {
    "cycles",
    "instructions",
    "cache-references",
    "cache-misses",
    "branches",
    "branch-misses",
    "bus-cycles",
    "stalled-cycles-frontend",
    "stalled-cycles-backend",
    "ref-cycles"
  };
  private static final String[] SOFTWARE = {
    "cpu-clock",
    "task-clock",
    "page-faults",
    "context-switches",
    "cpu-migrations",
    "minor-faults",
    "major-faults",
    "alignment-faults",
    "emulation-faults",
    "dummy",
    "bpf-output",
    "cgroup-switches"
  };

  /** What sort of event; {@link #TYPE_TRACEPOINT} is all that is told apart. */
  final long type;

  /** Which event of its type; the id of a tracepoint. */
  final long config;

  final long sampleType;
  final long readFormat;
  final SampleLayout layout;

  /** Whether samples carry a record of the kernel, with nothing of variable size before it. */
  final boolean hasPlainRaw;

  private final long flags;
  private final int clockId;
  private @Nullable String name;

  private EventAttr(
      long type, long config, long sampleType, long readFormat, long flags, int clockId) {
    this.type = type;
    this.config = config;
    this.sampleType = sampleType;
    this.readFormat = readFormat;
    this.flags = flags;
    this.clockId = clockId;
    this.layout = SampleLayout.of(sampleType);
    long parts = SampleLayout.RAW | SampleLayout.READ | SampleLayout.CALLCHAIN;
    this.hasPlainRaw = (sampleType & parts) == SampleLayout.RAW;
  }

  /**
   * Reads an attribute that fills a range.
   *
   * @throws DamageException if the range is too small
   */
  static EventAttr read(Cursor in, boolean bigEndian) throws IOException, DamageException {
    long start = in.position();
    long type = in.u32();
    in.skip(Integer.BYTES);
    long config = in.u64();
    in.skip(Long.BYTES);
    long sampleType = in.u64();
    long readFormat = in.u64();
    long flags = in.u64();
    int clockId = 0;
    long before = CLOCK_ID_OFFSET - (in.position() - start);
    if (in.remaining() >= before + Integer.BYTES) {
      in.skip(before);
      clockId = (int) in.u32();
    }
    return new EventAttr(
        type, config, sampleType, readFormat, bigEndian ? Long.reverse(flags) : flags, clockId);
  }

  /** Name as the recording gives it. */
  void name(String recorded) {
    name = recorded;
  }

  /** Name as the recording gives it, or as perf would call it. */
  String name() {
    String recorded = name;
    if (recorded != null) {
      return recorded;
    }
    if (type == 0 && config >= 0 && config < HARDWARE.length) {
      return HARDWARE[(int) config];
    }
    if (type == 1 && config >= 0 && config < SOFTWARE.length) {
      return SOFTWARE[(int) config];
    }
    return "event " + type + "/0x" + Long.toHexString(config);
  }

  /** Whether the name is the recording's. */
  boolean isNamed() {
    return name != null;
  }

  /** Whether samples carry a record of the kernel's trace event with the id {@link #config}. */
  boolean isTracepoint() {
    return type == TYPE_TRACEPOINT;
  }

  boolean has(long samplePart) {
    return (sampleType & samplePart) != 0;
  }

  /** Whether records that are no samples end with a trailer. */
  boolean hasTrailers() {
    return (flags >>> SAMPLE_ID_ALL_BIT & 1) != 0;
  }

  /** The clock that time stamps are of, by the name that ftrace has for it; null if unknown. */
  @Nullable String clock() {
    if ((flags >>> USE_CLOCK_ID_BIT & 1) == 0) {
      return "perf";
    }
    return switch (clockId) {
      case 0 -> "realtime";
      case 1 -> "mono";
      case 4 -> "mono_raw";
      case 7 -> "boot";
      case 11 -> "tai";
      default -> null;
    };
  }
}
