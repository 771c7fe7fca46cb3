package org.vgictrace.parser.ftracetext;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.vgictrace.parser.bind.Binding;
import org.vgictrace.parser.event.Kind;
import org.vgictrace.parser.lines.Swar;

/** All that is known about the events of one name: their bindings, how their text looks, counts. */
final class EventText {
  /** Key layouts kept for one name; a name with more has text that is not {@code key=value}. */
  private static final int LAYOUTS_MAX = 32;

  private static final RowValues NO_VALUES = new RowValues(0);

  private static final byte[] CANNOT_FIND = ascii("<CANT FIND FIELD ");
  private static final byte[] CANNOT_FIND_QUOTED = ascii("CAN'T FIND FIELD \"");
  private static final byte[] FAILED = ascii("[FAILED TO PARSE]");
  private static final byte[] PROBE_FIELD = ascii("__probe_");

  final byte[] name;

  /** Identifier in the capture's names. */
  final int nameId;

  private final long firstWord;
  private final long lastWord;
  private final boolean marker;

  private final Alternative[] alternatives;
  private final boolean otherWanted;
  private final boolean anyWanted;
  private final @Nullable String system;
  private final boolean severalSystems;
  private final List<KeyLayout> layouts = new ArrayList<>();
  private @Nullable KeyLayout latest;
  private final TextShapes shapes = new TextShapes();
  private RowValues row = NO_VALUES;
  private long count;
  private long unknownShapes;

  /**
   * @param firstWord the name's first bytes, as a word
   * @param lastWord its last eight bytes as a word, 0 if there are not more than eight
   */
  EventText(
      byte[] name,
      long firstWord,
      long lastWord,
      int nameId,
      List<Binding> bindings,
      Iterable<Kind> wantedKinds) {
    this.name = name;
    this.firstWord = firstWord;
    this.lastWord = lastWord;
    this.marker = text().equals(FreeForm.MARKER);
    this.nameId = nameId;
    this.alternatives = new Alternative[bindings.size()];
    boolean other = false;
    boolean any = false;
    for (Kind kind : wantedKinds) {
      other |= kind == Kind.OTHER;
      for (Binding binding : bindings) {
        any |= binding.kind() == kind;
      }
    }
    otherWanted = other;
    anyWanted = any || other;
    boolean several = false;
    for (int i = 0; i < alternatives.length; i++) {
      Binding binding = bindings.get(i);
      alternatives[i] = new Alternative(binding, isWanted(binding.kind(), wantedKinds));
      several |= !Objects.equals(binding.system(), bindings.get(0).system());
    }
    severalSystems = several;
    if (bindings.isEmpty()) {
      system = FreeForm.system(text());
    } else {
      system = several ? null : bindings.get(0).system();
    }
  }

  private static boolean isWanted(Kind kind, Iterable<Kind> wantedKinds) {
    for (Kind wanted : wantedKinds) {
      if (wanted == kind) {
        return true;
      }
    }
    return false;
  }

  /**
   * Whether this is the event of a name.
   *
   * @param first the name's first bytes, as a word
   * @param last its last eight bytes as a word, 0 if there are not more than eight
   */
  boolean isNamed(long first, long last, byte[] b, int start, int length) {
    return firstWord == first
        && lastWord == last
        && name.length == length
        && (length <= 2 * Long.BYTES || Arrays.equals(name, 0, length, b, start, start + length));
  }

  /** What the event is looked up by in a table. */
  int hash() {
    return Swar.hash(firstWord, lastWord);
  }

  /** Whether the name is what a marker's text begins with. */
  boolean isMarker() {
    return marker;
  }

  /** Whether some binding is for events of this name. */
  boolean isBound() {
    return alternatives.length > 0;
  }

  /** Whether events that fit no binding become rows. */
  boolean otherWanted() {
    return otherWanted;
  }

  /** Whether the text decides what becomes of an event: a row, or which name it is counted by. */
  boolean textMatters() {
    return anyWanted && isBound() || severalSystems;
  }

  /** The name as text. */
  String text() {
    return new String(name, StandardCharsets.UTF_8);
  }

  /** Events of this name. */
  long count() {
    return count;
  }

  void counted() {
    count++;
  }

  /** Events of this name whose text fits none of its bindings. */
  long unknownShapes() {
    return unknownShapes;
  }

  /**
   * Reads the text of one event; its values are in {@link #row()} then.
   *
   * @param c scratch
   * @return the binding that fits, null if none does
   */
  @Nullable Alternative decode(
      byte[] b, int payloadStart, int payloadEnd, AsciiCursor c, TextFields found) {
    Alternative fitting = find(b, payloadStart, payloadEnd, c, found);
    if (fitting == null) {
      unknownShapes++;
    } else {
      fitting.applied();
    }
    return fitting;
  }

  /** The shapes of the texts seen so far. */
  TextShapes shapes() {
    return shapes;
  }

  /** The values of the event that was read last. */
  RowValues row() {
    return row;
  }

