/**
 * The lines of a text. The door is {@link org.vgictrace.parser.lines.InputLines}: it decodes UTF-16
 * and takes a trace out of the web page around it, and {@link
 * org.vgictrace.parser.lines.LineSource} cuts what comes out into lines.
 */
@NullMarked
package org.vgictrace.parser.lines;

import org.jspecify.annotations.NullMarked;
