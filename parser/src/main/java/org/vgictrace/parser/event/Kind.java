package org.vgictrace.parser.event;

import static org.vgictrace.parser.event.Column.bool;
import static org.vgictrace.parser.event.Column.bytes;
import static org.vgictrace.parser.event.Column.choice;
import static org.vgictrace.parser.event.Column.hex32;
import static org.vgictrace.parser.event.Column.hex64;
import static org.vgictrace.parser.event.Column.i32;
import static org.vgictrace.parser.event.Column.i64;
import static org.vgictrace.parser.event.Column.text;
import static org.vgictrace.parser.event.Column.u32;
import static org.vgictrace.parser.event.Column.u8;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Every kind of normalised event with its columns. This is the only declaration: tables, Arrow
 * schemas, CSV headers, binding checks and the reference page are derived from it.
 *
 * <p>A kind is independent of the tracepoint or probe that recorded it. Every table also has the
 * common columns of {@link #COMMON}. A value that the recording does not carry is null, never 0.
 * Kinds that start with {@link Snapshot} columns carry the state of one {@code struct vgic_irq}.
 *
 * <p>The file is as long as there are kinds: it is a table with hardly any code. What a Xen
 * hypervisor records is declared in {@link XenKinds}, what KVM's emulation of one does in {@link
 * KvmXenKinds}, what their guests record in {@link EvtchnKinds}, and only listed here.
 */
