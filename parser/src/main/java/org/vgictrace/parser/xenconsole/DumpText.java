package org.vgictrace.parser.xenconsole;

import java.util.Arrays;

/**
 * Reads one line of a dump (xen/common/keyhandler.c, common/event_channel.c, arch/arm/gic-vgic.c,
 * arch/arm/vgic/vgic.c, 4.17 to 4.22). Numbers are kept in the order in which they stand.
 *
 * <pre>
 *   'q' pressed -&gt; dumping domain info (now = 123)
 *   General information for domain 0:
 *       VCPU0: CPU1 [has=F] poll=0 upcall_pend=00 upcall_mask=00
 *       pause_count=0 pause_flags=1
 *   GICH_LRs (vcpu 0) mask=3
 *      VCPU_LR[0]=1a00001b
 *   Inflight irq=27 lr=0
 *   Pending irq=33
 *       hardware edge irq 33: not pending, active, enabled
 *   Event channel information for domain 0:
 *          1 [0/1/0]: s=5 n=0 x=0 v=0
 * </pre>
 */
final class DumpText {
  /** What a line is. */
  enum Line {
    OTHER,
    KEY,
    DOMAIN,
    CHANNELS,
    VCPU,
    PAUSE,
    LR_MASK,
    LR,
    IN_FLIGHT,
    WAITING,
    LISTED,
    PORT
  }

  private static final int NUMBERS = 8;

  /** Numbers of the line, {@link #NONE} for those it does not have. */
  final long[] numbers = new long[NUMBERS];

  /** What is not a number: the state of a port that its ABI has, {@code live} of an LR. */
  String extra = "";

  static final long NONE = Long.MIN_VALUE;

  private String line = "";
  private int at;

  /** Reads a line. */
  Line read(String text) {
    line = text;
    at = 0;
    extra = "";
    Arrays.fill(numbers, NONE);
    boolean indented = text.startsWith(" ");
    skipBlanks();
    if (at >= text.length()) {
      return Line.OTHER;
    }
    return indented ? indented() : flush();
  }

  private Line flush() {
    if (takes("General information for domain ")
        || takes("VCPU information and callbacks for domain ")) {
      return number(0, 10) && takes(":") && isOver() ? Line.DOMAIN : Line.OTHER;
    }
    if (takes("Event channel information for domain ")) {
      return number(0, 10) && takes(":") && isOver() ? Line.CHANNELS : Line.OTHER;
    }
    if (takes("GICH_LRs (vcpu ")) {
      return number(0, 10) && takes(") mask=") && number(1, 16) && isOver()
          ? Line.LR_MASK
          : Line.OTHER;
    }
    if (takes("Inflight irq=")) {
      return number(0, 10) && takes(" lr=") && number(1, 10) && isOver()
          ? Line.IN_FLIGHT
          : Line.OTHER;
    }
    if (takes("Pending irq=")) {
      return number(0, 10) && isOver() ? Line.WAITING : Line.OTHER;
    }
    boolean key =
        line.startsWith("'q' pressed -> ") || line.startsWith("'e' pressed -> dumping event");
    return key ? Line.KEY : Line.OTHER;
  }

  private Line indented() {
    if (takes("VCPU_LR[") || live()) {
      return number(0, 10) && takes("]=") && number(1, 16) && isOver() ? Line.LR : Line.OTHER;
    }
    if (takes("VCPU")) {
      return vcpu() ? Line.VCPU : Line.OTHER;
    }
    if (takes("pause_count=")) {
      return number(0, 10) && takes(" pause_flags=") && number(1, 16) && isOver()
          ? Line.PAUSE
          : Line.OTHER;
    }
    if (line.startsWith("hardware ", at) || line.startsWith("virtual ", at)) {
      return listed() ? Line.LISTED : Line.OTHER;
    }
    return port() ? Line.PORT : Line.OTHER;
  }

  private boolean live() {
    if (takes("HW_LR[")) {
      extra = "live";
      return true;
    }
    return false;
  }

  /** {@code VCPU0: CPU1 [has=F] poll=0 upcall_pend=00 upcall_mask=00 dirty_cpu=1}. */
  private boolean vcpu() {
    if (!number(0, 10) || !takes(": CPU") || !number(1, 10) || !takes(" [has=")) {
      return false;
    }
    if (!line.startsWith("T]", at) && !line.startsWith("F]", at)) {
      return false;
    }
    numbers[2] = line.charAt(at) == 'T' ? 1 : 0;
    at += 2;
    return takes(" poll=")
        && number(3, 10)
        && takes(" upcall_pend=")
        && number(4, 16)
        && takes(" upcall_mask=")
        && number(5, 16);
  }

  /** {@code hardware level irq 33: not pending, active, enabled}. */
  private boolean listed() {
    numbers[1] = takes("hardware ") ? 1 : 0;
    if (numbers[1] == 0 && !takes("virtual ")) {
      return false;
    }
    numbers[2] = takes("level ") ? 1 : 0;
    if (numbers[2] == 0 && !takes("edge ")) {
      return false;
    }
    return takes("irq ")
        && number(0, 10)
        && takes(": ")
        && flag(3, "pending")
        && takes(", ")
        && flag(4, "active")
        && takes(", ")
        && flag(5, "enabled")
        && isOver();
  }

  private boolean flag(int index, String name) {
    numbers[index] = takes("not ") ? 0 : 1;
    return takes(name);
  }

  /** {@code 15 [0/1/ - ]: s=3 n=1 x=0 d=0 p=25}. */
  private boolean port() {
    if (!number(0, 10) || !takes(" [") || !number(1, 10) || !takes("/") || !number(2, 10)) {
      return false;
    }
    int close = line.indexOf("]: s=", at);
    if (close < 0 || !takes("/")) {
      return false;
    }
    extra = line.substring(at, Math.max(at, close)).strip();
    at = close;
    if (!takes("]: s=") || !number(3, 10) || !takes(" n=") || !number(4, 10) || !takes(" x=")) {
      return false;
    }
    return number(5, 10) && binding();
  }

  /** What a port is bound to, by its state; a security label may follow. */
  private boolean binding() {
    boolean whole =
        switch ((int) numbers[3]) {
          case 2 -> takes(" d=") && number(6, 10);
          case 3 -> takes(" d=") && number(6, 10) && takes(" p=") && number(7, 10);
          case 4 -> takes(" p=") && number(6, 10) && takes(" i=") && number(7, 10);
          case 5 -> takes(" v=") && number(6, 10);
          default -> true;
        };
    return whole && (isOver() || line.startsWith(" Z=", at));
  }

  private void skipBlanks() {
    while (at < line.length() && line.charAt(at) == ' ') {
      at++;
    }
  }

  private boolean takes(String text) {
    if (!line.startsWith(text, at)) {
      return false;
    }
    at += text.length();
    return true;
  }

  private boolean isOver() {
    return at == line.length();
  }

  /** Reads a number of at most 16 digits, with a sign if it is decimal. */
  private boolean number(int index, int radix) {
    int from = at;
    boolean negative = radix == 10 && takes("-");
    int first = at;
    long value = 0;
    while (at < line.length() && at - first < 16) {
      int digit = Character.digit(line.charAt(at), radix);
      if (digit < 0) {
        break;
      }
      value = value * radix + digit;
      at++;
    }
    if (at == first) {
      at = from;
      return false;
    }
    numbers[index] = negative ? -value : value;
    return true;
  }
}
