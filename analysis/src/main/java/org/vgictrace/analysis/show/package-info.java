/**
 * The event listing: {@link org.vgictrace.analysis.show.EventListing} writes the events that a
 * filter lets through.
 */
@NullMarked
package org.vgictrace.analysis.show;

import org.jspecify.annotations.NullMarked;