public enum Kind {
  VCPU_ENTRY("vcpu_entry", "The vCPU enters the guest.", hex64("pc", "Guest program counter.")),
  VCPU_EXIT(
      "vcpu_exit",
      "The vCPU has left the guest; its list registers were folded before this event.",
      i32("reason", "Exit code: 0 IRQ, 1 SError, 2 trap, other values as the kernel gives them."),
      u32("esr_ec", "Exception class of a trap, else 0."),
      hex64("pc", "Guest program counter.")),
  INJECT(
      "inject",
      "Call of the injection function (kvm_vgic_inject_irq).",
      hex64("kvm", "VM pointer."),
      hex64("vcpu", "Target vCPU pointer, 0 for none (6.7 and later)."),
      i32("cpuid", "Target vCPU number as passed (before 6.7)."),
      u32("intid", "Interrupt number."),
      bool("level", "Line level."),
      hex64("owner", "Cookie of the injecting in-kernel device, 0 for none.")),
  INJECT_RET(
      "inject_ret",
      "Return of the injection function.",
      i32("ret", "0 or a negative error number.")),
  IRQ_PENDING(
      "irq_pending",
      "Stock tracepoint of an attempted injection (vgic_update_irq_pending).",
      i64("vcpu_id", "vCPU number; 0 also stands for none."),
      u32("intid", "Interrupt number."),
      bool("level", "Line level.")),
  QUEUE(
      "queue",
      "Attempt to put an interrupt on an ap_list; its state before the attempt.",
      Snapshot.with(
          hex64("kvm", "VM pointer."), i32("refs", "References, where the recording has them."))),
  QUEUE_RET(
      "queue_ret",
      "Result of the attempt.",
      bool("queued", "1 if the interrupt was added to an ap_list.")),
  LR_WRITE(
      "lr_write",
      "One list register is populated; the interrupt's state before population.",
      Snapshot.with(
          hex64("vcpu", "vCPU pointer."),
          i32("vcpu_id", "vCPU number."),
          i32("lr", "Index of the list register."),
          hex64("value", "Value written, where the recording has it."))),
  LR_CLEAR(
      "lr_clear",
      "One unused list register is cleared.",
      hex64("vcpu", "vCPU pointer."),
      i32("vcpu_id", "vCPU number."),
      i32("lr", "Index of the list register.")),
  LR_IMAGE(
      "lr_image",
      "All list registers and the control registers at entry or at exit.",
      lrImageColumns()),
  LR_FOLD(
      "lr_fold",
      "One list register was folded back; the interrupt's state after that, before resampling.",
      Snapshot.with(
          hex64("vcpu", "vCPU pointer."),
          i32("vcpu_id", "vCPU number."),
          i32("lr", "Index of the list register."),
          bool("lr_deactivated", "The interrupt was active before and is not any more."),
          bool("lr_pending", "The list register was still pending."),
          hex64("value", "Value read back, where the recording has it."))),
  IRQ_PUT(
      "irq_put",
      "A reference to an interrupt is dropped; its state at that time.",
      Snapshot.with(hex64("kvm", "VM pointer."), i32("refs", "References before the drop."))),
  IRQ_GET(
      "irq_get",
      "A reference to an interrupt is taken.",
      hex64("kvm", "VM pointer."),
      hex64("vcpu", "vCPU pointer."),
      i32("vcpu_id", "vCPU number."),
      u32("intid", "Interrupt number.")),
  IRQ_STATE(
      "irq_state",
      "State of an interrupt seen while the hypervisor looked at it for another reason.",
      Snapshot.with(
          hex64("kvm", "VM pointer."),
          choice("reason", "Where it was seen.", "target", "lpi_sync", "inv", "depth"),
          i32("vcpu_id", "vCPU number, where the recording names the vCPU being looked after."))),
  UNDERFLOW(
      "underflow",
      "The underflow maintenance interrupt is requested (before 6.19).",
      hex64("vcpu", "vCPU pointer."),
      i32("vcpu_id", "vCPU number."),
      hex32("hcr", "HCR image before the change.")),
  HCR_CONFIG(
      "hcr_config",
      "HCR is computed anew (6.19 and later) from the deliverable interrupts.",
      hex64("vcpu", "vCPU pointer."),
      i32("vcpu_id", "vCPU number."),
      u32("nr_pend", "Deliverable interrupts that are pending and not active."),
      u32("nr_act", "Deliverable interrupts that are active."),
      u32("nr_sgi", "SGIs among them.")),
  MAINTENANCE(
      "maintenance",
      "The GIC maintenance interrupt handler runs.",
      i32("irq", "Linux interrupt number.")),
  VGIC_STEP(
      "vgic_step",
      "A step of the vGIC's entry and exit path.",
      hex64("vcpu", "vCPU pointer."),
      i32("vcpu_id", "vCPU number."),
      hex64("kvm", "VM pointer."),
      choice("step", "Which step.", "flush", "sync", "prune", "load", "put", "update", "reset")),
  DEACTIVATE(
      "deactivate",
      "A deactivation by the guest is handled in software (6.19 and later).",
      hex64("vcpu", "vCPU pointer."),
      i32("vcpu_id", "vCPU number."),
      hex64("value", "Value written to DIR.")),
  NESTED(
      "nested",
      "A step of nested virtualisation (6.15 and later): a guest hypervisor's list registers.",
      nestedColumns()),
  PPI_STATE(
      "ppi_state",
      "The PPIs of a GICv5 guest are handed to the hardware or taken back (7.1 and later).",
      hex64("vcpu", "vCPU pointer."),
      i32("vcpu_id", "vCPU number."),
      choice("step", "Before entry or after exit.", "flush", "fold"),
      hex64("pendr", "Pending bits of PPIs 0 to 63, as handed over or as found."),
      hex64("activer", "Active bits, likewise.")),
  SGI(
      "sgi",
      "The guest generates SGIs through a system register.",
      hex64("vcpu", "vCPU pointer of the sender."),
      i32("vcpu_id", "vCPU number of the sender."),
      hex64("reg", "Register value."),
      bool("allow_group1", "Group 1 SGIs may be generated by this access.")),
  PHYS_STATE(
      "phys_state",
      "The state of a physical interrupt behind a mapped one is written.",
      hex64("irq", "Interrupt structure."),
      u32("intid", "Interrupt number of the guest."),
      u32("host_irq", "Linux interrupt number."),
      choice("which", "What is written.", "active", "pending"),
      bool("value", "New value.")),
  PHYS_LEVEL(
      "phys_level",
      "The level of the physical line behind a mapped interrupt is read.",
      hex64("irq", "Interrupt structure."),
      u32("intid", "Interrupt number of the guest."),
      bool("level", "Level read, where the recording has it.")),
  IRQ_MAP(
      "irq_map",
      "A guest interrupt is tied to a physical one, untied, or its state is reset.",
      hex64("vcpu", "vCPU pointer."),
      i32("vcpu_id", "vCPU number."),
      u32("intid", "Interrupt number of the guest."),
      u32("host_irq", "Linux interrupt number."),
      choice("op", "What happens.", "map", "unmap", "reset")),
  VM(
      "vm",
      "Life of a VM and its vGIC.",
      hex64("kvm", "VM pointer."),
      hex64("vcpu", "vCPU pointer."),
      i32("vcpu_id", "vCPU number."),
      choice("op", "What happens.", "create", "init", "vcpu_init", "destroy", "vcpu_destroy"),
      u32("model", "GIC model of the guest: 5 GICv2, 7 GICv3."),
      u32("nr_spis", "Number of SPIs.")),
  GIC_MMIO(
      "gic_mmio",
      "An access to an emulated GIC register, by the guest or by user space.",
      hex64("vcpu", "vCPU pointer."),
      i32("vcpu_id", "vCPU number."),
      choice(
          "reg",
          "Register bank; pending_exact sets the pending latches whose bit is 1 and clears the"
              + " others.",
          "group",
          "senable",
          "cenable",
          "spending",
          "cpending",
          "sactive",
          "cactive",
          "priority",
          "config",
          "target",
          "irouter",
          "sgir",
          "sgi_spending",
          "sgi_cpending",
          "dist_v2",
          "dist_v3",
          "redist_ctlr",
          "propbaser",
          "pendbaser",
          "invlpir",
          "invallr",
          "cpuif",
          "apr",
          "dir",
          "line_level",
          "pending_exact"),
      choice("access", "Who accesses and how.", "write", "read", "user_write"),
      hex64(
          "addr",
          "Address as passed; its low 12 bits are the register offset within the bank's page."),
      u32("len", "Bytes."),
      hex64("val", "Value written."),
      u32("intid", "First interrupt number, where the recording gives it in place of an address.")),
  MMIO(
      "mmio",
      "The guest accesses an emulated device.",
      choice(
          "access",
          "Direction; a read is recorded before and after.",
          "unsatisfied-read",
          "read",
          "write"),
      u32("len", "Bytes."),
      hex64("gpa", "Guest physical address."),
      hex64("val", "Value.")),
  SYSREG(
      "sysreg",
      "A trapped system register access is emulated.",
      hex64("pc", "Guest program counter."),
      bool("is_write", "1 for a write."),
      u8("op0", "Encoding."),
      u8("op1", "Encoding."),
      u8("crn", "Encoding."),
      u8("crm", "Encoding."),
      u8("op2", "Encoding.")),
  IRQ_LINE(
      "irq_line",
      "User space sets an interrupt line.",
      choice("type", "Kind of line.", "cpu", "spi", "ppi"),
      i32("vcpu_idx", "vCPU for a PPI."),
      i32("num", "Interrupt number."),
      bool("level", "Line level.")),
  SET_IRQ(
      "set_irq",
      "An interrupt route is triggered.",
      u32("gsi", "Route."),
      bool("level", "Line level."),
      i32("source_id", "Source.")),
  IRQ_ACK(
      "irq_ack",
      "The guest finished a level SPI; listeners are notified.",
      u32("irqchip", "Always 0 on arm64."),
      u32("pin", "SPI number - 32.")),
  TIMER_UPDATE(
      "timer_update",
      "A virtual timer's output level is forwarded to the vGIC.",
      i64("vcpu_id", "vCPU number."),
      u32("intid", "Interrupt number."),
      bool("level", "Output level.")),
  TIMER_STATE(
      "timer_state",
      "A timer's registers are saved from or restored to hardware.",
      choice("op", "Direction.", "save", "restore"),
      hex64("ctl", "CTL register."),
      hex64("cval", "CVAL register."),
      i32("timer", "0 physical, 1 virtual, 2 EL2 virtual, 3 EL2 physical.")),
  TIMER_MAP(
      "timer_map",
      "Which timers are direct and which are emulated; -1 for none.",
      i64("vcpu_id", "vCPU number."),
      i32("direct_vtimer", "Timer index."),
      i32("direct_ptimer", "Timer index."),
      i32("emul_vtimer", "Timer index (6.4 and later)."),
      i32("emul_ptimer", "Timer index.")),
  TIMER_EMULATE(
      "timer_emulate",
      "An emulated timer is evaluated.",
      i32("timer", "Timer index."),
      bool("should_fire", "Its output.")),
  TIMER_EXPIRE(
      "timer_expire", "The soft timer of an emulated timer expires.", i32("timer", "Timer index.")),
  ITS_READ(
      "its_read",
      "The ITS has read guest memory: a command that it is about to execute (32 bytes), an entry of"
          + " its tables (8) or a byte of the LPI configuration or pending table (1). The decoded"
          + " columns are those of a command.",
      hex64("kvm", "VM pointer."),
      hex64("gpa", "Guest physical address read (6.9 and later)."),
      u32("len", "Bytes read."),
      u8("opcode", "Command opcode; of a read of one byte, that byte."),
      u32("device", "DeviceID."),
      u32("event", "EventID."),
      u32("intid", "LPI number (MAPTI)."),
      u32("collection", "Collection (ICID)."),
      u32("target", "vCPU (MAPC, first one of MOVALL)."),
      u32("target2", "Second vCPU (MOVALL)."),
      bool("valid", "Valid bit (MAPD, MAPC)."),
      hex64("dw0", "First double word as read."),
      hex64("dw1", "Second double word."),
      hex64("dw2", "Third double word."),
      hex64("dw3", "Fourth double word.")),
  ITS_REG(
      "its_reg",
      "The guest or user space writes a register of the ITS.",
      hex64("kvm", "VM pointer."),
      choice("reg", "Register.", "ctlr", "cbaser", "baser", "cwriter"),
      hex64("addr", "Address as passed; its low 16 bits are the register offset."),
      hex64("val", "Value written.")),
  ITS_WORK(
      "its_work",
      "A step of the ITS other than a command.",
      hex64("kvm", "VM pointer."),
      hex64("its", "ITS pointer."),
      choice(
          "step",
          "What happens: commands from creadr to cwriter are executed; a mapping is freed; the"
              + " configuration of all LPIs of a vCPU is read; tables are saved or restored; one"
              + " device or event of a table is restored.",
          "commands",
          "free_event",
          "invall",
          "save",
          "save_ret",
          "restore",
          "restore_device",
          "restore_event"),
      hex64("vcpu", "vCPU pointer."),
      i32("vcpu_id", "vCPU number."),
      u32("device", "DeviceID."),
      u32("event", "EventID."),
      hex64("irq", "Interrupt structure the mapping led to."),
      hex32("creadr", "Offset of the next command."),
      hex32("cwriter", "Offset behind the last command."),
      hex64("cbaser", "Command queue: address, size and attributes."),
      i32("ret", "0 or a negative error number.")),
  ITS_MSI(
      "its_msi",
      "A message-signalled interrupt on its way to an LPI.",
      hex64("kvm", "VM pointer."),
      choice(
          "step",
          "Call or return: the message arrives; its cached translation is used; the tables are"
              + " consulted; the LPI is looked up.",
          "msi",
          "msi_ret",
          "cached",
          "cached_ret",
          "trigger",
          "resolve",
          "resolve_ret"),
      u32("device", "DeviceID."),
      u32("event", "EventID."),
      hex64("addr", "Doorbell address, low part."),
      i32(
          "ret",
          "Return value: 0 or, of msi, 1 if it was delivered; negative error number; ITS error"
              + " code.")),
  LPI_ADD(
      "lpi_add",
      "An LPI gets its first or a further mapping.",
      hex64("kvm", "VM pointer."),
      u32("intid", "LPI number."),
      hex64("vcpu", "vCPU it targets, 0 for none."),
      hex64("irq", "Interrupt structure, where the recording has the return value.")),
  LPIS(
      "lpis",
      "Something happens to all LPIs of a vCPU or VM: their pending state is read because they were"
          + " enabled; they leave the ap_list; dead ones are released; their pending state is"
          + " saved.",
      hex64("kvm", "VM pointer."),
      hex64("vcpu", "vCPU pointer."),
      i32("vcpu_id", "vCPU number."),
      choice("step", "Which of these.", "enable", "flush", "release", "save", "save_ret"),
      i32("ret", "0 or a negative error number.")),
  VPE(
      "vpe",
      "A virtual processing element of GICv4 and its vCPU.",
      hex64("kvm", "VM pointer."),
      hex64("vcpu", "vCPU pointer."),
      i32("vcpu_id", "vCPU number."),
      hex64("vpe", "vPE pointer."),
      choice(
          "step",
          "load, put: the vCPU's side; resident, nonresident: the hardware is told; commit: its"
              + " pending table is waited for; doorbell: its interrupt handler runs.",
          "init",
          "teardown",
          "load",
          "put",
          "resident",
          "nonresident",
          "commit",
          "doorbell"),
      bool("resident", "Resident before this step."),
      bool("doorbell", "A doorbell is requested."),
      i32("irq", "Linux interrupt number of the doorbell.")),
  VPE_IRQ(
      "vpe_irq",
      "The doorbell interrupt of a vPE is requested, which maps the vPE, or freed, which unmaps"
          + " it.",
      hex64("vcpu", "vCPU pointer."),
      i32("irq", "Linux interrupt number."),
      choice("op", "What happens.", "request", "free")),
  VLPI_FORWARD(
      "vlpi_forward",
      "A device's interrupt is made a virtual LPI that the hardware delivers, or that ends.",
      hex64("kvm", "VM pointer."),
      i32("host_irq", "Linux interrupt number of the device."),
      choice("op", "Call or return.", "set", "set_ret", "unset", "unset_ret"),
      i32("ret", "0 or a negative error number.")),
  VLPI_MAP(
      "vlpi_map",
      "The physical ITS is told of a virtual LPI.",
      i32("host_irq", "Linux interrupt number of the device."),
      choice("op", "What happens.", "map", "unmap", "property"),
      hex64("vpe", "vPE pointer."),
      u32("intid", "LPI number of the guest."),
      hex32("config", "Configuration byte.")),
  VLPI_STATE(
      "vlpi_state",
      "The pending state of a virtual LPI is read from the table of its unmapped vPE.",
      hex64("kvm", "VM pointer."),
      hex64("irq", "Interrupt structure."),
      u32("intid", "LPI number of the guest."),
      bool("pending", "What was read.")),
  TIMER_STEP(
      "timer_step",
      "A step of the virtual timers that no tracepoint shows.",
      hex64("vcpu", "vCPU pointer."),
      i32("vcpu_id", "vCPU number."),
      i32("irq", "Linux interrupt number, of a handler."),
      hex64("hrtimer", "The soft timer that expired."),
      choice(
          "step",
          "The vCPU's timers go to hardware or leave it, the host's handler runs, or the timer that"
              + " wakes a blocked vCPU expires.",
          "load",
          "put",
          "handler",
          "bg_expire")),
  HRTIMER(
      "hrtimer",
      "A high-resolution timer of the host is started or cancelled, or expires.",
      choice("op", "What happens.", "start", "cancel", "expire"),
      hex64("hrtimer", "Timer; a hashed value in the kernel's own text."),
      text("function", "What it calls, where the recording names it.")),
  IRQCHIP_STATE(
      "irqchip_state",
      "The state of a host interrupt is written in its interrupt controller.",
      i32("irq", "Linux interrupt number."),
      choice("which", "What is written.", "pending", "active", "masked", "line"),
      bool("value", "New value.")),
  PMU(
      "pmu",
      "A step of a vCPU's performance monitors.",
      hex64("vcpu", "vCPU pointer."),
      i32("vcpu_id", "vCPU number."),
      hex64("perf_event", "The host's event behind the counter that overflowed."),
      u32("intid", "Interrupt number of the guest's PMU."),
      bool("level", "Line level before the step."),
      choice(
          "step",
          "The line is evaluated at entry or exit, or a counter overflows.",
          "update",
          "overflow")),
  VCPU_BLOCK(
      "vcpu_block",
      "A vCPU that has nothing to do is about to sleep, goes on, or is woken.",
      hex64("vcpu", "vCPU pointer."),
      i32("vcpu_id", "vCPU number."),
      choice(
          "op", "What happens; a test looks for interrupts.", "block", "unblock", "wake", "test"),
      bool("pending", "The test found an interrupt.")),
  HOST_IRQ(
      "host_irq",
      "A host interrupt handler runs.",
      i32("irq", "Linux interrupt number."),
      text("name", "Action name, at entry only."),
      choice("point", "Entry or exit of the handler.", "entry", "exit"),
      i32("ret", "Handler's return value, at exit only.")),
  KICK(
      "kick",
      "A vCPU is kicked.",
      hex64("vcpu", "vCPU pointer."),
      i32("vcpu_id", "vCPU number."),
      i32("target_cpu", "CPU it was last on, -1 for none."),
      i32("mode", "0 outside guest, 1 in guest, 2 exiting.")),
  WFX(
      "wfx",
      "The guest executes WFI or WFE.",
      hex64("pc", "Guest program counter."),
      bool("is_wfe", "1 for WFE.")),
  VCPU_WAKEUP(
      "vcpu_wakeup",
      "A halted vCPU goes on.",
      i64("wait_ns", "Time it waited or polled, nanoseconds."),
      bool("waited", "1 if it slept."),
      bool("valid", "1 if polling was successful.")),
  HALT_POLL(
      "halt_poll",
      "The halt polling time of a vCPU changes.",
      bool("grow", "1 if it grows."),
      u32("vcpu_id", "vCPU number."),
      u32("new_ns", "New polling time."),
      u32("old_ns", "Old polling time.")),
  USERSPACE_EXIT(
      "userspace_exit",
      "The vCPU thread returns to user space.",
      u32("reason", "KVM_EXIT code."),
      i32("errno", "Error number, 0 for none.")),
  SCHED_SWITCH(
      "sched_switch",
      "A CPU switches tasks.",
      text("prev_comm", "Task that leaves."),
      i32("prev_pid", "Its thread."),
      i32("prev_prio", "Its priority."),
      i64("prev_state", "Its state bits; null where the text has letters only."),
      text("next_comm", "Task that comes."),
      i32("next_pid", "Its thread."),
      i32("next_prio", "Its priority.")),
  LOCK_ACQUIRE(
      "lock_acquire",
      "A lock is asked for, before any wait; one that was only tried has been obtained (kernels"
          + " with lockdep).",
      hex64("lock", "Address of the lock, in text as the kernel disguises it."),
      text("name", "Class of the lock."),
      u32("mode", "Bit set: 1 only tried, 2 shared.")),
  LOCK_RELEASE(
      "lock_release",
      "A lock is given back (kernels with lockdep).",
      hex64("lock", "Address of the lock, in text as the kernel disguises it."),
      text("name", "Class of the lock.")),
  HW_ICH(
      "hw_ich",
      "The hypervisor reads or writes a control register of the virtual CPU interface, as the"
          + " emulated hardware saw it.",
      hardwareRegister(
          choice(
              "reg",
              "Register: lr is GICH_LRn or ICH_LRn_EL2, lr_low and lr_high its halves as a 32-bit"
                  + " hypervisor sees them; apr the active priorities of GICv2, ap0r and ap1r those"
                  + " of GICv3; the others by their names.",
              "lr",
              "lr_low",
              "lr_high",
              "hcr",
              "vmcr",
              "vtr",
              "misr",
              "eisr",
              "elrsr",
              "apr",
              "ap0r",
              "ap1r",
              "other"))),
  HW_LR(
      "hw_lr",
      "A GICv2 list register after a write, reserved bits cleared.",
      u32("lr", "Index of the list register."),
      hex32("value", "Its value.")),
  HW_ICV(
      "hw_icv",
      "The guest reads or writes its virtual CPU interface, without a trap.",
      hardwareInterface()),
  HW_ICC(
      "hw_icc",
      "The hypervisor or host reads or writes the physical CPU interface.",
      hardwareInterface()),
  HW_ACK(
      "hw_ack",
      "A GICv2 CPU interface is asked for an interrupt; the read of IAR that follows shows whether"
          + " it was given one.",
      choice("side", "Which interface.", "physical", "virtual"),
      u32("intid", "Interrupt number.")),
  HW_HPPI(
      "hw_hppi",
      "The virtual interrupt of highest priority is computed anew.",
      i32("lr", "Index of its list register, -1 for none, -2 for a virtual LPI."),
      u32("vlpi", "Virtual LPI of highest priority (GICv4)."),
      u32("group", "Its group."),
      u32("priority", "Its priority.")),
  HW_BEST(
      "hw_best",
      "The interrupt of highest priority of a CPU interface is computed anew.",
      choice("side", "Which interface.", "physical", "virtual"),
      u32("intid", "Interrupt number, 1023 for none."),
      u32("group", "Its group (GICv3)."),
      u32("priority", "Its priority."),
      u32("mask", "Priority mask (GICv2)."),
      u32("running", "Running priority (GICv2).")),
  HW_SIGNAL(
      "hw_signal",
      "Levels of the interrupt lines from a CPU interface to its CPU; printed again without a"
          + " change.",
      choice("side", "Which interface.", "physical", "virtual"),
      bool("fiq", "FIQ."),
      bool("irq", "IRQ.")),
  HW_MAINT(
      "hw_maint",
      "Level of a CPU's maintenance interrupt line; printed again without a change.",
      bool("level", "Level.")),
  HW_INPUT(
      "hw_input",
      "An interrupt input changes its level; private ones name the CPU.",
      u32("intid", "Interrupt number."),
      bool("level", "New level."),
      hex32("cpus", "CPUs whose input it is, as bits (GICv2)."),
      hex32("targets", "CPUs it is routed to, as bits (GICv2).")),
  HW_SGI(
      "hw_sgi",
      "An SGI is generated by a CPU, or becomes pending at one.",
      choice("step", "Which of these.", "generate", "pend"),
      u32("intid", "SGI number."),
      bool("others", "It goes to all CPUs but the sender (IRM)."),
      hex32("affinity", "Affinity of the targets without its lowest byte."),
      hex32("targets", "Target list, as bits of the lowest affinity byte.")),
  HW_REG(
      "hw_reg",
      "A register of the physical distributor or of a redistributor is read or written.",
      choice("op", "What happens.", "read", "write"),
      choice("frame", "Whose register.", "dist", "redist"),
      hex32("offset", "Offset of the register."),
      hex64("value", "Value."),
      u32("size", "Bytes accessed."),
      bool("secure", "A secure access (GICv3)."),
      bool("failed", "The access was refused.")),
  XEN_RUNSTATE(XenKinds.RUNSTATE),
  XEN_SCHED(XenKinds.SCHED),
  XEN_SWITCH(XenKinds.SWITCH),
  XEN_SCHEDULER(XenKinds.SCHEDULER),
  XEN_DOMAIN(XenKinds.DOMAIN_LIFE),
  XEN_HVM_ENTRY(XenKinds.HVM_ENTRY),
  XEN_HVM_EXIT(XenKinds.HVM_EXIT),
  XEN_INJECT(XenKinds.INJECT),
  XEN_INTR_WINDOW(XenKinds.WINDOW),
  XEN_HYPERCALL(XenKinds.HYPERCALL),
  XEN_HVM_STEP(XenKinds.HVM_STEP),
  XEN_HVM_DEVICE(XenKinds.HVM_DEVICE),
  XEN_MEMORY(XenKinds.MEMORY),
  XEN_PV(XenKinds.PV),
  XEN_SHADOW(XenKinds.SHADOW),
  XEN_POWER(XenKinds.POWER),
  XEN_IRQ(XenKinds.IRQ),
  XEN_LR(XenKinds.LR),
  XEN_VGIC(XenKinds.VGIC),
  XEN_EVTCHN(XenKinds.EVTCHN),
  XEN_OLD_IRQ(XenStepKinds.OLD_IRQ),
  XEN_NEW_IRQ(XenStepKinds.NEW_IRQ),
  XEN_VGIC_ENTRY(XenStepKinds.ENTRY),
  XEN_VGIC_IDLE(XenStepKinds.IDLE),
  XEN_SGIR(XenStepKinds.SGIR),
  XEN_LOCK(XenStepKinds.LOCK),
  XEN_DUMP_VCPU(XenDumpKinds.DUMP_VCPU),
  XEN_DUMP_LR(XenDumpKinds.DUMP_LR),
  XEN_DUMP_IRQ(XenDumpKinds.DUMP_IRQ),
  XEN_DUMP_PORT(XenDumpKinds.DUMP_PORT),
  X86_ENTRY(KvmXenKinds.ENTRY),
  X86_EXIT(KvmXenKinds.EXIT),
  X86_INJECT(KvmXenKinds.INJECT),
  X86_ACCEPT(KvmXenKinds.ACCEPT),
  X86_EOI(KvmXenKinds.EOI),
  X86_APIC(KvmXenKinds.APIC),
  KVM_XEN_HYPERCALL(KvmXenKinds.HYPERCALL),
  KVM_XEN_SEND(KvmXenKinds.SEND),
  KVM_XEN_STEP(KvmXenKinds.STEP),
  KVM_XEN_UPCALL(KvmXenKinds.UPCALL_CHECK),
  KVM_XEN_RUNSTATE(KvmXenKinds.RUNSTATE),
  KVM_XEN_TIMER(KvmXenKinds.TIMER),
  KVM_XEN_ATTR(KvmXenKinds.ATTRIBUTE),
  KVM_XEN_ROUTE(KvmXenKinds.ROUTE),
  KVM_XEN_LINE(KvmXenKinds.LINE),
  HVA_UNMAP(KvmXenKinds.UNMAP),
  KVM_XEN_WORDS(KvmXenKinds.WORDS),
  GUEST_UPCALL(EvtchnKinds.UPCALL),
  GUEST_PORT(EvtchnKinds.PORT_STEP),
  GUEST_CHIP(EvtchnKinds.CHIP),
  GUEST_SEND(EvtchnKinds.SEND),
  GUEST_EVDEV(EvtchnKinds.DEVICE),
  LOST(
      "lost",
      "Events were lost on this CPU, between its event before this point and the one after it.",
      i64("count", "How many; null if the recorder does not know.")),
  OTHER(
      "other",
      "An event no kind stands for.",
      text("name", "Event name."),
      bytes("payload", "Raw record (binary captures) or text after the name."));

