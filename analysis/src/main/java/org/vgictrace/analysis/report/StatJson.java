package org.vgictrace.analysis.report;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.Writer;
import java.util.Map;
import org.vgictrace.analysis.stat.HardwareFigures;
import org.vgictrace.analysis.stat.InterruptFigures;
import org.vgictrace.analysis.stat.LatencyFigures;
import org.vgictrace.analysis.stat.RunStateFigures;
import org.vgictrace.analysis.stat.SendFigures;
import org.vgictrace.analysis.stat.StatReport;
import org.vgictrace.analysis.stat.VcpuFigures;

/** Writes the figures of a capture as JSON of schema {@code vgictrace.stat/1}. */
public final class StatJson {
  /** Schema name and number. */
  public static final String SCHEMA = "vgictrace.stat/1";

  private final JsonGenerator json;

  private StatJson(JsonGenerator json) {
    this.json = json;
  }

  /** Writes a document. */
  public static void write(Writer out, Tool tool, StatReport report) throws IOException {
    Json.document(out, SCHEMA, tool, json -> new StatJson(json).body(report));
  }

  private void body(StatReport report) throws IOException {
    json.writeStringField("file", report.meta().file());
    Json.string(json, "release", report.meta().release());
    json.writeBooleanField("nanoseconds", report.meta().nanoseconds());
    json.writeNumberField("duration_ns", report.counts().duration());
    json.writeNumberField("events", report.counts().events());
    json.writeNumberField("events_lost", report.counts().lost());
    json.writeNumberField("vms", report.vms());
    json.writeNumberField("injections_unattributed", report.unattributed());
    json.writeArrayFieldStart("vcpus");
    for (VcpuFigures vcpu : report.vcpus()) {
      vcpu(vcpu, report.hostIrqsSeen());
    }
    json.writeEndArray();
    json.writeArrayFieldStart("interrupts");
    for (InterruptFigures interrupt : report.interrupts()) {
      interrupt(interrupt);
    }
    json.writeEndArray();
    json.writeArrayFieldStart("run_states");
    for (RunStateFigures vcpu : report.runStates()) {
      runStates(vcpu);
    }
    json.writeEndArray();
    hardware(report.hardware());
    if (!report.sends().isEmpty()) {
      json.writeArrayFieldStart("sends");
      for (SendFigures sends : report.sends()) {
        sends(sends);
      }
      json.writeEndArray();
    }
  }

  private void vcpu(VcpuFigures vcpu, boolean hostIrqsSeen) throws IOException {
    json.writeStartObject();
    Json.string(json, "vm", vcpu.vm());
    Json.number(json, "vcpu", vcpu.vcpu());
    Json.number(json, "pid", vcpu.pid() < 0 ? null : vcpu.pid());
    json.writeNumberField("entries", vcpu.entries());
    counts("exits", vcpu.exits());
    json.writeNumberField("populations", vcpu.populations());
    json.writeNumberField("folds", vcpu.folds());
    json.writeNumberField("kicks", vcpu.kicks());
    json.writeNumberField("underflow_requests", vcpu.underflows());
    if (hostIrqsSeen) {
      counts("maintenance_exits", vcpu.maintenance());
    } else {
      json.writeNullField("maintenance_exits");
    }
    json.writeObjectFieldStart("lrs_in_use");
    for (int used = 0; used < vcpu.occupancy().size(); used++) {
      if (vcpu.occupancy().get(used) > 0) {
        json.writeNumberField(Integer.toString(used), vcpu.occupancy().get(used));
      }
    }
    json.writeEndObject();
    latency("inject_to_lr_ns", vcpu.toLr());
    latency("lr_to_retire_ns", vcpu.toRetire());
    json.writeEndObject();
  }

