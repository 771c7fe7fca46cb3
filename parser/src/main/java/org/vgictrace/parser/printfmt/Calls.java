package org.vgictrace.parser.printfmt;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.vgictrace.parser.format.FormatException;
import org.vgictrace.parser.printfmt.Lexer.Sort;
import org.vgictrace.parser.printfmt.Term.Array;
import org.vgictrace.parser.printfmt.Term.Cost;
import org.vgictrace.parser.printfmt.Term.Num;
import org.vgictrace.parser.printfmt.Term.Str;
import org.vgictrace.parser.printfmt.Term.Value;

/**
 * The functions that print fmts call (include/trace/stages/stage3_trace_output.h and
 * kernel/trace/trace_output.c, Linux 7.2; include/linux/string_choices.h). Each is entered behind
 * its opening bracket.
 */
final class Calls {
  private static final int ENTRIES_MAX = 65_536;

  private final TermParser parser;
  private final Fields fields;
  private final Terms terms;
  private final int longBytes;

  Calls(TermParser parser, Fields fields, Terms terms, int longBytes) {
    this.parser = parser;
    this.fields = fields;
    this.terms = terms;
    this.longBytes = longBytes;
  }

  Term call(String name) throws FormatException {
    return switch (name) {
      case "__print_symbolic" -> symbolic(longBytes * Byte.SIZE);
      case "__print_symbolic_u64" -> symbolic(Long.SIZE);
      case "__print_flags" -> flags(longBytes * Byte.SIZE);
      case "__print_flags_u64" -> flags(Long.SIZE);
      case "__print_hex" -> hex(" ");
      case "__print_hex_str" -> hex("");
      case "__print_array" -> numbers();
      case "__print_dynamic_array" -> dynamicNumbers();
      case "__print_hex_dump" -> hexDump();
      case "__print_ns_to_secs" -> scaled("/");
      case "__print_ns_without_secs" -> scaled("%");
      case "__get_str", "__get_rel_str", "__get_dynamic_array", "__get_rel_dynamic_array" ->
          dynamic();
      case "__get_sockaddr", "__get_rel_sockaddr" -> socketAddress();
      case "__get_dynamic_array_len", "__get_rel_dynamic_array_len" -> dynamicLength();
      case "__get_bitmask", "__get_rel_bitmask", "__get_cpumask", "__get_rel_cpumask" -> bitmask();
      case "__builtin_expect" -> arguments(2).get(0);
      case "__builtin_constant_p" -> {
        arguments(1);
        yield Num.constant(CType.INT, 0);
      }
      default -> choiceOfWords(name);
    };
  }

  /** Functions that turn a truth value into a word. */
  private Term choiceOfWords(String name) throws FormatException {
    String words =
        switch (name) {
          case "str_read_write" -> "read/write";
          case "str_write_read" -> "write/read";
          case "str_on_off" -> "on/off";
          case "str_off_on" -> "off/on";
          case "str_yes_no" -> "yes/no";
          case "str_no_yes" -> "no/yes";
          case "str_true_false" -> "true/false";
          case "str_false_true" -> "false/true";
          case "str_up_down" -> "up/down";
          case "str_down_up" -> "down/up";
          case "str_high_low" -> "high/low";
          case "str_low_high" -> "low/high";
          case "str_hi_lo" -> "hi/lo";
          case "str_lo_hi" -> "lo/hi";
          case "str_enable_disable" -> "enable/disable";
          case "str_disable_enable" -> "disable/enable";
          case "str_enabled_disabled" -> "enabled/disabled";
          case "str_disabled_enabled" -> "disabled/enabled";
          default ->
              throw new FormatException(
                  "print fmt calls "
                      + (name.length() <= 40 ? name : name.substring(0, 40) + "...")
                      + ", which only the kernel can");
        };
    int slash = words.indexOf('/');
    return terms.choice(
        arguments(1).get(0),
        Str.constant(words.substring(0, slash)),
        Str.constant(words.substring(slash + 1)));
  }

  private List<Term> arguments(int count) throws FormatException {
    Lexer in = parser.lexer();
    List<Term> arguments = new ArrayList<>();
    while (!in.take(")")) {
      if (!arguments.isEmpty()) {
        in.expect(",");
      }
      if (arguments.size() == count) {
        throw new FormatException("print fmt calls a function with too many arguments");
      }
      arguments.add(parser.expression());
    }
    if (arguments.size() < count) {
      throw new FormatException("print fmt calls a function with too few arguments");
    }
    return arguments;
  }

  /** A function of a field that is named without {@code REC->}. */
  private Array dynamic() throws FormatException {
    Lexer in = parser.lexer();
    Array array = fields.bytes(in.text());
    in.next();
    in.expect(")");
    return array;
  }

  private Num dynamicLength() throws FormatException {
    Array array = dynamic();
    return new Num(
        CType.INT,
        record -> {
          array.span().find(record);
          return record.spanLength();
        },
        null,
        array.cost());
  }

  /** The value and names that both lists of names have. */
  private record Names(Value value, long[] keys, String[] labels, Cost cost) {}

  private Names names(Num value, int bits) throws FormatException {
    Lexer in = parser.lexer();
    List<Long> keys = new ArrayList<>();
    List<String> labels = new ArrayList<>();
    while (!in.take(")")) {
      in.expect(",");
      if (in.is(")")) {
        continue;
      }
      in.expect("{");
      if (in.take("}")) {
        continue;
      }
      Long key = parser.constant();
      in.expect(",");
      boolean end = in.sort() != Sort.STRING;
      String label = parser.strings();
      if (end) {
        // No name but NULL, however it is written.
        parser.constant();
      }
      in.expect("}");
      if (key != null && !end && keys.size() < ENTRIES_MAX) {
        keys.add(CType.cut(key, bits, false));
        labels.add(label);
      }
    }
    return new Names(
        value.value(),
        keys.stream().mapToLong(Long::longValue).toArray(),
        labels.toArray(String[]::new),
        Cost.over(value));
  }

