package org.vgictrace.parser.perf;

import org.vgictrace.parser.input.RandomBytes;

/**
 * A file of a recording, or the range of it that has records.
 *
 * @param from where the first record begins
 * @param to end of the range, within the file
 */
record DataPart(RandomBytes file, long from, long to) {}
