package org.vgictrace.replay;

import java.util.Locale;
import java.util.Random;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/**
 * A text trace of an x86 host whose KVM emulates Xen, written line by line. vCPU n runs in thread
 * 500+n on CPU n; user space is thread 400 on CPU 3, a worker thread 300.
 */
final class KvmXenTrace {
  static final int VECTOR = 0xf3;
  static final String HALT = "hlt";
  static final String WINDOW = "vintr";
  static final String HYPERCALL = "hypercall";
  static final String INTERRUPT = "interrupt";

  private final StringBuilder text = new StringBuilder("# tracer: nop\n#\n");
  private long micros = 100_000_000;
  private int pid = 500;
  private int cpu;
  private boolean irq;

  /** vCPU n's thread records from now on. */
  KvmXenTrace on(int vcpu) {
    return thread(500 + vcpu, vcpu);
  }

  KvmXenTrace user() {
    return thread(400, 3);
  }

  KvmXenTrace worker() {
    return thread(300, 3);
  }

  private KvmXenTrace thread(int newPid, int newCpu) {
    pid = newPid;
    cpu = newCpu;
    irq = false;
    return this;
  }

  /** The thread's CPU handles an interrupt from now on. */
  KvmXenTrace inInterrupt() {
    irq = true;
    return this;
  }

  KvmXenTrace afterInterrupt() {
    irq = false;
    return this;
  }

  KvmXenTrace line(String event, String format, Object... values) {
    micros += 10;
    text.append(
        String.format(
            Locale.ROOT,
            "  vmm-%d [%03d] %s %d.%06d: %s: %s%n",
            pid,
            cpu,
            irq ? "d.h1." : ".....",
            micros / 1_000_000,
            micros % 1_000_000,
            event,
            String.format(Locale.ROOT, format, values)));
    return this;
  }

  /** Nothing happens for so long. */
  KvmXenTrace later(int milliseconds) {
    micros += milliseconds * 1000L;
    return this;
  }

  KvmXenTrace entry(int vcpu) {
    return on(vcpu).line("kvm_entry", "vcpu %d, rip 0x1000", vcpu);
  }

  KvmXenTrace exit(int vcpu, String reason) {
    return on(vcpu)
        .line(
            "kvm_exit",
            "vcpu %d reason %s rip 0x1000 info1 0x0 info2 0x0 intr_info 0x0 error_code 0x0",
            vcpu,
            reason);
  }

  KvmXenTrace hypercall(int vcpu, long nr, long a0, int cpl) {
    return on(vcpu)
        .line(
            "kvm_xen_hypercall",
            "cpl %d nr 0x%x a0 0x%x a1 0x0 a2 0x0 a3 0x0 a4 0x0 a5 0",
            cpl,
            nr,
            a0);
  }

  /** The guest sends an event by hypercall. */
  KvmXenTrace send(int vcpu) {
    return exit(vcpu, HYPERCALL).hypercall(vcpu, 0x20, 4, 0);
  }

  KvmXenTrace userExit() {
    return line("kvm_userspace_exit", "reason 0x22 (34)");
  }

  KvmXenTrace fast(long port, int vcpu) {
    return fast(port, vcpu, vcpu);
  }

  KvmXenTrace fast(long port, int vcpu, int index) {
    return line(
        "set_evtchn_fast",
        "(kvm_xen_set_evtchn_fast+0x4/0x440 [kvm]) port=%d vcpu_id=%d vcpu_idx=%d prio=0xffffffff",
        port,
        vcpu,
        index);
  }

  KvmXenTrace ret(int ret) {
    return ret(ret, "");
  }

  /** A return whose probe reads more. */
  KvmXenTrace ret(int ret, String more) {
    return line(
        "set_evtchn_fast_ret",
        "(kvm_xen_set_evtchn+0x4/0x440 [kvm] <- kvm_xen_set_evtchn_fast) ret=%d%s",
        ret,
        more);
  }

  /** A delivery from user space's eventfd. */
  KvmXenTrace deliver(long port, int vcpu, int ret) {
    return user().fast(port, vcpu).ret(ret);
  }

  KvmXenTrace ioctl(long port, int vcpu) {
    return user()
        .line(
            "hvm_evtchn_send",
            "(kvm_xen_hvm_evtchn_send+0x4/0xd0 [kvm]) port=%d vcpu_id=%d prio=0xffffffff",
            port,
            vcpu);
  }

  KvmXenTrace ioctlRet(int ret) {
    return line("hvm_evtchn_send_ret", "(x+0x4/0xd0 [kvm] <- kvm_xen_hvm_evtchn_send) ret=%d", ret);
  }

  /** User space routes a line to a port. */
  KvmXenTrace route(int gsi, long port, int vcpu) {
    return user()
        .line(
            "route",
            "(kvm_xen_setup_evtchn+0x4/0x90 [kvm]) kvm=0x1 gsi=%d port=%d vcpu=%d prio=0xffffffff",
            gsi,
            port,
            vcpu);
  }

