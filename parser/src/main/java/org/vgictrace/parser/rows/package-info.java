/**
 * Rows that a script printed: CSV with a line of column names, and JSON lines.
 *
 * <p>{@link org.vgictrace.parser.rows.RowText} is the door. A row says what it is in one of two
 * ways: {@code kind} names a kind, and the other columns are that kind's; or {@code event} names an
 * event that a binding pack describes, and the other columns are its fields. {@code RowSyntax}
 * makes {@code Fields} of a line, {@code RowDecoder} a row of them, and {@code RowQueue} puts the
 * rows in order. {@code parser/ROWS.md} explains the format to users.
 */
@NullMarked
package org.vgictrace.parser.rows;

import org.jspecify.annotations.NullMarked;