  /** The columns every table starts with. */
  public static final List<Column> COMMON =
      List.of(
          i64("seq", "Position in the merged order of the whole capture, from 0."),
          i64(
              "ts",
              "Time stamp, nanoseconds of the trace clock (raw units for clocks that count"
                  + " otherwise)."),
          i32("cpu", "CPU that recorded the event."),
          i32("pid", "Thread."),
          text(
              "comm",
              "Name of the thread as the recording gives it; on Xen the vCPU that runs, such as"
                  + " d1v0."),
          u8(
              "flags",
              "Raw common_flags byte: 1 irqs off, 4 need resched, 8 hardirq, 16 softirq, 64 NMI,"
                  + " 128 BH off."),
          u8(
              "preempt",
              "Raw common_preempt_count byte: preemption depth, migrate-disable in the upper"
                  + " half."),
          text("buffer", "Trace instance, empty for the top one."));

  private static final Map<String, Kind> BY_NAME = byName();

  private final String tableName;
  private final String doc;
  private final List<Column> columns;
  private final Map<String, Integer> indexes = new HashMap<>();

  Kind(KindSpec spec) {
    this(spec.tableName(), spec.doc(), spec.columns().toArray(Column[]::new));
  }

  Kind(String tableName, String doc, Column... columns) {
    if (columns.length > Long.SIZE) {
      throw new AssertionError(tableName + " has more than 64 columns");
    }
    this.tableName = tableName;
    this.doc = doc;
    this.columns = Collections.unmodifiableList(Arrays.asList(columns));
    for (int i = 0; i < columns.length; i++) {
      if (indexes.put(columns[i].name(), i) != null) {
        throw new AssertionError("column declared twice: " + tableName + "." + columns[i].name());
      }
    }
  }

