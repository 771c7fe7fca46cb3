package org.vgictrace.parser.btf;

/**
 * A parameter of a function.
 *
 * @param name as in the source, empty if it has none
 * @param type id of its type, 0 for the dots of a variadic function
 */
public record Parameter(String name, int type) {}
