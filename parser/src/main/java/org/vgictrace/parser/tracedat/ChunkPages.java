package org.vgictrace.parser.tracedat;

import java.io.IOException;
import java.util.zip.DataFormatException;
import org.jspecify.annotations.Nullable;
import org.vgictrace.parser.diag.Diagnostics;
import org.vgictrace.parser.diag.Place;
import org.vgictrace.parser.input.RandomBytes;
import org.vgictrace.parser.record.NumberCopies;

/**
 * Pages in compressed chunks:
 *
 * <pre>
 *   u32 number of chunks   { u32 compressed size   u32 size   data } ...
 * </pre>
 *
 * A chunk is uncompressed when its first page is asked for, and kept as long as the memory for all
 * CPUs allows; beyond that it is uncompressed again for each page. The number of chunks is not
 * needed: they fill the area.
 */
final class ChunkPages extends PageSource {
  private static final int COUNT_BYTES = 4;
  private static final int CHUNK_HEADER_BYTES = 8;

  /** What all CPUs share: the codec, scratch space and the bound on memory. */
  static final class Shared {
    private final Codec codec;
    private final boolean bigEndian;
    private final Diagnostics diagnostics;
    private final Expansion scratch = new Expansion();
    private byte[] compressed = new byte[64 << 10];
    private long memoryLeft;
    private @Nullable ChunkPages scratchUser;
    private long damaged;

    /**
     * @param memory bytes that may be kept for chunks of all CPUs together
     */
    Shared(Codec codec, boolean bigEndian, Diagnostics diagnostics, long memory) {
      this.codec = codec;
      this.bigEndian = bigEndian;
      this.diagnostics = diagnostics;
      this.memoryLeft = memory;
    }

    /** Chunks of which something could not be used. */
    long damaged() {
      return damaged;
    }
  }

  private final Shared shared;
  private final RandomBytes file;
  private final int pageBytes;
  private final long end;
  private final byte[] head = new byte[CHUNK_HEADER_BYTES];
  private Expansion own = new Expansion();
  private boolean keeps;
  private long next;
  private long chunksLeft;
  private long chunkAt;
  private int chunkCompressed;
  private long chunkClaimed;
  private int chunkLength;
  private int pageAt;

  /**
   * @param offset where the area starts in the file
   * @param end where it ends, not beyond the end of the file
   */
  ChunkPages(RandomBytes file, long offset, long end, int pageBytes, Shared shared)
      throws IOException {
    this.file = file;
    this.end = end;
    this.pageBytes = pageBytes;
    this.shared = shared;
    this.next = offset + COUNT_BYTES;
    byte[] number = new byte[COUNT_BYTES];
    if (file.read(offset, number, 0, COUNT_BYTES) == COUNT_BYTES) {
      chunksLeft = u32(number, 0);
      long count = chunksLeft;
      if (count > (end - offset) / CHUNK_HEADER_BYTES) {
        shared.diagnostics.error(
            "chunk-count",
            Place.at(offset),
            count + " chunks do not fit into " + (end - offset) + " bytes");
      }
    }
  }

  @Override
  boolean next() throws IOException {
    pageAt += pageBytes;
    while (pageAt >= chunkLength) {
      if (!nextChunk()) {
        own = new Expansion();
        bytes = own.bytes();
        return false;
      }
    }
    available = Math.min(pageBytes, chunkLength - pageAt);
    if (keeps) {
      start = pageAt;
    } else {
      copyPage();
    }
    return true;
  }

  @Override
  Place place(int offset) {
    return Place.at(chunkAt);
  }

