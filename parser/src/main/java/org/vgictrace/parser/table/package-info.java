/**
 * Tables on disk: a converted capture is a directory with one file per kind that has rows, the
 * order of all events, and {@code capture.json}.
 *
 * <p>{@link org.vgictrace.parser.table.TableDirectory} is the door, for writing and for reading.
 * Two layouts hold the same data: Arrow IPC files, which pandas, Polars, Spark and DuckDB read, and
 * CSV. This is the only package that knows Arrow. It uses Arrow's message formats only: buffers are
 * ordinary direct byte buffers, so neither Netty nor {@code sun.misc.Unsafe} is involved and no
 * option of the Java machine is needed.
 */
@NullMarked
package org.vgictrace.parser.table;

import org.jspecify.annotations.NullMarked;
