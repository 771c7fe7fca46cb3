package org.vgictrace.parser.lines;

import java.io.IOException;
import java.nio.charset.StandardCharsets;

/**
 * Takes ftrace's text out of the JSON that Chrome and catapult keep it in, among events of their
 * own (Trace Event Format, "systemTraceEvents"):
 *
 * <pre>{@code
 * {"traceEvents":[...],"systemTraceEvents":"# tracer: nop\n#\n ...","otherData":{}}
 * }</pre>
 *
 * <p>Lines are numbered within that text. The JSON is not judged: only the strings are looked for.
 */
final class SystemTraceReader implements ByteReader {
  private static final byte[] KEY = "\"systemTraceEvents\"".getBytes(StandardCharsets.US_ASCII);
  private static final String EVENTS = "\"traceEvents\"";
  private static final int BEGINNING_BYTES = 4096;
  private static final int BUFFER_BYTES = 64 << 10;

  /** What the next byte may be. */
  private enum State {
    /** Anything; so much of the key has been seen. */
    KEY,
    COLON,
    QUOTE,
    TEXT,
    /** What follows a backslash. */
    ESCAPE,
    /** Hexadecimal digits of a character. */
    CHARACTER
  }

  private final ByteReader source;
  private final byte[] in = new byte[BUFFER_BYTES];
  private int used;
  private int length;
  private State state = State.KEY;
  private int matched;
  private int digits;
  private int character;

  /** Bytes of a character, and the end of a text, that wait for room. */
  private byte[] waiting = {};

  private int waitingUsed;

  SystemTraceReader(ByteReader source) {
    this.source = source;
  }

  /** Whether an input begins as such JSON does. */
  static boolean isJson(byte[] b, int length) {
    int from = 0;
    while (from < length && b[from] <= ' ' && b[from] >= 0) {
      from++;
    }
    if (from == length || b[from] != '{') {
      return false;
    }
    String beginning =
        new String(b, from, Math.min(length - from, BEGINNING_BYTES), StandardCharsets.ISO_8859_1);
    return beginning.contains(EVENTS)
        || beginning.contains(new String(KEY, StandardCharsets.US_ASCII));
  }

  @Override
  public int read(byte[] buffer, int offset, int wanted) throws IOException {
    int at = offset;
    int end = offset + wanted;
    while (at == offset) {
      if (used == length && waitingUsed == waiting.length) {
        used = 0;
        length = source.read(in, 0, in.length);
        if (length < 0) {
          length = 0;
          return -1;
        }
      }
      at = take(buffer, at, end);
    }
    return at - offset;
  }

  /** Makes text of what has been read; returns where it ends. */
  private int take(byte[] buffer, int from, int end) {
    int at = from;
    while (at < end) {
      if (waitingUsed < waiting.length) {
        buffer[at++] = waiting[waitingUsed++];
      } else if (used == length) {
        break;
      } else {
        byte c = in[used++];
        if (state == State.TEXT && c != '"' && c != '\\') {
          buffer[at++] = c;
        } else {
          step(c);
        }
      }
    }
    return at;
  }

  private void step(byte c) {
    switch (state) {
      case KEY -> {
        matched = c == KEY[matched] ? matched + 1 : c == KEY[0] ? 1 : 0;
        if (matched == KEY.length) {
          matched = 0;
          state = State.COLON;
        }
      }
      case COLON -> state = c == ':' ? State.QUOTE : isBlank(c) ? State.COLON : State.KEY;
      case QUOTE -> state = c == '"' ? State.TEXT : isBlank(c) ? State.QUOTE : State.KEY;
      case TEXT -> {
        if (c == '"') {
          put("\n");
          state = State.KEY;
        } else {
          state = State.ESCAPE;
        }
      }
      case ESCAPE -> escaped(c);
      case CHARACTER -> {
        character = character << 4 | Math.max(0, Character.digit(c, 16));
        if (++digits == 4) {
          put(String.valueOf((char) character));
          state = State.TEXT;
        }
      }
    }
  }

  private void escaped(byte c) {
    state = State.TEXT;
    switch (c) {
      case 'u' -> {
        digits = 0;
        character = 0;
        state = State.CHARACTER;
      }
      case 'n' -> put("\n");
      case 't' -> put("\t");
      case 'r' -> put("\r");
      case 'b' -> put("\b");
      case 'f' -> put("\f");
      default -> put(String.valueOf((char) (c & 0xff)));
    }
  }

  private void put(String text) {
    waiting = text.getBytes(StandardCharsets.UTF_8);
    waitingUsed = 0;
  }

  private static boolean isBlank(byte c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
  }

  @Override
  public boolean ready() throws IOException {
    return waitingUsed < waiting.length || used < length || source.ready();
  }
}
