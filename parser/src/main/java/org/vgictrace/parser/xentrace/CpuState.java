package org.vgictrace.parser.xentrace;

import org.vgictrace.parser.event.Names;

/**
 * Which vCPU runs on a CPU, as the scheduler's records tell; a vCPU is its domain in the upper and
 * its number in the lower half of a word. Counts the CPU's records.
 */
final class CpuState {
  /** Nobody knows which. */
  static final int UNKNOWN = -1;

  private static final int RUNSTATE = 0x21001;
  private static final int RUNSTATE_MASK = 0x0fff_f00f;
  private static final int MINIMAL = 0x21;
  private static final int CONTINUE = 0x21002;
  private static final int SWITCH = 0x2800a;
  private static final int SWITCH_CONTINUE = 0x28011;

  private final Names names;
  private int running = UNKNOWN;
  private int coming = UNKNOWN;

  /** The vCPU that was named last, and the one before it: most CPUs alternate between two. */
  private int named = UNKNOWN;

  private int name = -1;
  private int otherNamed = UNKNOWN;
  private int otherName = -1;
  private final byte[] text = new byte[16];
  long count;
  long lost;

  CpuState(Names names) {
    this.names = names;
  }

  /** The vCPU that runs, {@link #UNKNOWN} if that is not known. */
  int running() {
    return running;
  }

  /** Its name, -1 if it is not known. */
  int name() {
    return running < 0 ? -1 : name;
  }

  /** Takes note of what a record of the scheduler says before it becomes a row. */
  void before(CpuRecords record) {
    int id = record.id();
    if ((id & RUNSTATE_MASK) == RUNSTATE && record.words() >= 1) {
      boolean starts = (id >>> 4 & 3) == 0;
      boolean ran = (id >>> 8 & 3) == 0;
      if (starts || ran) {
        coming = starts ? UNKNOWN : coming;
        run(record.word(0));
      }
      return;
    }
    if (coming != UNKNOWN && id >>> 12 != MINIMAL) {
      run(coming);
      coming = UNKNOWN;
    }
    if (id == CONTINUE && record.words() == 1) {
      run(record.word(0));
    } else if (id == SWITCH && record.words() == 4) {
      run(vcpu(record.word(0), record.word(1)));
      coming = vcpu(record.word(2), record.word(3));
    } else if (id == SWITCH_CONTINUE && record.words() == 4) {
      run(vcpu(record.word(0), record.word(1)));
    }
  }

  /** Takes note of what holds after the record. */
  void after(CpuRecords record) {
    int id = record.id();
    if ((id & RUNSTATE_MASK) == RUNSTATE && (id >>> 8 & 3) == 0 && (id >>> 4 & 3) != 0) {
      running = UNKNOWN;
    }
  }

  /** Nothing is known but what the mark of lost records says: domain below, vCPU above. */
  void lost(int mark) {
    coming = UNKNOWN;
    run(vcpu(mark & 0xffff, mark >>> 16));
  }

  private static int vcpu(int domain, int vcpu) {
    return domain << 16 | vcpu & 0xffff;
  }

  private void run(int vcpu) {
    running = vcpu;
    if (vcpu == named) {
      return;
    }
    int former = named;
    int formerName = name;
    name = vcpu == otherNamed ? otherName : intern(vcpu);
    named = vcpu;
    otherNamed = former;
    otherName = formerName;
  }

  private int intern(int vcpu) {
    text[0] = 'd';
    int end = decimal(1, vcpu >>> 16);
    text[end] = 'v';
    return names.intern(text, 0, decimal(end + 1, vcpu & 0xffff));
  }

  private int decimal(int from, int value) {
    int end = from + 1;
    for (int rest = value; rest >= 10; rest /= 10) {
      end++;
    }
    int rest = value;
    for (int i = end - 1; i >= from; i--) {
      text[i] = (byte) ('0' + rest % 10);
      rest /= 10;
    }
    return end;
  }
}
