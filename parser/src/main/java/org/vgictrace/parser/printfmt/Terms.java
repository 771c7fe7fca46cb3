package org.vgictrace.parser.printfmt;

import org.jspecify.annotations.Nullable;
import org.vgictrace.parser.format.FormatException;
import org.vgictrace.parser.printfmt.Term.Array;
import org.vgictrace.parser.printfmt.Term.Cost;
import org.vgictrace.parser.printfmt.Term.Num;
import org.vgictrace.parser.printfmt.Term.Str;
import org.vgictrace.parser.printfmt.Term.Value;

/**
 * Makes terms of terms, with the types and conversions of C. What is constant is computed once.
 * Dividing by zero is a fault of the record, see {@link RecordView#fault()}.
 */
final class Terms {
  private final KernelTexts texts;
  private final int longBytes;

  Terms(KernelTexts texts, int longBytes) {
    this.texts = texts;
    this.longBytes = longBytes;
  }

  /** The term as a number. */
  static Num number(Term term) throws FormatException {
    if (term instanceof Num number) {
      return number;
    }
    throw new FormatException("print fmt computes with a text or an array");
  }

  /** What {@code %s} makes of a term. */
  Str text(Term term) throws FormatException {
    if (term instanceof Str text) {
      return text;
    }
    if (term instanceof Array array) {
      return Str.of(array::append, array.cost());
    }
    Value address = number(term).value();
    return Str.of((record, out) -> texts.appendString(address.of(record), out), term.cost());
  }

  Num unary(String operator, Term operand) throws FormatException {
    Num number = number(operand);
    Value value = number.value();
    CType type = operator.equals("!") ? CType.INT : number.type();
    Value result =
        switch (operator) {
          case "!" -> record -> value.of(record) == 0 ? 1 : 0;
          case "~" -> record -> type.wrap(~value.of(record));
          case "-" -> record -> type.wrap(-value.of(record));
          default -> value;
        };
    return folded(type, result, Cost.over(number), number);
  }

  Num binary(String operator, Term leftTerm, Term rightTerm) throws FormatException {
    Num left = number(leftTerm);
    Num right = number(rightTerm);
    Value a = left.value();
    Value b = right.value();
    CType type = left.type().common(right.type());
    CType resultType = type;
    Value result;
    switch (operator) {
      case "||", "&&", "==", "!=", "<", ">", "<=", ">=" -> {
        resultType = CType.INT;
        result = comparison(operator, a, b, type);
      }
      case "<<", ">>" -> {
        resultType = left.type();
        result = shift(operator.equals("<<"), a, b, resultType);
      }
      case "/", "%" -> result = division(operator.equals("/"), a, b, type);
      case "|" -> result = record -> type.wrap(a.of(record) | b.of(record));
      case "^" -> result = record -> type.wrap(a.of(record) ^ b.of(record));
      case "&" -> result = record -> type.wrap(a.of(record) & b.of(record));
      case "+" -> result = record -> type.wrap(a.of(record) + b.of(record));
      case "-" -> result = record -> type.wrap(a.of(record) - b.of(record));
      default -> result = record -> type.wrap(a.of(record) * b.of(record));
    }
    return folded(resultType, result, Cost.over(left, right), left, right);
  }

  private static Value comparison(String operator, Value a, Value b, CType type) {
    return switch (operator) {
      case "||" -> record -> a.of(record) != 0 || b.of(record) != 0 ? 1 : 0;
      case "&&" -> record -> a.of(record) != 0 && b.of(record) != 0 ? 1 : 0;
      case "==" -> record -> compare(a.of(record), b.of(record), type) == 0 ? 1 : 0;
      case "!=" -> record -> compare(a.of(record), b.of(record), type) != 0 ? 1 : 0;
      case "<" -> record -> compare(a.of(record), b.of(record), type) < 0 ? 1 : 0;
      case ">" -> record -> compare(a.of(record), b.of(record), type) > 0 ? 1 : 0;
      case "<=" -> record -> compare(a.of(record), b.of(record), type) <= 0 ? 1 : 0;
      default -> record -> compare(a.of(record), b.of(record), type) >= 0 ? 1 : 0;
    };
  }

