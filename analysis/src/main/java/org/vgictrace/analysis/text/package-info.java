/**
 * Words and numbers for people: one event on one line ({@link
 * org.vgictrace.analysis.text.EventText}), figures with units ({@link
 * org.vgictrace.analysis.text.Figures}), wrapped paragraphs, and {@link
 * org.vgictrace.analysis.text.Clean} text that no terminal, mail or XML reader can be tricked by.
 *
 * <p>Nothing here depends on locale, time zone or default charset.
 */
@NullMarked
package org.vgictrace.analysis.text;

import org.jspecify.annotations.NullMarked;
