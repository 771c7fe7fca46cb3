/**
 * What a replay says: {@link org.vgictrace.replay.verdict.Finding findings} and counts per rule.
 */
@NullMarked
package org.vgictrace.replay.verdict;

import org.jspecify.annotations.NullMarked;
