/**
 * Many captures: {@link org.vgictrace.analysis.batch.CaptureWalk} finds them, {@link
 * org.vgictrace.analysis.batch.BatchRunner} checks several at a time, and the result is in the
 * order of their names whatever finished first.
 */
@NullMarked
package org.vgictrace.analysis.batch;

import org.jspecify.annotations.NullMarked;