  /** Goes to the next chunk that can be used; false at the end of the area. */
  private boolean nextChunk() throws IOException {
    while (areaEnd() - next >= CHUNK_HEADER_BYTES
        && file.read(next, head, 0, CHUNK_HEADER_BYTES) == CHUNK_HEADER_BYTES) {
      chunkAt = next;
      long compressed = u32(head, 0);
      chunkClaimed = u32(head, 4);
      long left = areaEnd() - next - CHUNK_HEADER_BYTES;
      if (compressed > left || compressed > Limits.CHUNK_BYTES) {
        damaged("chunk of " + compressed + " bytes where " + left + " are left");
        next = end;
        return false;
      }
      chunksLeft--;
      chunkCompressed = (int) compressed;
      next += CHUNK_HEADER_BYTES + compressed;
      if (openChunk()) {
        return true;
      }
    }
    if (next < end) {
      chunkAt = next;
      damaged((end - next) + " bytes left over behind the chunks");
      next = end;
    }
    return false;
  }

  private long areaEnd() {
    return chunksLeft > 0 ? Math.min(file.size(), end + COUNT_BYTES) : end;
  }

  private boolean openChunk() throws IOException {
    try {
      keeps = reserve() && uncompress(own, own.room());
      if (!keeps && !uncompress(shared.scratch, Limits.CHUNK_BYTES)) {
        throw new DataFormatException("more than " + Limits.CHUNK_BYTES + " bytes");
      }
    } catch (DataFormatException e) {
      chunkLength = 0;
      damaged("damaged chunk (" + e.getMessage() + ")");
      return false;
    }
    chunkLength = (keeps ? own : shared.scratch).length();
    pageAt = 0;
    if (keeps) {
      bytes = own.bytes();
    }
    if (chunkLength != chunkClaimed) {
      damaged("chunk has " + chunkLength + " bytes, not " + chunkClaimed);
    } else if (chunkLength % pageBytes != 0) {
      damaged("chunk of " + chunkLength + " bytes does not consist of pages of " + pageBytes);
    }
    return chunkLength > 0;
  }

  /** Whether the chunk may be kept in memory of this CPU's own. */
  private boolean reserve() {
    if (!Expansion.isLikely(chunkClaimed, chunkCompressed, Limits.CHUNK_BYTES)) {
      return false;
    }
    long more = chunkClaimed - own.room();
    if (more <= 0) {
      return true;
    }
    if (more > shared.memoryLeft) {
      return false;
    }
    shared.memoryLeft -= more;
    own = new Expansion((int) chunkClaimed);
    return true;
  }

  private boolean uncompress(Expansion into, int limit) throws IOException, DataFormatException {
    if (shared.compressed.length < chunkCompressed) {
      shared.compressed = new byte[chunkCompressed];
    }
    int n = file.read(chunkAt + CHUNK_HEADER_BYTES, shared.compressed, 0, chunkCompressed);
    if (n < chunkCompressed) {
      throw new DataFormatException("file ends early");
    }
    if (into == shared.scratch) {
      shared.scratchUser = this;
    }
    return into.run(shared.codec, shared.compressed, chunkCompressed, chunkClaimed, limit);
  }

  private void copyPage() throws IOException {
    if (shared.scratchUser != this) {
      try {
        uncompress(shared.scratch, Limits.CHUNK_BYTES);
      } catch (DataFormatException e) {
        throw new IOException("chunk at " + place(0) + " changed while it was read", e);
      }
    }
    if (bytes == own.bytes() || bytes.length < pageBytes) {
      bytes = new byte[pageBytes + NumberCopies.SLACK_BYTES];
    }
    System.arraycopy(shared.scratch.bytes(), pageAt, bytes, 0, available);
    start = 0;
  }

  private void damaged(String what) {
    shared.damaged++;
    shared.diagnostics.error("chunk", Place.at(chunkAt), what);
  }

  private long u32(byte[] from, int at) {
    int b0 = from[at] & 0xff;
    int b1 = from[at + 1] & 0xff;
    int b2 = from[at + 2] & 0xff;
    int b3 = from[at + 3] & 0xff;
    int value =
        shared.bigEndian ? b0 << 24 | b1 << 16 | b2 << 8 | b3 : b3 << 24 | b2 << 16 | b1 << 8 | b0;
    return value & 0xffff_ffffL;
  }
}
