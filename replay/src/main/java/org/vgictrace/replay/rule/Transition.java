package org.vgictrace.replay.rule;

import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The steps the models are made of: of KVM's vGIC, of Xen's two and of KVM's emulation of Xen. A
 * capture exercises a step if its events show that the hypervisor, the hardware or the guest took
 * it; which steps a set of captures exercises says how much of the vGIC was tested at all.
 *
 * <p>The identifier of a constant is its name with dashes: {@code SAVE_HW_1} is {@code SAVE-HW-1}.
 */
public enum Transition {
  // Injection and queueing.
  INJ_0("An injection reaches a vGIC that is not initialised yet."),
  INJ_1("An injection of a private interrupt that names no vCPU is refused."),
  INJ_2("An injection of an interrupt that does not exist is refused."),
  INJ_3("An injection by somebody other than the line's owner is ignored."),
  INJ_4("An injection that changes nothing is ignored: same level, or the end of an edge."),
  INJ_5("An injection changes the line of a level interrupt, which is then queued."),
  INJ_6("An injection latches an edge interrupt, which is then queued."),
  QUEUE_1("Queueing finds the interrupt listed already and only kicks its vCPU."),
  QUEUE_2("Queueing finds nobody to deliver the interrupt to: it stays unlisted."),
  QUEUE_3("Queueing appends the interrupt to a vCPU's list and kicks that vCPU."),
  QUEUE_4("Queueing finds that things changed before it had the list's lock, and starts again."),
  QUEUE_5("A GICv5 PPI bypasses the list: its vCPU is kicked.", Span.SINCE_M72),
  IRQL_1("User space sets a line with KVM_IRQ_LINE."),
  IRQL_2("A routed line is set by number, as irqfd and device emulation do."),
  SGI_1("A GICv3 guest sends SGIs through a system register."),
  SGI_2("A GICv2 guest sends SGIs through GICD_SGIR."),
  MSI_1("An MSI is delivered by a cached translation."),
  MSI_2("An MSI is translated by a walk of the ITS tables."),
  KICK_1("The distributor is switched on: vCPUs with listed pending interrupts are kicked."),

  // Accesses to the distributor and the redistributors.
  MMIO_1("Groups are written (IGROUPR)."),
  MMIO_2("The guest enables interrupts (ISENABLER)."),
  MMIO_3("The guest disables interrupts (ICENABLER)."),
  MMIO_4("User space enables or disables interrupts."),
  MMIO_5("The guest makes interrupts pending (ISPENDR)."),
  MMIO_6("User space makes interrupts pending."),
  MMIO_7("The guest clears pending interrupts (ICPENDR)."),
  MMIO_8("User space clears pending interrupts."),
  MMIO_9("Pending state is read."),
  MMIO_10("The guest writes active state (ISACTIVER, ICACTIVER); vCPUs are halted if need be."),
  MMIO_11("User space writes active state, which leaves mapped interrupts alone."),
  MMIO_12("Priorities are written; a list register in use keeps the old one."),
  MMIO_13("SPIs are made edge or level triggered (ICFGR)."),
  MMIO_14("SPIs get CPU targets (ITARGETSR)."),
  MMIO_15("An SPI is routed by affinity (IROUTER)."),
  MMIO_16("The distributor's control register is written."),
  MMIO_17("User space restores the levels of the lines."),
  MMIO_18("A GICv2 SGI is made pending or cleared per source (SPENDSGIR, CPENDSGIR)."),
  MMIO_19("LPIs of a redistributor are switched on or off (GICR_CTLR)."),
  MMIO_20("LPI properties are invalidated through the redistributor (INVLPIR, INVALLR)."),
  MMIO_21("A GICv2 guest's write to GICC_DIR traps.", Span.SINCE_M72),

  // Before entry.
  FLUSH_1("A flush with an empty list returns at once.", Span.UP_TO_M612),
  FLUSH_2("A flush in nested state leaves the list registers alone.", Span.SINCE_M72),
  FLUSH_3("A list that does not fit, or has SGIs of several sources, is sorted.", Span.UP_TO_M612),
  FLUSH_4("Registers are populated in list order, with an eye on SGI sources.", Span.UP_TO_M612),
  FLUSH_5("Population stops with all list registers in use.", Span.UP_TO_M612),
  FLUSH_6("Interrupts are left over: an underflow interrupt is asked for.", Span.UP_TO_M612),
  FLUSH_7("Unused list registers are zeroed and the number in use is noted."),
  FLUSH_8("The list is summed up, and sorted if it does not fit.", Span.SINCE_M72),
  FLUSH_9("Registers are populated in list order; the last one is remembered.", Span.SINCE_M72),
  FLUSH_10("The control register is computed from that sum.", Span.SINCE_M72),
  FLUSH_11("The images are written to the hardware."),
  FLUSH_12("A GICv4 vPE is committed before it runs."),
  FLUSH_13("Pending PPIs of a GICv5 guest are put into its registers' image.", Span.SINCE_M72),
  POP_1("An interrupt's state is encoded in a list register."),
  POP_2("A pending edge moves from the latch to the list register."),
  POP_3("The line of a mapped level interrupt is taken as delivered."),
  POP_4("The line and latch of an unmapped level interrupt stay as they are."),
  POP_5("A GICv2 SGI is populated for its lowest source."),
  POP_6("An active mapped interrupt is populated active only, though it is pending."),
  POP_7("An LPI is populated."),
  POP_8("A populated interrupt is marked as being in a list register.", Span.SINCE_M72),
  POP_9("A pending GICv2 SGI without any source is met (Q-SGI0)."),

