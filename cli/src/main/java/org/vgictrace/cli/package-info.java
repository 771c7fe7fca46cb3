/**
 * The command line. {@link org.vgictrace.cli.Main} is the door; each sub-command is a class that
 * reads its options, has the other modules do the work, and chooses the exit code.
 */
@NullMarked
package org.vgictrace.cli;

import org.jspecify.annotations.NullMarked;
