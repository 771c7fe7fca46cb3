package org.vgictrace.parser.printfmt;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.vgictrace.parser.format.EventFormat;
import org.vgictrace.parser.format.FormatException;
import org.vgictrace.parser.printfmt.Lexer.Sort;
import org.vgictrace.parser.printfmt.Term.Num;
import org.vgictrace.parser.printfmt.Term.Str;

/**
 * Compiles the C expressions of a print fmt: those without side effects, over fields ({@code
 * REC->x}), constants, the kernel's printing functions ({@link Calls}) and the variables of
 * statement expressions. Recursion is bounded by {@link #DEPTH_MAX}.
 */
final class TermParser {
  /** How deeply an expression may be nested; real ones reach 25. */
  private static final int DEPTH_MAX = 128;

  /** Binary operators by precedence, the weakest first. */
  private static final List<List<String>> OPERATORS =
      List.of(
          List.of("||"),
          List.of("&&"),
          List.of("|"),
          List.of("^"),
          List.of("&"),
          List.of("==", "!="),
          List.of("<", ">", "<=", ">="),
          List.of("<<", ">>"),
          List.of("+", "-"),
          List.of("*", "/", "%"));

  private final Lexer in;
  private final int longBytes;
  private final Fields fields;
  private final Terms terms;
  private final Calls calls;
  private final Map<String, Term> variables = new HashMap<>();
  private int depth;
  private @Nullable String unresolved;

  TermParser(Lexer in, EventFormat format, int longBytes, KernelTexts texts) {
    this.in = in;
    this.longBytes = longBytes;
    this.fields = new Fields(format);
    this.terms = new Terms(texts, longBytes);
    this.calls = new Calls(this, fields, terms, longBytes);
  }

  Lexer lexer() {
    return in;
  }

  /** An expression up to a comma or a closing bracket; every name in it must mean something. */
  Term expression() throws FormatException {
    Term term = conditional();
    String unknown = unresolved;
    if (unknown != null) {
      throw new FormatException("print fmt uses " + unknown + ", which is not known");
    }
    return term;
  }

  /** A number that is the same for all records; null if it is made of names that are not known. */
  @Nullable Long constant() throws FormatException {
    Term term = conditional();
    boolean known = unresolved == null;
    unresolved = null;
    return known && term instanceof Num number ? number.constant() : null;
  }

  private Term conditional() throws FormatException {
    if (++depth > DEPTH_MAX) {
      throw new FormatException("print fmt is nested more than " + DEPTH_MAX + " deep");
    }
    Term condition = binary(0);
    if (in.take("?")) {
      Term ifTrue = in.is(":") ? condition : conditional();
      in.expect(":");
      condition = terms.choice(condition, ifTrue, conditional());
    }
    depth--;
    return condition;
  }

  private Term binary(int level) throws FormatException {
    if (level == OPERATORS.size()) {
      return unary();
    }
    Term left = binary(level + 1);
    while (in.sort() == Sort.SIGN && OPERATORS.get(level).contains(in.text())) {
      String operator = in.text();
      in.next();
      left = terms.binary(operator, left, binary(level + 1));
    }
    return left;
  }

  private Term unary() throws FormatException {
    if (++depth > DEPTH_MAX) {
      throw new FormatException("print fmt is nested more than " + DEPTH_MAX + " deep");
    }
    Term term;
    if (in.is("!") || in.is("~") || in.is("-") || in.is("+")) {
      String operator = in.text();
      in.next();
      term = terms.unary(operator, unary());
    } else if (in.take("&")) {
      term = address();
    } else if (in.take("*")) {
      term = terms.element(unary(), Num.constant(CType.INT, 0));
    } else if (in.take("sizeof")) {
      term = sizeof();
    } else {
      term = postfix(primary());
    }
    depth--;
    return term;
  }

  private Term postfix(Term start) throws FormatException {
    Term term = start;
    while (in.sort() == Sort.SIGN) {
      if (in.take("[")) {
        term = terms.element(term, conditional());
        in.expect("]");
      } else if (in.is("->") || in.is(".")) {
        throw new FormatException("print fmt uses a member of a structure");
      } else {
        break;
      }
    }
    return term;
  }

  private Term primary() throws FormatException {
    switch (in.sort()) {
      case NUMBER -> {
        Num number = Literals.number(in.text(), longBytes);
        in.next();
        return number;
      }
      case CHARACTER -> {
        int c = in.text().isEmpty() ? 0 : in.text().charAt(0);
        in.next();
        return Num.constant(CType.INT, c);
      }
      case STRING -> {
        return Str.constant(strings());
      }
      case NAME -> {
        return named();
      }
      default -> {
        if (!in.take("(")) {
          throw new FormatException("print fmt has " + in.shown() + " where a value should be");
        }
        return bracketed();
      }
    }
  }

  /** String literals that stand side by side are one. */
  String strings() throws FormatException {
    StringBuilder text = new StringBuilder();
    while (in.sort() == Sort.STRING) {
      text.append(in.text());
      in.next();
    }
    return text.toString();
  }