  /** An eventfd raises a line. */
  KvmXenTrace raise(int gsi) {
    return line(
        "inatomic", "(kvm_arch_set_irq_inatomic+0x4/0x90 [kvm]) gsi=%d type=5 level=1", gsi);
  }

  /** User space sets where a port sends to, with flags 0; 1 removes it, 4 removes all. */
  KvmXenTrace table(int flags, long port, long to, int vcpu) {
    return user()
        .line(
            "vmattr",
            "(kvm_xen_hvm_set_attr+0x4/0x90 [kvm]) kvm=0x1 type=3 a=%d b=2 c=%d d=%d e=%d",
            port,
            flags,
            to,
            vcpu);
  }

  /** User space gives the timer of a vCPU a port. */
  KvmXenTrace timerPort(int vcpu, long port) {
    return user()
        .line(
            "vcattr",
            "(kvm_xen_vcpu_set_attr+0x4/0x90 [kvm]) vcpu=0x2 vcpu_id=%d type=7 a=0x%x b=0x0",
            vcpu,
            0xffffffffL << 32 | port);
  }

  KvmXenTrace look(int vcpu, int ret) {
    return on(vcpu)
        .line("has_interrupt", "(__kvm_xen_has_interrupt+0x4/0xe0 [kvm]) vcpu_id=%d", vcpu)
        .line("has_interrupt_ret", "(x+0x4/0xe0 [kvm] <- __kvm_xen_has_interrupt) ret=%d", ret);
  }

  KvmXenTrace inject(int vcpu) {
    return on(vcpu).line("kvm_inj_virq", "IRQ 0x%x", VECTOR);
  }

  KvmXenTrace accept(int vcpu) {
    return line("kvm_apic_accept_irq", "apicid %x vec %d (Fixed|edge)", vcpu, VECTOR);
  }

  KvmXenTrace timerSet(int vcpu) {
    return on(vcpu)
        .line("start_timer", "(x+0x0/0x3d0 [kvm]) vcpu_id=%d guest_abs=302988852 delta=1", vcpu);
  }

  /** The timer's interrupt, on the CPU of the vCPU's thread. */
  KvmXenTrace timerFires(int vcpu, long port) {
    return on(vcpu)
        .inInterrupt()
        .line("timer_callback", "(xen_timer_callback+0x4/0xd0 [kvm])")
        .fast(port, vcpu)
        .ret(1)
        .afterInterrupt();
  }

  KvmXenTrace runState(int vcpu, int state) {
    return line("update_runstate", "(x+0x4/0x150 [kvm]) vcpu_id=%d state=%d", vcpu, state);
  }

  /** The vCPU's thread leaves its CPU. */
  KvmXenTrace switchedOut(int vcpu) {
    return on(vcpu)
        .line(
            "sched_switch",
            "prev_comm=vmm prev_pid=%d prev_prio=120 prev_state=R ==> next_comm=x next_pid=9"
                + " next_prio=120",
            500 + vcpu);
  }

  KvmXenTrace flush(int vcpu, long shadow) {
    return on(vcpu)
        .line("inject_pending_events", "(x+0x4/0x150 [kvm]) vcpu_id=%d shadow=0x%x", vcpu, shadow);
  }

  KvmXenTrace flushRet(int vcpu, long selector, long shadow, int upcall) {
    return on(vcpu)
        .line(
            "inject_pending_events_ret",
            "(x+0x4/0x150 [kvm] <- y) selector=0x%x shadow=0x%x upcall=%d",
            selector,
            shadow,
            upcall);
  }

  KvmXenTrace words(
      long port, int vcpu, int pending, int masked, long selector, long shadow, int upcall) {
    return user()
        .line(
            "evtchn_words",
            "(x+0x4/0x150) port=%d vcpu_id=%d pending=%d masked=%d selector=0x%x shadow=0x%x"
                + " upcall=%d at_rest=1",
            port,
            vcpu,
            pending,
            masked,
            selector,
            shadow,
            upcall);
  }

  KvmXenTrace times(int times, UnaryOperator<KvmXenTrace> what) {
    KvmXenTrace trace = this;
    for (int i = 0; i < times; i++) {
      trace = what.apply(trace);
    }
    return trace;
  }

  ReplayResult replay() {
    return Replays.text(text.toString());
  }

  /** The same where one in so many lines of some events is missing, without a mark. */
  ReplayResult replayWithout(Set<String> events, int oneIn, Random random) {
    return Replays.text(
        text.toString()
            .lines()
            .filter(line -> events.stream().noneMatch(line::contains) || random.nextInt(oneIn) != 0)
            .collect(Collectors.joining("\n", "", "\n")));
  }
}
