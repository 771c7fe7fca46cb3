package org.vgictrace.parser.tracedat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Writes ring-buffer pages, record by record. */
final class PageWriter {
  private final ByteBuffer page;
  private final boolean bigEndian;
  private final int longBytes;

  /** An empty page. */
  PageWriter(int pageBytes, boolean bigEndian, int longBytes, long time) {
    this.bigEndian = bigEndian;
    this.longBytes = longBytes;
    this.page =
        ByteBuffer.allocate(pageBytes)
            .order(bigEndian ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN);
    page.putLong(0, time);
    page.position(8 + longBytes);
  }

  /** Any record header. */
  PageWriter header(int type, int delta) {
    page.putInt(bigEndian ? type << 27 | delta : delta << 5 | type);
    return this;
  }

  PageWriter word(int value) {
    page.putInt(value);
    return this;
  }

  /** A record of type 1 to 28 whose data are that many words of the given value. */
  PageWriter record(int delta, int words, int value) {
    header(words, delta);
    for (int i = 0; i < words; i++) {
      word(value);
    }
    return this;
  }

  /** A record of type 0; its data are the given bytes, padded to words. */
  PageWriter longRecord(int delta, byte[] data) {
    header(0, delta).word(data.length + 4);
    page.put(data);
    page.position((page.position() + 3) / 4 * 4);
    return this;
  }

  PageWriter extend(long delta) {
    return header(30, (int) (delta & 0x7ff_ffff)).word((int) (delta >>> 27));
  }

  PageWriter absolute(long time) {
    return header(31, (int) (time & 0x7ff_ffff)).word((int) (time >>> 27));
  }

  /** The page with all that was written as its records. */
  byte[] done() {
    return done(page.position() - 8 - longBytes, 0);
  }

  /** The same after a loss of known size. */
  byte[] doneLost(long count) {
    int length = page.position() - 8 - longBytes;
    if (longBytes == 8) {
      page.putLong(count);
    } else {
      page.putInt((int) count);
    }
    return done(length, 3 << 30);
  }

  /** The page with a commit word of its own; the flags are sign-extended as the kernel does. */
  byte[] done(int length, int flags) {
    if (longBytes == 8) {
      page.putLong(8, (long) (length | flags));
    } else {
      page.putInt(8, length | flags);
    }
    return page.array();
  }
}
