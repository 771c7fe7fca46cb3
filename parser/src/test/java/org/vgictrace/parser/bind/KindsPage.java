package org.vgictrace.parser.bind;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.vgictrace.parser.event.Column;
import org.vgictrace.parser.event.ColumnType;
import org.vgictrace.parser.event.Kind;
import org.vgictrace.parser.event.Snapshot;
import org.vgictrace.parser.xentrace.EventCatalogue;

/** Writes the reference page of kinds, in Markdown, from the declarations themselves. */
final class KindsPage {
  private final List<BindingPack> packs;
  private final StringBuilder page = new StringBuilder();

  private KindsPage(List<BindingPack> packs) {
    this.packs = packs;
  }

  static String of(BindingPacks packs) {
    return new KindsPage(packs.packs()).write();
  }

  private String write() {
    line("# Kinds of events");
    line("");
    line(
        "Every recorded event becomes a row of one of these tables. This page is generated from `Kind`");
    line(
        "and the built-in binding packs, and from the catalogue of xentrace's events; `KindsPageTest` says how to");
    line("renew it.");
    line("");
    line("A value that the recording does not carry is null, never 0.");
    line("");
    types();
    line("## Columns of every table");
    line("");
    columns(Kind.COMMON);
    line("## Columns that describe an interrupt");
    line("");
    line("The tables marked *with the interrupt's state* start with these.");
    line("");
    columns(Kind.LR_WRITE.columns().subList(0, Snapshot.COUNT));
    for (Kind kind : Kind.values()) {
      kind(kind);
    }
    line("## Events left without a kind");
    line("");
    line(
        "They are kept as rows of `other` or, if the caller wants modelled kinds only, counted by name.");
    line("");
    line("| pack | events | why |");
    line("|---|---|---|");
    for (BindingPack pack : packs) {
      for (BindingPack.Unbound other : pack.others()) {
        line("| " + pack.name() + " | " + code(other.events()) + " | " + other.why() + " |");
      }
    }
    return page.toString();
  }

  private void types() {
    line("| type | values |");
    line("|---|---|");
    for (ColumnType type : ColumnType.values()) {
      line("| " + name(type) + " | " + values(type) + " |");
    }
    line("");
  }

  private void kind(Kind kind) {
    boolean snapshot = hasSnapshot(kind);
    line("## " + kind.tableName());
    line("");
    line(kind.doc() + (snapshot ? " *With the interrupt's state.*" : ""));
    line("");
    List<Column> own = kind.columns().subList(snapshot ? Snapshot.COUNT : 0, kind.columns().size());
    if (!own.isEmpty()) {
      columns(own);
    }
    boolean bound = false;
    for (BindingPack pack : packs) {
      Set<String> events = new LinkedHashSet<>();
      for (Binding binding : pack.bindings()) {
        if (binding.kind() == kind) {
          events.add((binding.system() == null ? "" : binding.system() + ":") + binding.event());
        }
      }
      if (!events.isEmpty()) {
        line("* " + pack.name() + ": " + code(events));
        bound = true;
      }
    }
    Set<String> xen = EventCatalogue.namesOf(kind);
    if (!xen.isEmpty()) {
      line("* xentrace: " + code(xen));
      bound = true;
    }
    if (bound) {
      line("");
    }
  }

  private static boolean hasSnapshot(Kind kind) {
    return kind.columns().size() >= Snapshot.COUNT
        && kind.columns()
            .subList(0, Snapshot.COUNT)
            .equals(Kind.LR_WRITE.columns().subList(0, Snapshot.COUNT));
  }

  private void columns(List<Column> columns) {
    line("| column | type | meaning |");
    line("|---|---|---|");
    for (Column column : columns) {
      String labels = column.labels().isEmpty() ? "" : " One of " + code(column.labels()) + ".";
      line(
          "| `"
              + column.name()
              + "` | "
              + name(column.type())
              + " | "
              + column.doc()
              + labels
              + " |");
    }
    line("");
  }

  private static String name(ColumnType type) {
    return switch (type) {
      case BOOL -> "bool";
      case UINT8 -> "uint8";
      case UINT16 -> "uint16";
      case UINT32 -> "uint32";
      case INT32 -> "int32";
      case INT64 -> "int64";
      case HEX32 -> "hex32";
      case HEX64 -> "hex64";
      case ENUM -> "label";
      case NAME -> "text";
      case BYTES -> "bytes";
    };
  }

  private static String values(ColumnType type) {
    return switch (type) {
      case BOOL -> "0 or 1";
      case UINT8 -> "unsigned number of 8 bits";
      case UINT16 -> "unsigned number of 16 bits";
      case UINT32 -> "unsigned number of 32 bits";
      case INT32 -> "signed number of 32 bits";
      case INT64 -> "signed number of 64 bits";
      case HEX32 -> "image of a 32-bit register, shown in hexadecimal";
      case HEX64 -> "image of a 64-bit register, address or pointer, shown in hexadecimal";
      case ENUM -> "one of the labels listed";
      case NAME -> "text out of the capture's dictionary";
      case BYTES -> "bytes as recorded";
    };
  }

  private static String code(Iterable<String> names) {
    return "`" + String.join("`, `", names) + "`";
  }

  private void line(String text) {
    page.append(text).append('\n');
  }
}
