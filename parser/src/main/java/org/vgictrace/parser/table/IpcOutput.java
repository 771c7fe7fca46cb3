package org.vgictrace.parser.table;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdCompressCtx;
import com.google.flatbuffers.FlatBufferBuilder;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.flatbuf.BodyCompression;
import org.apache.arrow.flatbuf.BodyCompressionMethod;
import org.apache.arrow.flatbuf.Buffer;
import org.apache.arrow.flatbuf.CompressionType;
import org.apache.arrow.flatbuf.DictionaryBatch;
import org.apache.arrow.flatbuf.FieldNode;
import org.apache.arrow.flatbuf.Footer;
import org.apache.arrow.flatbuf.MessageHeader;
import org.apache.arrow.flatbuf.MetadataVersion;
import org.apache.arrow.flatbuf.RecordBatch;
import org.apache.arrow.vector.ipc.WriteChannel;
import org.apache.arrow.vector.ipc.message.ArrowBlock;
import org.apache.arrow.vector.ipc.message.FBSerializables;
import org.apache.arrow.vector.ipc.message.IpcOption;
import org.apache.arrow.vector.ipc.message.MessageSerializer;
import org.jspecify.annotations.Nullable;

/**
 * Writes an Arrow IPC file (Arrow Columnar Format 1.5, "IPC File Format"):
 *
 * <pre>
 * "ARROW1" 0 0 | schema | record batch ... | dictionary ... | end of stream | footer | footer length | "ARROW1"
 * </pre>
 *
 * Each message is {@code ffffffff, length, flatbuffer, padding}, followed by its body, and starts
 * at a multiple of 8. Dictionaries stand behind the batches that use them, which the format allows
 * ("there is no requirement that dictionary keys should be defined in a DictionaryBatch before they
 * are used"): so names need not be known in advance.
 */
final class IpcOutput implements Closeable {
  /** First and last bytes of a file. */
  static final byte[] MAGIC = "ARROW1".getBytes(StandardCharsets.US_ASCII);

  private static final int ZSTD_LEVEL = 1;
  private static final ByteBuffer PADDING = ByteBuffer.allocateDirect(8).asReadOnlyBuffer();

  private final FileChannel file;
  private final WriteChannel out;
  private final TableSchema schema;
  private final List<ArrowBlock> batches = new ArrayList<>();
  private final List<ArrowBlock> dictionaries = new ArrayList<>();
  private final @Nullable ZstdCompressCtx zstd;
  private ByteBuffer packed = ByteBuffer.allocateDirect(0);

  IpcOutput(Path path, TableSchema schema, TableCompression compression) throws IOException {
    this.schema = schema;
    this.zstd =
        switch (compression) {
          case NONE -> null;
          case ZSTD -> new ZstdCompressCtx().setLevel(ZSTD_LEVEL);
        };
    this.file = FileChannel.open(path, StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW);
    this.out = new WriteChannel(file);
    out.write(MAGIC);
    out.align();
    FlatBufferBuilder builder = new FlatBufferBuilder();
    message(builder, MessageHeader.Schema, schema.write(builder), List.of());
  }

  /**
   * Writes a record batch.
   *
   * @param rows number of rows
   * @param nulls number of nulls per column
   * @param buffers the columns' buffers in Arrow's order, from position to limit; direct
   */
  void batch(int rows, int[] nulls, List<ByteBuffer> buffers) throws IOException {
    List<ByteBuffer> body = compressed(buffers);
    FlatBufferBuilder builder = new FlatBufferBuilder();
    int batch = recordBatch(builder, rows, nulls, body);
    batches.add(message(builder, MessageHeader.RecordBatch, batch, body));
  }

  /** Writes a dictionary of texts. */
  void dictionary(long id, List<String> texts) throws IOException {
    List<byte[]> encoded = new ArrayList<>();
    long size = 0;
    for (String text : texts) {
      byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
      encoded.add(utf8);
      size += utf8.length;
    }
    ByteBuffer offsets = ArrowColumn.direct((texts.size() + 1) * Integer.BYTES).putInt(0);
    ByteBuffer data = ArrowColumn.direct(Math.toIntExact(size));
    for (byte[] utf8 : encoded) {
      data.put(utf8);
      offsets.putInt(data.position());
    }
    List<ByteBuffer> body =
        compressed(List.of(PADDING.duplicate().limit(0), offsets.flip(), data.flip()));
    FlatBufferBuilder builder = new FlatBufferBuilder();
    int batch = recordBatch(builder, texts.size(), new int[] {0}, body);
    int dictionary = DictionaryBatch.createDictionaryBatch(builder, id, batch, false);
    dictionaries.add(message(builder, MessageHeader.DictionaryBatch, dictionary, body));
  }

