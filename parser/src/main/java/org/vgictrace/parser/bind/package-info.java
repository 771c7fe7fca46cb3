/**
 * Binding packs: which recorded event and field becomes which kind and column. Packs are JSON; the
 * built-in ones are resources of this package.
 */
@NullMarked
package org.vgictrace.parser.bind;

import org.jspecify.annotations.NullMarked;
