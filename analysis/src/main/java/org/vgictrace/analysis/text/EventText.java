package org.vgictrace.analysis.text;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.vgictrace.analysis.vcpu.ImageRow;
import org.vgictrace.analysis.vcpu.Vcpu;
import org.vgictrace.analysis.vcpu.Vcpus;
import org.vgictrace.analysis.vcpu.Vm;
import org.vgictrace.parser.PayloadText;
import org.vgictrace.parser.event.Column;
import org.vgictrace.parser.event.ColumnType;
import org.vgictrace.parser.event.Kind;
import org.vgictrace.parser.event.KindTable;
import org.vgictrace.parser.event.LrImage;
import org.vgictrace.parser.event.Names;
import org.vgictrace.parser.event.Snapshot;
import org.vgictrace.replay.gic.Hcr;
import org.vgictrace.replay.gic.ItsCommand;
import org.vgictrace.replay.gic.Lr;

/**
 * One event as one line of decoded text: list registers as state, INTID, physical INTID, priority,
 * group and EOI; addresses of known vCPUs as their numbers; everything else by column name. Values
 * the recording does not carry are left out. Text from the capture is {@link Clean}. Equal rows
 * give equal lines.
 *
 * <pre>
 * vcpu_exit  vcpu1 TRAP DABT_LOW pc 0x40003c64
 * lr_write   vcpu1 lr0: 27 level latch=0 line=1 active=0 enabled=1 HW-&gt;27 prio a0 grp1
 * lr_image   vcpu1 entry used 1 hcr 0x1 En vmcr 0x4c0008 | lr0: 27 pending HW-&gt;27 prio a0 grp1
 * </pre>
 */
public final class EventText {
  private static final int EXIT_REASON = Kind.VCPU_EXIT.column("reason");
  private static final int EXIT_EC = Kind.VCPU_EXIT.column("esr_ec");
  private static final int EXIT_PC = Kind.VCPU_EXIT.column("pc");

  private static final int PENDING_INTID = Kind.IRQ_PENDING.column("intid");
  private static final int PRIVATE_INTIDS = 32;

  private final Names names;
  private final Vcpus vcpus;
  private final PayloadText payloads;

  /**
   * @param names dictionary of the capture
   * @param vcpus what is known of the capture's vCPUs; has seen the events that are to be shown
   */
  public EventText(Names names, Vcpus vcpus) {
    this(names, vcpus, PayloadText.NONE);
  }

  /**
   * @param payloads makes text of binary payloads
   */
  public EventText(Names names, Vcpus vcpus, PayloadText payloads) {
    this.names = names;
    this.vcpus = vcpus;
    this.payloads = payloads;
  }

  /** The event on one line, without time, CPU and thread. */
  public String of(KindTable table, int row) {
    StringBuilder out = new StringBuilder(96);
    append(out, table, row);
    return out.toString();
  }

  /** Appends what {@link #of} returns. */
  public void append(StringBuilder out, KindTable table, int row) {
    int start = out.length();
    switch (table.kind()) {
      case VCPU_EXIT -> exit(out, table, row);
      case LR_IMAGE -> image(out, table, row);
      case QUEUE, LR_WRITE, LR_FOLD, IRQ_PUT, IRQ_STATE -> snapshot(out, table, row);
      case OTHER -> other(out, table, row);
      case ITS_READ -> itsRead(out, table, row);
      case HW_ICH -> {
        columns(out, table, row);
        HardwareText.append(out, table, row);
      }
      default -> columns(out, table, row);
    }
    if (out.length() > start && out.charAt(start) == ' ') {
      out.deleteCharAt(start);
    }
  }

  /**
   * What of an event bears on one interrupt, for a narrow line: of an image only the list registers
   * that hold it, of a snapshot only the flags that are set.
   *
   * @param intid the interrupt, null to keep all list registers
   */
  public String brief(KindTable table, int row, @Nullable Long intid) {
    StringBuilder out = new StringBuilder(64);
    switch (table.kind()) {
      case LR_IMAGE -> briefImage(out, table, row, intid);
      case QUEUE, LR_WRITE, LR_FOLD, IRQ_PUT, IRQ_STATE -> briefSnapshot(out, table, row);
      default -> {
        return of(table, row);
      }
    }
    return out.substring(out.length() > 0 && out.charAt(0) == ' ' ? 1 : 0);
  }

