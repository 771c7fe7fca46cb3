/**
 * Two captures side by side: {@link org.vgictrace.analysis.diff.Comparison} sets the figures and
 * verdicts of one against those of the other.
 */
@NullMarked
package org.vgictrace.analysis.diff;

import org.jspecify.annotations.NullMarked;
