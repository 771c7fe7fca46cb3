package org.vgictrace.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import org.vgictrace.parser.Capture;
import org.vgictrace.parser.CaptureCounts;
import org.vgictrace.parser.CaptureMeta;
import org.vgictrace.parser.event.Kind;
import org.vgictrace.parser.table.ArrowDirectoryWriter;
import org.vgictrace.parser.table.CsvDirectoryWriter;
import org.vgictrace.parser.table.TableCompression;
import org.vgictrace.parser.table.TableWriter;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * {@code convert}: the tables of a capture as files that other tools read, and that every command
 * accepts again.
 */
@CommandLine.Command(
    name = "convert",
    description = "Write the tables of a capture to a directory, one file per kind of event.",
    footer = {"", "Every command accepts the directory in place of the capture."})
final class ConvertCommand extends Command {
  /** Table formats. */
  enum Format {
    ARROW,
    CSV;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  @Mixin private InputOptions input = new InputOptions();

  @Mixin private CaptureOptions captures = new CaptureOptions();

  @Option(
      names = "--to",
      paramLabel = "FORMAT",
      defaultValue = "arrow",
      description = "arrow (Arrow IPC files) or csv. Default: arrow.")
  private Format format = Format.ARROW;

  @Option(names = "-o", required = true, paramLabel = "OUT", description = "Directory to write.")
  private Path output = Path.of(".");

  @Option(names = "--compress", description = "Compress Arrow files with zstd.")
  private boolean compress;

  @Option(names = "--force", description = "Replace an earlier conversion.")
  private boolean force;

  @Parameters(paramLabel = "FILE", description = "Capture, - for standard input.")
  private Path file = Path.of("-");

  ConvertCommand(Console console) {
    super(console);
  }

  @Override
  public Integer call() throws IOException {
    try (Capture capture = captures.open(List.of(file), input.packs());
        Progress progress = new Progress(console, file.toString());
        TableWriter tables = create(capture.meta())) {
      CaptureCounts counts =
          capture.read(
              EnumSet.allOf(Kind.class),
              (batch, pool) -> {
                progress.observe(batch);
                toOutput(() -> tables.accept(batch, pool));
              });
      toOutput(() -> tables.finish(counts));
    }
    return ExitCode.OK;
  }

  private TableWriter create(CaptureMeta meta) throws IOException {
    try {
      return switch (format) {
        case ARROW ->
            new ArrowDirectoryWriter(
                output, force, meta, compress ? TableCompression.ZSTD : TableCompression.NONE);
        case CSV -> new CsvDirectoryWriter(output, force, meta);
      };
    } catch (IOException e) {
      throw new Output.OutputException(output.toString(), e);
    }
  }

  /** Writes to the tables. */
  @FunctionalInterface
  private interface Step {
    void run() throws IOException;
  }

  /** A failure here is not the capture's fault. */
  private void toOutput(Step step) throws IOException {
    try {
      step.run();
    } catch (IOException e) {
      throw new Output.OutputException(output.toString(), e);
    }
  }
}