  /** The name of a value, or the value in hexadecimal. */
  private Term symbolic(int bits) throws FormatException {
    Names names = names(Terms.number(parser.expression()), bits);
    return Str.of(
        (record, out) -> {
          long value = CType.cut(names.value().of(record), bits, false);
          for (int i = 0; i < names.keys().length; i++) {
            if (names.keys()[i] == value) {
              out.append(names.labels()[i]);
              return;
            }
          }
          out.append("0x").append(Long.toHexString(value));
        },
        names.cost());
  }

  /** Names of the bits that are set, and what is left of them in hexadecimal. */
  private Term flags(int bits) throws FormatException {
    Num value = Terms.number(parser.expression());
    Lexer in = parser.lexer();
    in.expect(",");
    String delimiter = parser.strings();
    Names names = names(value, bits);
    return Str.of(
        (record, out) -> {
          long left = CType.cut(names.value().of(record), bits, false);
          int start = out.length();
          for (int i = 0; i < names.keys().length && left != 0; i++) {
            long mask = names.keys()[i];
            if ((left & mask) == mask) {
              out.append(out.length() > start ? delimiter : "").append(names.labels()[i]);
              left &= ~mask;
            }
          }
          if (left != 0) {
            out.append(out.length() > start ? delimiter : "");
            out.append("0x").append(Long.toHexString(left));
          }
        },
        names.cost());
  }

  /** An argument that must be an array. */
  private static Array array(Term term) throws FormatException {
    if (term instanceof Array array) {
      return array;
    }
    throw new FormatException("print fmt wants bytes of what is not an array");
  }

  private Term hex(String delimiter) throws FormatException {
    List<Term> arguments = arguments(2);
    Array array = array(arguments.get(0));
    Value count = Terms.number(arguments.get(1)).value();
    return Str.of(
        (record, out) -> {
          long wanted = count.of(record);
          array.span().find(record);
          if (wanted < 0 || wanted > record.spanLength()) {
            record.fault("outside");
            return;
          }
          Bytes.hex(record, (int) wanted, delimiter, out);
        },
        Cost.over(array, arguments.get(1)));
  }

  /** {@code {0x1,0x2}}. */
  private Term numbers() throws FormatException {
    List<Term> arguments = arguments(3);
    Value count = Terms.number(arguments.get(1)).value();
    return numbers(array(arguments.get(0)), count, Terms.number(arguments.get(2)));
  }

  private Term dynamicNumbers() throws FormatException {
    Lexer in = parser.lexer();
    Array array = fields.bytes(in.text());
    in.next();
    in.expect(",");
    return numbers(array, null, Terms.number(arguments(1).get(0)));
  }

  private static Term numbers(Array array, @Nullable Value count, Num width)
      throws FormatException {
    return Str.of(
        (record, out) -> {
          long bytes = width.value().of(record);
          if (bytes != 1 && bytes != 2 && bytes != 4 && bytes != 8) {
            out.append("BAD SIZE:").append(bytes).append(" 0x0");
            return;
          }
          long wanted = count == null ? Long.MAX_VALUE : count.of(record);
          array.span().find(record);
          long there = record.spanLength() / bytes;
          long shown = count == null ? there : wanted;
          if (shown < 0 || shown > there) {
            record.fault("outside");
            return;
          }
          out.append('{');
          int start = record.spanStart();
          for (int i = 0; i < shown; i++) {
            long number = record.number(start + i * bytes, (int) bytes, false);
            out.append(i > 0 ? ",0x" : "0x").append(Long.toHexString(number));
          }
          out.append('}');
        },
        Cost.over(array, width));
  }

  /** Bytes on one line; prefix, row and group size only matter on several. */
  private Term hexDump() throws FormatException {
    Lexer in = parser.lexer();
    parser.expression();
    for (int i = 0; i < 3; i++) {
      in.expect(",");
      parser.constant();
    }
    in.expect(",");
    Array array = array(parser.expression());
    in.expect(",");
    Num count = Terms.number(parser.expression());
    in.expect(",");
    parser.expression();
    in.expect(")");
    return Str.of(
        (record, out) -> {
          long wanted = count.value().of(record);
          array.span().find(record);
          if (wanted < 0 || wanted > record.spanLength()) {
            record.fault("outside");
            return;
          }
          Bytes.hex(record, (int) wanted, " ", out);
        },
        Cost.over(array, count));
  }

  private Term scaled(String operator) throws FormatException {
    Num second = Num.constant(CType.UNSIGNED_LONG_LONG, 1_000_000_000L);
    Term ns = terms.cast(TypeName.of(List.of("u64"), 0), arguments(1).get(0));
    return terms.binary(operator, ns, second);
  }

  private Term bitmask() throws FormatException {
    Array array = dynamic();
    return Str.of(
        (record, out) -> {
          array.span().find(record);
          Bytes.bitmask(record, record.spanLength() * Byte.SIZE, longBytes, out);
        },
        array.cost());
  }

  private Term socketAddress() throws FormatException {
    Array array = dynamic();
    return Str.of(
        (record, out) -> {
          array.span().find(record);
          Bytes.socketAddress(record, out);
        },
        array.cost());
  }
}
