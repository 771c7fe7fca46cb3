package org.vgictrace.parser.printfmt;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.vgictrace.parser.diag.Diagnostics;
import org.vgictrace.parser.diag.Place;
import org.vgictrace.parser.record.DamageException;
import org.vgictrace.parser.record.LateText;
import org.vgictrace.parser.record.Metadata;

/**
 * What addresses in records stand for: symbols ({@code /proc/kallsyms}) and constant strings of the
 * kernel ({@code printk_formats}), read when the first is asked for. Not thread-safe.
 *
 * <pre>
 * ffff800080010000 T vgic_v3_populate_lr
 * ffff80007a8c2000 t nf_hook	[nf_tables]
 *
 * 0xffff800081a2b3c4 : "Rescheduling interrupts"
 * </pre>
 */
final class KernelTexts {
  private static final int SYMBOLS_MAX = 1 << 20;

  /** Functions are smaller: further behind a symbol, the list lacks the right one. */
  private static final long SYMBOL_BYTES_MAX = 64 << 10;

  private final Metadata metadata;
  private @Nullable Map<Long, String> strings;
  private long @Nullable [] addresses;
  private int[] lines = new int[0];
  private byte[] symbols = new byte[0];

  KernelTexts(Metadata metadata) {
    this.metadata = metadata;
  }

  /** What {@code %s} makes of an address: the string if it is known, else the address. */
  void appendString(long address, StringBuilder out) {
    String known = string(address);
    if (known != null) {
      out.append(known);
    } else if (address == 0) {
      out.append("(null)");
    } else {
      hex(address, out);
    }
  }

  /** A constant string, null if it is not known. */
  @Nullable String string(long address) {
    Map<Long, String> known = strings;
    if (known == null) {
      known = readStrings();
      strings = known;
    }
    return known.get(address);
  }

  /**
   * A symbol as the kernel prints it, {@code name+0x10/0x80 [module]}; its address if none is
   * known.
   *
   * @param offset whether how far the address is behind the symbol, and its size, are wanted
   */
  void appendSymbol(long address, boolean offset, StringBuilder out) {
    long[] starts = addresses;
    if (starts == null) {
      starts = readSymbols();
      addresses = starts;
    }
    int at = floor(starts, address);
    if (at < 0 || address - starts[at] > SYMBOL_BYTES_MAX) {
      hex(address, out);
      return;
    }
    int behind = at + 1;
    while (at > 0 && starts[at - 1] == starts[at]) {
      at--;
    }
    int line = lines[at];
    int end = line;
    while (end < symbols.length && symbols[end] > ' ') {
      end++;
    }
    out.append(text(symbols, line, end));
    if (offset) {
      hex(address - starts[at], out.append('+'));
      long size = behind < starts.length ? starts[behind] - starts[at] : 0;
      hex(size, out.append('/'));
    }
    int module = end + 1;
    if (end < symbols.length && symbols[end] == '\t' && module < symbols.length) {
      int moduleEnd = module;
      while (moduleEnd < symbols.length && symbols[moduleEnd] > ' ') {
        moduleEnd++;
      }
      out.append(' ').append(text(symbols, module, moduleEnd));
    }
  }

  private static void hex(long value, StringBuilder out) {
    out.append("0x").append(Long.toHexString(value));
  }

  /** Index of the last address that is not behind the given one; -1 if all are. */
  private static int floor(long[] sorted, long address) {
    int low = 0;
    int high = sorted.length;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (Long.compareUnsigned(sorted[middle], address) <= 0) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low - 1;
  }

  private Map<Long, String> readStrings() {
    Map<Long, String> known = new HashMap<>();
    String all =
        new String(read(metadata.printkFormats(), "printk formats"), StandardCharsets.UTF_8);
    for (int at = 0; at < all.length(); ) {
      int end = all.indexOf('\n', at);
      end = end < 0 ? all.length() : end;
      int open = all.indexOf('"', at);
      int close = all.lastIndexOf('"', end);
      if (open > at && close > open && open < end) {
        String address = all.substring(at, open).replace(":", "").strip();
        if (address.startsWith("0x")) {
          try {
            known.put(
                Long.parseUnsignedLong(address.substring(2), 16),
                unescaped(all.substring(open + 1, close)));
          } catch (NumberFormatException e) {
            // Not a line of an address and a string.
            at = end + 1;
            continue;
          }
        }
      }
      at = end + 1;
    }
    return known;
  }

  private static String unescaped(String text) {
    return text.replace("\\n", "\n")
        .replace("\\t", "\t")
        .replace("\\\"", "\"")
        .replace("\\\\", "\\");
  }

  /** Reads the symbols in the order of their addresses. */
  private long[] readSymbols() {
    byte[] text = read(metadata.kernelSymbols(), "kernel symbols");
    long[] found = new long[1024];
    int[] names = new int[1024];
    int count = 0;
    boolean sorted = true;
    for (int at = 0; at < text.length && count < SYMBOLS_MAX; ) {
      int end = at;
      while (end < text.length && text[end] != '\n') {
        end++;
      }
      int digits = at;
      long address = 0;
      while (digits < end && digits - at < 16 && Character.digit(text[digits], 16) >= 0) {
        address = address << 4 | Character.digit(text[digits++], 16);
      }
      boolean symbol =
          digits > at && digits + 3 < end && text[digits] == ' ' && text[digits + 2] == ' ';
      if (symbol && address != 0) {
        if (count == found.length) {
          found = Arrays.copyOf(found, count * 2);
          names = Arrays.copyOf(names, count * 2);
        }
        sorted &= count == 0 || Long.compareUnsigned(found[count - 1], address) <= 0;
        found[count] = address;
        names[count++] = digits + 3;
      }
      at = end + 1;
    }
    symbols = text;
    return sorted ? kept(found, names, count) : ordered(found, names, count);
  }

  private long[] kept(long[] found, int[] names, int count) {
    lines = Arrays.copyOf(names, count);
    return Arrays.copyOf(found, count);
  }

  /** Modules follow the kernel in the list, wherever they are. */
  private long[] ordered(long[] found, int[] names, int count) {
    Integer[] order = new Integer[count];
    Arrays.setAll(order, i -> i);
    Arrays.sort(order, (a, b) -> Long.compareUnsigned(found[a], found[b]));
    long[] sorted = new long[count];
    lines = new int[count];
    for (int i = 0; i < count; i++) {
      sorted[i] = found[order[i]];
      lines[i] = names[order[i]];
    }
    return sorted;
  }

  private byte[] read(LateText text, String title) {
    Diagnostics diagnostics = metadata.diagnostics();
    try {
      return text.read();
    } catch (DamageException e) {
      diagnostics.warning("kernel-texts", e.place(), title + ": " + e.getMessage());
    } catch (IOException e) {
      diagnostics.warning("kernel-texts", Place.at(0), title + " cannot be read");
    }
    return new byte[0];
  }

  private static String text(byte[] from, int start, int end) {
    return new String(from, start, end - start, StandardCharsets.UTF_8);
  }
}