  // Entry, guest, exit.
  ENTRY_1("The guest is entered after a flush."),
  ENTRY_2("An entry is cancelled after the flush, and the list is synchronised at once."),
  ENTRY_3("The exit is reported after the fold."),
  RUN_1("The guest moves an interrupt on: acknowledged, deactivated, or both."),
  RUN_2("A list register comes back with nothing but its state changed."),
  RUN_3("The guest ends an interrupt, with deactivation split off or not."),
  RUN_4("The guest ends an interrupt that is in no list register: it is counted."),
  RUN_5("The end of a mapped interrupt deactivates the physical one."),
  RUN_6("The CPU interface is emulated: accesses trap."),
  SAVE_HW_1("GICv2 list registers are saved."),
  SAVE_HW_2("GICv3 list registers are saved."),
  EXIT_1("The images after an exit are at hand."),

  // After exit.
  FOLD_1("The request for underflow is withdrawn.", Span.UP_TO_M612),
  FOLD_2("The interrupts of the used list registers are looked up in turn."),
  FOLD_3("The active state is taken over."),
  FOLD_4("An active GICv2 SGI's source is remembered."),
  FOLD_5("A pending edge returns from the list register to the latch."),
  FOLD_6("The end of a level interrupt clears its soft pending state."),
  FOLD_7("The line of a mapped level interrupt is sampled again."),
  FOLD_8("The end of a level SPI is notified to the devices."),
  FOLD_9("A folded interrupt is no longer marked as in a list register.", Span.SINCE_M72),
  FOLD_10("The number of used list registers returns to zero."),
  FOLD_11("Counted ends are spread over active interrupts beyond the last.", Span.SINCE_M72),
  FOLD_12("The state of a GICv5 guest's PPIs is taken over.", Span.SINCE_M72),
  PRUNE_1("An interrupt with nothing left to deliver leaves the list."),
  PRUNE_2("An interrupt that is still due here stays on the list."),
  PRUNE_3("An interrupt that is due elsewhere moves to the other vCPU's list."),
  PRUNE_4("An active interrupt that targets another vCPU stays where it is."),
  PRUNE_5("The interrupt of the last list register is let go.", Span.SINCE_M72),
  PRUNE_6("The list is pruned because a deactivation asked for it.", Span.SINCE_M72),
  DEACT_1("A trapped deactivation is carried out.", Span.SINCE_M72),
  MAINT_1("A maintenance interrupt is taken; its handler does nothing."),
  MAINT_2("A maintenance interrupt is taken in nested state.", Span.SINCE_M72),

  // LPIs and ITS.
  LPI_1("An LPI is mapped: created, or its references incremented."),
  LPI_2("The last reference to an LPI goes and it is removed."),
  LPI_3("A lookup meets an LPI that is about to go, and fails.", Span.SINCE_M612),
  LPI_4("An LPI's pending bit is read from the guest's table."),
  LPI_5("LPIs are disabled: those on the vCPU's list are taken off."),
  LPI_6("LPIs are enabled: the pending table is read."),
  LPI_7("An LPI's priority and enable bit are read from the guest's table."),
  ITS_1("A device is mapped or unmapped (MAPD)."),
  ITS_2("A collection is mapped or unmapped (MAPC)."),
  ITS_3("An event is mapped to an LPI (MAPTI, MAPI)."),
  ITS_4("A mapping is discarded (DISCARD)."),
  ITS_5("An LPI is moved to another collection (MOVI)."),
  ITS_6("The LPIs of a vCPU are moved to another (MOVALL)."),
  ITS_7("An LPI's pending state is cleared (CLEAR)."),
  ITS_8("An LPI is generated by a command (INT)."),
  ITS_9("LPI properties are read again (INV, INVALL)."),
  ITS_10("A SYNC command is passed over."),
  ITS_11("An ITS is switched off or its tables are set anew."),
  ITS_12("A translation is cached."),