  private static int compare(long a, long b, CType type) {
    long x = type.wrap(a);
    long y = type.wrap(b);
    return type.signed() ? Long.compare(x, y) : Long.compareUnsigned(x, y);
  }

  private static Value shift(boolean left, Value a, Value b, CType type) {
    int mask = type.bits() - 1;
    if (left) {
      return record -> type.wrap(a.of(record) << (b.of(record) & mask));
    }
    return type.signed()
        ? record -> a.of(record) >> (b.of(record) & mask)
        : record -> a.of(record) >>> (b.of(record) & mask);
  }

  private static Value division(boolean quotient, Value a, Value b, CType type) {
    return record -> {
      long x = type.wrap(a.of(record));
      long y = type.wrap(b.of(record));
      if (y == 0) {
        record.fault("div0");
        return 0;
      }
      if (type.signed()) {
        return type.wrap(quotient ? x / y : x % y);
      }
      return quotient ? Long.divideUnsigned(x, y) : Long.remainderUnsigned(x, y);
    };
  }

  /** {@code condition ? a : b}; a text unless both are numbers. */
  Term choice(Term condition, Term a, Term b) throws FormatException {
    Num which = number(condition);
    Value value = which.value();
    Cost cost = Cost.over(which, a, b);
    if (a instanceof Num x && b instanceof Num y) {
      CType type = x.type().common(y.type());
      Value ifTrue = x.value();
      Value ifFalse = y.value();
      Value result =
          record -> type.wrap(value.of(record) != 0 ? ifTrue.of(record) : ifFalse.of(record));
      return folded(type, result, cost, which, x, y);
    }
    Term.Text ifTrue = text(a).text();
    Term.Text ifFalse = text(b).text();
    return Str.of(
        (record, out) -> (value.of(record) != 0 ? ifTrue : ifFalse).append(record, out), cost);
  }

  /** {@code array[index]}. */
  Num element(Term term, Term index) throws FormatException {
    if (!(term instanceof Array array) || array.elementBytes() == 0) {
      throw new FormatException("print fmt wants an element of what is not an array of numbers");
    }
    Value at = number(index).value();
    int width = array.elementBytes();
    boolean signed = array.signed();
    Term.Span span = array.span();
    Value element =
        record -> {
          long i = at.of(record);
          span.find(record);
          if (i < 0 || i >= record.spanLength() / width) {
            record.fault("outside");
            return 0;
          }
          return record.number(record.spanStart() + i * width, width, signed);
        };
    CType type =
        new CType(Math.max(Integer.SIZE, width * Byte.SIZE), signed || width < Integer.BYTES);
    return new Num(type, element, null, Cost.over(array, index));
  }

  /** {@code (type) term}; a type that is not known changes nothing. */
  Term cast(TypeName type, Term term) throws FormatException {
    if (term instanceof Array array && type.isPointer()) {
      Integer bytes = type.pointee().bytes(longBytes);
      return bytes == null
          ? array
          : new Array(array.span(), Math.abs(bytes), bytes < 0, Cost.over(array));
    }
    Integer bytes = type.bytes(longBytes);
    if (!(term instanceof Num number) || bytes == null) {
      return term;
    }
    boolean signed = bytes < 0;
    int bits = Math.abs(bytes) * Byte.SIZE;
    Value value = number.value();
    CType promoted = bits < Integer.SIZE ? CType.INT : new CType(bits, signed);
    Value cut =
        type.words().equals("bool") && !type.isPointer()
            ? record -> value.of(record) == 0 ? 0 : 1
            : record -> CType.cut(value.of(record), bits, signed);
    return folded(promoted, cut, Cost.over(number), number);
  }

  /** A number that is computed now if all it is made of is constant. */
  private static Num folded(CType type, Value value, Cost cost, Num... operands) {
    for (Num operand : operands) {
      if (operand.constant() == null) {
        return new Num(type, value, null, cost);
      }
    }
    RecordView none = new RecordView(false);
    long constant = value.of(none);
    return none.fault() == null ? Num.constant(type, constant) : new Num(type, value, null, cost);
  }

  /** The constant of a number, null if it is none. */
  static @Nullable Long constant(Term term) {
    return term instanceof Num number ? number.constant() : null;
  }
}