  /** Name of the table, lower case. */
  public String tableName() {
    return tableName;
  }

  /** One sentence for the reference page. */
  public String doc() {
    return doc;
  }

  /** The kind's own columns, without {@link #COMMON}. */
  public List<Column> columns() {
    return columns;
  }

  /**
   * Index of a column of this kind.
   *
   * @throws IllegalArgumentException if there is none of that name
   */
  public int column(String name) {
    Integer index = indexes.get(name);
    if (index == null) {
      throw new IllegalArgumentException("no column " + name + " in " + tableName);
    }
    return index;
  }

  /** Index of a column of this kind, or -1. */
  public int columnOrMinusOne(String name) {
    return indexes.getOrDefault(name, -1);
  }

  /** The kind whose table has that name, or null. */
  public static @Nullable Kind named(String tableName) {
    return BY_NAME.get(tableName);
  }

  private static Map<String, Kind> byName() {
    Map<String, Kind> map = new HashMap<>();
    for (Kind kind : values()) {
      map.put(kind.tableName, kind);
    }
    return Map.copyOf(map);
  }

  private static Column[] hardwareRegister(Column register) {
    return new Column[] {
      u8("gic", "Architecture version of the interface: 2 or 3."),
      choice("op", "What happens.", "read", "write"),
      register,
      u32("index", "Which one, of registers that exist several times."),
      hex32("offset", "Offset in the register frame (GICv2)."),
      hex64("value", "Value read, or as it was written.")
    };
  }

