/**
 * Binary event records as the kernel lays them out, whichever file carries them: what describes
 * them, and how they become rows.
 *
 * <p>{@link org.vgictrace.parser.record.MetadataReader} reads formats and names of threads with a
 * {@link org.vgictrace.parser.record.Cursor} into {@link org.vgictrace.parser.record.Metadata}.
 * {@link org.vgictrace.parser.record.EventCatalog} gives the {@link
 * org.vgictrace.parser.record.RecordDecoder} of an event, compiled from its format and its binding
 * when its first record comes.
 *
 * <p>What is read is not trusted: every number is checked against the range that encloses it before
 * it is used.
 */
@NullMarked
package org.vgictrace.parser.record;

import org.jspecify.annotations.NullMarked;
