package org.vgictrace.parser.table;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vgictrace.parser.ToolVersion;
import org.vgictrace.parser.table.Converted.Way;

/** The files of a small capture, whole. */
class CsvDirectoryTest {
  @TempDir Path temp;

  @Test
  void writesTheseFiles() throws IOException {
    Path directory = Converted.write(new SmallCapture(), temp.resolve("out"), Way.CSV);

    TreeMap<String, String> expected = new TreeMap<>();
    expected.put(
        "order.csv",
        lines(
            "seq,kind", "0,vcpu_exit", "1,mmio", "3,host_irq", "4,host_irq", "5,lost", "6,other"));
    expected.put(
        "vcpu_exit.csv",
        lines(
            "seq,ts,cpu,pid,comm,flags,preempt,buffer,reason,esr_ec,pc",
            "0,1000,0,77,qemu-system-aar,1,2,\"\",2,36,0xffff800012345678"));
    expected.put(
        "mmio.csv",
        lines(
            "seq,ts,cpu,pid,comm,flags,preempt,buffer,access,len,gpa,val",
            "1,1100,0,77,qemu-system-aar,0,0,\"\",write,4,0x8000100,0x0"));
    expected.put(
        "host_irq.csv",
        lines(
            "seq,ts,cpu,pid,comm,flags,preempt,buffer,irq,name,point,ret",
            "3,1200,1,0,\\x2Dbash,,,\"vgic, \"\"2\"\"\",-5,\\x3Dcmd(),entry,",
            "4,1210,1,0,\\x2Dbash,255,0,\"\",,\"\",exit,1"));
    expected.put(
        "lost.csv", lines("seq,ts,cpu,pid,comm,flags,preempt,buffer,count", "5,1210,1,,,,,\"\","));
    expected.put(
        "other.csv",
        lines(
            "seq,ts,cpu,pid,comm,flags,preempt,buffer,name,payload",
            "6,-5,,,,,,\"\",sched:sched_wakeup,\"a=1, b=\\n\\x00\u00e9\""));
    expected.put(
        "capture.json",
        """
        {
          "schema" : "vgictrace.capture/1",
          "tool" : {
            "name" : "vgictrace",
            "version" : "0.1.0"
          },
          "layout" : "csv",
          "capture" : {
            "file" : "trace.dat",
            "format" : "trace.dat v7",
            "release" : "7.2.0",
            "arch" : "aarch64",
            "clock" : "mono_raw",
            "nanoseconds" : true,
            "cpus" : [ 0, 1 ],
            "compression" : "zstd",
            "defined_events" : [ "irq:irq_handler_entry", "kvm:kvm_exit" ],
            "wall_offset_ns" : 1700000000000000000
          },
          "counts" : {
            "events" : 6,
            "events_modelled" : 4,
            "lost_marks" : 1,
            "overwritten" : -1,
            "unparsed" : 0,
            "first_ts" : 1000,
            "last_ts" : 1210,
            "events_by_name" : {
              "kvm:kvm_exit" : 1,
              "sched:sched_wakeup" : 2
            },
            "events_by_cpu" : {
              "0" : 3,
              "1" : 3
            },
            "lost_by_cpu" : { },
            "diagnostic_counts" : {
              "page-damaged" : 1
            },
            "diagnostics" : [ {
              "code" : "page-damaged",
              "severity" : "ERROR",
              "unit" : "BYTE",
              "number" : 4096,
              "message" : "say \\"x\\""
            } ]
          },
          "rows" : {
            "host_irq" : 2,
            "lost" : 1,
            "mmio" : 1,
            "other" : 1,
            "vcpu_exit" : 1
          }
        }
        """
            .replace("\"0.1.0\"", '"' + ToolVersion.text() + '"'));

    var found = Converted.contents(directory);
    found.replaceAll((name, content) -> new String(content.getBytes(ISO_8859_1), UTF_8));
    assertThat(found).isEqualTo(expected);
  }

  private static String lines(String... lines) {
    return String.join("\r\n", lines) + "\r\n";
  }
}
