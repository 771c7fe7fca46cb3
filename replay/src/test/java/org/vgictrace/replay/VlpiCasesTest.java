package org.vgictrace.replay;

import static org.junit.jupiter.api.DynamicTest.dynamicTest;
import static org.vgictrace.replay.LpiTrace.hex;
import static org.vgictrace.replay.TextCase.broken;
import static org.vgictrace.replay.TextCase.holds;
import static org.vgictrace.replay.rule.VlpiRules.SAVE_1;
import static org.vgictrace.replay.rule.VlpiRules.SAVE_2;
import static org.vgictrace.replay.rule.VlpiRules.SAVE_3;
import static org.vgictrace.replay.rule.VlpiRules.SAVE_4;
import static org.vgictrace.replay.rule.VlpiRules.V4_1;
import static org.vgictrace.replay.rule.VlpiRules.V4_2;
import static org.vgictrace.replay.rule.VlpiRules.V4_3;
import static org.vgictrace.replay.rule.VlpiRules.V4_4;
import static org.vgictrace.replay.rule.VlpiRules.V4_5;
import static org.vgictrace.replay.rule.VlpiRules.V4_6;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * What the rules about GICv4 accept and reject.
 *
 * <p>No emulator has GICv4.1 or forwards a device's interrupt, so all of these are written by hand,
 * in the order in which Linux 6.12.107 calls the functions: vgic_v4_load and vgic_v4_put
 * (arch/arm64/kvm/vgic/vgic-v4.c) call its_make_vpe_resident and its_make_vpe_non_resident
 * (drivers/irqchip/irq-gic-v4.c) on the vCPU's CPU; kvm_vgic_v4_set_forwarding calls its_map_vlpi;
 * vgic_v3_save_pending_tables (arch/arm64/kvm/vgic/vgic-v3.c) calls free_irq for every vPE,
 * vgic_v4_get_vlpi_state for every forwarded LPI and vgic_v4_request_vpe_irq for every vPE.
 */
class VlpiCasesTest {
  private static final int DOORBELL = 70;

