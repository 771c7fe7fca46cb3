/**
 * One pass over a capture: {@link org.vgictrace.analysis.check.CheckRunner} feeds the replay, keeps
 * the events around each finding, and ends with an immutable {@link
 * org.vgictrace.analysis.check.CheckReport} that every report is written from.
 */
@NullMarked
package org.vgictrace.analysis.check;

import org.jspecify.annotations.NullMarked;
