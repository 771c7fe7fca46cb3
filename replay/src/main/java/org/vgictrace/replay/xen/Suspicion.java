package org.vgictrace.replay.xen;

import org.vgictrace.replay.engine.Strength;
import org.vgictrace.replay.verdict.Finding;

/**
 * A contradiction that one missing line of the log would explain, until a register is read that
 * shows whether the line was there.
 *
 * @param rule catalogue position of the rule
 * @param finding what to report
 * @param lr list register that must be read as it is believed to be, -1 if HCR must
 * @param mask bits that count
 * @param value what they must be
 * @param otherwise strength of the contradiction if the register changes unread; {@link
 *     Strength#SOFT} if it is none then
 */
record Suspicion(int rule, Finding finding, int lr, long mask, long value, Strength otherwise) {}
