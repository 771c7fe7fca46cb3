package org.vgictrace.parser.tracedat;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;
import org.vgictrace.parser.diag.Place;
import org.vgictrace.parser.event.Kind;
import org.vgictrace.parser.event.KindTable;
import org.vgictrace.parser.event.Names;

/**
 * Fills a row from the records of one event: a list of copy instructions, compiled once by {@link
 * DecoderCompiler} from the event's format and its binding. Does not allocate per record, except
 * for names not seen before.
 *
 * <p>Every instruction is checked against the length of the record; a value outside stays null and
 * is counted. Not thread-safe.
 */
final class RecordDecoder {
  /** Where an instruction finds its value. */
  enum Source {
    U8,
    S8,
    U16,
    S16,
    U32,
    S32,
    S64,
    /** Number in a dynamic array; the operand is the byte offset of the element in it. */
    DYNAMIC_NUMBER,
    /** Bytes of a fixed array; the operand is their number. */
    FIXED_BYTES,
    /** Bytes up to the end of the record. */
    TAIL_BYTES,
    /** Bytes at the place that a locator tells. */
    DYNAMIC_BYTES;
  }

  /** What becomes of the value. */
  enum Target {
    /** Bits taken by shifting left, then right without sign. */
    UNSIGNED,
    /** The same with sign. */
    SIGNED,
    /** 1 if any of the bits is set. */
    BOOL,
    /** Text up to the first NUL. */
    NAME,
    /** The bytes as they are. */
    BYTES;
  }

  private static final VarHandle SHORT =
      MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  /**
   * One instruction.
   *
   * @param column column to fill
   * @param source where the value is
   * @param offset bytes from the beginning of the record to the value or its locator
   * @param operand see {@link Source}
   * @param relative whether a locator counts from its own end
   * @param element what a dynamic array consists of, for {@link Source#DYNAMIC_NUMBER}
   * @param target what becomes of it
   * @param up shift to the left
   * @param down shift to the right after that
   */
  record Copy(
      int column,
      Source source,
      int offset,
      int operand,
      boolean relative,
      Source element,
      Target target,
      int up,
      int down) {}

  /** Offsets of common fields, -1 for those that the event does not have. */
  record CommonFields(int flags, int preempt, int pid) {}

  private final Kind kind;
  private final boolean wanted;
  private final CommonFields common;
  private final Copy[] copies;
  private final int[] constantColumns;
  private final long[] constants;
  private final boolean bigEndian;
  private final Names names;
  private long outside;
  private @Nullable Place firstOutside;

  private int rangeStart;
  private int rangeLength;

  RecordDecoder(
      Kind kind,
      boolean wanted,
      CommonFields common,
      Copy[] copies,
      int[] constantColumns,
      long[] constants,
      boolean bigEndian,
      Names names) {
    this.kind = kind;
    this.wanted = wanted;
    this.common = common;
    this.copies = copies;
    this.constantColumns = constantColumns;
    this.constants = constants;
    this.bigEndian = bigEndian;
    this.names = names;
  }

  Kind kind() {
    return kind;
  }

  /** Whether records become rows. */
  boolean isWanted() {
    return wanted;
  }

  /** Values that lay outside of their record. */
  long outside() {
    return outside;
  }

  /** Where that was first, null if it never was. */
  @Nullable Place firstOutside() {
    return firstOutside;
  }

  /** Notes the record, if it is the first with a value outside. */
  void noteOutside(CpuStream stream) {
    if (firstOutside == null) {
      firstOutside = stream.place();
    }
  }

  /** The flags byte, -1 if the record has none. */
  int flags(byte[] bytes, int start, int length) {
    int at = common.flags();
    return at >= 0 && at < length ? bytes[start + at] & 0xff : -1;
  }

  /** The preempt count byte, -1 if the record has none. */
  int preempt(byte[] bytes, int start, int length) {
    int at = common.preempt();
    return at >= 0 && at < length ? bytes[start + at] & 0xff : -1;
  }

