package org.vgictrace.parser.table;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.vgictrace.parser.event.Names;

/**
 * The names that occur in one column, in the order of their first row. Each text occurs once, also
 * if the capture has several names that read the same because their bytes are not UTF-8.
 */
final class ArrowDictionary {
  /** Stands for a row without a name. */
  static final int ABSENT = -1;

  private final List<String> texts = new ArrayList<>();
  private final Map<String, Integer> indexes = new HashMap<>();
  private final Names names;
  private int[] indexOfName = new int[0];

  ArrowDictionary(Names names) {
    this.names = names;
  }

  /** Index of a name of the capture; 0 for {@link #ABSENT}. */
  int index(int id) {
    if (id >= 0 && id < indexOfName.length) {
      int index = indexOfName[id];
      if (index >= 0) {
        return index;
      }
    }
    return id == ABSENT ? 0 : add(id);
  }

  List<String> texts() {
    return texts;
  }

  private int add(int id) {
    if (id >= indexOfName.length) {
      int known = indexOfName.length;
      indexOfName = Arrays.copyOf(indexOfName, Math.max(id + 1, names.size()));
      Arrays.fill(indexOfName, known, indexOfName.length, -1);
    }
    String text = names.text(id);
    Integer index = indexes.putIfAbsent(text, texts.size());
    if (index == null) {
      index = texts.size();
      texts.add(text);
    }
    indexOfName[id] = index;
    return index;
  }
}
