package org.vgictrace.parser.tracedat;

import java.io.IOException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.vgictrace.parser.diag.Place;
import org.vgictrace.parser.record.Cursor;
import org.vgictrace.parser.record.DamageException;

/**
 * Reads the options that versions 6 and 7 have in common. An option that makes no sense is ignored
 * with a warning; an unknown one is skipped.
 */
final class OptionReader {
  static final int DONE = 0;
  static final int DATE = 1;
  static final int CPUSTAT = 2;
  static final int BUFFER = 3;
  static final int TRACECLOCK = 4;
  static final int UNAME = 5;
  static final int HOOK = 6;
  static final int OFFSET = 7;
  static final int CPUCOUNT = 8;
  static final int TRACEID = 11;
  static final int TIME_SHIFT = 12;
  static final int GUEST = 13;
  static final int TSC2NSEC = 14;
  static final int HEADER_INFO = 16;
  static final int FTRACE_FORMATS = 17;
  static final int EVENT_FORMATS = 18;
  static final int KALLSYMS = 19;
  static final int PRINTK = 20;
  static final int CMDLINES = 21;
  static final int BUFFER_TEXT = 22;
  static final int BTF_FILE = 23;
  static final int MODULES_FILE = 25;

  /** Newest option known; higher numbers are skipped. */
  private static final int LAST = 25;

  private static final long NS_PER_US = 1000;

  private final Contents contents;

  OptionReader(Contents contents) {
    this.contents = contents;
  }

  /** Reads an option's data. */
  void read(int id, Cursor in) throws IOException {
    Place place = in.place();
    try {
      switch (id) {
        case DATE -> contents.dateNs = wallOffset(in, place, "DATE", NS_PER_US, contents.dateNs);
        case OFFSET -> contents.offsetNs = wallOffset(in, place, "OFFSET", 1, contents.offsetNs);
        case CPUSTAT -> {
          if (!contents.stats.add(in.rest())) {
            warn(place, "CPUSTAT", "has no statistics");
          }
        }
        case TRACECLOCK -> {
          String clock = activeClock(in.rest());
          contents.clock = clock != null ? clock : contents.clock;
        }
        case UNAME -> uname(in.rest(), contents);
        case HOOK -> {
          String hook = in.rest();
          if (hook.indexOf('/') < 0 || hook.indexOf(',') < 0) {
            warn(place, "HOOK", "is not a pair of events");
          }
        }
        case CPUCOUNT -> {
          long count = in.u32();
          if (count <= Limits.CPUS) {
            contents.cpuCount = (int) count;
          } else {
            warn(place, "CPUCOUNT", "is more than " + Limits.CPUS);
          }
        }
        case TRACEID -> contents.traceId = in.u64();
        case TIME_SHIFT -> timeShift(in, place);
        case GUEST -> guest(in, place);
        case TSC2NSEC -> timeScale(in, place);
        default -> {
          if (id > LAST) {
            contents.diagnostics.info("unknown-option", place, "option " + id + " is not known");
          }
        }
      }
    } catch (DamageException e) {
      warn(e.place(), "number " + id, e.getMessage());
    }
  }

  /** The clock in brackets, or the whole text; null if there is none. */
  static @Nullable String activeClock(String text) {
    int open = text.indexOf('[');
    int close = text.indexOf(']', open + 1);
    String clock = open >= 0 && close > open ? text.substring(open + 1, close) : text.strip();
    return clock.isEmpty() || clock.length() > Limits.NAME_BYTES ? null : clock;
  }

  private long wallOffset(Cursor in, Place place, String option, long unit, long ifBad)
      throws IOException, DamageException {
    String text = in.rest().strip();
    try {
      return Math.multiplyExact(Long.decode(text), unit);
    } catch (NumberFormatException | ArithmeticException e) {
      warn(place, option, "is not a number in range");
      return ifBad;
    }
  }

  /** Release and architecture: the third word and the last. */
  static void uname(String text, Contents contents) {
    String[] words = text.strip().split(" +", 64);
    if (words.length >= 3) {
      contents.release = words[2];
    }
    if (words.length >= 4) {
      contents.arch = words[words.length - 1];
    }
  }

  private void timeScale(Cursor in, Place place) throws IOException, DamageException {
    long multiplier = in.u32();
    long shift = in.u32();
    long offset = in.u64();
    if (multiplier == 0 || shift >= Long.SIZE) {
      warn(place, "TSC2NSEC", "has multiplier " + multiplier + " and shift " + shift);
      return;
    }
    contents.timeScale = new TimeScale(multiplier, (int) shift, offset);
  }

  private void guest(Cursor in, Place place) throws IOException, DamageException {
    String name = in.string();
    long traceId = in.u64();
    long cpus = in.u32();
    if (cpus > in.remaining() / 8) {
      warn(place, "GUEST", "lists " + cpus + " CPUs in " + in.remaining() + " bytes");
      return;
    }
    Map<Integer, Integer> threads = new HashMap<>();
    for (long i = 0; i < cpus; i++) {
      int cpu = (int) in.u32();
      threads.put(cpu, (int) in.u32());
    }
    contents.guests.add(new GuestLink(name, traceId, threads));
  }

  private void timeShift(Cursor in, Place place) throws IOException, DamageException {
    long host = in.u64();
    boolean interpolate = (in.u32() & 1) != 0;
    long cpus = in.u32();
    if (cpus > in.remaining() / 4) {
      warn(place, "TIME_SHIFT", "lists " + cpus + " CPUs in " + in.remaining() + " bytes");
      return;
    }
    long[][][] samples = new long[(int) cpus][][];
    for (int cpu = 0; cpu < cpus; cpu++) {
      long count = in.u32();
      if (count > in.remaining() / 24) {
        warn(place, "TIME_SHIFT", "lists " + count + " samples in " + in.remaining() + " bytes");
        return;
      }
      samples[cpu] =
          new long[][] {
            longs(in, count), longs(in, count), longs(in, count), new long[(int) count]
          };
    }
    if (in.remaining() > 0) {
      for (long[][] cpu : samples) {
        cpu[3] = longs(in, cpu[3].length);
      }
    }
    contents.hostTraceId = host;
    int equal = 0;
    for (int cpu = 0; cpu < samples.length; cpu++) {
      long[][] s = samples[cpu];
      if (Arrays.stream(s[3]).anyMatch(f -> f < 0 || f >= Long.SIZE)) {
        warn(place, "TIME_SHIFT", "has a fraction of more than 63 bits for CPU " + cpu);
      } else if (s[0].length > 0) {
        TimeShift shift = TimeShift.of(s[0], s[1], s[2], s[3], interpolate);
        equal += s[0].length - shift.samples();
        contents.timeShifts.put(cpu, shift);
      }
    }
    if (equal > 0) {
      contents.diagnostics.warning(
          "option",
          place,
          "option TIME_SHIFT has " + equal + " samples of equal time; the first counts");
    }
  }

  private static long[] longs(Cursor in, long count) throws IOException, DamageException {
    long[] values = new long[(int) count];
    for (int i = 0; i < count; i++) {
      values[i] = in.u64();
    }
    return values;
  }

  private void warn(Place place, String option, @Nullable String what) {
    contents.diagnostics.warning("option", place, "option " + option + " " + what + "; ignored");
  }
}