  private static Column[] hardwareInterface() {
    List<Column> columns =
        new ArrayList<>(
            List.of(
                hardwareRegister(
                    choice(
                        "reg",
                        "Register, by its GICv3 name without the group: iar is the acknowledge,"
                            + " eoir the end of interrupt, dir the deactivation, ap the active"
                            + " priorities.",
                        "iar",
                        "eoir",
                        "dir",
                        "pmr",
                        "bpr",
                        "ctlr",
                        "igrpen",
                        "ap",
                        "rpr",
                        "hppir",
                        "nmiar",
                        "other"))));
    columns.add(u32("group", "Interrupt group the register is of; null for those of both."));
    return columns.toArray(Column[]::new);
  }

  private static Column[] nestedColumns() {
    List<Column> columns =
        new ArrayList<>(
            List.of(
                hex64("vcpu", "vCPU pointer."),
                i32("vcpu_id", "vCPU number."),
                choice(
                    "step",
                    "The nested guest is loaded, put, synchronised after an exit or prepared for"
                        + " entry; or its maintenance interrupt is handled.",
                    "load",
                    "put",
                    "sync",
                    "flush",
                    "maint"),
                hex32("lr_map", "List registers of the guest hypervisor that are loaded."),
                u32("used_lrs", "Hardware list registers in use."),
                hex32("hcr", "ICH_HCR_EL2 of the guest hypervisor."),
                hex32("vmcr", "ICH_VMCR_EL2 of the guest hypervisor.")));
    for (int i = 0; i < LrImage.LRS_MAX; i++) {
      columns.add(hex64("lr" + i, "Hardware list register " + i + "."));
    }
    for (int i = 0; i < LrImage.LRS_MAX; i++) {
      columns.add(hex64("l1_lr" + i, "List register " + i + " of the guest hypervisor."));
    }
    return columns.toArray(Column[]::new);
  }

