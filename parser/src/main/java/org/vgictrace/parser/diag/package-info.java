/**
 * What went wrong while reading: {@link org.vgictrace.parser.diag.InputException} for input that
 * cannot be read at all, {@link org.vgictrace.parser.diag.Diagnostics} for everything that was
 * skipped, guessed or salvaged.
 */
@NullMarked
package org.vgictrace.parser.diag;

import org.jspecify.annotations.NullMarked;
