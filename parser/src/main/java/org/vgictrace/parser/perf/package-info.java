/**
 * Reads {@code perf.data}, the binary file of {@code perf record}, as a file or as the stream that
 * perf writes to a pipe (tools/perf/Documentation/perf.data-file-format.txt and
 * include/uapi/linux/perf_event.h, Linux 2.6.36 to 7.2).
 *
 * <p>{@link org.vgictrace.parser.perf.PerfDataFormat} is the door. Opening reads what describes the
 * recording: attributes of the events, features, formats ({@link
 * org.vgictrace.parser.perf.Recording}). Reading cuts the data into records ({@link
 * org.vgictrace.parser.perf.RecordCutter}), unpacks those that are compressed, brings them into the
 * order of time ({@link org.vgictrace.parser.perf.TimeQueue}) and makes a row of each sample with
 * the decoder of its event ({@link org.vgictrace.parser.perf.SampleReader}).
 *
 * <p>The file is not trusted: every number is checked against the range that encloses it before it
 * is used.
 */
@NullMarked
package org.vgictrace.parser.perf;

import org.jspecify.annotations.NullMarked;
