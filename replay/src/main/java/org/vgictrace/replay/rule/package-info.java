/**
 * The rule catalogue: each rule is declared once, with its identifier, severity, explanation and
 * the observations it needs. {@link org.vgictrace.replay.rule.Catalogue} lists them all.
 */
@NullMarked
package org.vgictrace.replay.rule;

import org.jspecify.annotations.NullMarked;