  /** Writes the end of the file. */
  void finish() throws IOException {
    out.writeIntLittleEndian(MessageSerializer.IPC_CONTINUATION_TOKEN);
    out.writeIntLittleEndian(0);
    long start = out.getCurrentPosition();
    out.write(footer());
    out.writeIntLittleEndian(Math.toIntExact(out.getCurrentPosition() - start));
    out.write(MAGIC);
  }

  @Override
  public void close() throws IOException {
    if (zstd != null) {
      zstd.close();
    }
    out.close();
  }

  /** What is where in the file (File.fbs). */
  private ByteBuffer footer() {
    FlatBufferBuilder builder = new FlatBufferBuilder();
    int columns = schema.write(builder);
    Footer.startDictionariesVector(builder, dictionaries.size());
    int dictionaryBlocks = FBSerializables.writeAllStructsToVector(builder, dictionaries);
    Footer.startRecordBatchesVector(builder, batches.size());
    int batchBlocks = FBSerializables.writeAllStructsToVector(builder, batches);
    Footer.startFooter(builder);
    Footer.addSchema(builder, columns);
    Footer.addDictionaries(builder, dictionaryBlocks);
    Footer.addRecordBatches(builder, batchBlocks);
    Footer.addVersion(builder, MetadataVersion.V5);
    builder.finish(Footer.endFooter(builder));
    return builder.dataBuffer();
  }

  private int recordBatch(FlatBufferBuilder builder, int rows, int[] nulls, List<ByteBuffer> body) {
    RecordBatch.startNodesVector(builder, nulls.length);
    for (int i = nulls.length - 1; i >= 0; i--) {
      FieldNode.createFieldNode(builder, rows, nulls[i]);
    }
    int nodes = builder.endVector();
    long offset = bodyLength(body);
    RecordBatch.startBuffersVector(builder, body.size());
    for (int i = body.size() - 1; i >= 0; i--) {
      int length = body.get(i).remaining();
      offset -= padded(length);
      Buffer.createBuffer(builder, offset, length);
    }
    int buffers = builder.endVector();
    int codec =
        zstd == null
            ? 0
            : BodyCompression.createBodyCompression(
                builder, CompressionType.ZSTD, BodyCompressionMethod.BUFFER);
    RecordBatch.startRecordBatch(builder);
    RecordBatch.addLength(builder, rows);
    RecordBatch.addNodes(builder, nodes);
    RecordBatch.addBuffers(builder, buffers);
    if (codec != 0) {
      RecordBatch.addCompression(builder, codec);
    }
    return RecordBatch.endRecordBatch(builder);
  }

  private ArrowBlock message(
      FlatBufferBuilder builder, byte type, int header, List<ByteBuffer> body) throws IOException {
    long start = out.getCurrentPosition();
    long bodyLength = bodyLength(body);
    ByteBuffer metadata =
        MessageSerializer.serializeMessage(builder, type, header, bodyLength, IpcOption.DEFAULT);
    MessageSerializer.writeMessageBuffer(out, metadata.remaining(), metadata);
    int metadataLength = Math.toIntExact(out.getCurrentPosition() - start);
    for (ByteBuffer buffer : body) {
      out.write(buffer);
      out.align();
    }
    return new ArrowBlock(start, metadataLength, bodyLength);
  }

  private static long bodyLength(List<ByteBuffer> body) {
    long length = 0;
    for (ByteBuffer buffer : body) {
      length += padded(buffer.remaining());
    }
    return length;
  }

  private static long padded(int length) {
    return length + 7L & ~7L;
  }

  /**
   * Compresses each buffer: its length as 64-bit number, then the compressed bytes; or -1 and the
   * bytes as they are if that is shorter. Empty buffers stay empty.
   */
  private List<ByteBuffer> compressed(List<ByteBuffer> buffers) {
    if (zstd == null) {
      return buffers;
    }
    long needed = 0;
    for (ByteBuffer buffer : buffers) {
      needed += Long.BYTES + Zstd.compressBound(buffer.remaining());
    }
    if (packed.capacity() < needed) {
      packed = ByteBuffer.allocateDirect(Math.toIntExact(needed));
    }
    packed.clear().order(ByteOrder.LITTLE_ENDIAN);
    List<ByteBuffer> result = new ArrayList<>();
    for (ByteBuffer buffer : buffers) {
      int start = packed.position();
      int length = buffer.remaining();
      if (length > 0) {
        packed.putLong(length);
        int n = zstd.compress(packed, buffer.duplicate());
        if (n >= length) {
          packed.putLong(start, -1).position(start + Long.BYTES).put(buffer.duplicate());
        }
      }
      result.add(packed.slice(start, packed.position() - start));
    }
    return result;
  }
}
