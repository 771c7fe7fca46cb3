package org.vgictrace.parser.btf;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.vgictrace.parser.diag.InputException;
import org.vgictrace.parser.diag.Place;
import org.vgictrace.parser.input.ByteStream;
import org.vgictrace.parser.input.Input;
import org.vgictrace.parser.input.Inputs;

/**
 * The functions that have a symbol, from {@code System.map}, {@code /proc/kallsyms} or the output
 * of {@code nm}: lines of an address, a letter for the type and the name. What is not there was
 * inlined into all its callers or is not part of the kernel.
 */
public final class SymbolList {
  /** A kernel with all its modules has a quarter of this. */
  private static final int SYMBOLS_MAX = 1 << 20;

  private static final int LINE_BYTES_MAX = 4096;
  private static final int BUFFER_BYTES = 64 << 10;
  private static final String FUNCTION_TYPES = "tTwW";

  /** Addresses by name, 0 where the list hides them. */
  private final NavigableMap<String, Long> addresses;

  private SymbolList(NavigableMap<String, Long> addresses) {
    this.addresses = addresses;
  }

  /** The functions of these names, at addresses that are not known. */
  public static SymbolList of(List<String> names) {
    NavigableMap<String, Long> addresses = new TreeMap<>();
    names.forEach(name -> addresses.put(name, 0L));
    return new SymbolList(addresses);
  }

  /**
   * Reads a list.
   *
   * @throws InputException if it is none, or names no function
   */
  public static SymbolList read(Path path) throws IOException {
    try (Input input = Inputs.open(path)) {
      Lines lines = new Lines(input.name(), input.stream());
      NavigableMap<String, Long> addresses = new TreeMap<>();
      for (String line = lines.next(); line != null; line = lines.next()) {
        String name = functionName(line, lines);
        if (name != null) {
          addresses.putIfAbsent(name, lines.address(line));
          if (addresses.size() > SYMBOLS_MAX) {
            throw lines.wrong("more than " + SYMBOLS_MAX + " functions");
          }
        }
      }
      String damage = input.stream().damage();
      if (damage != null) {
        throw lines.wrong(damage);
      }
      if (addresses.isEmpty()) {
        throw new InputException(input.name(), "names no function; /proc/kallsyms does");
      }
      return new SymbolList(addresses);
    }
  }

  /** The name in a line, null if it is not that of a function. */
  private static @Nullable String functionName(String line, Lines lines) throws InputException {
    if (line.isBlank()) {
      return null;
    }
    int first = line.indexOf(' ');
    if (first <= 0 || first + 3 >= line.length() || line.charAt(first + 2) != ' ') {
      throw lines.wrong("expected an address, a type and the name of a symbol");
    }
    int end = first + 3;
    while (end < line.length() && line.charAt(end) > ' ') {
      end++;
    }
    return FUNCTION_TYPES.indexOf(line.charAt(first + 1)) < 0
        ? null
        : line.substring(first + 3, end);
  }

  /** Whether a function of exactly this name can be probed. */
  public boolean contains(String name) {
    return addresses.containsKey(name);
  }

  /** Where a function begins; 0 if it is not in the list, or the list hides addresses. */
  public long address(String name) {
    return addresses.getOrDefault(name, 0L);
  }

  /** The next address behind that of a function; 0 if there is none. */
  public long addressBehind(String name) {
    long start = address(name);
    long behind = 0;
    for (long address : addresses.values()) {
      if (Long.compareUnsigned(address, start) > 0
          && (behind == 0 || Long.compareUnsigned(address, behind) < 0)) {
        behind = address;
      }
    }
    return behind;
  }

  /**
   * The copies the compiler made of a function, such as {@code name.isra.0} or {@code name.part.0}.
   * Fragments that hold unlikely code only ({@code .cold}) do not count.
   */
  public List<String> clones(String name) {
    List<String> clones = new ArrayList<>();
    for (String other : addresses.tailMap(name + ".", true).keySet()) {
      if (!other.startsWith(name + ".")) {
        break;
      }
      if (!other.contains(".cold")) {
        clones.add(other);
      }
    }
    return clones;
  }

  /** Lines of limited length. */
  private static final class Lines {
    private final String file;
    private final ByteStream in;
    private final byte[] buffer = new byte[BUFFER_BYTES];
    private int at;
    private int end;
    private long number;

    Lines(String file, ByteStream in) {
      this.file = file;
      this.in = in;
    }

    /** The address that a line begins with. */
    long address(String line) throws InputException {
      try {
        return Long.parseUnsignedLong(line, 0, line.indexOf(' '), 16);
      } catch (NumberFormatException e) {
        throw wrong("expected an address, a type and the name of a symbol");
      }
    }

    InputException wrong(String what) {
      return new InputException(file, Place.line(number), what);
    }

    /** The next line without its end, null behind the last one. */
    @Nullable String next() throws IOException {
      byte[] line = new byte[128];
      int length = 0;
      number++;
      while (true) {
        if (at == end) {
          at = 0;
          end = Math.max(0, in.read(buffer, 0, buffer.length));
          if (end == 0) {
            return length == 0 ? null : text(line, length);
          }
        }
        byte b = buffer[at++];
        if (b == '\n') {
          return text(line, length);
        }
        if (length == LINE_BYTES_MAX) {
          throw wrong("line of more than " + LINE_BYTES_MAX + " bytes: no list of symbols");
        }
        if (length == line.length) {
          line = Arrays.copyOf(line, length * 2);
        }
        line[length++] = b;
      }
    }

    private static String text(byte[] line, int length) {
      return new String(line, 0, length, StandardCharsets.UTF_8);
    }
  }
}