  /** The thread, -1 if the record has none. */
  int pid(byte[] bytes, int start, int length) {
    int at = common.pid();
    return at >= 0 && at <= length - Integer.BYTES ? s32(bytes, start + at) : -1;
  }

  /**
   * Fills the newest row of a table of this event's kind.
   *
   * @return false if a value lay outside of the record
   */
  boolean fill(KindTable row, byte[] bytes, int start, int length) {
    long outsideBefore = outside;
    for (int i = 0; i < constants.length; i++) {
      row.put(constantColumns[i], constants[i]);
    }
    for (Copy copy : copies) {
      switch (copy.target) {
        case UNSIGNED, SIGNED, BOOL -> number(row, copy, bytes, start, length);
        case NAME -> {
          if (range(copy, bytes, start, length)) {
            row.put(copy.column, names.intern(bytes, rangeStart, textLength(bytes)));
          }
        }
        case BYTES -> {
          if (range(copy, bytes, start, length)) {
            row.putBytes(copy.column, bytes, rangeStart, rangeLength);
          }
        }
      }
    }
    return outside == outsideBefore;
  }

  private void number(KindTable row, Copy copy, byte[] bytes, int start, int length) {
    Source source = copy.source;
    int offset = copy.offset;
    int room = length - offset;
    if (source == Source.DYNAMIC_NUMBER) {
      if (!range(copy, bytes, start, length)) {
        return;
      }
      source = copy.element;
      offset = rangeStart - start + copy.operand;
      room = rangeLength - copy.operand;
    }
    long value;
    if (room < width(source)) {
      outside++;
      return;
    }
    int at = start + offset;
    switch (source) {
      case U8 -> value = bytes[at] & 0xff;
      case S8 -> value = bytes[at];
      case U16 -> value = s16(bytes, at) & 0xffff;
      case S16 -> value = s16(bytes, at);
      case U32 -> value = s32(bytes, at) & 0xffff_ffffL;
      case S32 -> value = s32(bytes, at);
      default -> value = s64(bytes, at);
    }
    value <<= copy.up;
    value = copy.target == Target.SIGNED ? value >> copy.down : value >>> copy.down;
    row.put(copy.column, copy.target == Target.BOOL && value != 0 ? 1 : value);
  }

  static int width(Source source) {
    return switch (source) {
      case U8, S8 -> 1;
      case U16, S16 -> 2;
      case U32, S32 -> 4;
      default -> 8;
    };
  }

  /** Finds the bytes of an array; false and counted if they are not all inside the record. */
  private boolean range(Copy copy, byte[] bytes, int start, int length) {
    long from = copy.offset;
    long count;
    switch (copy.source) {
      case FIXED_BYTES -> count = copy.operand;
      case TAIL_BYTES -> count = length - from;
      default -> {
        if (length - copy.offset < Integer.BYTES) {
          outside++;
          return false;
        }
        long locator = s32(bytes, start + copy.offset) & 0xffff_ffffL;
        from = (locator & 0xffff) + (copy.relative ? copy.offset + 4L : 0);
        count = locator >>> 16;
      }
    }
    if (count < 0 || from > length || count > length - from) {
      outside++;
      return false;
    }
    rangeStart = start + (int) from;
    rangeLength = (int) count;
    return true;
  }

  private int textLength(byte[] bytes) {
    for (int i = 0; i < rangeLength; i++) {
      if (bytes[rangeStart + i] == 0) {
        return i;
      }
    }
    return rangeLength;
  }

  private short s16(byte[] bytes, int at) {
    short value = (short) SHORT.get(bytes, at);
    return bigEndian ? Short.reverseBytes(value) : value;
  }

  private int s32(byte[] bytes, int at) {
    int value = (int) INT.get(bytes, at);
    return bigEndian ? Integer.reverseBytes(value) : value;
  }

  private long s64(byte[] bytes, int at) {
    long value = (long) LONG.get(bytes, at);
    return bigEndian ? Long.reverseBytes(value) : value;
  }
}