  private void interrupt(InterruptFigures interrupt) throws IOException {
    json.writeStartObject();
    Json.string(json, "vm", interrupt.vm());
    Json.number(json, "vcpu", interrupt.vcpu());
    Json.number(json, "intid", interrupt.intid() < 0 ? null : interrupt.intid());
    json.writeNumberField("injections", interrupt.injections());
    json.writeNumberField("populations", interrupt.populations());
    json.writeNumberField("retirements", interrupt.retirements());
    latency("inject_to_lr_ns", interrupt.toLr());
    latency("lr_to_retire_ns", interrupt.toRetire());
    json.writeEndObject();
  }

  private void runStates(RunStateFigures vcpu) throws IOException {
    json.writeStartObject();
    json.writeNumberField("domain", vcpu.domain());
    json.writeNumberField("vcpu", vcpu.vcpu());
    for (int state = 0; state < vcpu.times().size(); state++) {
      json.writeNumberField(RunStateFigures.STATES.get(state), vcpu.times().get(state));
    }
    json.writeNumberField("runs", vcpu.runs());
    latency("runnable_to_running", vcpu.waited());
    json.writeEndObject();
  }

  private void sends(SendFigures sends) throws IOException {
    json.writeStartObject();
    json.writeStringField("guest", sends.guest());
    Json.string(json, "not_aligned_because", sends.why());
    if (sends.why() == null) {
      json.writeNumberField("domain", sends.domain());
      json.writeBooleanField("nanoseconds", sends.nanoseconds());
      json.writeNumberField("unsure", sends.unsure());
      latency("send_to_hypercall", sends.toHypercall());
      latency("hypercall_to_wake", sends.toWake());
      latency("wake_to_running", sends.toRunning());
      latency("running_to_upcall", sends.toUpcall());
      json.writeArrayFieldStart("vcpus");
      for (SendFigures.Target target : sends.targets()) {
        json.writeStartObject();
        json.writeNumberField("vcpu", target.vcpu());
        latency("send_to_wake", target.sendToWake());
        latency("send_to_upcall", target.sendToUpcall());
        json.writeEndObject();
      }
      json.writeEndArray();
    }
    json.writeEndObject();
  }

  private void hardware(HardwareFigures figures) throws IOException {
    json.writeArrayFieldStart("interfaces");
    for (HardwareFigures.Cpu cpu : figures.cpus()) {
      json.writeStartObject();
      json.writeNumberField("cpu", cpu.cpu());
      json.writeNumberField("lrs_written", cpu.written());
      json.writeNumberField("lrs_read", cpu.read());
      json.writeNumberField("acknowledged", cpu.acknowledged());
      json.writeNumberField("spurious", cpu.spurious());
      json.writeNumberField("ended", cpu.ended());
      json.writeNumberField("deactivated", cpu.deactivated());
      json.writeNumberField("maintenance", cpu.maintenance());
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeArrayFieldStart("interface_interrupts");
    for (HardwareFigures.Interrupt interrupt : figures.interrupts()) {
      json.writeStartObject();
      json.writeNumberField("intid", interrupt.intid());
      json.writeNumberField("placed", interrupt.placed());
      json.writeNumberField("acknowledged", interrupt.acknowledged());
      json.writeNumberField("ended", interrupt.ended());
      latency("lr_to_ack_ns", interrupt.toAcknowledge());
      latency("ack_to_end_ns", interrupt.toEnd());
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  private void counts(String name, Map<String, Long> counts) throws IOException {
    json.writeObjectFieldStart(name);
    for (Map.Entry<String, Long> entry : counts.entrySet()) {
      json.writeNumberField(entry.getKey(), entry.getValue());
    }
    json.writeEndObject();
  }

  /** Null without any span: there is no median of nothing. */
  private void latency(String name, LatencyFigures latency) throws IOException {
    if (latency.count() == 0) {
      json.writeNullField(name);
      return;
    }
    json.writeObjectFieldStart(name);
    json.writeNumberField("count", latency.count());
    json.writeNumberField("p50", latency.p50());
    json.writeNumberField("p90", latency.p90());
    json.writeNumberField("p99", latency.p99());
    json.writeNumberField("max", latency.max());
    json.writeEndObject();
  }
}