  private static Column[] lrImageColumns() {
    List<Column> columns =
        new ArrayList<>(
            List.of(
                choice(
                    "point",
                    "Before entry or after exit; right at the hardware access (restore, save); or"
                        + " control registers only, while list registers are populated or folded.",
                    "entry",
                    "exit",
                    "restore",
                    "save",
                    "populate",
                    "fold"),
                hex64("vcpu", "vCPU pointer."),
                i32("vcpu_id", "vCPU number."),
                hex64("kvm", "VM pointer."),
                hex64(
                    "cpu_if",
                    "Pointer that stands for the vCPU's GIC CPU interface image: its address, or"
                        + " that of the vCPU where the traced function takes the vCPU."),
                u32("used_lrs", "List registers in use."),
                hex32("hcr", "GICH_HCR or ICH_HCR_EL2 image."),
                hex32(
                    "vmcr", "GICH_VMCR or ICH_VMCR_EL2 image; may lag behind until the next put."),
                hex32("sre", "ICC_SRE_EL1 image; only GICv3 hosts have it."),
                hex32("ap0r0", "Active priorities, group 0 (GICv3)."),
                hex32("ap1r0", "Active priorities, group 1 (GICv3)."),
                hex32("apr", "Active priorities (GICv2); only GICv2 hosts have it."),
                u8("lr_bytes", "Bytes of one list register: 4 on GICv2 hosts, 8 on GICv3 hosts.")));
    for (int i = 0; i < LrImage.LRS_MAX; i++) {
      columns.add(hex64("lr" + i, "List register " + i + "."));
    }
    return columns.toArray(Column[]::new);
  }
}
