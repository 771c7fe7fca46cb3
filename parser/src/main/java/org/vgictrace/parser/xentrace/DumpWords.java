package org.vgictrace.parser.xentrace;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Reads what xenalyze prints of events that it has no text for, their payload words in hexadecimal:
 *
 * <pre>
 * cpuid [ 1 0 11 22 33 44 ]                     by name
 * page_fault[ 81000000 ffffffff 2000 0 6 ]      by name
 * 802004(80:2:4) 7 [ 410018 f 0 0 0 0 0 ]       by number
 * </pre>
 */
final class DumpWords {
  /** What xenalyze calls events whose names here are others. */
  private static final String[][] RENAMED = {
    {"emulate privop", "emulate_privop64"},
    {"page_fault", "page_fault64"},
    {"forced invalid op", "forced_invalid_op64"},
    {"paging fixup", "paging_fixup64"},
    {"gdt_ldt_mapping_fault", "descriptor_mapping_fault64"}
  };

  final int[] words = new int[EventCatalogue.WORDS_MAX + WordCopies.SLACK_WORDS];
  int count;

  /** Reads a text; returns its event, null if it is not of that form or nobody knows the event. */
  EventCatalogue.@Nullable Declared read(byte[] b, int from, int end) {
    int start = from;
    while (start < end && b[start] == ' ') {
      start++;
    }
    int bracket = bracket(b, start, end);
    if (bracket < 0 || !words(b, bracket + 1, end)) {
      return null;
    }
    int nameEnd = bracket;
    while (nameEnd > start && b[nameEnd - 1] == ' ') {
      nameEnd--;
    }
    int id = 0;
    int p = start;
    for (; p < nameEnd && Character.digit(b[p], 16) >= 0 && p - start < 8; p++) {
      id = id << 4 | Character.digit(b[p], 16);
    }
    if (p > start && p < nameEnd && b[p] == '(') {
      return EventCatalogue.find(id);
    }
    String name = new String(b, start, nameEnd - start, StandardCharsets.ISO_8859_1);
    for (String[] renamed : RENAMED) {
      if (renamed[0].equals(name)) {
        return EventCatalogue.named(renamed[1]);
      }
    }
    for (EventCatalogue.Declared event : EventCatalogue.all()) {
      if (event.name.equals(name) && event.layout(count) != null) {
        return event;
      }
    }
    return null;
  }

  private boolean words(byte[] b, int from, int end) {
    count = 0;
    int p = from;
    while (p < end) {
      if (b[p] == ' ') {
        p++;
      } else if (b[p] == ']') {
        return true;
      } else {
        int word = 0;
        int first = p;
        for (; p < end && p - first < 8 && Character.digit(b[p], 16) >= 0; p++) {
          word = word << 4 | Character.digit(b[p], 16);
        }
        if (p == first || count == EventCatalogue.WORDS_MAX) {
          return false;
        }
        words[count++] = word;
      }
    }
    return false;
  }

  /** Where the words begin; -1 if there are none. */
  static int bracket(byte[] b, int start, int end) {
    for (int p = start; p + 1 < end; p++) {
      if (b[p] == '[' && b[p + 1] == ' ') {
        return p;
      }
    }
    return -1;
  }
}
