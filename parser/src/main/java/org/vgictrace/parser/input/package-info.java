/**
 * Bytes of an input, wherever they come from: files, standard input, and either of them inside
 * gzip, zstd, xz or lz4.
 *
 * <p>{@link org.vgictrace.parser.input.Inputs} is the door. It gives an {@link
 * org.vgictrace.parser.input.Input} whose head tells the format and which is then read either as a
 * {@link org.vgictrace.parser.input.ByteStream} or as {@link
 * org.vgictrace.parser.input.RandomBytes}, always as uncompressed content.
 */
@NullMarked
package org.vgictrace.parser.input;

import org.jspecify.annotations.NullMarked;
