/**
 * Reads captures of virtual-GIC activity.
 *
 * <p>{@link org.vgictrace.parser.Captures} is the door: it recognises a file by its content and
 * returns a {@link org.vgictrace.parser.Capture}, which streams {@link
 * org.vgictrace.parser.event.Batch batches} of typed events in time order. What a capture is made
 * of never leaves this module.
 */
@NullMarked
package org.vgictrace.parser;

import org.jspecify.annotations.NullMarked;
