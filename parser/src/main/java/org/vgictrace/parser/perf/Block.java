package org.vgictrace.parser.perf;

import org.jspecify.annotations.Nullable;
import org.vgictrace.parser.diag.Place;
import org.vgictrace.parser.record.NumberCopies;

/** A piece of the record stream in memory. Used again when nobody holds a record in it any more. */
final class Block {
  static final int BYTES = 256 << 10;

  final byte[] bytes = new byte[BYTES + NumberCopies.SLACK_BYTES];

  /** Number of the block among all of its pool. */
  final int number;

  /** Records that wait in it, plus one while it is being filled. */
  int holders;

  private @Nullable DataPart part;
  private long offset;
  private boolean exact;

  Block(int number) {
    this.number = number;
  }

  /** Notes that the first byte is a copy of the file's byte at an offset, and so on. */
  void copiedFrom(DataPart in, long fileOffset) {
    part = in;
    offset = fileOffset;
    exact = true;
  }

  /** Notes that the bytes come out of a compressed record at an offset of the file. */
  void unpackedFrom(DataPart in, long fileOffset) {
    part = in;
    offset = fileOffset;
    exact = false;
  }

  /** Notes that this begins with the bytes of another from there on, if they can be told. */
  void continued(Block other, int at) {
    if (other.exact && other.part != null) {
      copiedFrom(other.part, other.fileOffset(at));
    }
  }

  /** Whether the bytes are in the file as they are here. */
  boolean isExact() {
    return exact;
  }

  /** Offset in the file of a record in this block, or of what it was compressed in. */
  long fileOffset(int at) {
    return exact ? offset + at : offset;
  }

  Place place(int at) {
    Place place = Place.at(fileOffset(at));
    return part == null ? place : place.in(part.name());
  }
}