  private void briefImage(StringBuilder out, KindTable table, int row, @Nullable Long intid) {
    label(out, table, row, LrImage.POINT);
    boolean v3 = ImageRow.isV3(table, row);
    Vcpu vcpu = vcpus.byPointer(table.get(row, LrImage.VCPU, 0));
    boolean v2Guest = ImageRow.isV2Guest(v3, vcpu);
    int others = 0;
    for (int lr = 0; lr < LrImage.LRS_MAX; lr++) {
      if (ImageRow.isUsed(table, row, lr)) {
        long value = table.get(row, LrImage.LR0 + lr, 0);
        if (intid == null || Lr.intid(value, v3, v2Guest) == intid) {
          out.append(" lr").append(lr).append(": ").append(Lr.text(value, v3, v2Guest));
        } else {
          others++;
        }
      }
    }
    if (others > 0) {
      out.append(" +").append(others).append(" other");
    }
    if (intid == null && table.has(row, LrImage.HCR)) {
      hex(out.append(" hcr "), table.get(row, LrImage.HCR, 0));
    }
  }

  private void briefSnapshot(StringBuilder out, KindTable table, int row) {
    int lr = table.kind().columnOrMinusOne("lr");
    if (lr >= 0 && table.has(row, lr)) {
      out.append(" lr").append(table.get(row, lr, 0)).append(':');
    }
    if (table.has(row, Snapshot.INTID)) {
      out.append(' ').append(table.get(row, Snapshot.INTID, 0));
    }
    label(out, table, row, Snapshot.CONFIG);
    set(out, table, row, Snapshot.PENDING, " latch");
    set(out, table, row, Snapshot.LEVEL, " line");
    set(out, table, row, Snapshot.ACTIVE, " active");
    if (table.get(row, Snapshot.ENABLED, 1) == 0) {
      out.append(" disabled");
    }
    mapping(out, table, row);
    priorityAndGroup(out, table, row);
  }

  private static void set(StringBuilder out, KindTable table, int row, int column, String name) {
    if (table.get(row, column, 0) != 0) {
      out.append(name);
    }
  }

  private void exit(StringBuilder out, KindTable table, int row) {
    who(out, table, row);
    if (table.has(row, EXIT_REASON)) {
      long code = table.get(row, EXIT_REASON, 0);
      int reason = ExitReason.of(code, table.get(row, EXIT_EC, 0));
      out.append(' ')
          .append(reason == ExitReason.COUNT - 1 ? "reason " + code : ExitReason.name(reason));
    }
    if (table.has(row, EXIT_PC)) {
      hex(out.append(" pc "), table.get(row, EXIT_PC, 0));
    }
  }

  private void image(StringBuilder out, KindTable table, int row) {
    Vcpu vcpu = who(out, table, row);
    label(out, table, row, LrImage.POINT);
    int used = ImageRow.used(table, row);
    if (used >= 0) {
      out.append(" used ").append(table.get(row, LrImage.USED_LRS, 0));
    }
    boolean v3 = ImageRow.isV3(table, row);
    if (table.has(row, LrImage.HCR)) {
      long hcr = table.get(row, LrImage.HCR, 0);
      hex(out.append(" hcr "), hcr);
      out.append(hcr == 0 ? "" : " ").append(hcr == 0 ? "" : Hcr.text(hcr, v3));
    }
    register(out, table, row, LrImage.VMCR);
    for (int column = LrImage.AP0R0; column <= LrImage.APR; column++) {
      if (table.get(row, column, 0) != 0) {
        register(out, table, row, column);
      }
    }
    boolean v2Guest = ImageRow.isV2Guest(v3, vcpu);
    for (int lr = 0; lr < LrImage.LRS_MAX; lr++) {
      long value = table.get(row, LrImage.LR0 + lr, 0);
      // 6.1 and 6.12 leave old values beyond the used ones when they skip an empty list.
      boolean stale = used > 0 && lr >= used && value != 0;
      if (stale || ImageRow.isUsed(table, row, lr)) {
        out.append(" | lr").append(lr).append(stale ? " (unused): " : ": ");
        out.append(Lr.text(value, v3, v2Guest));
      }
    }
  }

  private static void register(StringBuilder out, KindTable table, int row, int column) {
    if (table.has(row, column)) {
      out.append(' ').append(table.kind().columns().get(column).name()).append(' ');
      hex(out, table.get(row, column, 0));
    }
  }