  // GICv4.
  V4_1("A vPE becomes resident."),
  V4_2("A vPE stops being resident, with a doorbell if its vCPU sleeps."),
  V4_3("A doorbell wakes a vCPU."),
  V4_4("An LPI is forwarded by hardware from now on."),
  V4_5("Forwarding of an LPI ends."),
  V4_6("SGIs change between direct and emulated delivery."),
  V4_7("A vCPU has pending interrupts because its vPE has."),

  // Timers.
  TIMER_1("A timer's output is computed."),
  TIMER_2("A timer's output is injected."),
  TIMER_3("A timer's host interrupt raises its output."),
  TIMER_4("At vCPU load the physical active state of a timer is set."),
  TIMER_5("At vCPU load a timer is given its hardware back."),
  TIMER_6("An emulated timer is evaluated and its software timer set."),
  TIMER_7("A software timer expires."),
  TIMER_8("At vCPU put a timer's hardware is saved and disabled."),
  TIMER_9("A reset stops the timers and lowers their lines."),
  TIMER_10("A fold asks a timer for its level."),
  TIMER_11("A nested switch exchanges which timers have hardware.", Span.SINCE_M612),
  TIMER_12("At vCPU load vGIC and timers are loaded, in the order of the version."),

  // PMU.
  PMU_1("The overflow level of the guest's counters is computed."),
  PMU_2("The overflow level is injected around an entry."),
  PMU_3("A counter overflows on the host's side: the vCPU is kicked."),
  PMU_4("The guest's PMU interrupt is delivered without hardware behind it."),
  PMU_5("The host's perf and the guest use the counters side by side."),

  // Save, restore, life and sleep.
  SAVE_1("The pending tables are saved to guest memory."),
  SAVE_2("An LPI's pending bit is written to the guest's table."),
  SAVE_3("Saving is refused for LPIs that GICv4.0 forwards."),
  SAVE_4("The ITS tables are saved or restored."),
  SAVE_5("A restored pending state is handed to the hardware."),
  WFI_1("A vCPU goes to sleep: its state is saved for the wake-up test."),
  WFI_2("The wake-up test looks for a deliverable interrupt."),
  RESET_1("A mapped interrupt is reset."),
  DESTROY_1("A vCPU ends and lets go of its LPIs."),

  // Nested guests.
  NV_1("A vCPU runs its own guest with that guest's interrupts.", Span.SINCE_M72),
  NV_2("The nested guest's list registers are loaded.", Span.SINCE_M72),
  NV_3("The nested guest's list registers are read back.", Span.SINCE_M72),
  NV_4("The maintenance interrupt of the guest's own hypervisor is evaluated.", Span.SINCE_M72),
  NV_5("The nested guest's list registers are emptied at vCPU put.", Span.SINCE_M72),

  // The original vGIC of Xen, as an instrumented hypervisor records it.
  OV_T01("An interrupt is injected under the lock of its virtual CPU.", Span.XEN_OLD),
  OV_T04("A list register is written.", Span.XEN_OLD),
  OV_T05("The list register of an interrupt is folded.", Span.XEN_OLD),
  OV_T07("The way to the guest ends; underflow is asked for if interrupts wait.", Span.XEN_OLD),
  OV_T08("An interrupt that waited gets a list register, or one makes room.", Span.XEN_OLD),
  OV_T09("An interrupt is enabled, and put on its way if it is in flight.", Span.XEN_OLD),
  OV_T10("An interrupt is disabled, and waits no longer.", Span.XEN_OLD),
  OV_T14("A guest sends an SGI.", Span.XEN_OLD),
  OV_T15("An interrupt is retargeted, now or once it leaves its list register.", Span.XEN_OLD),
  OV_T18("A virtual CPU is switched on: its lists are emptied.", Span.XEN_OLD),
  OV_T22("It is decided whether a virtual CPU may sleep.", Span.XEN_OLD),
  OV_L01("An event is mapped to an LPI of Xen's vGIC.", Span.XEN_OLD),
  OV_L02("A mapping of Xen's vGIC is discarded.", Span.XEN_OLD),
  OV_L03("An LPI of Xen's vGIC is injected or cleared.", Span.XEN_OLD),
  OV_L04("Properties of an LPI of Xen's vGIC are read again.", Span.XEN_OLD),

  // The new vGIC of Xen, likewise.
  NV_T01("The line or latch of an interrupt of Xen's new vGIC is set.", Span.XEN_NEW),
  NV_T02("An interrupt of Xen's new vGIC is queued.", Span.XEN_NEW),
  NV_T04("A list register is folded into its interrupt by Xen's new vGIC.", Span.XEN_NEW),
  NV_T05("An interrupt is kept, moved or taken off a list by Xen's new vGIC.", Span.XEN_NEW),
  NV_T06("The list registers are flushed by Xen's new vGIC.", Span.XEN_NEW),
  NV_T07("A list register is populated by Xen's new vGIC.", Span.XEN_NEW),
  NV_T08("An interrupt of Xen's new vGIC is enabled or disabled.", Span.XEN_NEW),
  NV_T09("An interrupt of Xen's new vGIC is made pending or cleared by its guest.", Span.XEN_NEW),
  NV_T11("An interrupt of Xen's new vGIC is given another target.", Span.XEN_NEW),
  NV_T12("An SGI is sent through Xen's new vGIC.", Span.XEN_NEW),