  private Term named() throws FormatException {
    String name = in.text();
    in.next();
    if (name.equals("REC")) {
      return field();
    }
    if (in.take("(")) {
      return calls.call(name);
    }
    Term variable = variables.get(name);
    if (variable != null) {
      return variable;
    }
    Long value = Literals.named(name);
    if (value == null) {
      unresolved = name;
    }
    return Num.constant(CType.LONG_LONG, value == null ? 0 : value);
  }

  private Term field() throws FormatException {
    in.expect("->");
    String name = in.text();
    if (in.sort() != Sort.NAME) {
      throw new FormatException("print fmt has " + in.shown() + " where a field should be");
    }
    in.next();
    return fields.term(name);
  }

  /** {@code &REC->x}: the bytes of a field. */
  private Term address() throws FormatException {
    if (!in.take("REC")) {
      throw new FormatException("print fmt takes the address of something that is not a field");
    }
    in.expect("->");
    Term bytes = fields.bytes(in.text());
    in.next();
    if (in.take("[")) {
      if (!Long.valueOf(0).equals(constant())) {
        throw new FormatException("print fmt takes the address of an element");
      }
      in.expect("]");
    }
    return bytes;
  }

  /** What follows an opening bracket: statements, a cast, or an expression. */
  private Term bracketed() throws FormatException {
    if (in.take("{")) {
      return statements();
    }
    int mark = in.mark();
    if (in.take("REC")) {
      if (in.take(")")) {
        return field();
      }
      in.reset(mark);
    }
    TypeName type = castTo();
    if (type != null) {
      return terms.cast(type, unary());
    }
    Term term = conditional();
    in.expect(")");
    return term;
  }

  /** The type in front of a closing bracket, if this is a cast; stays here if it is none. */
  private @Nullable TypeName castTo() throws FormatException {
    int mark = in.mark();
    TypeName type = typeName();
    if (type != null && in.take(")")) {
      boolean operand =
          switch (in.sort()) {
            case NAME, NUMBER, CHARACTER, STRING -> true;
            case SIGN -> in.is("(") || in.is("~") || in.is("!");
            case END -> false;
          };
      boolean sign = in.is("-") || in.is("+") || in.is("*") || in.is("&");
      if (operand || sign && type.isCertain(longBytes)) {
        return type;
      }
    }
    in.reset(mark);
    return null;
  }

  /** Words and asterisks; null if there are none. */
  private @Nullable TypeName typeName() throws FormatException {
    List<String> words = new ArrayList<>();
    while (in.sort() == Sort.NAME && !in.is("REC") && !variables.containsKey(in.text())) {
      words.add(in.text());
      in.next();
    }
    int asterisks = 0;
    while (!words.isEmpty() && in.take("*")) {
      asterisks++;
    }
    return words.isEmpty() ? null : TypeName.of(words, asterisks);
  }

  private Term sizeof() throws FormatException {
    in.expect("(");
    int mark = in.mark();
    Long size = null;
    if (in.take("REC")) {
      in.expect("->");
      size = fields.size(in.text());
      in.next();
    } else {
      TypeName type = typeName();
      size = type == null ? null : type.size(longBytes);
    }
    if (size == null || !in.is(")")) {
      in.reset(mark);
      throw new FormatException("print fmt wants the size of " + in.shown());
    }
    in.next();
    return Num.constant(new CType(longBytes * Byte.SIZE, false), size);
  }

  /** {@code { int x = (REC->a); ...; value; }}: declarations, and the last expression. */
  private Term statements() throws FormatException {
    Term last = Num.constant(CType.INT, 0);
    while (!in.take("}")) {
      int mark = in.mark();
      String name = declared();
      if (name == null) {
        in.reset(mark);
      }
      if (name == null && in.is("(") && isVoid(mark)) {
        skipStatement();
      } else {
        last = expression();
        if (name != null) {
          variables.put(name, last);
        }
      }
      if (!in.take(";") && !in.is("}")) {
        throw new FormatException("print fmt has " + in.shown() + " where ; should be");
      }
    }
    in.expect(")");
    return last;
  }

  /** The variable of a declaration, which is read up to its value; null if it is none. */
  private @Nullable String declared() throws FormatException {
    String name = null;
    int words = 0;
    while (in.sort() == Sort.NAME || in.is("*")) {
      name = in.text();
      words += in.is("*") ? 0 : 1;
      boolean typeof = in.is("typeof") || in.is("__typeof__");
      in.next();
      if (typeof) {
        skipBrackets();
      }
    }
    return words >= 2 && in.take("=") ? name : null;
  }

  /** Whether a statement is {@code (void) ...}, as macros use to check types. */
  private boolean isVoid(int mark) throws FormatException {
    in.next();
    boolean found = in.is("void");
    in.reset(mark);
    return found;
  }

  private void skipStatement() throws FormatException {
    while (in.sort() != Sort.END && !in.is(";")) {
      in.next();
    }
  }

  private void skipBrackets() throws FormatException {
    int open = 0;
    do {
      open += in.is("(") ? 1 : in.is(")") ? -1 : 0;
      in.next();
    } while (open > 0 && in.sort() != Sort.END);
  }
}
