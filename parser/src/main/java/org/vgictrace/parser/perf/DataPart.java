package org.vgictrace.parser.perf;

import org.vgictrace.parser.diag.Place;
import org.vgictrace.parser.input.RandomBytes;

/**
 * A file of a recording, or the range of it that has records.
 *
 * @param name of the file, empty if it is the only one
 * @param from where the first record begins
 * @param to end of the range, within the file
 */
record DataPart(RandomBytes file, String name, long from, long to) {

  /** A place in the file. */
  Place place(long offset) {
    return Place.at(offset).in(name);
  }
}
