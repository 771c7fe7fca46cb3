package org.vgictrace.parser.tracedat;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.vgictrace.parser.diag.InputException;
import org.vgictrace.parser.input.Input;
import org.vgictrace.parser.input.Inputs;

/**
 * Finds the files of a directory with raw ring buffers: what was copied out of tracefs, or what
 * other tools make of it. All may be compressed.
 *
 * <pre>
 *   per_cpu/cpuN/trace_pipe_raw   cpuN.raw   trace.dat.cpuN   raw/cpuN.raw   traces/cpuN     pages
 *   instances/NAME/...                                                     the same of an instance
 *   events/SYSTEM/EVENT/format    formats/SYSTEM/EVENT/format               one event
 *   formats/SYSTEM.EVENT.txt      formats/SYSTEM.txt                        one event, or several
 *   events/header_page            formats/header_page                       layout of pages
 *   saved_cmdlines  printk_formats  kallsyms  trace_clock  uname            what they are in tracefs
 * </pre>
 */
final class RawFiles {
  private static final String CPU = "cpu";
  private static final int CPU_DIGITS_MAX = 6;

  /** Files looked at in one directory, of which there are a few thousand. */
  private static final int FILES_MAX = 65_536;

  private static final int FORMATS_DEPTH_MAX = 3;

  /**
   * A file that may hold pages.
   *
   * @param cpu number in its name
   * @param instance name of its trace instance, empty for the top one
   * @param certain whether its name says that it holds pages; otherwise its content has to
   */
  record PageFile(Path path, int cpu, String instance, boolean certain) {}

  private final Path directory;
  private int seen;

  RawFiles(Path directory) {
    this.directory = directory;
  }

  /** Files that may hold pages: not empty, with a CPU in their name. */
  List<PageFile> pages() throws IOException {
    List<PageFile> found = new ArrayList<>();
    addPages(directory, "", found);
    for (Path instance : entries(directory.resolve("instances"))) {
      if (isDirectory(instance)) {
        addPages(instance, name(instance), found);
      }
    }
    return found;
  }

  private void addPages(Path place, String instance, List<PageFile> found) throws IOException {
    for (Path cpu : entries(place.resolve("per_cpu"))) {
      for (Path file : entries(cpu)) {
        if (withoutEndings(file).equals("trace_pipe_raw")) {
          addPage(file, name(cpu), instance, found);
        }
      }
    }
    for (String folder : List.of("", "raw", "traces")) {
      for (Path file : entries(place.resolve(folder))) {
        addPage(file, name(file), instance, found);
      }
    }
  }

  private static void addPage(Path file, String numbered, String instance, List<PageFile> found)
      throws IOException {
    int cpu = cpu(numbered);
    if (cpu >= 0 && Files.isRegularFile(file) && Files.size(file) > 0) {
      String name = name(file);
      boolean certain =
          name.startsWith("trace_pipe_raw")
              || name.startsWith("trace.dat.cpu")
              || name.contains(".raw");
      found.add(new PageFile(file, cpu, instance, certain));
    }
  }

  /** The number behind the last {@code cpu} of a name; -1 if there is none. */
  private static int cpu(String name) {
    int start = name.lastIndexOf(CPU) + CPU.length();
    int end = start;
    while (end < name.length() && name.charAt(end) >= '0' && name.charAt(end) <= '9') {
      end++;
    }
    boolean number = start >= CPU.length() && end > start && end - start <= CPU_DIGITS_MAX;
    return number ? Integer.parseInt(name, start, end, 10) : -1;
  }

  /** Files that may hold formats of events, or the layout of pages. */
  List<Path> formats() throws IOException {
    List<Path> found = new ArrayList<>();
    for (String folder : List.of("events", "formats")) {
      addFormats(directory.resolve(folder), 0, found);
    }
    return found;
  }

  private void addFormats(Path place, int depth, List<Path> found) throws IOException {
    for (Path entry : entries(place)) {
      if (Files.isRegularFile(entry) && Files.size(entry) > 0) {
        String name = withoutEndings(entry);
        boolean format =
            depth == 0 ? !name.equals("header_event") : name.equals("format") || depth == 1;
        if (format) {
          found.add(entry);
        }
      } else if (depth < FORMATS_DEPTH_MAX && isDirectory(entry)) {
        addFormats(entry, depth + 1, found);
      }
    }
  }

  /** The system that a file with formats is of, as its place says. */
  static String system(Path file) {
    Path event = file.getParent();
    Path system = event == null ? null : event.getParent();
    if (withoutEndings(file).equals("format") && system != null) {
      return name(system);
    }
    String name = name(file);
    int dot = name.indexOf('.');
    return dot < 0 ? name : name.substring(0, dot);
  }

  /** The file of that name, whatever its endings; null if there is none. */
  static @Nullable Path named(Path place, String wanted) {
    for (String ending : List.of("", ".txt", ".gz", ".zst", ".txt.gz", ".txt.zst")) {
      Path file = place.resolve(wanted + ending);
      if (Files.isRegularFile(file)) {
        return file;
      }
    }
    return null;
  }

  /**
   * The uncompressed content of a file.
   *
   * @param bytesMax most bytes it may have
   * @throws InputException if it has more
   */
  static byte[] read(Path file, int bytesMax) throws IOException {
    try (Input input = Inputs.open(file)) {
      byte[] content = new byte[8 << 10];
      int length = 0;
      while (true) {
        int n = input.stream().read(content, length, content.length - length);
        if (n <= 0) {
          return Arrays.copyOf(content, length);
        }
        length += n;
        if (length > bytesMax) {
          throw new InputException(file.toString(), "is longer than " + bytesMax + " bytes");
        }
        if (length == content.length) {
          content = Arrays.copyOf(content, length * 2);
        }
      }
    }
  }

  private List<Path> entries(Path place) throws IOException {
    if (!isDirectory(place)) {
      return List.of();
    }
    List<Path> entries = new ArrayList<>();
    try (DirectoryStream<Path> stream = Files.newDirectoryStream(place)) {
      for (Path entry : stream) {
        if (++seen > FILES_MAX) {
          break;
        }
        entries.add(entry);
      }
    }
    entries.sort(null);
    return entries;
  }

  private static boolean isDirectory(Path path) {
    return Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS);
  }

  private static String name(Path path) {
    return String.valueOf(path.getFileName());
  }

  /** A file's name up to its first dot. */
  private static String withoutEndings(Path file) {
    String name = name(file);
    int dot = name.indexOf('.');
    return dot < 0 ? name : name.substring(0, dot);
  }
}
