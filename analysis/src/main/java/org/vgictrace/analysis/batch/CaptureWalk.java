package org.vgictrace.analysis.batch;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.vgictrace.parser.Captures;
import org.vgictrace.parser.diag.InputException;

/**
 * Finds what may be a capture below the paths a user names. Directories are walked in the order of
 * names; a converted capture is one capture, not a directory to walk. Symbolic links to directories
 * are not followed.
 */
final class CaptureWalk {
  private final List<Candidate> found = new ArrayList<>();

  private CaptureWalk() {}

  /** The candidates below all paths, in order. */
  static List<Candidate> find(List<Path> paths) throws IOException {
    CaptureWalk walk = new CaptureWalk();
    for (Path path : paths) {
      if (Files.isDirectory(path) && !isConverted(path)) {
        walk.descend(path);
      } else {
        walk.found.add(new Candidate(path, true));
      }
    }
    return walk.found;
  }

  private void descend(Path directory) throws IOException {
    List<Path> entries;
    try (Stream<Path> list = Files.list(directory)) {
      entries = list.sorted((a, b) -> name(a).compareTo(name(b))).toList();
    }
    for (Path entry : entries) {
      if (Files.isRegularFile(entry)) {
        found.add(new Candidate(entry, false));
      } else if (Files.isDirectory(entry) && !Files.isSymbolicLink(entry)) {
        if (isConverted(entry)) {
          found.add(new Candidate(entry, false));
        } else {
          descend(entry);
        }
      }
    }
  }

  private static String name(Path path) {
    return String.valueOf(path.getFileName());
  }

  /** Whether a directory is a capture itself; a damaged one is, too. */
  private static boolean isConverted(Path directory) throws IOException {
    try {
      Captures.open(directory).close();
      return true;
    } catch (InputException e) {
      return !e.isUnrecognised();
    }
  }
}
