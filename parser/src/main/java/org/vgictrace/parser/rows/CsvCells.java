package org.vgictrace.parser.rows;

import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.util.Iterator;
import java.util.NoSuchElementException;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;
import org.apache.commons.csv.QuoteMode;
import org.jspecify.annotations.Nullable;

/**
 * Cuts lines of CSV into cells. One parser is fed line after line, so that it costs little to begin
 * a line; damage in one does not reach the next.
 */
final class CsvCells {
  private final CSVFormat format;
  private final Feed feed = new Feed();
  private @Nullable Iterator<CSVRecord> records;

  CsvCells(char separator) {
    // With this quote mode the parser tells an empty cell, null, from an empty text in quotes.
    this.format =
        CSVFormat.RFC4180
            .builder()
            .setDelimiter(separator)
            .setIgnoreSurroundingSpaces(true)
            .setNullString("")
            .setQuoteMode(QuoteMode.ALL_NON_NULL)
            .get();
  }

  /** The cells of a line, null if it is not valid. Line ends may only be inside quotations. */
  @Nullable CSVRecord read(String line) {
    try {
      feed.text = line;
      feed.used = 0;
      Iterator<CSVRecord> all = records;
      if (all == null) {
        // Nothing to close: the feed is all that the parser holds.
        all = CSVParser.builder().setReader(feed).setFormat(format).get().iterator();
        records = all;
      }
      CSVRecord cells = all.next();
      if (feed.isUsed() && line.indexOf('\r') < 0) {
        return cells;
      }
    } catch (IOException
        | UncheckedIOException
        | IllegalStateException
        | NoSuchElementException e) {
      // The line is not valid, and the parser is somewhere in it.
    }
    records = null;
    return null;
  }

  /** Gives the parser one line, with its end. */
  private static final class Feed extends Reader {
    private String text = "";
    private int used;

    boolean isUsed() {
      return used > text.length();
    }

    @Override
    public int read(char[] target, int offset, int length) {
      int left = text.length() - used;
      if (left < 0) {
        return -1;
      }
      int n = Math.min(left, length);
      text.getChars(used, used + n, target, offset);
      used += n;
      if (n < length) {
        target[offset + n++] = '\n';
        used++;
      }
      return n;
    }

    @Override
    public void close() {}
  }
}
