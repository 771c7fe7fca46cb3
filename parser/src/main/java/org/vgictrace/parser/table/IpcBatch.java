package org.vgictrace.parser.table;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.util.List;
import org.apache.arrow.flatbuf.BodyCompression;
import org.apache.arrow.flatbuf.BodyCompressionMethod;
import org.apache.arrow.flatbuf.Buffer;
import org.apache.arrow.flatbuf.CompressionType;
import org.apache.arrow.flatbuf.RecordBatch;
import org.apache.commons.compress.compressors.lz4.FramedLZ4CompressorInputStream;
import org.vgictrace.parser.diag.InputException;
import org.vgictrace.parser.diag.Place;

/**
 * The buffers of one record batch of an Arrow file: of each column a validity bitmap, the values,
 * and for texts the bytes that the values are offsets into. After {@link #load} every buffer is as
 * long as the number of rows asks for; offsets are checked when they are used. The buffers are
 * reused by the next load.
 */
final class IpcBatch {
  /** Most bytes of a record batch, before and after decompression. */
  static final int BODY_MAX = 256 << 20;

  private static final ByteBuffer EMPTY = ByteBuffer.allocate(0).order(ByteOrder.LITTLE_ENDIAN);

  private final String file;
  private ByteBuffer body = EMPTY;
  private ByteBuffer unpacked = EMPTY;
  private long start;
  private int rows;
  private int[] nulls = new int[0];
  private ByteBuffer[] validity = new ByteBuffer[0];
  private ByteBuffer[] values = new ByteBuffer[0];
  private ByteBuffer[] data = new ByteBuffer[0];

  IpcBatch(String file) {
    this.file = file;
  }

  int rows() {
    return rows;
  }

  /** Number of nulls of a column. */
  int nulls(int column) {
    return nulls[column];
  }

  /** One bit per row; only if the column has nulls. */
  ByteBuffer validity(int column) {
    return validity[column];
  }

  /** The values, or offsets into {@link #bytes}. */
  ByteBuffer values(int column) {
    return values[column];
  }

  /** Whether a row has a value. */
  boolean has(int column, int row) {
    return nulls[column] == 0 || (validity[column].get(row >>> 3) >>> (row & 7) & 1) != 0;
  }

  /** The bytes of a text or binary value. */
  byte[] bytes(int column, int row) throws InputException {
    int from = values[column].getInt(row * Integer.BYTES);
    int to = values[column].getInt((row + 1) * Integer.BYTES);
    if (from < 0 || to < from || to > data[column].limit()) {
      throw damaged("offsets of row " + row + " are out of range");
    }
    byte[] bytes = new byte[to - from];
    data[column].get(from, bytes);
    return bytes;
  }

  /**
   * Reads a record batch.
   *
   * @param offset place of its body in the file
   * @param length length of its body, at most {@link #BODY_MAX}
   * @throws IndexOutOfBoundsException if the header is damaged
   */
  void load(
      FileChannel channel, long offset, long length, RecordBatch header, List<IpcField> fields)
      throws IOException {
    start = offset;
    body = room(body, Math.toIntExact(length));
    readFully(channel, offset, body, file);
    body.flip();
    int buffers = fields.stream().mapToInt(field -> field.storage().buffers()).sum();
    if (header.nodesLength() != fields.size() || header.buffersLength() != buffers) {
      throw damaged("record batch does not fit the schema");
    }
    if (header.length() < 0 || header.length() > (long) BODY_MAX * Byte.SIZE) {
      throw damaged("number of rows is out of range");
    }
    rows = (int) header.length();
    int columns = fields.size();
    nulls = new int[columns];
    validity = new ByteBuffer[columns];
    values = new ByteBuffer[columns];
    data = new ByteBuffer[columns];
    ByteBuffer[] slices = slices(header, buffers);
    int buffer = 0;
    for (int i = 0; i < columns; i++) {
      IpcField field = fields.get(i);
      long nullCount = header.nodes(i).nullCount();
      if (header.nodes(i).length() != rows || nullCount < 0 || nullCount > rows) {
        throw damaged("column '" + Printable.of(field.name()) + "' has a wrong number of rows");
      }
      nulls[i] = (int) nullCount;
      validity[i] = slices[buffer++];
      values[i] = slices[buffer++];
      data[i] = field.storage().hasOffsets() ? slices[buffer++] : EMPTY;
      boolean noRows = rows == 0 && values[i].limit() == 0;
      if (nulls[i] > 0 && validity[i].limit() < (rows + 7L) / 8
          || !noRows && values[i].limit() < field.storage().bytes(rows)) {
        throw damaged("column '" + Printable.of(field.name()) + "' is shorter than its rows");
      }
    }
  }

