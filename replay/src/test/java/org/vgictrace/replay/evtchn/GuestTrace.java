package org.vgictrace.replay.evtchn;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.vgictrace.parser.Capture;
import org.vgictrace.parser.Captures;
import org.vgictrace.replay.Replay;
import org.vgictrace.replay.ReplayOptions;
import org.vgictrace.replay.ReplayResult;

/** The text that probes in a Linux guest give, line by line. */
final class GuestTrace {
  private static final String TASK = ".....";
  private static final String HARDIRQ = "d.h1.";

  private final StringBuilder text = new StringBuilder("# tracer: nop\n#\n");
  private final String abi;
  private long micros = 100_000_000;
  private int cpu;
  private String flags = TASK;

  private GuestTrace(String abi) {
    this.abi = abi;
  }

  static GuestTrace fifo() {
    return new GuestTrace("fifo");
  }

  static GuestTrace twoLevel() {
    return new GuestTrace("2l");
  }

  /** The CPU that records from now on, in a task. */
  GuestTrace on(int number) {
    cpu = number;
    flags = TASK;
    return this;
  }

  private GuestTrace line(String name, String body) {
    micros += 10;
    text.append(
        String.format(
            Locale.ROOT,
            "          <idle>-0       [%03d] %s %d.%06d: %s: %s%n",
            cpu,
            flags,
            micros / 1_000_000,
            micros % 1_000_000,
            name,
            body));
    return this;
  }

  GuestTrace call(String function, String arguments) {
    String body = "(" + function + "+0x0/0x100) " + arguments;
    return line(function, body.strip());
  }

  private GuestTrace port(String operation, int port) {
    return call("evtchn_" + abi + "_" + operation, "port=" + port);
  }

  GuestTrace mask(int port) {
    return port("mask", port);
  }

  GuestTrace unmask(int port) {
    return port("unmask", port);
  }

  GuestTrace upcall() {
    flags = HARDIRQ;
    return call("xen_evtchn_do_upcall", "")
        .call(abi.equals("2l") ? "evtchn_2l_handle_events" : "__evtchn_fifo_handle_events", "");
  }

  GuestTrace handle(int port) {
    return call("handle_irq_for_port", "port=" + port);
  }

  GuestTrace ack(int port) {
    return call("ack_dynirq", "a=0xffff8880000" + port + " b=0x0").port("clear_pending", port);
  }

  GuestTrace lateAck(int port) {
    return call("lateeoi_ack_dynirq", "a=0xffff8880000" + port + " b=0x0")
        .mask(port)
        .port("clear_pending", port);
  }

  GuestTrace enter(int irq, String name) {
    return line("irq_handler_entry", "irq=" + irq + " name=" + name);
  }

  GuestTrace leave(int irq) {
    return line("irq_handler_exit", "irq=" + irq + " ret=handled");
  }

  /** An event of an ordinary chip, from its upcall to the end of its handler. */
  GuestTrace event(int port, int irq, String name) {
    return upcall().handle(port).ack(port).enter(irq, name).leave(irq);
  }

  /** The same of a chip that ends late, without that end. */
  GuestTrace lateEvent(int port, int irq) {
    upcall().handle(port).lateAck(port).enter(irq, "evtchn:lab").leave(irq);
    flags = TASK;
    return this;
  }

  GuestTrace lateEnd(int irq) {
    return call("xen_irq_lateeoi", String.format("a=0x%x b=0x0", irq));
  }

  /** A port with its interrupt is set up. */
  GuestTrace enable(int port) {
    return call("enable_dynirq", "a=0xffff8880000" + port + " b=0x1").unmask(port);
  }

  GuestTrace ipi(int target, int vector) {
    return call("xen_send_IPI_one", String.format("a=0x%x b=0x%x", target, vector));
  }

  GuestTrace bind(int port, int irq, int target) {
    return line(
        "bindport",
        "(xen_irq_info_common_setup+0x0/0x100) irq=" + irq + " port=" + port + " cpu=" + target);
  }

  GuestTrace move(int port, int target) {
    return line("bindcpu", "(bind_evtchn_to_cpu+0x0/0x100) port=" + port + " cpu=" + target);
  }

  ReplayResult result() {
    try {
      Path file = Files.createTempFile("guest", ".txt");
      try {
        Files.write(file, text.toString().getBytes(StandardCharsets.US_ASCII));
        return replay(file);
      } finally {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Replays a file. */
  static ReplayResult replay(Path file) throws IOException {
    try (Capture capture = Captures.open(file)) {
      Replay replay = new Replay(ReplayOptions.forCapture(capture.meta()), finding -> {});
      capture.read(
          replay.kinds(),
          (batch, pool) -> {
            replay.accept(batch);
            pool.recycle(batch);
          });
      return replay.finish();
    }
  }
}
