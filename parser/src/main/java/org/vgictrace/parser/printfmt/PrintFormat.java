package org.vgictrace.parser.printfmt;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.vgictrace.parser.format.EventFormat;
import org.vgictrace.parser.format.FormatException;
import org.vgictrace.parser.printfmt.Lexer.Sort;
import org.vgictrace.parser.printfmt.Term.Num;

/**
 * The print fmt of one event, compiled: what the kernel prints of a record.
 *
 * <p>Differs from the kernel in what a record does not hold: {@code %p} shows the address where the
 * kernel shows a hash of it, {@code %s} of an address shows the string only if it is one of {@code
 * printk_formats}. A value that lies outside of its record shows as {@code <outside>}, one that is
 * divided by zero as {@code <div0>}. Not thread-safe.
 */
public final class PrintFormat {
  /** Longest text of an event. */
  private static final int TEXT_MAX = 64 << 10;

  private static final String PROBE = "\"(%lx)";
  private static final String RETURN_PROBE = "\"(%lx <- %lx)";

  private final List<Slot> slots;
  private final String end;
  private final RecordView record;

  private PrintFormat(List<Slot> slots, String end, boolean bigEndian) {
    this.slots = List.copyOf(slots);
    this.end = end;
    this.record = new RecordView(bigEndian);
  }

  /**
   * Compiles what an event format says after {@code print fmt:}.
   *
   * @throws FormatException if it cannot be evaluated, with the reason
   */
  static PrintFormat compile(EventFormat event, int longBytes, boolean bigEndian, KernelTexts texts)
      throws FormatException {
    String source = event.printFormat();
    // Probes print symbols, whatever their format says (kernel/trace/trace_kprobe.c, 6.1 to 7.2).
    boolean returnProbe = source.startsWith(RETURN_PROBE) && event.field("__probe_ret_ip") != null;
    if (returnProbe) {
      source = "\"(%pB <- %ps)" + source.substring(RETURN_PROBE.length());
    } else if (source.startsWith(PROBE) && event.field("__probe_ip") != null) {
      source = "\"(%pS)" + source.substring(PROBE.length());
    }
    Lexer in = new Lexer(source);
    if (in.sort() != Sort.STRING) {
      throw new FormatException(
          source.isEmpty() ? "there is no print fmt" : "print fmt does not begin with a string");
    }
    TermParser parser = new TermParser(in, event, longBytes, texts);
    FormatString format = FormatString.parse(parser.strings(), longBytes);
    List<Term> arguments = new ArrayList<>();
    while (in.take(",") && in.sort() != Sort.END) {
      if (arguments.size() == format.arguments()) {
        throw new FormatException("print fmt has more arguments than its format wants");
      }
      arguments.add(parser.expression());
    }
    if (in.sort() != Sort.END) {
      throw new FormatException("print fmt has " + in.shown() + " where its end should be");
    }
    if (arguments.size() < format.arguments()) {
      throw new FormatException(
          "print fmt has " + arguments.size() + " arguments for " + format.arguments() + " values");
    }
    if (returnProbe) {
      // The format names the function first, the kernel prints where it returns to first.
      arguments.add(0, arguments.remove(1));
    }
    return new PrintFormat(
        slots(format, arguments, new Pointers(texts, longBytes), new Terms(texts, longBytes)),
        format.literals().get(format.conversions().size()),
        bigEndian);
  }

  private static List<Slot> slots(
      FormatString format, List<Term> arguments, Pointers pointers, Terms terms)
      throws FormatException {
    List<Slot> slots = new ArrayList<>();
    Iterator<Term> next = arguments.iterator();
    for (int i = 0; i < format.conversions().size(); i++) {
      Conversion conversion = format.conversions().get(i);
      Num width = size(conversion.width(), next);
      Num precision = size(conversion.precision(), next);
      Term term = next.next();
      Slot.Content content;
      if (conversion.isNumber()) {
        content = Slot.number(conversion, Terms.number(term));
      } else if (conversion.letter() == 's') {
        content = Slot.text(conversion, terms.text(term));
      } else {
        content = pointers.content(conversion, term);
      }
      slots.add(new Slot(format.literals().get(i), width, precision, content));
    }
    return slots;
  }

  private static Num size(int given, Iterator<Term> next) throws FormatException {
    return given == Conversion.ARGUMENT
        ? Terms.number(next.next())
        : Num.constant(CType.INT, given);
  }

  /** Appends the text of a record, which lies in the array as a whole. */
  void append(byte[] bytes, int start, int length, StringBuilder out) {
    record.set(bytes, start, length);
    int limit = out.length() + TEXT_MAX;
    for (Slot slot : slots) {
      slot.append(record, out);
      if (out.length() >= limit) {
        out.setLength(limit);
        return;
      }
    }
    out.append(end);
  }
}
