package org.vgictrace.parser.record;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.vgictrace.parser.bind.Binding;
import org.vgictrace.parser.event.ColumnType;
import org.vgictrace.parser.event.Kind;
import org.vgictrace.parser.event.LrImage;
import org.vgictrace.parser.event.Names;
import org.vgictrace.parser.format.EventFormat;
import org.vgictrace.parser.format.FieldFormat;
import org.vgictrace.parser.record.RecordDecoder.ArrayCopy;
import org.vgictrace.parser.record.RecordDecoder.CommonFields;
import org.vgictrace.parser.record.RecordDecoder.Program;
import org.vgictrace.parser.record.RecordDecoder.Target;
import org.vgictrace.parser.record.RecordDecoder.Where;

/**
 * Compiles the format of an event and its binding into a {@link RecordDecoder}. A column whose
 * field is missing, has no such element, or is of a sort that cannot fill it gets no copy and stays
 * null.
 */
public final class DecoderCompiler {
  /** Where the common fields have always been; assumed for events without a format. */
  private static final CommonFields USUAL = new CommonFields(2, 3, 4);

  private static final CommonFields NONE = new CommonFields(-1, -1, -1);
  private static final int NAME_COLUMN = Kind.OTHER.column("name");
  private static final int PAYLOAD_COLUMN = Kind.OTHER.column("payload");

  /** No record is longer: it fits into a sub-buffer of the ring buffer. */
  private static final int RECORD_BYTES_MAX = 16 << 20;

  /** Length of a dynamic array is a 16-bit number. */
  private static final int DYNAMIC_BYTES_MAX = 0xffff;

  /** Most decoders that stage records, which bounds their memory to 16 MiB. */
  private static final int STAGING_MAX = 256;

  private final Set<Kind> wanted;
  private final boolean bigEndian;
  private final Names names;
  private int decoders;

  /**
   * @param wanted kinds that become rows
   * @param bigEndian byte order of the records
   * @param names the capture's dictionary
   */
  public DecoderCompiler(Set<Kind> wanted, boolean bigEndian, Names names) {
    this.wanted = wanted;
    this.bigEndian = bigEndian;
    this.names = names;
  }

  /** For an event that a binding makes a kind of. */
  RecordDecoder bound(EventFormat format, Binding binding) {
    List<NumberCopies.Copy> numbers = new ArrayList<>();
    List<ArrayCopy> arrays = new ArrayList<>();
    List<Integer> constantColumns = new ArrayList<>();
    List<Long> constants = new ArrayList<>();
    for (Binding.Constant constant : binding.constants()) {
      constantColumns.add(constant.column());
      constants.add(constant.value());
    }
    for (Binding.FieldBinding from : binding.fields()) {
      FieldFormat field = format.field(from.field());
      if (field == null || !isPossible(field)) {
        continue;
      }
      ColumnType type = binding.kind().columns().get(from.column()).type();
      if (type == ColumnType.NAME || type == ColumnType.BYTES) {
        Target target = type == ColumnType.NAME ? Target.NAME : Target.BYTES;
        if (type == ColumnType.BYTES || field.isText()) {
          array(from.column(), field, target, arrays);
        }
        continue;
      }
      NumberCopies.Copy number = number(type, from, field);
      if (number == null) {
        continue;
      }
      if (isDynamic(field)) {
        NumberCopies element = new NumberCopies(List.of(number), bigEndian);
        arrays.add(
            new ArrayCopy(
                from.column(), where(field), (int) field.offset(), 0, Target.NUMBER, element));
      } else {
        numbers.add(number);
      }
      if (binding.kind() == Kind.LR_IMAGE && from.column() == LrImage.LR0) {
        constantColumns.add(LrImage.LR_BYTES);
        constants.add((long) field.elementBytes());
      }
    }
    return decoder(
        binding.kind(),
        commonFields(format),
        new Program(new NumberCopies(numbers, bigEndian), arrays, constantColumns, constants));
  }

  /**
   * For an event that no kind stands for.
   *
   * @param name its name
   * @param format its format, null if the capture does not carry it
   */
  public RecordDecoder other(String name, @Nullable EventFormat format) {
    NumberCopies none = new NumberCopies(List.of(), bigEndian);
    ArrayCopy payload = new ArrayCopy(PAYLOAD_COLUMN, Where.TAIL, 0, 0, Target.BYTES, null);
    long nameId = names.intern(name);
    return decoder(
        Kind.OTHER,
        format == null ? USUAL : commonFields(format),
        new Program(none, List.of(payload), List.of(NAME_COLUMN), List.of(nameId)));
  }

