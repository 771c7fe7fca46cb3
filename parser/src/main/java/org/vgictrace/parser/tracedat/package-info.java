/**
 * Reads {@code trace.dat}, the binary file of trace-cmd, versions 6 and 7 (trace-cmd.dat.v6(5),
 * trace-cmd.dat.v7(5)), and directories with the raw ring-buffer pages that such files consist of
 * ({@link org.vgictrace.parser.tracedat.RawDirectoryFormat}).
 *
 * <p>{@link org.vgictrace.parser.tracedat.TraceDatFormat} is the door. Opening reads the metadata
 * ({@link org.vgictrace.parser.tracedat.BodyV6}, {@link org.vgictrace.parser.tracedat.BodyV7} into
 * {@link org.vgictrace.parser.tracedat.Contents}). Reading walks the ring-buffer pages of every CPU
 * ({@link org.vgictrace.parser.tracedat.PageSource}, {@link
 * org.vgictrace.parser.tracedat.CpuStream}), merges them by time and turns each record into a row
 * with a {@link org.vgictrace.parser.record.RecordDecoder} compiled for its event.
 *
 * <p>The file is not trusted: every number is checked against the range that encloses it before it
 * is used.
 */
@NullMarked
package org.vgictrace.parser.tracedat;

import org.jspecify.annotations.NullMarked;
