package org.vgictrace.analysis.report;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;
import org.vgictrace.replay.join.Agreement;
import org.vgictrace.replay.join.ClockFit;
import org.vgictrace.replay.join.JoinResult;

/** Writes how a capture of KVM and the log of its hardware compare, as a field of the later one. */
final class JoinJson {
  private JoinJson() {}

  static void write(JsonGenerator json, JoinResult join) throws IOException {
    json.writeObjectFieldStart("join");
    json.writeStringField("trace", join.trace());
    json.writeStringField("log", join.log());
    Json.string(json, "not_aligned_because", join.why());
    ClockFit clock = join.clock();
    if (clock != null) {
      clock(json, clock);
      json.writeObjectFieldStart("log_cpu_by_cpu");
      for (Map.Entry<Integer, Integer> cpu : new TreeMap<>(join.cpus()).entrySet()) {
        json.writeNumberField(cpu.getKey().toString(), cpu.getValue());
      }
      json.writeEndObject();
      json.writeObjectFieldStart("writes");
      counts(json, join.total());
      json.writeEndObject();
      json.writeArrayFieldStart("vcpus");
      for (Agreement agreement : join.vcpus()) {
        json.writeStartObject();
        json.writeNumberField("vcpu", agreement.vcpu());
        json.writeNumberField("pid", agreement.pid());
        counts(json, agreement);
        json.writeEndObject();
      }
      json.writeEndArray();
    }
    json.writeEndObject();
  }

  private static void clock(JsonGenerator json, ClockFit clock) throws IOException {
    json.writeObjectFieldStart("clock");
    json.writeNumberField("offset_ns", clock.offset());
    json.writeNumberField("at_ts_ns", clock.origin());
    json.writeNumberField("drift_ppb", clock.driftPpb());
    json.writeNumberField("pairs", clock.pairs());
    json.writeNumberField("residual_p50_ns", clock.residualMedian());
    json.writeNumberField("residual_p99_ns", clock.residual99());
    json.writeNumberField("residual_max_ns", clock.residualMax());
    json.writeEndObject();
  }

  private static void counts(JsonGenerator json, Agreement agreement) throws IOException {
    json.writeNumberField("agree", agreement.agree());
    json.writeNumberField("differ", agreement.differ());
    json.writeNumberField("missing", agreement.missing());
    json.writeNumberField("undecided", agreement.undecided());
  }
}