  private void snapshot(StringBuilder out, KindTable table, int row) {
    who(out, table, row);
    int lr = table.kind().columnOrMinusOne("lr");
    if (lr >= 0 && table.has(row, lr)) {
      out.append(" lr").append(table.get(row, lr, 0)).append(':');
    }
    if (table.has(row, Snapshot.INTID)) {
      out.append(' ').append(Integer.toUnsignedString((int) table.get(row, Snapshot.INTID, 0)));
    }
    label(out, table, row, Snapshot.CONFIG);
    flag(out, table, row, Snapshot.PENDING, " latch=");
    flag(out, table, row, Snapshot.LEVEL, " line=");
    flag(out, table, row, Snapshot.ACTIVE, " active=");
    flag(out, table, row, Snapshot.ENABLED, " enabled=");
    mapping(out, table, row);
    if (table.get(row, Snapshot.SOURCE, 0) != 0) {
      hex(out.append(" source "), table.get(row, Snapshot.SOURCE, 0));
    }
    priorityAndGroup(out, table, row);
    if (table.get(row, Snapshot.ON_LR, 0) != 0) {
      out.append(" on_lr");
    }
    owner(out, table, row, Snapshot.OWN, " on ");
    owner(out, table, row, Snapshot.TARGET, " target ");
    List<Column> columns = table.kind().columns();
    for (int column = Snapshot.COUNT; column < columns.size(); column++) {
      if (table.has(row, column) && !isIdentity(columns.get(column)) && column != lr) {
        value(out, table, row, column);
      }
    }
  }

  /** {@code HW->27}, or {@code HW} where the physical number was not recorded. */
  private static void mapping(StringBuilder out, KindTable table, int row) {
    if (table.get(row, Snapshot.HW, 0) != 0) {
      out.append(" HW");
      if (table.has(row, Snapshot.HWINTID)) {
        out.append("->").append(table.get(row, Snapshot.HWINTID, 0));
      }
    }
  }

  private static void priorityAndGroup(StringBuilder out, KindTable table, int row) {
    if (table.has(row, Snapshot.PRIORITY)) {
      long priority = table.get(row, Snapshot.PRIORITY, 0);
      out.append(" prio ").append(Character.forDigit((int) priority >> 4 & 15, 16));
      out.append(Character.forDigit((int) priority & 15, 16));
    }
    if (table.has(row, Snapshot.GROUP)) {
      out.append(" grp").append(table.get(row, Snapshot.GROUP, 0));
    }
  }

  private void owner(StringBuilder out, KindTable table, int row, int column, String name) {
    if (table.has(row, column)) {
      long pointer = table.get(row, column, 0);
      Vcpu vcpu = vcpus.byPointer(pointer);
      out.append(name);
      if (pointer == 0) {
        out.append("none");
      } else if (vcpu != null) {
        out.append(vcpu.label());
      } else {
        hex(out, pointer);
      }
    }
  }

  private static void flag(StringBuilder out, KindTable table, int row, int column, String name) {
    if (table.has(row, column)) {
      out.append(name).append(table.get(row, column, 0));
    }
  }

  /**
   * {@code MAPTI device=1 event=4 intid=8201 collection=1}, or what was read other than a command.
   */
  private void itsRead(StringBuilder out, KindTable table, int row) {
    who(out, table, row);
    long length = table.get(row, Kind.ITS_READ.column("len"), 0);
    ItsCommand command =
        length == ItsCommand.BYTES
            ? ItsCommand.of(table.get(row, Kind.ITS_READ.column("opcode"), -1))
            : null;
    if (command == null) {
      if (table.has(row, Kind.ITS_READ.column("gpa"))) {
        value(out, table, row, Kind.ITS_READ.column("gpa"));
      }
      out.append(" len=").append(length);
      String content = length == 1 ? "opcode" : "dw0";
      hex(out.append(" read "), table.get(row, Kind.ITS_READ.column(content), 0));
      return;
    }
    out.append(' ').append(command);
    String[] operands =
        switch (command) {
          case MOVI -> new String[] {"device", "event", "collection"};
          case INT, CLEAR, INV, DISCARD -> new String[] {"device", "event"};
          case MAPD -> new String[] {"device", "valid"};
          case MAPC -> new String[] {"collection", "target", "valid"};
          case MAPTI -> new String[] {"device", "event", "intid", "collection"};
          case MAPI -> new String[] {"device", "event", "collection"};
          case INVALL -> new String[] {"collection"};
          case MOVALL -> new String[] {"target", "target2"};
          case SYNC -> new String[0];
        };
    for (String operand : operands) {
      value(out, table, row, Kind.ITS_READ.column(operand));
    }
  }

  private void other(StringBuilder out, KindTable table, int row) {
    int name = Kind.OTHER.column("name");
    if (table.has(row, name)) {
      name(out, table.get(row, name, 0));
    }
    int payload = Kind.OTHER.column("payload");
    if (table.has(row, payload)) {
      payload(out.append(' '), table, row, payload);
    }
  }