  /** Does the same without counting. */
  @Nullable Alternative find(
      byte[] b, int payloadStart, int payloadEnd, AsciiCursor c, TextFields found) {
    found.spans.clear();
    int from = afterNotes(b, ContextReader.skipBlanks(b, payloadStart), payloadEnd);
    int end = beforeDebugNote(b, from, beforeReturn(b, from, payloadEnd));
    for (Alternative each : alternatives) {
      if (each.hasTemplates() && each.match(b, from, end, found)) {
        row = each.row();
        return each;
      }
    }
    return decodeKeys(b, from, end, c, found.spans);
  }

  private @Nullable Alternative decodeKeys(
      byte[] b, int from, int end, AsciiCursor c, NumberSpans spans) {
    int p = from;
    boolean probe = false;
    if (p < end && b[p] == '(') {
      p = afterPlace(b, p, end);
      probe = true;
    } else if (startsWith(b, p, end, FAILED)) {
      p = Math.min(ContextReader.skipBlanks(b, p + FAILED.length), end);
    } else if (KeyValueText.keyEnd(b, p, end) < 0) {
      return null;
    } else {
      probe = startsWith(b, p, end, PROBE_FIELD);
    }
    c.set(b, p, end);
    KeyLayout last = latest;
    if (last != null && last.read(c, spans)) {
      row = last.row();
      return last.alternative();
    }
    for (KeyLayout layout : layouts) {
      c.set(b, p, end);
      if (layout != last && layout.read(c, spans)) {
        latest = layout;
        row = layout.row();
        return layout.alternative();
      }
    }
    if (layouts.size() == LAYOUTS_MAX) {
      return null;
    }
    c.set(b, p, end);
    KeyLayout learnt = KeyValueText.learn(c, alternatives, probe);
    layouts.add(learnt);
    latest = learnt;
    row = learnt.row();
    c.set(b, p, end);
    return learnt.read(c, spans) ? learnt.alternative() : null;
  }

  /** Adds the counts to those by recorded name. */
  void addCounts(Map<String, Long> byName) {
    String bare = text();
    long left = count;
    if (RecordedName.bareStart(name, 0, name.length) > 0) {
      byName.merge(bare, count, Long::sum);
      return;
    }
    if (severalSystems) {
      for (Alternative each : alternatives) {
        String eachSystem = each.binding.system();
        if (eachSystem != null && each.count() > 0) {
          byName.merge(eachSystem + ":" + bare, each.count(), Long::sum);
          left -= each.count();
        }
      }
    }
    if (left > 0) {
      byName.merge(system == null ? bare : system + ":" + bare, left, Long::sum);
    }
  }

  /**
   * Skips what trace-cmd prints before an event's text when it lacks fields its plugin for another
   * architecture asks for: {@code CAN'T FIND FIELD "vcpu_id"<CANT FIND FIELD rip>PC: 0x...}.
   */
  private static int afterNotes(byte[] b, int from, int end) {
    int p = from;
    while (p < end) {
      byte close;
      int inside;
      if (startsWith(b, p, end, CANNOT_FIND)) {
        inside = p + CANNOT_FIND.length;
        close = '>';
      } else if (startsWith(b, p, end, CANNOT_FIND_QUOTED)) {
        inside = p + CANNOT_FIND_QUOTED.length;
        close = '"';
      } else {
        break;
      }
      while (inside < end && b[inside] != close) {
        inside++;
      }
      if (inside == end) {
        break;
      }
      p = ContextReader.skipBlanks(b, inside + 1);
    }
    return Math.min(p, end);
  }

  /** Position after {@code (symbol+0x0/0x10) } or {@code (ffffffff8181e720) }. */
  private static int afterPlace(byte[] b, int open, int end) {
    int close = Swar.indexOf(b, open + 1, end, (byte) ')');
    return close < 0 ? end : Math.min(ContextReader.skipBlanks(b, close + 1), end);
  }

  /** End of the text without the CR of a text whose first line had none. */
  private static int beforeReturn(byte[] b, int from, int end) {
    return end > from && b[end - 1] == '\r' ? end - 1 : end;
  }

  /** End of the text without the {@code [282888:0x20:12]} of {@code trace-cmd report --debug}. */
  private static int beforeDebugNote(byte[] b, int from, int end) {
    int p = end - 1;
    if (p <= from || b[p] != ']') {
      return end;
    }
    p = digitsBefore(b, p, from, false);
    if (p <= from || b[p - 1] != ':') {
      return end;
    }
    p = digitsBefore(b, p - 1, from, true);
    if (p - 3 <= from || b[p - 1] != 'x' || b[p - 2] != '0' || b[p - 3] != ':') {
      return end;
    }
    p = digitsBefore(b, p - 3, from, false);
    return p - 2 >= from && b[p - 1] == '[' && b[p - 2] == ' ' ? p - 2 : end;
  }

  private static int digitsBefore(byte[] b, int end, int from, boolean hexadecimal) {
    int p = end;
    while (p > from
        && (hexadecimal ? AsciiCursor.hexDigit(b[p - 1]) >= 0 : AsciiCursor.isDigit(b[p - 1]))) {
      p--;
    }
    return p;
  }

  private static boolean startsWith(byte[] b, int from, int end, byte[] prefix) {
    if (end - from < prefix.length) {
      return false;
    }
    for (int i = 0; i < prefix.length; i++) {
      if (b[from + i] != prefix[i]) {
        return false;
      }
    }
    return true;
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
