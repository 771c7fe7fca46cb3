package org.vgictrace.analysis.life;

import java.io.IOException;
import org.vgictrace.analysis.life.LifeLine.Raiser;
import org.vgictrace.analysis.text.Figures;
import org.vgictrace.analysis.text.Layout;
import org.vgictrace.parser.Capture;

/** Lists life lines, one per line, as text or as JSON. */
public final class LifeListing {
  private static final int SEQ = 8;
  private static final int TIME = 17;
  private static final int TARGET = 22;
  private static final int RAISER = 16;
  private static final int RESULT = 11;

  private final Appendable out;
  private final boolean json;
  private final boolean nanoseconds;
  private final StringBuilder line = new StringBuilder(160);

  private LifeListing(Appendable out, boolean json, boolean nanoseconds) {
    this.out = out;
    this.json = json;
    this.nanoseconds = nanoseconds;
  }

  /**
   * Writes the life lines of a capture.
   *
   * @param capture opened and not yet read
   * @param json whether each line is a JSON object
   */
  public static void write(Capture capture, boolean json, Appendable out) throws IOException {
    LifeListing listing = new LifeListing(out, json, capture.meta().nanoseconds());
    LifeLines lines = new LifeLines(listing::write);
    capture.read(
        LifeLines.kinds(),
        (batch, pool) -> {
          lines.accept(batch);
          pool.recycle(batch);
        });
    lines.finish();
  }

  private void write(LifeLine life) throws IOException {
    line.setLength(0);
    if (json) {
      object(life);
    } else {
      text(life);
    }
    out.append(line).append('\n');
  }

  private void text(LifeLine life) {
    line.append(Layout.right(Long.toString(life.seq), SEQ)).append(' ');
    line.append(Layout.right(Figures.time(life.ts, nanoseconds), TIME)).append("  ");
    int column = line.length() + TARGET;
    line.append("port ").append(life.port < 0 ? "?" : Long.toString(life.port));
    line.append(" -> vCPU ").append(life.vcpu < 0 ? "?" : Integer.toString(life.vcpu));
    padTo(column);
    column = line.length() + 1 + RAISER;
    line.append(' ').append(raiser(life));
    padTo(column);
    column = line.length() + 1 + RESULT;
    line.append(' ').append(life.result().label());
    if (life.end() != LifeLine.End.NONE) {
      padTo(column);
      line.append(' ').append(life.end().label());
      if (life.hasEnded()) {
        long span = life.endTs() - life.ts;
        line.append(" after ").append(nanoseconds ? Figures.duration(span) : span + " ticks");
      }
    }
  }

  private static String raiser(LifeLine life) {
    return life.raiser == Raiser.GUEST || life.raiser == Raiser.UNMASK
        ? life.raiser.label() + " vCPU " + (life.by < 0 ? "?" : Integer.toString(life.by))
        : life.raiser.label();
  }

  private void padTo(int column) {
    while (line.length() < column) {
      line.append(' ');
    }
  }

  private void object(LifeLine life) {
    line.append("{\"seq\":").append(life.seq).append(",\"ts\":").append(life.ts);
    number("port", life.port);
    number("vcpu", life.vcpu);
    line.append(",\"raiser\":\"").append(life.raiser.label()).append('"');
    number("by_vcpu", life.by);
    number("pid", life.pid);
    line.append(",\"result\":\"").append(life.result().label()).append('"');
    line.append(",\"end\":\"").append(life.end().label()).append('"');
    number("end_ts", life.hasEnded() ? life.endTs() : -1);
    number("latency", life.hasEnded() ? life.endTs() - life.ts : -1);
    line.append('}');
  }

  private void number(String name, long value) {
    line.append(",\"").append(name).append("\":");
    if (value < 0) {
      line.append("null");
    } else {
      line.append(value);
    }
  }
}