  private ByteBuffer[] slices(RecordBatch header, int count) throws IOException {
    ByteBuffer[] slices = new ByteBuffer[count];
    for (int i = 0; i < count; i++) {
      Buffer buffer = header.buffers(i);
      long at = buffer.offset();
      long length = buffer.length();
      if (at < 0 || length < 0 || at > body.limit() || length > body.limit() - at) {
        throw damaged("buffer " + i + " lies outside the record batch");
      }
      slices[i] = body.slice((int) at, (int) length).order(ByteOrder.LITTLE_ENDIAN);
    }
    BodyCompression compression = header.compression();
    if (compression == null) {
      return slices;
    }
    if (compression.method() != BodyCompressionMethod.BUFFER) {
      throw damaged("unknown compression method " + compression.method());
    }
    return unpack(slices, compression.codec());
  }

  /** Undoes the compression of each buffer; see {@code IpcOutput} for the layout. */
  private ByteBuffer[] unpack(ByteBuffer[] packed, byte codec) throws IOException {
    long total = 0;
    for (ByteBuffer buffer : packed) {
      if (buffer.limit() == 0) {
        continue;
      }
      long length = buffer.limit() < Long.BYTES ? -2 : buffer.getLong(0);
      if (length < -1 || length > BODY_MAX) {
        throw damaged("compressed buffer has length " + length);
      }
      total += Math.max(length, 0);
    }
    if (total > BODY_MAX) {
      throw damaged("record batch of %d bytes, at most %d are read".formatted(total, BODY_MAX));
    }
    unpacked = room(unpacked, (int) total);
    int used = 0;
    ByteBuffer[] plain = new ByteBuffer[packed.length];
    for (int i = 0; i < packed.length; i++) {
      ByteBuffer buffer = packed[i];
      if (buffer.limit() == 0) {
        plain[i] = buffer;
        continue;
      }
      int length = (int) buffer.getLong(0);
      ByteBuffer content = buffer.slice(Long.BYTES, buffer.limit() - Long.BYTES);
      if (length == 0) {
        plain[i] = EMPTY;
        continue;
      }
      if (length < 0) {
        plain[i] = content.order(ByteOrder.LITTLE_ENDIAN);
        continue;
      }
      ByteBuffer target = unpacked.slice(used, length).order(ByteOrder.LITTLE_ENDIAN);
      used += length;
      switch (codec) {
        case CompressionType.ZSTD -> unpackZstd(content, target);
        case CompressionType.LZ4_FRAME -> unpackLz4(content, target);
        default -> throw damaged("unknown compression " + codec);
      }
      plain[i] = target.clear();
    }
    return plain;
  }

  private void unpackZstd(ByteBuffer content, ByteBuffer target) throws InputException {
    try {
      Zstd.decompress(target, content);
    } catch (ZstdException e) {
      throw damaged("zstd: " + e.getMessage());
    }
    if (target.hasRemaining()) {
      throw damaged("compressed buffer is shorter than it says");
    }
  }

  private void unpackLz4(ByteBuffer content, ByteBuffer target) throws InputException {
    byte[] bytes = new byte[content.remaining()];
    content.get(bytes);
    byte[] piece = new byte[1 << 16];
    try (InputStream in = new FramedLZ4CompressorInputStream(new ByteArrayInputStream(bytes))) {
      while (target.hasRemaining()) {
        int n = in.read(piece, 0, Math.min(piece.length, target.remaining()));
        if (n < 0) {
          throw damaged("compressed buffer is shorter than it says");
        }
        target.put(piece, 0, n);
      }
    } catch (InputException e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      throw damaged("lz4: damaged");
    }
  }

  /** Reads until the buffer is full. */
  static void readFully(FileChannel channel, long offset, ByteBuffer target, String file)
      throws IOException {
    while (target.hasRemaining()) {
      if (channel.read(target, offset + target.position()) < 0) {
        throw new InputException(file, Place.at(offset + target.position()), "file became shorter");
      }
    }
  }

  private static ByteBuffer room(ByteBuffer buffer, int length) {
    ByteBuffer target =
        buffer.capacity() >= length && buffer.isDirect()
            ? buffer
            : ByteBuffer.allocateDirect(
                Math.max(length, Math.min(buffer.capacity() * 2, BODY_MAX)));
    return target.clear().limit(length).order(ByteOrder.LITTLE_ENDIAN);
  }

  private InputException damaged(String what) {
    return new InputException(file, Place.at(start), what);
  }
}
