package org.vgictrace.parser.record;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.vgictrace.parser.diag.Place;
import org.vgictrace.parser.event.Kind;
import org.vgictrace.parser.event.KindTable;
import org.vgictrace.parser.event.Names;

/**
 * Fills a row from the records of one event: lists of copies, compiled once by {@link
 * DecoderCompiler} from the event's format and its binding. Does not allocate per record, except
 * for names not seen before.
 *
 * <p>A value outside of its record stays null and is counted. Not thread-safe.
 */
public final class RecordDecoder {
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

  /** How an array is found in a record. */
  enum Where {
    /** At a fixed offset, with a fixed size. */
    FIXED,
    /** From a fixed offset to the end of the record. */
    TAIL,
    /** Where the locator at that offset says, counted from the beginning of the record. */
    DATA_LOC,
    /** The same, counted from the end of the locator. */
    REL_LOC
  }

  /** What becomes of an array. */
  enum Target {
    /** Text up to the first NUL. */
    NAME,
    /** The bytes as they are. */
    BYTES,
    /** One of its elements. */
    NUMBER
  }

  /**
   * One column filled from an array.
   *
   * @param column column to fill
   * @param where how the array is found
   * @param offset bytes from the beginning of the record to the array or its locator
   * @param size bytes of the array, if it is fixed
   * @param target what becomes of it
   * @param element the element wanted, its offset counted from the beginning of the array; null
   *     unless the target is {@link Target#NUMBER}
   */
  record ArrayCopy(
      int column,
      Where where,
      int offset,
      int size,
      Target target,
      @Nullable NumberCopies element) {}

  /** Offsets of common fields, -1 for those that the event does not have. */
  record CommonFields(int flags, int preempt, int pid) {}

  /**
   * What to fill a row with.
   *
   * @param numbers columns filled from numbers
   * @param arrays columns filled from arrays
   * @param constantColumns columns with a fixed value
   * @param constants those values
   */
  record Program(
      NumberCopies numbers,
      List<ArrayCopy> arrays,
      List<Integer> constantColumns,
      List<Long> constants) {}

  private final Kind kind;
  private final boolean wanted;
  private final CommonFields common;
  private final NumberCopies numbers;
  private final ArrayCopy[] arrays;
  private final int[] constantColumns;
  private final long[] constants;
  private final boolean bigEndian;
  private final Names names;
  private long outside;
  private @Nullable Place firstOutside;

  private final @Nullable StagedRecords staged;
  private final int[] oneRow = new int[1];
  private @Nullable KindTable stagedFor;

  private int arrayStart;
  private int arrayLength;

  RecordDecoder(
      Kind kind,
      boolean wanted,
      CommonFields common,
      Program program,
      boolean stages,
      boolean bigEndian,
      Names names) {
    this.kind = kind;
    this.wanted = wanted;
    this.common = common;
    this.numbers = program.numbers();
    this.arrays = program.arrays().toArray(ArrayCopy[]::new);
    this.constantColumns = program.constantColumns().stream().mapToInt(Integer::intValue).toArray();
    this.constants = program.constants().stream().mapToLong(Long::longValue).toArray();
    this.staged =
        stages && numbers.end() <= StagedRecords.STRIDE_MAX
            ? new StagedRecords(numbers.end())
            : null;
    this.bigEndian = bigEndian;
    this.names = names;
  }

  public Kind kind() {
    return kind;
  }

  /** Whether records become rows. */
  public boolean isWanted() {
    return wanted;
  }

  /** Values that lay outside of their record. */
  public long outside() {
    return outside;
  }

  /** Where that was first, null if it never was. */
  public @Nullable Place firstOutside() {
    return firstOutside;
  }

  /** Notes the record, if it is the first with a value outside. */
  public void noteOutside(Placed reader) {
    if (firstOutside == null) {
      firstOutside = reader.place();
    }
  }

  /** The flags byte, -1 if the record has none. */
  public int flags(byte[] bytes, int start, int length) {
    int at = common.flags();
    return at >= 0 && at < length ? bytes[start + at] & 0xff : -1;
  }

  /** The preempt count byte, -1 if the record has none. */
  public int preempt(byte[] bytes, int start, int length) {
    int at = common.preempt();
    return at >= 0 && at < length ? bytes[start + at] & 0xff : -1;
  }