  static final List<TextCase> CASES =
      List.of(
          holds(
              V4_1,
              "not queued",
              t -> t.mapped().queue(8192, 160, false, true, -1, 0).queued(false)),
          broken(
              V4_1,
              "queued",
              t -> t.mapped().queue(8192, 160, false, true, -1, 0).queued(true),
              "An LPI that the hardware delivers was put on an ap_list. queued"),
          broken(
              V4_1,
              "populated",
              t -> t.mapped().populate(8192, true, 0),
              "An LPI that the hardware delivers is populated as pending. pending=1 in a list"
                  + " register"),
          holds(V4_2, "comes and goes", t -> gone(gone(resident(t, 0), 0, 0).on(1), 0, 0).on(1)),
          broken(
              V4_2,
              "bug 37, resident on two CPUs",
              t -> {
                for (int i = 0; i < 3; i++) {
                  gone(resident(resident(t.on(0), 0).on(1), 0), 0, 0);
                }
                return t;
              },
              "A vPE is made resident while it is. resident on CPU 0 and 1"),
          broken(
              V4_2,
              "bug 31, made non-resident on another CPU",
              t -> {
                for (int i = 0; i < 3; i++) {
                  gone(resident(t.on(0), 0).on(1), 0, 0);
                }
                return t;
              },
              "A vPE is made non-resident where it is not resident. made non-resident on CPU 1"),
          broken(
              V4_2,
              "resident after put",
              t -> load(put(load(t, 0, false), 0), 0, true),
              "A vPE is resident though its vCPU was put. resident"),
          broken(
              V4_2,
              "bug 41, made resident after its interrupt was freed",
              t -> {
                for (int i = 0; i < 3; i++) {
                  free(gone(resident(t, 0), 0, 0), 0);
                }
                return resident(t, 0);
              },
              "A vPE is made resident after its interrupt was freed. made resident"),
          holds(V4_3, "with a doorbell", t -> sleep(resident(t, 0), 1)),
          broken(
              V4_3,
              "bug 30, blocked without a doorbell",
              t -> sleep(sleep(sleep(t, 0), 0), 0),
              "A vCPU was blocked in WFI without a doorbell. without"),
          holds(V4_4, "kicked", t -> ring(request(load(t, 0, false), 0), true)),
          broken(
              V4_4,
              "bug 17, a doorbell does not wake its vCPU",
              t -> {
                ring(request(load(t, 0, false), 0), true);
                return ring(ring(ring(t, false), false), false);
              },
              "A doorbell's handler ended without a kick of its vCPU. none"),
          holds(V4_5, "committed", t -> commit(load(t, 0, false), 0).goOn()),
          broken(
              V4_5,
              "not committed",
              t -> {
                commit(load(t, 0, false), 0).goOn();
                for (int i = 0; i < 3; i++) {
                  load(put(t, 0), 0, false).goOn();
                }
                return t;
              },
              "A vCPU enters the guest without a commit of its vPE. none"),
          holds(V4_6, "mapped and unmapped", t -> unmap(map(t))),
          broken(
              V4_6,
              "bug 46, mapped again and again",
              t -> map(map(map(map(t)))),
              "A device's interrupt is mapped to a virtual LPI twice. interrupt 90 mapped"),
          broken(
              V4_6,
              "bug 38, properties of an interrupt that is not mapped",
              t -> {
                for (int i = 0; i < 3; i++) {
                  unmap(map(t))
                      .event("vlpiprop", "its_prop_update_vlpi", "virq=90 config=0xa3 inv=1");
                  t.event("vlpiunmap", "its_unmap_vlpi", "virq=90");
                }
                return t;
              },
              "A virtual LPI is used that is not mapped. interrupt 90 unmapped"),
          holds(
              SAVE_1,
              "freed, read, requested",
              t -> ended(request(request(state(freeBoth(begun(t))), 0), 1))),
          broken(
              SAVE_1,
              "bug 21, read while the vPEs are mapped",
              t -> state(request(freeBoth(begun(t)), 0)),
              "A virtual LPI is read while its vPE is mapped. 2 freed, 1 requested"),
          broken(
              SAVE_1,
              "vPEs left unmapped after an error",
              t -> ended(freeBoth(begun(t))),
              "A save leaves vPEs unmapped. 0 requested"),
          broken(
              SAVE_1,
              "bug 22, a doorbell rings while its vPE is unmapped",
              t -> ring(freeBoth(begun(request(t, 0))), true),
              "A doorbell rings whose vPE is unmapped for a save. 2 freed, 0 requested"),
          holds(SAVE_2, "all out", t -> begun(t)),
          broken(
              SAVE_2,
              "a vCPU in the guest",
              t -> begun(t.on(1).enter().user()),
              "Pending tables are saved while a vCPU is in the guest. vcpu1 in the guest"),
          broken(
              SAVE_2,
              "a vCPU enters in the window",
              t -> freeBoth(begun(load(t.on(1), 1, false).user())).on(1).enter(),
              "A vCPU enters the guest while vPEs are unmapped for a save. vcpu1 enters"),
          holds(
              SAVE_3,
              "all read",
              t -> ended(request(request(state(freeBoth(begun(forwarded(t, 8192)))), 0), 1))),
          broken(
              SAVE_3,
              "bug 21, not read",
              t ->
                  ended(
                      request(
                          request(
                              freeBoth(begun(forwarded(forwarded(forwarded(t, 8192), 8193), 8194))),
                              0),
                          1)),
              "A save does not read an LPI that the hardware delivers. structure "
                  + LpiTrace.lpi(8193)
                  + " not read"),
          holds(SAVE_4, "no forwarded LPI", t -> saved(forward(t), 0)),
          broken(
              SAVE_4,
              "bug 57, refused without a forwarded LPI",
              t -> saved(forward(t), -13),
              "A save of an ITS is refused though all pending state can be read. ret=-13"));

  private static String vpe(int vcpu) {
    return LpiTrace.vcpu(vcpu);
  }

  /** its_make_vpe_resident, called by vgic_v4_load. */
  private static LpiTrace resident(LpiTrace t, int v) {
    return t.event("vpe", "its_make_vpe_resident", "vpe=%s g0=0 g1=1", vpe(v));
  }

  /** its_make_vpe_non_resident, called by vgic_v4_put. */
  private static LpiTrace gone(LpiTrace t, int v, int doorbell) {
    return t.event("vpe", "its_make_vpe_non_resident", "vpe=%s db=%d", vpe(v), doorbell);
  }

