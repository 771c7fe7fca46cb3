package org.vgictrace.parser.table;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.arrow.flatbuf.Block;
import org.apache.arrow.flatbuf.DictionaryBatch;
import org.apache.arrow.flatbuf.Endianness;
import org.apache.arrow.flatbuf.Field;
import org.apache.arrow.flatbuf.Footer;
import org.apache.arrow.flatbuf.Message;
import org.apache.arrow.flatbuf.MessageHeader;
import org.apache.arrow.flatbuf.RecordBatch;
import org.apache.arrow.flatbuf.Schema;
import org.jspecify.annotations.Nullable;
import org.vgictrace.parser.diag.InputException;
import org.vgictrace.parser.diag.Place;
import org.vgictrace.parser.event.Names;

/**
 * Reads an Arrow IPC file, ours or another program's, one record batch at a time. See {@link
 * IpcOutput} for the layout.
 *
 * <p>Nothing in the file is trusted: every offset and length is checked against what encloses it
 * before it is used. Limits: {@value #FIELDS_MAX} columns, {@value IpcBatch#BODY_MAX} bytes per
 * record batch, compressed or not.
 */
final class IpcInput implements Closeable {
  private static final String MESSAGE_DAMAGED = "message is damaged";
  private static final int FIELDS_MAX = 4096;
  private static final int FOOTER_MAX = 64 << 20;
  private static final int METADATA_MAX = 4 << 20;

  /** Magic and padding in front; footer length and magic behind. */
  private static final int FRONT = 8;

  private static final int BACK = Integer.BYTES + IpcOutput.MAGIC.length;

  private final String name;
  private final FileChannel channel;
  private final List<IpcField> fields = new ArrayList<>();
  private final Map<Long, List<String>> dictionaries = new HashMap<>();
  private final IpcBatch batch;
  private List<Region> batches = List.of();
  private int next;

  /** Where a message is: metadata, then body. */
  private record Region(long offset, int metadata, long body) {
    long end() {
      return offset + metadata + body;
    }
  }

