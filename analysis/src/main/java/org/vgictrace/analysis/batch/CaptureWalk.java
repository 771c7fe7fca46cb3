package org.vgictrace.analysis.batch;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.vgictrace.parser.Capture;
import org.vgictrace.parser.CaptureMeta;
import org.vgictrace.parser.Captures;
import org.vgictrace.parser.diag.InputException;

/**
 * Finds what may be a capture below the paths a user names. Directories are walked in the order of
 * names; a converted capture is one capture, not a directory to walk; one with raw ring buffers is
 * a capture and may hold others. Symbolic links to directories are not followed.
 */
final class CaptureWalk {
  /** Sorts of directories. */
  private enum Directory {
    CAPTURE,
    FOLDER,
    CAPTURE_AND_FOLDER
  }

  private final List<Candidate> found = new ArrayList<>();

  private CaptureWalk() {}

  /** The candidates below all paths, in order. */
  static List<Candidate> find(List<Path> paths) throws IOException {
    CaptureWalk walk = new CaptureWalk();
    for (Path path : paths) {
      walk.visit(path, true);
    }
    return walk.found;
  }

  private void descend(Path directory) throws IOException {
    List<Path> entries;
    try (Stream<Path> list = Files.list(directory)) {
      entries = list.sorted((a, b) -> name(a).compareTo(name(b))).toList();
    }
    for (Path entry : entries) {
      if (Files.isRegularFile(entry) || Files.isDirectory(entry) && !Files.isSymbolicLink(entry)) {
        visit(entry, false);
      }
    }
  }

  private void visit(Path path, boolean named) throws IOException {
    Directory sort = Files.isDirectory(path) ? sort(path) : Directory.CAPTURE;
    if (sort != Directory.FOLDER) {
      found.add(new Candidate(path, named));
    }
    if (sort != Directory.CAPTURE) {
      descend(path);
    }
  }

  private static String name(Path path) {
    return String.valueOf(path.getFileName());
  }

  /** What a directory is. One that is a damaged capture is a capture. */
  private static Directory sort(Path directory) throws IOException {
    try (Capture capture = Captures.open(directory)) {
      boolean raw = capture.meta().format().equals(CaptureMeta.RAW_BUFFERS);
      return raw ? Directory.CAPTURE_AND_FOLDER : Directory.CAPTURE;
    } catch (InputException e) {
      return e.isUnrecognised() ? Directory.FOLDER : Directory.CAPTURE;
    }
  }
}
