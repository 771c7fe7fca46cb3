package org.vgictrace.parser.ftracetext;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.vgictrace.parser.bind.Binding;
import org.vgictrace.parser.event.Kind;
import org.vgictrace.parser.event.Names;
import org.vgictrace.parser.lines.Swar;

/**
 * The event names of a text, found by their bytes. Beyond {@value #EVENTS_MAX} names all new ones
 * share the entry of {@link Names#OVERFLOW}.
 */
final class EventTable implements TolerantTokenizer.KnownNames {
  /** Most names told apart; a kernel has some 3000 tracepoints. */
  static final int EVENTS_MAX = 1 << 15;

  private static final int NAME_BYTES_MAX = 256;
  private static final int SLOTS_FIRST = 256;

  private final Names names;
  private final Function<String, List<Binding>> bindings;
  private final Set<Kind> wanted;
  private final List<EventText> events = new ArrayList<>();
  private EventText[] slots = new EventText[SLOTS_FIRST];

  /**
   * @param bindings gives the bindings of an event's name
   * @param wanted kinds that become rows
   */
  EventTable(Names names, Function<String, List<Binding>> bindings, Set<Kind> wanted) {
    this.names = names;
    this.bindings = bindings;
    this.wanted = wanted;
  }

  /** All events so far. */
  List<EventText> events() {
    return events;
  }

  /** Whether a binding is for one of them. */
  boolean anyBound() {
    return events.stream().anyMatch(EventText::isBound);
  }

  /** The event of a name; it is added if it is new. */
  EventText of(byte[] b, int start, int end) {
    int length = Math.min(end - start, NAME_BYTES_MAX);
    long first = firstWord(b, start, length);
    long last = length <= Long.BYTES ? 0 : Swar.word(b, start + length - Long.BYTES);
    int mask = slots.length - 1;
    for (int i = Swar.hash(first, last) & mask; ; i = (i + 1) & mask) {
      EventText event = slots[i];
      if (event == null) {
        return add(b, start, length, first, last);
      }
      if (event.isNamed(first, last, b, start, length)) {
        return event;
      }
    }
  }

  private static long firstWord(byte[] b, int start, int length) {
    if (start + Long.BYTES <= b.length) {
      return Swar.first(Swar.word(b, start), Math.min(length, Long.BYTES));
    }
    long word = 0;
    for (int i = 0; i < length; i++) {
      word |= (b[start + i] & 0xffL) << (i << 3);
    }
    return word;
  }

  /** The event of a name that is not in the text. */
  EventText of(String name) {
    byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
    return of(bytes, 0, bytes.length);
  }

  @Override
  public boolean contains(byte[] b, int start, int end) {
    if (start == end) {
      return false;
    }
    String name = new String(b, start, end - start, StandardCharsets.UTF_8);
    if (!bindings.apply(name).isEmpty()) {
      return true;
    }
    for (EventText event : events) {
      if (Arrays.equals(event.name, 0, event.name.length, b, start, end)) {
        return true;
      }
    }
    return false;
  }

  private EventText add(byte[] b, int start, int length, long first, long last) {
    if (events.size() == EVENTS_MAX - 1 && !isOverflow(b, start, length)) {
      return of(Names.OVERFLOW);
    }
    byte[] name = Arrays.copyOfRange(b, start, start + length);
    int bare = RecordedName.bareStart(name, 0, length);
    int id = names.intern(name, bare, length - bare);
    List<Binding> bound = bindings.apply(new String(name, StandardCharsets.UTF_8));
    EventText event = new EventText(name, first, last, id, bound, wanted);
    events.add(event);
    if (events.size() * 2 > slots.length) {
      slots = new EventText[slots.length * 2];
      events.forEach(this::insert);
    } else {
      insert(event);
    }
    return event;
  }

  private static boolean isOverflow(byte[] b, int start, int length) {
    return new String(b, start, length, StandardCharsets.UTF_8).equals(Names.OVERFLOW);
  }

  private void insert(EventText event) {
    int mask = slots.length - 1;
    int i = event.hash() & mask;
    while (slots[i] != null) {
      i = (i + 1) & mask;
    }
    slots[i] = event;
  }
}
