package org.vgictrace.replay;

import static org.junit.jupiter.api.DynamicTest.dynamicTest;
import static org.vgictrace.replay.LpiTrace.hex;
import static org.vgictrace.replay.TextCase.V6_1;
import static org.vgictrace.replay.TextCase.V7_2;
import static org.vgictrace.replay.TextCase.broken;
import static org.vgictrace.replay.TextCase.holds;
import static org.vgictrace.replay.rule.EdgeRules.EDGE_1;
import static org.vgictrace.replay.rule.InjectionRules.INJ_2;
import static org.vgictrace.replay.rule.ItsRules.ITS_1;
import static org.vgictrace.replay.rule.ItsRules.ITS_2;
import static org.vgictrace.replay.rule.ItsRules.ITS_3;
import static org.vgictrace.replay.rule.ItsRules.ITS_4;
import static org.vgictrace.replay.rule.ItsRules.ITS_5;
import static org.vgictrace.replay.rule.LpiRules.LPI_1;
import static org.vgictrace.replay.rule.LpiRules.LPI_2;
import static org.vgictrace.replay.rule.LpiRules.LPI_3;
import static org.vgictrace.replay.rule.LpiRules.LPI_4;
import static org.vgictrace.replay.rule.LpiRules.REF_1;
import static org.vgictrace.replay.rule.LpiRules.REF_2;
import static org.vgictrace.replay.rule.LpiRules.REF_3;
import static org.vgictrace.replay.rule.LpiRules.REF_4;
import static org.vgictrace.replay.rule.LpiRules.REF_5;
import static org.vgictrace.replay.rule.LpiRules.REF_6;
import static org.vgictrace.replay.rule.QuirkRules.EMPTY;
import static org.vgictrace.replay.rule.QuirkRules.LPI5;
import static org.vgictrace.replay.rule.QuirkRules.MOVALL;
import static org.vgictrace.replay.rule.VlpiRules.SAVE_5;
import static org.vgictrace.replay.rule.VlpiRules.SAVE_6;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** What the rules about LPIs and the ITS accept and reject. */
class LpiCasesTest {
  static final List<TextCase> CASES =
      List.of(
          holds(REF_1, "one mapping", t -> t.mapped().put(8192, 2, -1, 0)),
          holds(REF_1, "mapped, cached and listed", t -> t.mapped().put(8192, 4, 0, 0)),
          broken(
              REF_1,
              "bug 39, debugfs drops what it does not hold",
              t -> t.mapped().put(8192, 1, -1, 0),
              "An LPI has fewer references than holders. refs=1"),
          broken(
              REF_1,
              "bug 51, a cached reference was dropped twice",
              t -> t.mapped().message(0, 0, 8192, 0).put(8192, 2, 0, 0),
              "An LPI has fewer references than holders. refs=2"),
          broken(
              REF_1,
              "bug 13, references of failed mappings are never dropped",
              t ->
                  t.mapped()
                      .put(8192, 12, -1, 0)
                      .goOn()
                      .put(8192, 12, -1, 0)
                      .goOn()
                      .put(8192, 12, -1, 0),
              "An LPI has more references than there can be holders: some were never dropped."
                  + " refs=12"),
          holds(REF_2, "references left", t -> t.mapped().put(8192, 2, -1, 0)),
          broken(
              REF_2,
              "bug 34, an LPI without references is used",
              t -> t.mapped().put(8192, 0, -1, 0),
              "A reference is dropped that nobody holds. refs=0"),
          broken(
              REF_2,
              "bug 53, an LPI that is gone is folded",
              t ->
                  t.mapped()
                      .discard(0, 0)
                      .freeEvent(0, 8192)
                      .put(8192, 1, -1, 0)
                      .goOn()
                      .populate(8192, false, 0),
              "An LPI is used after its last reference was dropped. populate of the structure at "
                  + LpiTrace.lpi(8192)),
          holds(
              REF_3,
              "reused after the last drop",
              t ->
                  t.mapped()
                      .discard(0, 0)
                      .freeEvent(0, 8192)
                      .put(8192, 1, -1, 0)
                      .goOn()
                      .mapCommand(0, 1, 8200, 0)
                      .queue(8200, 160, false, -1, 0)
                      .change(LpiTrace.lpi(8200), LpiTrace.lpi(8192))),
          broken(
              REF_3,
              "the structure of a mapped LPI",
              t ->
                  t.mapped()
                      .queue(8200, 160, false, -1, 0)
                      .change(LpiTrace.lpi(8200), LpiTrace.lpi(8192)),
              "The structure of an LPI that is still mapped is used for another one. LPI 8200 at "
                  + LpiTrace.lpi(8192)),
          holds(REF_4, "listed and mapped", t -> t.mapped().put(8192, 3, 0, 0)),
          broken(
              REF_4,
              "bugs 12 and 34, freed while listed",
              t -> t.mapped().discard(0, 0).freeEvent(0, 8192).put(8192, 1, 0, 0),
              "The last reference is dropped of an LPI that is on an ap_list. refs=1 own="
                  + LpiTrace.vcpu(0)),
          holds(REF_5, "one structure", t -> t.mapped().put(8192, 2, -1, 0)),
          broken(
              REF_5,
              "the older one comes back",
              t ->
                  t.mapped()
                      .queue(8192, 160, false, -1, 0)
                      .change(LpiTrace.lpi(8192), LpiTrace.lpi(9000))
                      .goOn()
                      .put(8192, 3, -1, 0),
              "Two structures stand for one LPI. structure "
                  + LpiTrace.lpi(8192)
                  + " beside a newer one"),
          holds(
              REF_6,
              "all dropped",
              t -> t.mapped().destroy().freeEvent(0, 8192).put(8192, 1, -1, 0)),
          broken(
              REF_6,
              "bug 12, still listed on a vCPU that is gone",
              t -> t.mapped().destroy().freeEvent(0, 8192).put(8192, 2, 0, 0),
              "An LPI is still on the ap_list of a vCPU that is gone. own=" + LpiTrace.vcpu(0)),
          broken(
              REF_6,
              "bug 32, references survive the VM",
              t ->
                  t.mapped()
                      .map(0, 1, 8194, 0, 0)
                      .destroy()
                      .put(8192, 3, -1, 0)
                      .put(8193, 3, -1, 1)
                      .put(8194, 3, -1, 0)
                      .event("create", "kvm_vgic_create", "kvm=%s type=7", hex(0xffff0000aaa000L)),
              "An LPI outlives its VM. 2 left"),
          holds(LPI_1, "not queued", t -> t.queue(8195, 160, true, -1, -1).queued(false)),
          broken(
              LPI_1,
              "queued all the same",
              t -> t.queue(8195, 160, true, -1, -1).queued(true),
              "An LPI without a target was put on an ap_list. queued"),
          holds(LPI_2, "everything on", t -> t.mapped().message(0, 0, 8192, 0)),
          broken(
              LPI_2,
              "ITS off",
              t -> t.mapped().its(false).goOn().resolve(0, 0).resolve(0, 0).resolve(0, 0),
              "A message was translated by an ITS that is switched off. translated"),
          broken(
              LPI_2,
              "LPIs off",
              t ->
                  t.mapped()
                      .lpis(0, false)
                      .goOn()
                      .message(0, 0, 8192, 0)
                      .message(0, 0, 8192, 0)
                      .message(0, 0, 8192, 0),
              "An LPI is delivered to a redistributor whose LPIs are switched off. pending at "
                  + LpiTrace.vcpu(0)),
          holds(
              LPI_3,
              "off the list",
              t ->
                  t.mapped()
                      .put(8192, 3, 0, 0)
                      .lpis(0, false)
                      .put(8192, 2, -1, 0)
                      .goOn()
                      .put(8192, 2, -1, 0)),
          broken(
              LPI_3,
              "on the list after a kexec",
              t ->
                  threeListed(t)
                      .lpis(0, false)
                      .goOn()
                      .populate(8192, false, 0)
                      .populate(8194, false, 0)
                      .change("lr=0", "lr=1")
                      .populate(8195, false, 0)
                      .change("lr=0", "lr=2"),
              "An LPI is on the list of a vCPU whose LPIs were disabled. on the list"),
          broken(
                  LPI_3,
                  "pending since before",
                  t ->
                      threeListed(t)
                          .lpis(0, false)
                          .goOn()
                          .put(8192, 2, true, -1, 0)
                          .put(8194, 2, true, -1, 0)
                          .put(8195, 2, true, -1, 0),
                  "An LPI stays pending though the LPIs of its vCPU were disabled. pending=1")
              .on(V7_2),
          broken(
              LPI5,
              "before 6.19 an LPI stays pending on no list",
              t ->
                  t.mapped()
                      .put(8192, 3, true, 0, 0)
                      .lpis(0, false)
                      .goOn()
                      .put(8192, 2, true, -1, 0),
              "An LPI stays pending and unlisted after LPIs were disabled. pending=1 own=none"),
          broken(
              EMPTY,
              "bug 58, another vCPU disables the LPIs of one in the guest",
              t -> t.mapped().on(1).enter().on(0).lpis(1, false).on(1).exit(),
              "LPIs are taken off the list of a vCPU that is in the guest. in the guest: what its"
                  + " list registers hold is lost if the list becomes empty"),
          holds(
              LPI_4,
              "taken over",
              t -> t.mapped().config(8192, 0x83).queue(8192, 128, false, -1, 0)),
          broken(
              LPI_4,
              "bug 19, the old priority stays",
              t -> t.mapped().config(8192, 0x83).queue(8192, 160, false, -1, 0),
              "An LPI differs from the configuration byte that was just read. enabled=1 prio a0"),
          holds(ITS_1, "mapped", t -> t.mapped().message(0, 0, 8192, 0)),
          broken(
              ITS_1,
              "bug 43, LPI out of range",
              t ->
                  t.mapCollection(0, 0)
                      .mapDevice(0, true)
                      .mapCommand(0, 0, 70_000, 0)
                      .queue(70_000, 160, false, -1, 0),
              "A mapping was made that the ITS must refuse. LPI 70000 created"),
          broken(
              ITS_1,
              "device not mapped",
              t -> t.mapCollection(0, 0).mapCommand(5, 0, 8192, 0).queue(8192, 160, false, -1, 0),
              "A mapping was made that the ITS must refuse. LPI 8192 created"),
          broken(
              ITS_1,
              "event too large",
              t ->
                  t.mapCollection(0, 0)
                      .mapDevice(0, true)
                      .mapCommand(0, 32, 8192, 0)
                      .queue(8192, 160, false, -1, 0),
              "A mapping was made that the ITS must refuse. LPI 8192 created"),
          broken(
              ITS_1,
              "bug 42, a discarded event comes back",
              t -> t.mapped().discard(0, 0).goOn().resolve(0, 0),
              "A message of an event that is not mapped was translated. translated"),
          broken(
              ITS_1,
              "bug 23, a restore runs beyond the table",
              t ->
                  t.event("its_restore", "vgic_its_restore_tables_v0", "its=0xffff000007000000")
                      .read(0x40600000L, 8, 0x80000000_00000004L, 0, 0, 0)
                      .event(
                          "its_restore_dte", "vgic_its_restore_dte", "its=0xffff000007000000 id=0")
                      .read(0x40640100L, 8, 0x20000000L, 0, 0, 0)
                      .event(
                          "its_restore_ite",
                          "vgic_its_restore_ite",
                          "its=0xffff000007000000 event_id=32"),
              "An event behind the end of its device's table is restored. event 32"),
          holds(ITS_2, "moved", t -> t.mapped().move(0, 0, 1).put(8192, 2, -1, 1)),
          broken(
              ITS_2,
              "not moved",
              t -> t.mapped().move(0, 0, 1).put(8192, 2, -1, 0),
              "An LPI targets another vCPU than ITS commands gave it. target vcpu0"),
          broken(
                  ITS_2,
                  "bug 55, MOVALL moves LPIs of other vCPUs",
                  t -> t.mapped().moveAll(0, 2).put(8193, 2, -1, 2),
                  "MOVALL moved an LPI of another vCPU. target vcpu2")
              .on(V7_2),
          broken(
              MOVALL,
              "from 6.10 on MOVALL moves all",
              t -> t.mapped().moveAll(0, 2).put(8193, 2, -1, 2),
              "MOVALL moved an LPI of another vCPU. target vcpu2"),
          holds(ITS_2, "others stay", t -> t.mapped().moveAll(0, 2).put(8193, 2, -1, 1)),
          holds(
              ITS_3,
              "filled again",
              t ->
                  t.mapped()
                      .message(0, 0, 8192, 0)
                      .discard(0, 0)
                      .goOn()
                      .map(0, 0, 8192, 0, 0)
                      .message(0, 0, 8192, 0)
                      .cached(0, 0, true)),
          holds(
              EDGE_1,
              "a message",
              t -> t.mapped().cached(0, 0, false).resolve(0, 0).queue(8192, 160, true, -1, 0)),
          broken(
              EDGE_1,
              "a message without a latch",
              t -> t.mapped().cached(0, 0, false).resolve(0, 0).queue(8192, 160, false, -1, 0),
              "A delivered message was not latched. pending=0"),
          holds(
              INJ_2,
              "a cached message",
              t -> t.mapped().message(0, 0, 8192, 0).goOn().hit(0, 0, 8192)),
          broken(
              INJ_2,
              "cached messages that lead nowhere",
              t ->
                  t.mapped()
                      .message(0, 0, 8192, 0)
                      .goOn()
                      .cached(0, 0, true)
                      .cached(0, 0, true)
                      .cached(0, 0, true),
              "A delivered message was not queued. none"),
          broken(
              ITS_3,
              "a hit after DISCARD",
              t -> t.mapped().message(0, 0, 8192, 0).goOn().discard(0, 0).goOn().cached(0, 0, true),
              "A cached translation is used that was to be dropped. a hit in the cache"),
          broken(
              ITS_3,
              "bug 56, a hit after the ITS was set up anew",
              t ->
                  t.mapped()
                      .message(0, 0, 8192, 0)
                      .its(false)
                      .event(
                          "its_baser",
                          "vgic_mmio_write_its_baser",
                          "kvm=%s addr=0x8080100 val=0x8000000040700200",
                          hex(LpiTrace.KVM))
                      .goOn()
                      .cached(0, 0, true),
              "A cached translation is used that was to be dropped. a hit in the cache"),
          holds(
              ITS_4,
              "one drop",
              t -> t.mapped().message(0, 0, 8192, 0).goOn().discard(1, 0).put(8192, 3, 0, 0)),
          broken(
              ITS_4,
              "bug 51, further drops",
              t ->
                  t.mapped()
                      .message(0, 0, 8192, 0)
                      .goOn()
                      .discard(1, 0)
                      .put(8192, 3, 0, 0)
                      .put(8192, 3, 0, 0)
                      .put(8192, 3, 0, 0)
                      .put(8192, 3, 0, 0),
              "The reference of a cached translation is dropped twice. a further drop"),
          holds(ITS_5, "in order", LpiTrace::mapped),
          broken(
              ITS_5,
              "commands are left out",
              t ->
                  t.mapped()
                      .skip(1)
                      .mapDevice(7, true)
                      .skip(1)
                      .mapDevice(8, true)
                      .skip(1)
                      .mapDevice(9, true),
              "The command queue of the ITS is not read one command after the other. 0xe0"),
          holds(SAVE_5, "the bit", t -> t.mapped()),
          broken(
              SAVE_5,
              "not pending though the bit is set",
              t ->
                  t.mapped()
                      .mapCommand(0, 1, 8194, 0)
                      .config(8194, 0xa3)
                      .queue(8194, 160, false, -1, 0)
                      .sync(8194, 0)
                      .pendingByte(8194, 0, 4)
                      .queue(8194, 160, false, -1, 0),
              "An LPI's pending state is not that of the pending table. pending=0"),
          broken(
              SAVE_5,
              "bug 11, the table of another vCPU",
              t -> t.mapped().sync(8194, 0).pendingByte(8194, 1, 4),
              "The pending bit of an LPI is read from a table that is not its vCPU's. byte at "
                  + hex(0x40690400L)),
          holds(SAVE_6, "taken once", t -> restored(t).pendingByte(8193, 0, 2)),
          broken(
              SAVE_6,
              "taken twice",
              t -> restored(t).sync(8192, 0).pendingByte(8192, 0, 1),
              "A pending bit is taken twice from the table. bit 0 of the byte at "
                  + hex(0x40680400L)
                  + " set"),
          holds(ITS_5, "on 6.1 without addresses", t -> t.mapped()).on(V6_1));

  /** LPIs 8192, 8194 and 8195 on the list of vCPU 0, pending. */
  private static LpiTrace threeListed(LpiTrace trace) {
    return trace
        .mapped()
        .map(0, 1, 8194, 0, 0)
        .map(0, 2, 8195, 0, 0)
        .put(8192, 3, true, 0, 0)
        .put(8194, 3, true, 0, 0)
        .put(8195, 3, true, 0, 0);
  }

  private static LpiTrace restored(LpiTrace trace) {
    return trace
        .event("its_restore", "vgic_its_restore_tables_v0", "its=0xffff000007000000")
        .sync(8192, 0)
        .pendingByte(8192, 0, 1);
  }

  @TestFactory
  Stream<DynamicTest> cases() {
    return CASES.stream().map(one -> dynamicTest(one.toString(), one::check));
  }
}
