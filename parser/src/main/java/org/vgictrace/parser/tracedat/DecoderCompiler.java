package org.vgictrace.parser.tracedat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.vgictrace.parser.bind.Binding;
import org.vgictrace.parser.event.Column;
import org.vgictrace.parser.event.ColumnType;
import org.vgictrace.parser.event.Kind;
import org.vgictrace.parser.event.LrImage;
import org.vgictrace.parser.event.Names;
import org.vgictrace.parser.format.EventFormat;
import org.vgictrace.parser.format.FieldFormat;
import org.vgictrace.parser.tracedat.RecordDecoder.CommonFields;
import org.vgictrace.parser.tracedat.RecordDecoder.Copy;
import org.vgictrace.parser.tracedat.RecordDecoder.Source;
import org.vgictrace.parser.tracedat.RecordDecoder.Target;

/**
 * Compiles the format of an event and its binding into a {@link RecordDecoder}. A column whose
 * field is missing, has no such element, or is of a sort that cannot fill it gets no instruction
 * and stays null.
 */
final class DecoderCompiler {
  /** Where the common fields have always been; assumed for events without a format. */
  private static final CommonFields USUAL = new CommonFields(2, 3, 4);

  private static final CommonFields NONE = new CommonFields(-1, -1, -1);
  private static final int NAME_COLUMN = Kind.OTHER.column("name");
  private static final int PAYLOAD_COLUMN = Kind.OTHER.column("payload");

  private final Set<Kind> wanted;
  private final boolean bigEndian;
  private final Names names;

  DecoderCompiler(Set<Kind> wanted, boolean bigEndian, Names names) {
    this.wanted = wanted;
    this.bigEndian = bigEndian;
    this.names = names;
  }

  /** For an event that a binding makes a kind of. */
  RecordDecoder bound(EventFormat format, Binding binding) {
    List<Copy> copies = new ArrayList<>();
    int[] constantColumns = new int[binding.constants().size() + 1];
    long[] constants = new long[constantColumns.length];
    int count = 0;
    for (Binding.Constant constant : binding.constants()) {
      constantColumns[count] = constant.column();
      constants[count++] = constant.value();
    }
    for (Binding.FieldBinding from : binding.fields()) {
      FieldFormat field = format.field(from.field());
      if (field == null) {
        continue;
      }
      Copy copy = copy(binding.kind().columns().get(from.column()), from, field);
      if (copy == null) {
        continue;
      }
      copies.add(copy);
      if (binding.kind() == Kind.LR_IMAGE && from.column() == LrImage.LR0) {
        constantColumns[count] = LrImage.LR_BYTES;
        constants[count++] = field.elementBytes();
      }
    }
    return decoder(
        binding.kind(),
        commonFields(format),
        copies,
        Arrays.copyOf(constantColumns, count),
        Arrays.copyOf(constants, count));
  }

  /** For an event that no kind stands for. */
  RecordDecoder other(String name, @Nullable EventFormat format) {
    Copy payload =
        new Copy(PAYLOAD_COLUMN, Source.TAIL_BYTES, 0, 0, false, Source.U8, Target.BYTES, 0, 0);
    return decoder(
        Kind.OTHER,
        format == null ? USUAL : commonFields(format),
        List.of(payload),
        new int[] {NAME_COLUMN},
        new long[] {names.intern(name)});
  }

  private RecordDecoder decoder(
      Kind kind, CommonFields common, List<Copy> copies, int[] constantColumns, long[] constants) {
    return new RecordDecoder(
        kind,
        wanted.contains(kind),
        common,
        copies.toArray(Copy[]::new),
        constantColumns,
        constants,
        bigEndian,
        names);
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
    if (field == null || field.size() != size || field.offset() > Short.MAX_VALUE) {
      return -1;
    }
    return (int) field.offset();
  }

  private static @Nullable Copy copy(Column column, Binding.FieldBinding from, FieldFormat field) {
    if (field.offset() > Integer.MAX_VALUE || field.size() > Integer.MAX_VALUE) {
      return null;
    }
    return switch (column.type()) {
      case NAME -> field.isText() ? bytes(from.column(), field, Target.NAME) : null;
      case BYTES -> bytes(from.column(), field, Target.BYTES);
      default -> number(column.type(), from, field);
    };
  }

  private static @Nullable Copy bytes(int column, FieldFormat field, Target target) {
    int offset = (int) field.offset();
    boolean relative = field.storage() == FieldFormat.Storage.REL_LOC;
    return switch (field.storage()) {
      case ARRAY, OPAQUE ->
          new Copy(
              column,
              Source.FIXED_BYTES,
              offset,
              (int) field.size(),
              false,
              Source.U8,
              target,
              0,
              0);
      case TAIL -> new Copy(column, Source.TAIL_BYTES, offset, 0, false, Source.U8, target, 0, 0);
      case DATA_LOC, REL_LOC ->
          new Copy(column, Source.DYNAMIC_BYTES, offset, 0, relative, Source.U8, target, 0, 0);
      case NUMBER -> null;
    };
  }

  private static @Nullable Copy number(
      ColumnType type, Binding.FieldBinding from, FieldFormat field) {
    Source element = source(field);
    if (element == null) {
      return null;
    }
    long offset = field.offset();
    int operand = 0;
    Source source = element;
    switch (field.storage()) {
      case NUMBER -> {
        if (from.element() > 0) {
          return null;
        }
      }
      case ARRAY -> {
        if (from.element() < 0 || from.element() >= field.elements()) {
          return null;
        }
        offset += (long) from.element() * field.elementBytes();
      }
      case DATA_LOC, REL_LOC -> {
        if (from.element() < 0 || from.element() > 0xffff) {
          return null;
        }
        source = Source.DYNAMIC_NUMBER;
        operand = from.element() * field.elementBytes();
      }
      case TAIL, OPAQUE -> {
        return null;
      }
    }
    int typeBits = bits(type);
    int shift = from.bits() == Long.SIZE ? 0 : from.shift();
    int bits = Math.min(Math.min(from.bits(), typeBits), Long.SIZE - shift);
    Target target =
        type == ColumnType.BOOL
            ? Target.BOOL
            : type == ColumnType.INT32 && bits == typeBits ? Target.SIGNED : Target.UNSIGNED;
    return new Copy(
        from.column(),
        source,
        (int) offset,
        operand,
        field.storage() == FieldFormat.Storage.REL_LOC,
        element,
        target,
        Long.SIZE - shift - bits,
        Long.SIZE - bits);
  }

  private static int bits(ColumnType type) {
    return switch (type) {
      case UINT8 -> 8;
      case UINT16 -> 16;
      case UINT32, INT32, HEX32 -> 32;
      case BOOL, INT64, HEX64, ENUM, NAME, BYTES -> 64;
    };
  }

  private static @Nullable Source source(FieldFormat field) {
    return switch (field.elementBytes()) {
      case 1 -> field.signed() ? Source.S8 : Source.U8;
      case 2 -> field.signed() ? Source.S16 : Source.U16;
      case 4 -> field.signed() ? Source.S32 : Source.U32;
      case 8 -> Source.S64;
      default -> null;
    };
  }
}
