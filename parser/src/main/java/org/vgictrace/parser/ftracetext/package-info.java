/**
 * Reads text that the kernel's ftrace prints ({@code trace}, {@code trace_pipe}) and that {@code
 * trace-cmd report} prints.
 *
 * <p>{@link org.vgictrace.parser.ftracetext.FtraceText} is the door. A line goes through three
 * stages: {@code LineSource} cuts bytes into lines, the tokenizers find context and event name in a
 * line, and {@code TextDecoder} turns the event's own text into a row with the help of bindings.
 * Text is bytes throughout: task names may hold anything but NUL. {@link
 * org.vgictrace.parser.ftracetext.TextTemplate} is public so that binding packs can be checked
 * against it.
 */
@NullMarked
package org.vgictrace.parser.ftracetext;

import org.jspecify.annotations.NullMarked;