  // KVM's emulation of Xen.
  EK_FAST("An event is delivered, or not, by the path that may not sleep.", Span.KVM_XEN),
  EK_SLOW("A delivery is tried again where it may sleep.", Span.KVM_XEN),
  EK_INATOMIC("A routed line raises an event.", Span.KVM_XEN),
  EK_SETUP("A routing entry of an event channel is set up.", Span.KVM_XEN),
  EK_FLUSH("Selector bits kept in the kernel are merged before entry.", Span.KVM_XEN),
  EK_HASINT("The upcall flag is looked at.", Span.KVM_XEN),
  EK_VEC("The vector of a vCPU is injected.", Span.KVM_XEN),
  EK_SEND("A guest sends an event.", Span.KVM_XEN),
  EK_TABLE("An attribute of the VM or of a vCPU is set.", Span.KVM_XEN),
  EK_TIMERSET("A guest sets its timer.", Span.KVM_XEN),
  EK_TIMER("A timer of a Xen guest expires.", Span.KVM_XEN),
  EK_POLL("A guest polls or yields.", Span.KVM_XEN),
  EK_RS("The run state of a Xen guest's vCPU is updated.", Span.KVM_XEN);

  /** Whose steps there are. */
  public enum Model {
    KVM("KVM's vGIC", Subject.KVM_VGIC),
    XEN_OLD("Xen's original vGIC", Subject.XEN_INSIDE),
    XEN_NEW("Xen's new vGIC", Subject.XEN_INSIDE),
    KVM_XEN("KVM's emulation of Xen", Subject.KVM_XEN);

    private final String doc;
    private final Subject subject;

    Model(String doc, Subject subject) {
      this.doc = doc;
      this.subject = subject;
    }

    /** What it models. */
    public String doc() {
      return doc;
    }

    /** Those whose steps recordings of any of these subjects show. */
    public static Set<Model> of(Set<Subject> subjects) {
      EnumSet<Model> models = EnumSet.allOf(Model.class);
      models.removeIf(model -> !subjects.contains(model.subject));
      return models;
    }
  }

  /** The generations a step exists in, if it is one of KVM's vGIC. */
  private enum Span {
    UP_TO_M612(EnumSet.of(Generation.M61, Generation.M612)),
    SINCE_M612(EnumSet.of(Generation.M612, Generation.M72)),
    SINCE_M72(EnumSet.of(Generation.M72)),
    EVERY(EnumSet.allOf(Generation.class)),
    XEN_OLD(Model.XEN_OLD),
    XEN_NEW(Model.XEN_NEW),
    KVM_XEN(Model.KVM_XEN);

    final Set<Generation> generations;
    final Model model;

    Span(EnumSet<Generation> generations) {
      this.generations = Set.copyOf(generations);
      this.model = Model.KVM;
    }

    Span(Model model) {
      this.generations = Set.of();
      this.model = model;
    }
  }

  private final String id = name().replace('_', '-');
  private final String doc;
  private final Span span;

  Transition(String doc) {
    this(doc, Span.EVERY);
  }

  Transition(String doc, Span span) {
    this.doc = doc;
    this.span = span;
  }

  /** The identifier, such as {@code SAVE-HW-1}. */
  public String id() {
    return id;
  }

  /** The identifier without its number, such as {@code SAVE-HW} or {@code OV-T}. */
  public String group() {
    int end = id.length();
    while (Character.isDigit(id.charAt(end - 1))) {
      end--;
    }
    return id.substring(0, id.charAt(end - 1) == '-' ? end - 1 : end);
  }

  /** The model it is a step of. */
  public Model model() {
    return span.model;
  }

  /** What happens, in one sentence. */
  public String doc() {
    return doc;
  }

  /** The generations of KVM's vGIC that have it; none for steps of other models. */
  public Set<Generation> generations() {
    return span.generations;
  }

  /** Whether a generation has it; any step may exist while the generation is unknown. */
  public boolean existsIn(@Nullable Generation generation) {
    return generation == null || span.generations.contains(generation);
  }

  /** The step with that identifier, in any case; null if there is none. */
  public static @Nullable Transition find(String id) {
    String upper = id.toUpperCase(Locale.ROOT);
    for (Transition transition : values()) {
      if (transition.id.equals(upper)) {
        return transition;
      }
    }
    return null;
  }
}
