package org.vgictrace.analysis.probes;

/**
 * A field with its place in one kernel.
 *
 * @param name of the field
 * @param from what kind of place
 * @param argument index of the argument, from 0, which is also its register
 * @param offset bytes behind where the argument points to
 * @param shift lowest bit of a bit-field within a value of the type
 * @param width of a bit-field
 * @param type how to read the value around it
 */
public record Fetch(
    String name, From from, int argument, long offset, int shift, int width, FetchType type) {
  /** Kinds of places. */
  public enum From {
    ARGUMENT,
    MEMORY,
    BIT_FIELD,
    RESULT,
    /** Memory at an offset from the stack pointer. */
    STACK,
    /** A number that is known beforehand: the offset. */
    CONSTANT
  }

  static Fetch result(String name, FetchType type) {
    return new Fetch(name, From.RESULT, 0, 0, 0, 0, type);
  }

  static Fetch argument(String name, int argument, FetchType type) {
    return new Fetch(name, From.ARGUMENT, argument, 0, 0, 0, type);
  }

  static Fetch stack(String name, long offset, FetchType type) {
    return new Fetch(name, From.STACK, 0, offset, 0, 0, type);
  }

  static Fetch constant(String name, long value, FetchType type) {
    return new Fetch(name, From.CONSTANT, 0, value, 0, 0, type);
  }

  static Fetch memory(String name, int argument, long offset, FetchType type) {
    return new Fetch(name, From.MEMORY, argument, offset, 0, 0, type);
  }
}
