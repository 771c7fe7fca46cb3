/**
 * What a recording lets the model see: {@link org.vgictrace.analysis.coverage.Coverage} sets each
 * observation that rules need against the events that were recorded, those that could have been,
 * and those that were not asked for.
 */
@NullMarked
package org.vgictrace.analysis.coverage;

import org.jspecify.annotations.NullMarked;
