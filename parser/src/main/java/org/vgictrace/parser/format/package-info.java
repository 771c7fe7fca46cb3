/**
 * Descriptions of binary trace records, as tracefs gives them: the {@code format} file of each
 * event and the {@code header_page} file that lays out a ring-buffer page.
 *
 * <p>{@link org.vgictrace.parser.format.EventFormatParser} and {@link
 * org.vgictrace.parser.format.PageLayout} read them. The files come from the capture and are not
 * trusted.
 */
@NullMarked
package org.vgictrace.parser.format;

import org.jspecify.annotations.NullMarked;