  /** Text as it is, a record as what it says, anything else as its length. */
  private void payload(StringBuilder out, KindTable table, int row, int column) {
    long place = table.get(row, column, 0);
    int from = (int) (place >>> 32);
    int length = (int) place;
    StringBuilder said = new StringBuilder();
    int buffer = table.buffer()[row];
    String instance = buffer < 0 ? "" : names.text(buffer);
    if (payloads.append(instance, table.arena(), from, length, said)) {
      Clean.append(out, said.toString().stripTrailing());
      return;
    }
    for (int i = from; i < from + length; i++) {
      if (table.arena()[i] >= 0 && table.arena()[i] < ' ') {
        out.append(Figures.counted(length, "byte"));
        return;
      }
    }
    String text = table.text(row, column);
    Clean.append(out, text == null ? "" : text);
  }

  /** The vCPU in front, then every column that has a value, by name. */
  private void columns(StringBuilder out, KindTable table, int row) {
    who(out, table, row);
    List<Column> columns = table.kind().columns();
    for (int column = 0; column < columns.size(); column++) {
      if (table.has(row, column) && !isIdentity(columns.get(column))) {
        value(out, table, row, column);
      }
    }
  }

  /** Columns that say whom an event is about; {@link #who} shows them in one word. */
  private static boolean isIdentity(Column column) {
    return switch (column.name()) {
      case "vcpu_id" -> true;
      case "vcpu", "kvm", "irq", "cpu_if" -> column.type() == ColumnType.HEX64;
      case "domain" -> true;
      default -> false;
    };
  }

  /** Appends the vCPU (with its VM if there are several) or at least the VM; returns the vCPU. */
  private @Nullable Vcpu who(StringBuilder out, KindTable table, int row) {
    int domain = table.kind().columnOrMinusOne("domain");
    if (domain >= 0) {
      xenVcpu(out, table, row, domain);
      return null;
    }
    int pointerColumn = table.kind().columnOrMinusOne("vcpu");
    int idColumn = table.kind().columnOrMinusOne("vcpu_id");
    long pointer = pointerColumn < 0 ? 0 : table.get(row, pointerColumn, 0);
    long id = idColumn < 0 ? -1 : table.get(row, idColumn, -1);
    Vcpu vcpu = pointer == 0 ? null : vcpus.byPointer(pointer);
    Vm vm = vcpu == null ? vcpus.vmOf(table, row) : vcpu.vm();
    if (vm != null && vcpus.vms().size() > 1) {
      out.append(' ').append(vm.label());
    }
    if (vcpu != null) {
      out.append(' ').append(vcpu.label());
    } else if (id > 0 || (id == 0 && !isShared(table, row))) {
      out.append(" vcpu").append(id);
    } else if (pointer != 0) {
      hex(out.append(" vcpu@"), pointer);
    }
    return vcpu;
  }

  /** Appends {@code d1v0}, or {@code d1} where only the domain is known. */
  private static void xenVcpu(StringBuilder out, KindTable table, int row, int domain) {
    int vcpu = table.kind().columnOrMinusOne("vcpu_id");
    if (table.has(row, domain)) {
      out.append(" d").append(table.get(row, domain, 0) & 0xffff_ffffL);
    }
    if (vcpu >= 0 && table.has(row, vcpu)) {
      out.append(table.has(row, domain) ? "v" : " vcpu").append(table.get(row, vcpu, 0));
    }
  }

  /** vgic_update_irq_pending says vCPU 0 for a shared interrupt, whatever its target. */
  private static boolean isShared(KindTable table, int row) {
    return table.kind() == Kind.IRQ_PENDING && table.get(row, PENDING_INTID, 0) >= PRIVATE_INTIDS;
  }

  private static void label(StringBuilder out, KindTable table, int row, int column) {
    if (table.has(row, column)) {
      out.append(' ');
      code(out, table.kind().columns().get(column), table.get(row, column, 0));
    }
  }

  private void value(StringBuilder out, KindTable table, int row, int column) {
    Column declared = table.kind().columns().get(column);
    long value = table.get(row, column, 0);
    out.append(' ').append(declared.name()).append('=');
    switch (declared.type()) {
      case BOOL, UINT8, UINT16, INT32, INT64 -> out.append(value);
      case UINT32 -> out.append(value & 0xffff_ffffL);
      case HEX32 -> hex(out, value & 0xffff_ffffL);
      case HEX64 -> hex(out, value);
      case ENUM -> code(out, declared, value);
      case NAME -> name(out, value);
      case BYTES -> payload(out, table, row, column);
    }
  }

  private void name(StringBuilder out, long id) {
    if (id >= 0 && id < names.size()) {
      Clean.append(out, names.text((int) id));
    }
  }

  private static void code(StringBuilder out, Column column, long value) {
    if (value >= 0 && value < column.labels().size()) {
      out.append(column.labels().get((int) value));
    } else {
      out.append(value);
    }
  }

  private static void hex(StringBuilder out, long value) {
    out.append("0x").append(Long.toHexString(value));
  }
}
