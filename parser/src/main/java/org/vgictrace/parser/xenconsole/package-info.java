/**
 * What Xen prints on its console for the debug keys {@code q} (domains) and {@code e} (event
 * channels), among whatever else is on the console: {@link
 * org.vgictrace.parser.xenconsole.XenConsole}.
 */
@NullMarked
package org.vgictrace.parser.xenconsole;

import org.jspecify.annotations.NullMarked;
