package org.vgictrace.cli;

import java.nio.file.Path;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.vgictrace.analysis.report.Style;
import picocli.CommandLine.Option;

/** In which form a report is written, and where. */
final class ReportOptions {
  /** Output formats. */
  enum Format {
    TEXT,
    JSON;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  @Option(
      names = "--format",
      paramLabel = "FORMAT",
      defaultValue = "text",
      description = "text or json. Default: text.")
  private Format format = Format.TEXT;

  @Option(
      names = "-o",
      paramLabel = "OUT",
      description = "Write to this file instead of standard output.")
  private @Nullable Path output;

  boolean isJson() {
    return format == Format.JSON;
  }

  Output output(Console console) {
    return new Output(console, output);
  }

  /** Colours only where the report goes to the terminal. */
  Style style(Console console) {
    return output == null ? console.style() : Style.PLAIN;
  }
}
