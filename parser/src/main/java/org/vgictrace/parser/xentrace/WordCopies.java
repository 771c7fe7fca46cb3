package org.vgictrace.parser.xentrace;

import java.util.List;
import org.vgictrace.parser.event.KindTable;

/**
 * Copies numbers of any width out of payload words into columns. All widths take the same way, so
 * that the loop has no branches: two words are read as one number, and two shifts leave the wanted
 * bits with their sign.
 *
 * <pre>
 *   63          32 31                       0
 *  +--------------+-----+--------------+-----+
 *  |   next word  |     | bits wanted  |     |     column = (words &lt;&lt; up &gt;&gt; down) &amp; mask
 *  +--------------+-----+--------------+-----+
 *                                 shift
 * </pre>
 *
 * <p>The array must have {@link #SLACK_WORDS} behind the payload.
 */
final class WordCopies {
  /** Words behind the payload that may be read, whatever they are. */
  static final int SLACK_WORDS = 1;

  /**
   * One number.
   *
   * @param word payload word that holds the lowest bit
   * @param shift lowest bit wanted
   * @param bits number of bits wanted, up to 64 - shift
   */
  record Copy(int column, int word, int shift, int bits, boolean signed) {}

  private final int[] columns;
  private final int[] words;
  private final int[] ups;
  private final int[] downs;
  private final long[] masks;
  private final long present;

  WordCopies(List<Copy> copies) {
    int count = copies.size();
    columns = new int[count];
    words = new int[count];
    ups = new int[count];
    downs = new int[count];
    masks = new long[count];
    long all = 0;
    for (int i = 0; i < count; i++) {
      Copy copy = copies.get(i);
      columns[i] = copy.column();
      words[i] = copy.word();
      ups[i] = Long.SIZE - copy.shift() - copy.bits();
      downs[i] = Long.SIZE - copy.bits();
      masks[i] = copy.signed() || copy.bits() == Long.SIZE ? -1 : (1L << copy.bits()) - 1;
      all |= 1L << copy.column();
    }
    present = all;
  }

  /** Fills a row. Returns the columns filled, as bits. */
  long fill(KindTable table, int row, int[] source, int payload) {
    for (int i = 0; i < columns.length; i++) {
      int at = payload + words[i];
      long pair = source[at] & 0xffff_ffffL | (long) source[at + 1] << Integer.SIZE;
      table.values(columns[i])[row] = pair << ups[i] >> downs[i] & masks[i];
    }
    return present;
  }
}
