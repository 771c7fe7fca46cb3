/**
 * The event vocabulary: {@link org.vgictrace.parser.event.Kind kinds} with typed columns, and the
 * {@link org.vgictrace.parser.event.Batch batches} in which events travel from readers to
 * consumers.
 *
 * <p>Each kind is declared once, in {@link org.vgictrace.parser.event.Kind}; tables, files and the
 * reference page follow from that declaration.
 */
@NullMarked
package org.vgictrace.parser.event;

import org.jspecify.annotations.NullMarked;
