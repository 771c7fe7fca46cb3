package org.vgictrace.parser.bind;

import java.util.Collection;
import java.util.Comparator;
import java.util.stream.Collectors;

/** Suggests names that were probably meant. */
public final class Nearest {
  private static final int SUGGESTIONS_MAX = 3;

  private Nearest() {}

  /**
   * {@code a, b, c}: the names with the smallest edit distance or one more, nearest first, ties in
   * alphabetical order.
   */
  public static String to(String wrong, Collection<String> names) {
    int best = names.stream().mapToInt(name -> distance(wrong, name)).min().orElse(0);
    return names.stream()
        .filter(name -> distance(wrong, name) <= best + 1)
        .sorted(
            Comparator.comparingInt((String name) -> distance(wrong, name))
                .thenComparing(name -> name))
        .limit(SUGGESTIONS_MAX)
        .collect(Collectors.joining(", "));
  }

  /** Levenshtein distance, two rows at a time. */
  static int distance(String a, String b) {
    int[] above = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      above[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int[] row = new int[b.length() + 1];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int change = above[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        row[j] = Math.min(change, 1 + Math.min(row[j - 1], above[j]));
      }
      above = row;
    }
    return above[b.length()];
  }
}
