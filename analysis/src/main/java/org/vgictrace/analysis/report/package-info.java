/**
 * Writers of results, one class per output format and command. Each takes an immutable result and
 * an {@link java.lang.Appendable} or {@link java.io.Writer}; none computes anything. Equal results
 * give equal characters: no clock, locale, time zone or hash order shows.
 */
@NullMarked
package org.vgictrace.analysis.report;

import org.jspecify.annotations.NullMarked;
