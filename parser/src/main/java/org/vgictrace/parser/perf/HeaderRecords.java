package org.vgictrace.parser.perf;

import java.io.IOException;
import org.vgictrace.parser.input.RandomBytes;
import org.vgictrace.parser.record.Cursor;
import org.vgictrace.parser.record.DamageException;

/** Reads the records of a stream that describe the recording, as the sections of a file do. */
final class HeaderRecords {
  private static final int TRACING_SIZE_OFFSET = 8;
  private static final int AUX_SIZE_OFFSET = 8;

  private final RandomBytes file;
  private final Recording recording;
  private final Words words;

  HeaderRecords(RandomBytes file, Recording recording, Words words) {
    this.file = file;
    this.recording = recording;
    this.words = words;
  }

  /** Number of bytes behind a record that belong to it although its size does not tell. */
  long behind(byte[] bytes, int at, int size) {
    int type = words.s32(bytes, at);
    if (type == RecordType.TRACING_DATA && size >= TRACING_SIZE_OFFSET + Integer.BYTES) {
      return words.u32(bytes, at + TRACING_SIZE_OFFSET);
    }
    if (type == RecordType.AUXTRACE && size >= AUX_SIZE_OFFSET + Long.BYTES) {
      long length = words.u64(bytes, at + AUX_SIZE_OFFSET);
      return length < 0 ? Long.MAX_VALUE : length;
    }
    return 0;
  }

  /**
   * Reads a record if it is one of them.
   *
   * @param offset where it is in the file
   */
  void read(int type, long offset, int size) throws IOException {
    FeatureReader features = new FeatureReader(recording, words.isBigEndian());
    Cursor in = Cursor.of(file, words.isBigEndian(), offset);
    try {
      Cursor body = in.slice(size);
      body.skip(RecordType.HEADER_BYTES);
      switch (type) {
        case RecordType.HEADER_ATTR ->
            new AttrReader(recording, words.isBigEndian()).readRecord(body);
        case RecordType.TRACING_DATA -> {
          long length = body.u32();
          TracingData.read(in.slice(Math.min(length, in.remaining())), recording);
        }
        case RecordType.FEATURE -> features.read((int) Math.min(body.u64(), 256), body);
        case RecordType.EVENT_UPDATE -> features.update(body);
        default -> {
          // Says nothing of events.
        }
      }
    } catch (DamageException e) {
      recording.diagnostics.error(
          "header-record", e.place(), "record of type " + type + ": " + e.getMessage());
    }
  }
}
