package org.vgictrace.parser.input;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import net.jpountz.xxhash.StreamingXXHash32;
import net.jpountz.xxhash.XXHash32;
import net.jpountz.xxhash.XXHashFactory;

/**
 * The content of LZ4 frames (LZ4 Frame Format 1.6), linked blocks included, which many writers make
 * and common decoders refuse. Several frames in a row are one content; skippable frames are left
 * out; every checksum is verified.
 *
 * <pre>
 *   magic | flags | block size | content size? | dictionary? | checksum of the header
 *   { u32 size (bit 31: stored as it is) | data | checksum? } ... u32 0 | checksum of the content?
 * </pre>
 */
final class Lz4Stream extends InputStream {
  private static final int MAGIC = 0x184d2204;
  private static final int SKIPPABLE = 0x184d2a50;
  private static final int SKIPPABLE_MASK = 0xfffffff0;
  private static final int STORED = 1 << 31;

  /** How far back a match may reach, also into blocks before. */
  private static final int HISTORY_BYTES = 64 << 10;

  private static final int FLAG_VERSION = 0xc0;
  private static final int VERSION = 0x40;
  private static final int FLAG_INDEPENDENT = 0x20;
  private static final int FLAG_BLOCK_CHECKSUM = 0x10;
  private static final int FLAG_CONTENT_SIZE = 0x08;
  private static final int FLAG_CONTENT_CHECKSUM = 0x04;
  private static final int FLAG_DICTIONARY = 0x01;

  private final InputStream source;
  private final XXHash32 hash = XXHashFactory.fastestJavaInstance().hash32();
  private final StreamingXXHash32 contentHash =
      XXHashFactory.fastestJavaInstance().newStreamingHash32(0);
  private final byte[] small = new byte[16];
  private byte[] block = new byte[0];
  private byte[] content = new byte[0];
  private int flags;
  private int blockBytesMax;
  private boolean inFrame;
  private boolean ended;
  private int at;
  private int end;

  Lz4Stream(InputStream source) {
    this.source = source;
  }

  @Override
  public int read() throws IOException {
    int n = read(small, 15, 1);
    return n < 0 ? -1 : small[15] & 0xff;
  }

  @Override
  public int read(byte[] buffer, int offset, int length) throws IOException {
    while (at == end) {
      if (ended || !nextBlock()) {
        ended = true;
        return -1;
      }
    }
    int n = Math.min(length, end - at);
    System.arraycopy(content, at, buffer, offset, n);
    at += n;
    return n;
  }

  @Override
  public void close() throws IOException {
    source.close();
  }

  /** Makes the next block's content; false at the end of the input. */
  private boolean nextBlock() throws IOException {
    if (!inFrame && !nextFrame()) {
      return false;
    }
    int word = u32();
    if (word == 0) {
      endFrame();
      return true;
    }
    int size = word & ~STORED;
    if (size > blockBytesMax) {
      throw new IOException("LZ4 block of " + size + " bytes");
    }
    fill(block, size);
    if ((flags & FLAG_BLOCK_CHECKSUM) != 0 && u32() != hash.hash(block, 0, size, 0)) {
      throw new IOException("checksum of an LZ4 block is wrong");
    }
    int history = (flags & FLAG_INDEPENDENT) != 0 ? 0 : Math.min(end, HISTORY_BYTES);
    System.arraycopy(content, end - history, content, 0, history);
    at = history;
    if ((word & STORED) != 0) {
      System.arraycopy(block, 0, content, history, size);
      end = history + size;
    } else {
      end = Lz4Block.decode(block, size, content, history, history + blockBytesMax);
    }
    if ((flags & FLAG_CONTENT_CHECKSUM) != 0) {
      contentHash.update(content, at, end - at);
    }
    return true;
  }

  /** Reads the header of the next frame; false at the end of the input. */
  private boolean nextFrame() throws IOException {
    int magic;
    while (true) {
      int first = source.read();
      if (first < 0) {
        return false;
      }
      small[0] = (byte) first;
      fill(small, 1, 3);
      magic = word(0);
      if ((magic & SKIPPABLE_MASK) != SKIPPABLE) {
        break;
      }
      source.skipNBytes(u32() & 0xffff_ffffL);
    }
    if (magic != MAGIC) {
      throw new IOException("no LZ4 frame");
    }
    fill(small, 2);
    flags = small[0];
    if ((flags & FLAG_VERSION) != VERSION || (flags & FLAG_DICTIONARY) != 0) {
      throw new IOException("LZ4 frame of another version, or with a dictionary");
    }
    int sizeCode = small[1] >> 4 & 7;
    if (sizeCode < 4) {
      throw new IOException("LZ4 block size " + sizeCode);
    }
    int length = (flags & FLAG_CONTENT_SIZE) != 0 ? 2 + Long.BYTES : 2;
    fill(small, 2, length - 2 + 1);
    if ((hash.hash(small, 0, length, 0) >> 8 & 0xff) != (small[length] & 0xff)) {
      throw new IOException("checksum of an LZ4 header is wrong");
    }
    blockBytesMax = 1 << 8 + 2 * sizeCode;
    if (block.length < blockBytesMax) {
      block = new byte[blockBytesMax];
      content = new byte[HISTORY_BYTES + blockBytesMax];
    }
    at = 0;
    end = 0;
    contentHash.reset();
    inFrame = true;
    return true;
  }

  private void endFrame() throws IOException {
    inFrame = false;
    if ((flags & FLAG_CONTENT_CHECKSUM) != 0 && u32() != contentHash.getValue()) {
      throw new IOException("checksum of an LZ4 content is wrong");
    }
  }

  private int u32() throws IOException {
    fill(small, 4);
    return word(0);
  }

  private int word(int from) {
    return small[from] & 0xff
        | (small[from + 1] & 0xff) << 8
        | (small[from + 2] & 0xff) << 16
        | small[from + 3] << 24;
  }

  private void fill(byte[] target, int length) throws IOException {
    fill(target, 0, length);
  }

  private void fill(byte[] target, int from, int length) throws IOException {
    if (source.readNBytes(target, from, length) < length) {
      throw new EOFException("LZ4 frame ends early");
    }
  }
}
