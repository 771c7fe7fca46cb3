/** Both sides of genuine runs, and of what is made of them. */
@NullMarked
package org.vgictrace.replay.both;

import org.jspecify.annotations.NullMarked;
