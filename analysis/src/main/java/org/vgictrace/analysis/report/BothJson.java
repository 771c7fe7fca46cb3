package org.vgictrace.analysis.report;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.List;
import org.vgictrace.replay.both.Alignment;
import org.vgictrace.replay.both.BothResult;
import org.vgictrace.replay.both.Delay;

/** Writes how guests' captures and the trace of their hypervisor lie on one time line. */
final class BothJson {
  private BothJson() {}

  static void write(JsonGenerator json, List<BothResult> results) throws IOException {
    if (results.isEmpty()) {
      return;
    }
    json.writeArrayFieldStart("both_sides");
    for (BothResult both : results) {
      json.writeStartObject();
      json.writeStringField("hypervisor", both.hypervisor());
      json.writeStringField("guest", both.guest());
      Json.string(json, "not_aligned_because", both.why());
      Alignment alignment = both.alignment();
      if (alignment != null) {
        aligned(json, alignment, both);
      }
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  private static void aligned(JsonGenerator json, Alignment alignment, BothResult both)
      throws IOException {
    json.writeNumberField("domain", alignment.domain());
    json.writeObjectFieldStart("clock");
    json.writeNumberField("guest_ts", alignment.clock().guestOrigin());
    json.writeNumberField("xen_ts", alignment.clock().xenOrigin());
    json.writeNumberField("rate", alignment.clock().rate());
    json.writeNumberField("low", alignment.low());
    json.writeNumberField("high", alignment.high());
    json.writeNumberField("slack", alignment.slack());
    json.writeNumberField("ns_per_unit", both.nsPerUnit());
    json.writeEndObject();
    json.writeObjectFieldStart("records");
    json.writeNumberField("within", alignment.within());
    json.writeNumberField("apart", alignment.apart());
    json.writeNumberField("unknown", alignment.unknown());
    json.writeNumberField("outside", alignment.outside());
    json.writeEndObject();
    json.writeNumberField("sends", both.sends());
    json.writeNumberField("sends_seen", both.sendsSeen());
    json.writeNumberField("upcalls", both.upcalls());
    json.writeNumberField("upcalls_within", both.upcallsWithin());
    json.writeArrayFieldStart("delays");
    for (Delay delay : both.delays()) {
      json.writeStartObject();
      json.writeStringField("step", delay.step());
      json.writeNumberField("count", delay.count());
      json.writeNumberField("p50", delay.median());
      json.writeNumberField("p99", delay.p99());
      json.writeNumberField("max", delay.max());
      json.writeNumberField("unsure", delay.unsure());
      json.writeEndObject();
    }
    json.writeEndArray();
  }
}
