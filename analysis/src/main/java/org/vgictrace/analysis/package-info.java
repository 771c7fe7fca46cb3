/** See the module's description; filled in as the work proceeds. */
@NullMarked
package org.vgictrace.analysis;

import org.jspecify.annotations.NullMarked;
