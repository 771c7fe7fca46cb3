package org.vgictrace.parser.tracedat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.vgictrace.parser.diag.InputException;
import org.vgictrace.parser.diag.Place;
import org.vgictrace.parser.format.EventFormatParser;
import org.vgictrace.parser.format.PageLayout;
import org.vgictrace.parser.record.CommandLines;
import org.vgictrace.parser.record.LateText;
import org.vgictrace.parser.record.MetadataReader;

/**
 * Reads what lies beside raw pages. A file that cannot be read is left out with a diagnostic; its
 * name is in the message, because places count in one file each.
 */
final class RawMetadata {
  /** Longest text but the symbols. */
  private static final int TEXT_BYTES_MAX = 16 << 20;

  /** All formats together; those of a kernel take 2 to 5 MB. */
  private static final int FORMATS_BYTES_MAX = 64 << 20;

  private static final int STATISTICS_BYTES_MAX = 64 << 10;
  private static final String NAME = "name:";

  /** What {@code uname -a} ends in, behind the architecture. */
  private static final String SYSTEM = " GNU/Linux";

  private final Contents contents;
  private final MetadataReader reader;

  RawMetadata(Contents contents) {
    this.contents = contents;
    this.reader = new MetadataReader(contents.metadata);
  }

  /** The layout of pages, and formats of events: one to a file, or several with their systems. */
  void readFormats(RawFiles files) throws IOException {
    long bytes = 0;
    for (Path file : files.formats()) {
      if (bytes > FORMATS_BYTES_MAX) {
        contents.diagnostics.warning(
            "event-format", Place.at(0), "too many formats of events; the others are not read");
        return;
      }
      byte[] content = read(file, TEXT_BYTES_MAX);
      String text = content == null ? "" : new String(content, StandardCharsets.ISO_8859_1);
      bytes += text.length();
      if (text.startsWith(NAME) || text.startsWith("#")) {
        formats(RawFiles.system(file), text);
      } else if (content != null && contents.metadata.layout() == null) {
        PageLayout layout = PageLayout.parse(content);
        if (layout != null) {
          contents.metadata.layout(layout);
        }
      }
    }
  }

  /** Formats one behind the other; a line {@code # SYSTEM} says what the next ones are of. */
  private void formats(String placed, String text) {
    String system = placed;
    int start = -1;
    int end;
    for (int at = 0; at < text.length(); at = end + 1) {
      end = text.indexOf('\n', at);
      end = end < 0 ? text.length() : end;
      boolean heading = text.startsWith("# ", at);
      if (start >= 0 && (heading || text.startsWith(NAME, at))) {
        format(system, text.substring(start, at));
        start = -1;
      }
      if (heading) {
        system = text.substring(at + 2, end).strip();
      } else if (text.startsWith(NAME, at)) {
        start = at;
      }
    }
    if (start >= 0) {
      format(system, text.substring(start));
    }
  }

  private void format(String system, String text) {
    if (text.length() <= EventFormatParser.BYTES_MAX) {
      reader.format(system, text.getBytes(StandardCharsets.ISO_8859_1), Place.at(0));
    } else {
      contents.diagnostics.warning(
          "event-format", Place.at(0), "a format of an event of " + system + " is too long");
    }
  }

  /** Names of threads, strings, symbols, clock and kernel. */
  void readTexts(Path directory) throws IOException {
    Path names = RawFiles.named(directory, "saved_cmdlines");
    byte[] threads = names == null ? null : read(names, TEXT_BYTES_MAX);
    if (threads != null) {
      contents.metadata.commandLines(new CommandLines(threads));
    }
    contents.metadata.printkFormats(late(RawFiles.named(directory, "printk_formats")));
    contents.metadata.kernelSymbols(late(RawFiles.named(directory, "kallsyms")));
    String clock = text(RawFiles.named(directory, "trace_clock"));
    contents.clock = clock == null ? null : OptionReader.activeClock(clock);
    String uname = text(RawFiles.named(directory, "uname"));
    if (uname != null) {
      boolean all = uname.endsWith(SYSTEM);
      OptionReader.uname(
          all ? uname.substring(0, uname.length() - SYSTEM.length()) : uname, contents);
    }
  }

  /** The statistics of a CPU, if they lie beside its pages: {@code stats} or {@code cpuN.stats}. */
  void readStatistics(RawFiles.PageFile file) throws IOException {
    Path place = file.path().getParent();
    if (place == null) {
      return;
    }
    Path own = RawFiles.named(place, "cpu" + file.cpu() + ".stats");
    Path found = own != null ? own : RawFiles.named(place, "stats");
    byte[] text = found == null ? null : read(found, STATISTICS_BYTES_MAX);
    if (text != null) {
      contents.stats.add(
          "CPU: " + file.cpu() + "\n" + new String(text, StandardCharsets.ISO_8859_1));
    }
  }

  void tooManyFiles(int most) {
    contents.diagnostics.error(
        "raw-file",
        Place.at(0),
        "more than " + most + " files with pages; the others are not read");
  }

  /** Notes what is wrong with a file's compression, if anything is. */
  void damaged(RawFiles.PageFile file, @Nullable String damage) {
    if (damage != null) {
      contents.diagnostics.error(
          "raw-file", Place.at(0), file.path().getFileName() + ": " + damage);
    }
  }

  private @Nullable String text(@Nullable Path file) throws IOException {
    byte[] content = file == null ? null : read(file, STATISTICS_BYTES_MAX);
    return content == null ? null : new String(content, StandardCharsets.UTF_8).strip();
  }

  private static LateText late(@Nullable Path file) {
    return file == null ? LateText.NONE : () -> RawFiles.read(file, LateText.BYTES_MAX);
  }

  private byte @Nullable [] read(Path file, int bytesMax) throws IOException {
    try {
      return RawFiles.read(file, bytesMax);
    } catch (InputException e) {
      contents.diagnostics.warning("raw-file", Place.at(0), String.valueOf(e.getMessage()));
      return null;
    }
  }
}
