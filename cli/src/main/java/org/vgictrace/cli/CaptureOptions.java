package org.vgictrace.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.vgictrace.parser.Capture;
import org.vgictrace.parser.Captures;
import org.vgictrace.parser.bind.BindingPacks;
import org.vgictrace.parser.input.Inputs;
import picocli.CommandLine.Option;

/** What of captures is read, and which files are read as one. */
final class CaptureOptions {
  /** With more files than this, nobody names a host and its guests. */
  private static final int TOGETHER_MAX = 16;

  @Option(
      names = "--instance",
      paramLabel = "NAME",
      description =
          "Read only this trace instance (buffer) of the capture, top for the one without a name."
              + " Default: all of them, on one time line.")
  private @Nullable String instance;

  /** Opens captures that {@link #together} put into one group. */
  Capture open(List<Path> group, BindingPacks packs) throws IOException {
    Capture first = Captures.open(group.get(0), packs);
    try {
      for (Path file : group.subList(1, group.size())) {
        Capture guest = Captures.open(file, packs);
        if (!first.join(guest)) {
          guest.close();
          throw new UsageException(file + " is not of a guest of " + group.get(0));
        }
      }
      String wanted = instance;
      if (wanted != null && !first.select(wanted.equals("top") ? "" : wanted)) {
        throw new UsageException(group.get(0) + " has no trace instance '" + wanted + "'");
      }
      return first;
    } catch (IOException | RuntimeException e) {
      first.close();
      throw e;
    }
  }

  /**
   * Puts the captures of a host and of its guests together, the host's first; every other file is a
   * group of its own. Groups are in the order of the files.
   */
  static List<List<Path>> together(List<Path> files, BindingPacks packs) throws IOException {
    List<List<Path>> groups = new ArrayList<>();
    if (files.size() == 1 || files.size() > TOGETHER_MAX) {
      files.forEach(file -> groups.add(List.of(file)));
      return groups;
    }
    Map<Path, Capture> opened = new LinkedHashMap<>();
    Map<Path, Path> hosts = new LinkedHashMap<>();
    try {
      for (Path file : files) {
        if (!file.toString().equals(Inputs.STDIN) && !opened.containsKey(file)) {
          open(file, packs, opened);
        }
      }
      opened.forEach(
          (host, capture) ->
              opened.forEach(
                  (file, guest) -> {
                    if (!hosts.containsKey(file) && capture.join(guest)) {
                      hosts.put(file, host);
                    }
                  }));
    } finally {
      for (Map.Entry<Path, Capture> entry : opened.entrySet()) {
        if (!hosts.containsKey(entry.getKey())) {
          entry.getValue().close();
        }
      }
    }
    for (Path file : files) {
      if (!hosts.containsKey(file)) {
        List<Path> group = new ArrayList<>(List.of(file));
        hosts.forEach(
            (guest, host) -> group.addAll(host.equals(file) ? List.of(guest) : List.of()));
        groups.add(List.copyOf(group));
      }
    }
    return groups;
  }

  /** Opens a file; what cannot be read is complained of when it is its turn. */
  private static void open(Path file, BindingPacks packs, Map<Path, Capture> opened) {
    try {
      opened.put(file, Captures.open(file, packs));
    } catch (IOException e) {
      opened.remove(file);
    }
  }
}