  private static LpiTrace load(LpiTrace t, int v, boolean resident) {
    return t.event(
        "v4_load",
        "vgic_v4_load",
        "vcpu=%s vcpu_id=%d resident=%d",
        LpiTrace.vcpu(v),
        v,
        resident ? 1 : 0);
  }

  private static LpiTrace put(LpiTrace t, int v) {
    return t.event("v4_put", "vgic_v4_put", "vcpu=%s vcpu_id=%d", LpiTrace.vcpu(v), v);
  }

  private static LpiTrace commit(LpiTrace t, int v) {
    return t.event("v4_commit", "vgic_v4_commit", "vcpu=%s vcpu_id=%d", LpiTrace.vcpu(v), v);
  }

  /** WFI, the vPE leaves the CPU, the vCPU sleeps and is woken: kvm_vcpu_wfi. */
  private static LpiTrace sleep(LpiTrace t, int doorbell) {
    resident(t, 0).line("kvm_wfx_arm64", "guest executed wfi at: 0x40001000");
    return gone(t, 0, doorbell).line("kvm_vcpu_wakeup", "wait time 1000 ns, polling valid").goOn();
  }

  private static LpiTrace request(LpiTrace t, int v) {
    return t.event(
        "vpeirq", "vgic_v4_request_vpe_irq", "vcpu=%s irq=%d", LpiTrace.vcpu(v), DOORBELL + v);
  }

  private static LpiTrace free(LpiTrace t, int v) {
    return t.event("vpefree", "free_irq", "irq=%d dev=%s", DOORBELL + v, LpiTrace.vcpu(v));
  }

  private static LpiTrace freeBoth(LpiTrace t) {
    return free(free(t, 0), 1);
  }

  /** The doorbell of vCPU 0 rings: its handler kicks the vCPU, or does not. */
  private static LpiTrace ring(LpiTrace t, boolean kick) {
    t.line("irq_handler_entry", "irq=70 name=vcpu");
    if (kick) {
      t.event("vcpu_kick", "kvm_vcpu_kick", "vcpu=%s vcpu_id=0 cpu=0 mode=0", LpiTrace.vcpu(0));
    }
    return t.line("irq_handler_exit", "irq=70 ret=handled");
  }

  private static LpiTrace map(LpiTrace t) {
    return t.event("vlpimap", "its_map_vlpi", "virq=90 vpe=%s vintid=8192", vpe(0));
  }

  private static LpiTrace unmap(LpiTrace t) {
    return t.event("vlpiunmap", "its_unmap_vlpi", "virq=90");
  }

  private static LpiTrace forward(LpiTrace t) {
    return t.event("fwd", "kvm_vgic_v4_set_forwarding", "kvm=%s virq=90", hex(LpiTrace.KVM))
        .line("fwdr", "(irq_bypass_register+0x10/0x20 <- kvm_vgic_v4_set_forwarding) ret=0");
  }

  /** An LPI that the hardware delivers shows itself. */
  private static LpiTrace forwarded(LpiTrace t, int intid) {
    return t.queue(intid, 160, false, true, -1, 0).queued(false);
  }

  private static LpiTrace begun(LpiTrace t) {
    return t.event("savept", "vgic_v3_save_pending_tables", "kvm=%s", hex(LpiTrace.KVM));
  }

  private static LpiTrace ended(LpiTrace t) {
    return t.line(
        "saveptr", "(vgic_v3_attr_regs_access+0x10/0x20 <- vgic_v3_save_pending_tables) ret=0");
  }

  private static LpiTrace state(LpiTrace t) {
    return t.line(
        "vlpistate",
        "(vgic_v3_save_pending_tables+0x10/0x20 <- vgic_v4_get_vlpi_state) irq="
            + LpiTrace.lpi(8192)
            + " intid=8192 val=1");
  }

  private static LpiTrace saved(LpiTrace t, int ret) {
    return t.line("itssaver", "(vgic_its_ctrl+0x10/0x20 <- vgic_its_save_tables_v0) ret=" + ret);
  }

  @TestFactory
  Stream<DynamicTest> cases() {
    return CASES.stream().map(one -> dynamicTest(one.toString(), one::check));
  }
}