  /** Whether a record can have such a field at all. */
  static boolean isPossible(FieldFormat field) {
    return field.offset() <= RECORD_BYTES_MAX && field.size() <= RECORD_BYTES_MAX;
  }

  private RecordDecoder decoder(Kind kind, CommonFields common, Program program) {
    boolean stages = decoders++ < STAGING_MAX;
    return new RecordDecoder(
        kind, wanted.contains(kind), common, program, stages, bigEndian, names);
  }

  private static CommonFields commonFields(EventFormat format) {
    if (format.common().isEmpty()) {
      return NONE;
    }
    return new CommonFields(
        commonOffset(format, "common_flags", 1),
        commonOffset(format, "common_preempt_count", 1),
        commonOffset(format, "common_pid", Integer.BYTES));
  }

  private static int commonOffset(EventFormat format, String name, int size) {
    FieldFormat field = format.commonField(name);
    if (field == null || field.size() != size || !isPossible(field)) {
      return -1;
    }
    return (int) field.offset();
  }

  private static void array(int column, FieldFormat field, Target target, List<ArrayCopy> arrays) {
    if (field.storage() != FieldFormat.Storage.NUMBER) {
      arrays.add(
          new ArrayCopy(
              column, where(field), (int) field.offset(), (int) field.size(), target, null));
    }
  }

  private static Where where(FieldFormat field) {
    return switch (field.storage()) {
      case NUMBER, ARRAY, OPAQUE -> Where.FIXED;
      case TAIL -> Where.TAIL;
      case DATA_LOC -> Where.DATA_LOC;
      case REL_LOC -> Where.REL_LOC;
    };
  }

  private static boolean isDynamic(FieldFormat field) {
    return field.storage() == FieldFormat.Storage.DATA_LOC
        || field.storage() == FieldFormat.Storage.REL_LOC;
  }

  /**
   * The copy of a number, its offset counted from the beginning of the record, or of the array if
   * that is dynamic. The number has its field's sign, and is then cut to the column's size.
   */
  private static NumberCopies.@Nullable Copy number(
      ColumnType type, Binding.FieldBinding from, FieldFormat field) {
    int width = field.elementBytes();
    int element = from.element();
    if (width == 0) {
      return null;
    }
    long offset;
    switch (field.storage()) {
      case NUMBER -> {
        if (element > 0) {
          return null;
        }
        offset = field.offset();
      }
      case ARRAY -> {
        if (element < 0 || element >= field.elements()) {
          return null;
        }
        offset = field.offset() + (long) element * width;
      }
      case DATA_LOC, REL_LOC -> {
        if (element < 0 || element > DYNAMIC_BYTES_MAX / width) {
          return null;
        }
        offset = (long) element * width;
      }
      default -> {
        return null;
      }
    }
    int size = width * Byte.SIZE;
    boolean whole = from.bits() == Long.SIZE;
    int shift = whole ? 0 : from.shift();
    int bits = whole ? size : Math.min(from.bits(), size - shift);
    if (bits <= 0) {
      return null;
    }
    boolean signed = whole && field.signed();
    int columnBits = bits(type);
    if (bits >= columnBits) {
      bits = columnBits;
      signed = type == ColumnType.INT32;
    }
    long mask = maskOf(signed, bits, columnBits, type);
    return new NumberCopies.Copy(
        from.column(), (int) offset, width, shift, bits, mask, type == ColumnType.BOOL);
  }

  /** What is left of the sign-extended bits. */
  private static long maskOf(boolean signed, int bits, int columnBits, ColumnType type) {
    if (!signed) {
      return lowest(bits);
    }
    return type == ColumnType.INT32 ? -1 : lowest(columnBits);
  }

  private static long lowest(int bits) {
    return bits == Long.SIZE ? -1 : (1L << bits) - 1;
  }

  private static int bits(ColumnType type) {
    return switch (type) {
      case UINT8 -> 8;
      case UINT16 -> 16;
      case UINT32, INT32, HEX32 -> 32;
      case BOOL, INT64, HEX64, ENUM, NAME, BYTES -> 64;
    };
  }
}
