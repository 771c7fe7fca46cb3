package org.vgictrace.parser.record;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.vgictrace.parser.diag.Diagnostics;
import org.vgictrace.parser.format.PageLayout;

/**
 * What a recording says of the kernel whose records it holds, collected while it is read. Not
 * thread-safe.
 */
public final class Metadata {
  private final Diagnostics diagnostics = new Diagnostics();
  private final Map<Integer, RawFormat> formats = new TreeMap<>();
  private @Nullable PageLayout layout;
  private @Nullable CommandLines commandLines;
  private LateText kernelSymbols = LateText.NONE;
  private LateText printkFormats = LateText.NONE;

  /** What was wrong with the metadata, later with the data. */
  public Diagnostics diagnostics() {
    return diagnostics;
  }

  /** Formats by event id. */
  public Map<Integer, RawFormat> formats() {
    return formats;
  }

  /** Names of the events that have a format, {@code system:name}, in order. */
  public List<String> eventNames() {
    List<String> names = new ArrayList<>();
    formats.values().forEach(format -> names.add(format.fullName()));
    names.sort(null);
    return names;
  }

  /** Layout of ring-buffer pages, null if it is not described. */
  public @Nullable PageLayout layout() {
    return layout;
  }

  public void layout(PageLayout described) {
    layout = described;
  }

  /** Names of threads, null if they were not saved. */
  public @Nullable CommandLines commandLines() {
    return commandLines;
  }

  public void commandLines(CommandLines saved) {
    commandLines = saved;
  }

  /** {@code /proc/kallsyms}: lines of address, type and name. */
  public LateText kernelSymbols() {
    return kernelSymbols;
  }

  public void kernelSymbols(LateText saved) {
    kernelSymbols = saved;
  }

  /** {@code printk_formats}: lines of address and quoted text. */
  public LateText printkFormats() {
    return printkFormats;
  }

  public void printkFormats(LateText saved) {
    printkFormats = saved;
  }
}
