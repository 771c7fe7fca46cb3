/** See the module's description; filled in as the work proceeds. */
@NullMarked
package org.vgictrace.cli;

import org.jspecify.annotations.NullMarked;
