package org.vgictrace.parser.rows;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;
import org.vgictrace.parser.lines.LineSource;

/**
 * The lines that a script printed. bpftrace says between them how many events it lost, and wraps
 * all it prints into objects if it is asked to ({@code -f json}), one for each {@code printf},
 * which need not be a line:
 *
 * <pre>
 *   {"type": "attached_probes", "data": {"probes": 2}}
 *   {"type": "printf", "data": "{\"ts\":120,"}
 *   {"type": "printf", "data": "\"kind\":\"vcpu_entry\"}\n"}        {"ts":120,"kind":"vcpu_entry"}
 *   {"type": "lost_events", "data": {"events": 45}}                 Lost 45 events
 * </pre>
 */
final class RowLines {
  private static final LineSource.Listener QUIET = new LineSource.Quiet();

  /**
   * A line.
   *
   * @param number of the line in the input
   * @param cut whether it is too long and lacks its end
   * @param lost how many events it says were lost, 0 for every other line
   */
  record Line(String text, long number, boolean cut, long lost) {}

  private final LineSource source;

  /** Lines to give before any other. */
  private final Deque<Line> ahead = new ArrayDeque<>();

  private final StringBuilder begun = new StringBuilder();
  private boolean ended;

  RowLines(LineSource source) {
    this.source = source;
  }

  /** The next line, null at the end. */
  @Nullable Line next() throws IOException {
    while (ahead.isEmpty()) {
      if (ended) {
        return null;
      }
      if (source.next(QUIET)) {
        read();
      } else {
        ended = true;
        if (begun.length() > 0) {
          endLine(source.number());
        }
      }
    }
    return ahead.poll();
  }

  /** Gives a line once more. Those taken together are to be put back last one first. */
  void putBack(Line line) {
    ahead.push(line);
  }

  private void read() {
    int length = source.end() - source.start();
    String text = new String(source.bytes(), source.start(), length, StandardCharsets.UTF_8);
    long number = source.number();
    BpftraceMessage message = source.cut() ? null : BpftraceMessage.of(text);
    if (message == null) {
      ahead.add(new Line(text, number, source.cut(), 0));
    } else if (message.lost() > 0) {
      ahead.add(new Line(text, number, false, message.lost()));
    } else {
      printed(message.printed(), number);
    }
  }

  private void printed(String text, long number) {
    int from = 0;
    for (int end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', from)) {
      begun.append(text, from, end);
      endLine(number);
      from = end + 1;
    }
    begun.append(text, from, text.length());
    if (begun.length() > LineSource.LINE_BYTES_MAX) {
      endLine(number);
    }
  }

  private void endLine(long number) {
    ahead.add(new Line(begun.toString(), number, begun.length() > LineSource.LINE_BYTES_MAX, 0));
    begun.setLength(0);
  }
}
