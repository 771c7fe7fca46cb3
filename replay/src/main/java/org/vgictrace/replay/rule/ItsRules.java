package org.vgictrace.replay.rule;

import static org.vgictrace.replay.rule.Observation.ITS_COMMANDS;
import static org.vgictrace.replay.rule.Observation.ITS_MESSAGES;
import static org.vgictrace.replay.rule.Observation.PUT_SNAPSHOT;
import static org.vgictrace.replay.rule.Observation.QUEUE;
import static org.vgictrace.replay.rule.Observation.VM_CREATION;
import static org.vgictrace.replay.rule.Rule.rule;
import static org.vgictrace.replay.rule.Severity.ERROR;
import static org.vgictrace.replay.rule.Sources.its;
import static org.vgictrace.replay.rule.Sources.v3;

import java.util.List;

/** The Interrupt Translation Service: its command queue, mappings and cached translations. */
public final class ItsRules {
  public static final Rule ITS_1 =
      rule("INV-ITS-1", ERROR, "Mapping that must not exist")
          .holds(
              "A MAPTI or MAPI with an LPI out of range, a device that is not mapped or an event"
                  + " too large for it creates nothing; a message of an event that is not mapped"
                  + " is not translated; a restore stops at the end of a device's table.")
          .why("Each of them is checked, and fails with a command error that nobody reports.")
          .catches(
              "Interrupts of discarded events come back after a migration (entries were not"
                  + " cleared before 6.13 and 6.1.120); a restore ran beyond the table (before 6.1"
                  + " and 6.0.6).")
          .needs(ITS_COMMANDS, VM_CREATION, QUEUE)
          .function(its("vgic_its_cmd_handle_mapi"))
          .function(its("vgic_its_resolve_lpi"))
          .function(its("scan_its_table"))
          .architecture(v3("ITS command MAPTI"))
          .build();

  public static final Rule ITS_2 =
      rule("INV-ITS-2", ERROR, "LPI at a vCPU that no command gave it")
          .holds(
              "An LPI targets the vCPU of the collection it was mapped to, then those that MOVI"
                  + " and MOVALL gave it. MOVALL moves the LPIs of the vCPU it names and no"
                  + " others; kernels from 6.10 to 7.2.9 move all, see Q-MOVALL.")
          .why("update_affinity sets the target under the interrupt's lock.")
          .catches(
              "Interrupts arrive at a vCPU that does not expect them: LPIs of unrelated vCPUs were"
                  + " retargeted until 7.2.10 (751f4641560b).")
          .needs(ITS_COMMANDS, VM_CREATION, QUEUE)
          .function(its("vgic_its_cmd_handle_movi"))
          .function(its("vgic_its_cmd_handle_movall"))
          .architecture(v3("ITS commands MOVI, MOVALL"))
          .build();

  public static final Rule ITS_3 =
      rule("INV-ITS-3", ERROR, "Cached translation used after it was dropped")
          .holds(
              "After DISCARD, MAPD with V=0, MOVALL, ITS off or LPIs off is complete, a message"
                  + " that it affects is looked up in the tables before a cached translation"
                  + " serves it again. A message under way at the same time may still hit.")
          .why("Each of them empties the cache before it ends.")
          .catches(
              "Messages reach LPIs that were freed or moved; the caches survived a change of"
                  + " GITS_BASER before 7.2.9.")
          .needs(ITS_COMMANDS, ITS_MESSAGES)
          .function(its("vgic_its_invalidate_cache"))
          .function(its("vgic_its_inject_cached_translation"))
          .build();

  public static final Rule ITS_4 =
      rule("INV-ITS-4", ERROR, "Cached translation's reference dropped twice")
          .holds(
              "While a command drops cached translations, each LPI loses as many references as"
                  + " translations of it were cached since the cache was last empty, and no more."
                  + " From 6.4; before, these drops do not show.")
          .why("An entry is erased first, and only who erased it drops its reference.")
          .catches(
              "Two commands that drop the same entry at once free the LPI under its mapping"
                  + " (13031fb6b835, CVE-2026-46316, fixed in 7.1, 6.18.35, 6.12.93).")
          .needs(ITS_COMMANDS, ITS_MESSAGES, PUT_SNAPSHOT)
          .function(its("vgic_its_invalidate_cache"))
          .absence()
          .build();

  public static final Rule ITS_5 =
      rule("INV-ITS-5", ERROR, "Command queue not read in order")
          .holds(
              "Commands are read 32 bytes apart from CREADR on, wrap at the end of the queue and"
                  + " stop at CWRITER; the next run begins there.")
          .why("vgic_its_process_commands advances CREADR after each command.")
          .catches("Commands are skipped or executed twice: the guest's view of the ITS is wrong.")
          .needs(ITS_COMMANDS)
          .function(its("vgic_its_process_commands"))
          .architecture(v3("GITS_CREADR, GITS_CWRITER, GITS_CBASER"))
          .absence()
          .build();

  /** All of them, in order. */
  static final List<Rule> ALL = List.of(ITS_1, ITS_2, ITS_3, ITS_4, ITS_5);

  private ItsRules() {}
}
