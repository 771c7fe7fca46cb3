package org.vgictrace.analysis.text;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class LayoutTest {
  @Test
  void paragraphsBreakAtBlanks() {
    assertThat(Layout.wrap("one two three four", 9)).containsExactly("one two", "three", "four");
  }

  @Test
  void longWordsAreCutIntoPieces() {
    assertThat(Layout.wrap("a abcdefghij b", 4)).containsExactly("a", "abcd", "efgh", "ij b");
  }

  @Test
  void emptyTextIsOneEmptyLine() {
    assertThat(Layout.wrap("", 10)).containsExactly("");
  }

  @Test
  void whatDoesNotFitEndsInDots() {
    assertThat(Layout.wrap("one two three four five", 9, 2))
        .containsExactly("one two", "three ...");
    assertThat(Layout.wrap("abcdefgh abcdefgh x", 8, 1)).containsExactly("abcd ...");
    assertThat(Layout.cut("abcdefgh", 6)).isEqualTo("abc...");
  }

  @Test
  void pairsAreNotSplit() {
    assertThat(Layout.cut("ab\ud83d\ude00defgh", 6)).isEqualTo("ab...");
  }
}
