/**
 * Binding packs: which recorded event and field becomes which kind and column.
 *
 * <p>The same step of the vGIC is recorded under many names: by a tracepoint of one kernel, by
 * another one's, by somebody's kprobes. A pack is a JSON file that maps one such vocabulary to the
 * kinds; nothing behind this package knows recorded names. Built in are
 *
 * <ul>
 *   <li>{@code stock}: tracepoints of mainline kernels,
 *   <li>{@code vgic}: kprobes on the functions of the vGIC, with the kernel's own names for what
 *       they record,
 *   <li>{@code vx}: kprobes under short names, with the packed flags of 6.19 and later,
 *   <li>{@code vendor}: list register tracepoints of trees outside mainline.
 * </ul>
 *
 * The door is {@link org.vgictrace.parser.bind.BindingPacks}: {@code builtin()}, or {@code
 * with(...)} for packs that {@link org.vgictrace.parser.bind.PackReader} has read. A reader that
 * knows the layout of a record asks {@code find(system, event, fields)} once per event format; a
 * reader of text asks {@code byName(event)} once per event name and takes, line by line, the first
 * binding whose required fields are all there. What it does then is the same for both: append a row
 * of the binding's kind, put the constants, put each {@code FieldBinding} whose field is recorded,
 * and leave the rest null. So is an array element beyond the recorded length, a number outside the
 * labels of a choice, and a field of a type the column cannot hold.
 *
 * <p>Several bindings may share an event name; the order is that of the packs, then that within the
 * pack. Events that a pack knows but leaves to {@code other} are listed in it with the reason.
 * {@code parser/PACKS.md} explains the format to users, {@code parser/KINDS.md} lists every kind
 * with its columns and the events bound to it.
 */
@NullMarked
package org.vgictrace.parser.bind;

import org.jspecify.annotations.NullMarked;
