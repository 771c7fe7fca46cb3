/**
 * Texts of events, made from their binary records as the kernel makes them.
 *
 * <p>Every event format ends in a {@code print fmt}: a printf format and C expressions over the
 * fields. {@link org.vgictrace.parser.printfmt.PrintFormat} compiles one; {@link
 * org.vgictrace.parser.printfmt.RecordTexts} keeps those of a capture and looks up symbols and
 * strings of the kernel that records only hold addresses of.
 *
 * <p>Formats are not trusted: depth and size of expressions, width of conversions and length of
 * texts are limited, and everything that is read of a record is checked against its length.
 */
@NullMarked
package org.vgictrace.parser.printfmt;

import org.jspecify.annotations.NullMarked;
