package org.vgictrace.analysis.batch;

import org.jspecify.annotations.Nullable;
import org.vgictrace.analysis.check.CheckReport;

/**
 * What became of one capture: a report, or the reason why there is none.
 *
 * @param file as named or found
 * @param report its check, null if it could not be read
 * @param error one line, null if it could be read
 */
public record Outcome(String file, @Nullable CheckReport report, @Nullable String error) {}
