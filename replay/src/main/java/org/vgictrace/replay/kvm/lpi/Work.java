package org.vgictrace.replay.kvm.lpi;

import org.jspecify.annotations.Nullable;
import org.vgictrace.replay.engine.Event;
import org.vgictrace.replay.gic.ItsCommand;
import org.vgictrace.replay.verdict.EventRef;

/** What one thread is in the middle of, as far as LPIs go. */
final class Work {
  final int pid;

  /** VM whose ITS or redistributor it works for. */
  @Nullable LpiVm vm;

  /** VM of the message it delivers. */
  @Nullable LpiVm messageVm;

  /** It writes a register that switches delivery on or off. */
  boolean switching;

  /** What is switched off drops all cached translations. */
  boolean pendingOff;

  long switchSeq;
  long switchTs;
  int switchCpu;
  String switchText = "";

  /** Command it executes, null for none. */
  @Nullable ItsCommand command;

  long device;
  long event;
  long intid;
  int collection;
  long target;
  long target2;
  boolean valid;
  int eventBits;
  long commandSeq;
  long commandTs;
  int commandCpu;

  /** The LPI of a MAPTI was seen to be there. */
  boolean mapped;

  /** Where that run ends: offset behind the last command. */
  long runEnd = -1;

  /** Structure whose mapping is being freed, 0 for none. */
  long freeing;

  /** Device of a message that is being looked up in the cache, -1 for none. */
  long cachedDevice = -1;

  long cachedEvent;
  long cachedTs;

  /** The message led to an interrupt. */
  boolean cachedLed;

  /** Device of a message that is being resolved, -1 for none. */
  long resolvingDevice = -1;

  long resolvingEvent;
  long resolvingTs;

  /** An event was resolved, and the interrupt it led to comes next. */
  boolean resolved;

  /** Event whose message is on its way to the tables, -1 for none. */
  long filling = -1;

  /** LPI whose pending bit is about to be read, -1 for none. */
  int syncIntid = -1;

  long syncTarget;

  /** Byte read last and where, for the interrupt that comes next; -1 for none. */
  int byteRead = -1;

  long byteAt;
  long byteSeq;
  long byteTs;
  boolean bytePending;

  /** Double word of the table entry read last. */
  long entry;

  boolean entryRead;

  /** Bits of the EventIDs of the device being restored, -1 for unknown. */
  int restoredBits = -1;

  Work(int pid) {
    this.pid = pid;
  }

  /** Whether the command may free mappings. */
  boolean isFreeing() {
    return command == ItsCommand.DISCARD || command == ItsCommand.MAPD;
  }

  /**
   * Whether the references that the command drops are those of cached translations. MOVALL looks up
   * every LPI besides.
   */
  boolean isInvalidating() {
    return command == ItsCommand.DISCARD
        || command == ItsCommand.MAPD
        || command == ItsCommand.MAPC
        || command == ItsCommand.MOVI;
  }

  /** The command, to refer to. */
  EventRef commandRef() {
    return new EventRef(commandSeq, commandTs, commandCpu, text());
  }

  /** {@code MOVI device 1 event 2}. */
  String text() {
    ItsCommand c = command;
    if (c == null) {
      return "no command";
    }
    return c.hasEvent()
        ? c + " device " + device + " event " + event
        : c == ItsCommand.MOVALL ? c + " vCPU " + target + " to " + target2 : c.toString();
  }

  void begin(Event e, ItsCommand newCommand) {
    command = newCommand;
    commandSeq = e.seq;
    commandTs = e.ts;
    commandCpu = e.cpu;
    mapped = false;
    freeing = 0;
    resolved = false;
  }
}