  /** The thread, -1 if the record has none. */
  public int pid(byte[] bytes, int start, int length) {
    int at = common.pid();
    return at >= 0 && at <= length - Integer.BYTES ? s32(bytes, start + at) : -1;
  }

  /**
   * Fills the newest row of a table of this event's kind. Columns from numbers may stay garbage
   * until {@link #settle()}.
   *
   * @param bytes an array with {@link NumberCopies#SLACK_BYTES} behind the record
   * @return false if a value lay outside of the record
   */
  public boolean fill(KindTable table, byte[] bytes, int start, int length) {
    int row = table.rows() - 1;
    long outsideBefore = outside;
    StagedRecords stage = staged;
    if (length >= numbers.end() && stage != null) {
      stagedFor = table;
      stage.add(row, bytes, start);
      if (stage.isFull()) {
        settle();
      }
    } else {
      fillNow(table, row, bytes, start, length);
    }
    for (ArrayCopy copy : arrays) {
      array(table, row, copy, bytes, start, length);
    }
    return outside == outsideBefore;
  }

  /** Whether rows wait for {@link #settle()}. */
  public boolean isWaiting() {
    return stagedFor != null;
  }

  /** Fills what is missing in the rows so far; needed before the table is handed over. */
  public void settle() {
    KindTable table = stagedFor;
    StagedRecords stage = staged;
    if (table == null || stage == null) {
      return;
    }
    int count = stage.count();
    numbers.copyAll(table, stage.rows(), count, stage.bytes(), 0, stage.stride());
    constants(table, stage.rows(), count);
    stage.clear();
    stagedFor = null;
  }

  private void fillNow(KindTable table, int row, byte[] bytes, int start, int length) {
    oneRow[0] = row;
    if (length >= numbers.end()) {
      numbers.copyAll(table, oneRow, 1, bytes, start, 0);
    } else {
      long filled = numbers.copyWithin(table, row, bytes, start, length);
      outside += numbers.count() - Long.bitCount(filled);
    }
    constants(table, oneRow, 1);
  }

  private void constants(KindTable table, int[] rows, int count) {
    long[] present = table.present();
    for (int i = 0; i < constants.length; i++) {
      long[] values = table.values(constantColumns[i]);
      for (int k = 0; k < count; k++) {
        values[rows[k]] = constants[i];
        present[rows[k]] |= 1L << constantColumns[i];
      }
    }
  }

  private void array(
      KindTable table, int row, ArrayCopy copy, byte[] bytes, int start, int length) {
    if (!find(copy, bytes, start, length)) {
      outside++;
      return;
    }
    switch (copy.target()) {
      case NAME -> table.put(copy.column(), names.intern(bytes, arrayStart, textLength(bytes)));
      case BYTES -> table.putBytes(copy.column(), bytes, arrayStart, arrayLength);
      case NUMBER -> {
        NumberCopies element = copy.element();
        if (element != null) {
          long filled = element.copyWithin(table, row, bytes, arrayStart, arrayLength);
          outside += filled == 0 ? 1 : 0;
        }
      }
    }
  }

  /** Finds an array; false if it is not all inside the record. */
  private boolean find(ArrayCopy copy, byte[] bytes, int start, int length) {
    long from = copy.offset();
    long count;
    switch (copy.where()) {
      case FIXED -> count = copy.size();
      case TAIL -> count = length - from;
      case DATA_LOC, REL_LOC -> {
        if (length - from < Integer.BYTES) {
          return false;
        }
        long locator = s32(bytes, start + copy.offset()) & 0xffff_ffffL;
        long base = copy.where() == Where.REL_LOC ? from + Integer.BYTES : 0;
        from = base + (locator & 0xffff);
        count = locator >>> 16;
      }
      default -> throw new AssertionError(copy.where());
    }
    if (count < 0 || from > length || count > length - from) {
      return false;
    }
    arrayStart = start + (int) from;
    arrayLength = (int) count;
    return true;
  }

  private int textLength(byte[] bytes) {
    for (int i = 0; i < arrayLength; i++) {
      if (bytes[arrayStart + i] == 0) {
        return i;
      }
    }
    return arrayLength;
  }

  private int s32(byte[] bytes, int at) {
    int value = (int) INT.get(bytes, at);
    return bigEndian ? Integer.reverseBytes(value) : value;
  }
}