  /**
   * Opens a file and reads its schema and dictionaries.
   *
   * @throws InputException if it is missing, truncated or not what it claims to be
   */
  static IpcInput open(Path file) throws IOException {
    FileChannel channel;
    try {
      channel = FileChannel.open(file, StandardOpenOption.READ);
    } catch (NoSuchFileException e) {
      throw new InputException(file.toString(), "is missing");
    }
    IpcInput input = new IpcInput(file.toString(), channel);
    try {
      input.readFooter();
      return input;
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  private IpcInput(String name, FileChannel channel) {
    this.name = name;
    this.channel = channel;
    this.batch = new IpcBatch(name);
  }

  List<IpcField> fields() {
    return fields;
  }

  /** The texts of a dictionary. */
  List<String> dictionary(long id) throws InputException {
    List<String> texts = dictionaries.get(id);
    if (texts == null) {
      throw new InputException(name, "dictionary " + id + " is missing");
    }
    return texts;
  }

  /** The next record batch, or null. It is the same object each time, with new contents. */
  @Nullable IpcBatch next() throws IOException {
    if (next == batches.size()) {
      return null;
    }
    Region region = batches.get(next++);
    try {
      Message message = message(region);
      if (message.headerType() != MessageHeader.RecordBatch
          || !(message.header(new RecordBatch()) instanceof RecordBatch header)) {
        throw damaged(region.offset, "not a record batch");
      }
      load(region, header, fields);
    } catch (IndexOutOfBoundsException e) {
      throw damaged(region.offset, MESSAGE_DAMAGED);
    }
    return batch;
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }

  private void readFooter() throws IOException {
    long size = channel.size();
    if (size < FRONT + BACK) {
      throw new InputException(name, "is truncated or not an Arrow file");
    }
    byte[] front = read(0, IpcOutput.MAGIC.length).array();
    ByteBuffer back = read(size - BACK, BACK);
    if (!Arrays.equals(front, IpcOutput.MAGIC)) {
      throw damaged(0, "not an Arrow file");
    }
    int length = back.getInt();
    byte[] magic = new byte[IpcOutput.MAGIC.length];
    back.get(magic);
    if (!Arrays.equals(magic, IpcOutput.MAGIC)) {
      throw damaged(size - magic.length, "end of file is missing; the file is truncated");
    }
    if (length <= 0 || length > Math.min(FOOTER_MAX, size - FRONT - BACK)) {
      throw damaged(size - BACK, "footer length " + length + " is out of range");
    }
    long start = size - BACK - length;
    try {
      Footer footer = Footer.getRootAsFooter(read(start, length));
      readSchema(footer);
      batches = regions(footer, false, start);
      readDictionaries(regions(footer, true, start));
    } catch (IndexOutOfBoundsException | NegativeArraySizeException | IllegalArgumentException e) {
      throw damaged(start, "footer is damaged");
    }
  }

  private void readSchema(Footer footer) throws InputException {
    Schema schema = footer.schema();
    if (schema == null || schema.fieldsLength() > FIELDS_MAX) {
      throw new InputException(name, "schema is missing or too large");
    }
    if (schema.endianness() != Endianness.Little) {
      throw new InputException(name, "big-endian Arrow files are not supported");
    }
    Set<String> seen = new HashSet<>();
    for (int i = 0; i < schema.fieldsLength(); i++) {
      Field field = schema.fields(i);
      String column = field.name() == null ? "" : field.name();
      IpcField read = IpcField.of(field, column);
      if (read == null) {
        throw new InputException(
            name,
            "column '%s' has a type that tables do not have: %s"
                .formatted(Printable.of(column), IpcField.typeName(field)));
      }
      if (!seen.add(column)) {
        throw new InputException(name, "column '" + Printable.of(column) + "' occurs twice");
      }
      fields.add(read);
    }
  }

  /** The blocks of one sort, which must lie before the footer, in order, without overlap. */
  private List<Region> regions(Footer footer, boolean dictionary, long end) throws InputException {
    List<Region> regions = new ArrayList<>();
    int count = dictionary ? footer.dictionariesLength() : footer.recordBatchesLength();
    long previous = FRONT;
    for (int i = 0; i < count; i++) {
      Block block = dictionary ? footer.dictionaries(i) : footer.recordBatches(i);
      Region region = new Region(block.offset(), block.metaDataLength(), block.bodyLength());
      boolean fits =
          region.offset >= previous
              && region.metadata >= Long.BYTES
              && region.metadata <= METADATA_MAX
              && region.body >= 0
              && region.offset <= end - region.metadata
              && region.body <= end - region.metadata - region.offset;
      if (!fits) {
        throw new InputException(name, "footer points outside the file or twice to the same place");
      }
      if (region.body > IpcBatch.BODY_MAX) {
        throw damaged(
            region.offset,
            "record batch of %d bytes, at most %d are read; write smaller batches"
                .formatted(region.body, IpcBatch.BODY_MAX));
      }
      previous = region.end();
      regions.add(region);
    }
    return regions;
  }

  private void readDictionaries(List<Region> regions) throws IOException {
    List<IpcField> texts = List.of(new IpcField("", IpcField.Storage.UTF8, null));
    for (Region region : regions) {
      try {
        readDictionary(region, texts);
      } catch (IndexOutOfBoundsException e) {
        throw damaged(region.offset, MESSAGE_DAMAGED);
      }
    }
  }

  private void readDictionary(Region region, List<IpcField> texts) throws IOException {
    Message message = message(region);
    if (message.headerType() != MessageHeader.DictionaryBatch
        || !(message.header(new DictionaryBatch()) instanceof DictionaryBatch header)
        || header.data() == null) {
      throw damaged(region.offset, "not a dictionary");
    }
    load(region, header.data(), texts);
    List<String> known = dictionaries.computeIfAbsent(header.id(), id -> new ArrayList<>());
    if (!known.isEmpty() && !header.isDelta()) {
      throw damaged(region.offset, "dictionary " + header.id() + " occurs twice");
    }
    if (batch.rows() > Names.NAMES_MAX + 1 - known.size()) {
      throw damaged(region.offset, "more than " + Names.NAMES_MAX + " names in one dictionary");
    }
    for (int row = 0; row < batch.rows(); row++) {
      known.add(new String(batch.bytes(0, row), StandardCharsets.UTF_8));
    }
  }

  private void load(Region region, RecordBatch header, List<IpcField> declared) throws IOException {
    batch.load(channel, region.offset + region.metadata, region.body, header, declared);
  }

  /**
   * Reads a message's metadata: {@code ffffffff, length, flatbuffer} or, before Arrow 0.15, without
   * the first word.
   */
  private Message message(Region region) throws IOException {
    ByteBuffer bytes = read(region.offset, region.metadata);
    int length = bytes.getInt();
    if (length == -1) {
      length = bytes.getInt();
    }
    if (length <= 0 || length > bytes.remaining()) {
      throw damaged(region.offset, "message length " + length + " is out of range");
    }
    Message message = Message.getRootAsMessage(bytes.slice().order(ByteOrder.LITTLE_ENDIAN));
    if (message.bodyLength() != region.body) {
      throw damaged(region.offset, "message and footer give different lengths");
    }
    return message;
  }

  private ByteBuffer read(long offset, int length) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
    IpcBatch.readFully(channel, offset, bytes, name);
    return bytes.flip();
  }

  private InputException damaged(long offset, String what) {
    return new InputException(name, Place.at(offset), what);
  }
}
