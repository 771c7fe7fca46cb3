package org.vgictrace.parser.qemulog;

import org.jspecify.annotations.Nullable;

/** One event by its name: how its text is read and how often it occurred. */
final class LogEvent {
  /** What is done with an event's values once they are read. */
  enum Use {
    /** Nothing: they are the columns. */
    PLAIN,
    /** A system register: the text names it. */
    REGISTER,
    /** An offset of the virtual interface control block names the register. */
    CONTROL,
    /** An offset of a CPU interface names the register; the text says whose interface it is. */
    INTERFACE,
    /** As plain; the text says whose interface it is. */
    SIDED,
    /** The text names an interrupt line. */
    SIGNAL,
    /** The line follows the write of a list register and names the CPU that did it. */
    LIST_REGISTER,
    /** Its text is kept as it is. */
    UNKNOWN
  }

  final byte[] name;
  final int nameId;
  final Use use;

  /** Null for {@link Use#REGISTER} and {@link Use#UNKNOWN}. */
  final @Nullable Shape shape;

  /** Whether the CPU of the text is the one that ran the thread. */
  final boolean namesThread;

  /** Whether it is an access to the virtual interface, even if its text is not understood. */
  final boolean isOfInterface;

  /** Where it is looked for among the events. */
  int hash;

  long count;

  /** How many had a text of another shape. */
  long misfits;

  LogEvent(
      byte[] name,
      int nameId,
      Use use,
      @Nullable Shape shape,
      boolean namesThread,
      boolean isOfInterface) {
    this.name = name;
    this.nameId = nameId;
    this.use = use;
    this.shape = shape;
    this.namesThread = namesThread;
    this.isOfInterface = isOfInterface;
  }
}
