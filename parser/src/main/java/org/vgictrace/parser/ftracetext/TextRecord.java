package org.vgictrace.parser.ftracetext;

import org.jspecify.annotations.Nullable;

/**
 * What a tokenizer found in a line: positions into the line source's array, and numbers. Reused
 * from line to line.
 */
final class TextRecord {
  /** First and last byte (exclusive) of the trace instance's name; equal if it has none. */
  int bufferStart;

  int bufferEnd;

  /** All before the time as remembered from other lines, null if it was not. */
  ContextCache.@Nullable Context context;

  /** The event's name as remembered from other lines, null if it was not looked up. */
  NameCache.@Nullable Name name;

  /** The task as remembered from other lines, null if it was not looked up. */
  TaskCache.@Nullable Task task;

  /** The task's name; -1 if the line has none. */
  int commStart;

  int commEnd;

  /** First half of a task name that has a line break in it; empty for all others. */
  byte[] commBefore = NONE;

  /** Thread and CPU; -1 if the line does not tell. */
  int pid;

  int cpu;

  /** The characters of the flags column; empty if there is none. */
  int flagsStart;

  int flagsEnd;

  /** Raw flags byte where the text has a number, else -1. */
  int rawFlags;

  /** Raw preempt count where the text has a number, else -1. */
  int rawPreempt;

  /** Time in nanoseconds, or in units of an integer clock. */
  long time;

  TimeShape timeShape = TimeShape.NANOSECONDS;

  /** The event's name; empty if the text has none. */
  int nameStart;

  int nameEnd;

  /** What a record without a name is known to be, null if its text tells. */
  @Nullable String implied;

  /** The text after the name, or all of it if it has no name. */
  int payloadStart;

  int payloadEnd;
  long line;

  private static final byte[] NONE = new byte[0];

  /** What the time in a line means. */
  enum TimeShape {
    /** A decimal fraction of a second. */
    NANOSECONDS,
    /** Nanoseconds since an unknown beginning (latency format). */
    RELATIVE,
    /** Units of a clock that does not count nanoseconds. */
    UNITS
  }

  /** Forgets what only some lines have. */
  void clear() {
    context = null;
    name = null;
    task = null;
    implied = null;
    bufferStart = 0;
    bufferEnd = 0;
    commBefore = NONE;
    flagsStart = 0;
    flagsEnd = 0;
    rawFlags = -1;
    rawPreempt = -1;
  }

  /** Follows the bytes when they move towards the beginning of their array. */
  void move(int by) {
    bufferStart -= by;
    bufferEnd -= by;
    commStart -= by;
    commEnd -= by;
    flagsStart -= by;
    flagsEnd -= by;
    nameStart -= by;
    nameEnd -= by;
    payloadStart -= by;
    payloadEnd -= by;
  }
}
