package org.vgictrace.parser.table;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;

/**
 * A directory that is filled under a temporary name beside its target and renamed when it is
 * complete, so that nobody sees half of it.
 */
final class StagedDirectory implements Closeable {
  private final Path target;
  private final Path staging;
  private boolean open = true;

  /**
   * Starts a directory.
   *
   * @param replace whether a converted capture that is there already is replaced at the end;
   *     anything else that is not an empty directory is never touched
   * @throws FileAlreadyExistsException if the target must not be replaced
   */
  StagedDirectory(Path target, boolean replace) throws IOException {
    this.target = target;
    checkTarget(target, replace);
    Path whole = target.toAbsolutePath().normalize();
    if (whole.getParent() == null || whole.getFileName() == null) {
      throw new FileAlreadyExistsException(
          target.toString(), null, "is not a place for a new directory");
    }
    this.staging =
        whole.resolveSibling(
            "." + whole.getFileName() + ".partial-" + ProcessHandle.current().pid());
    Files.createDirectory(staging);
  }

  /** Where a file of the directory is to be written. */
  Path file(String name) {
    return staging.resolve(name);
  }

  /** Gives the directory its name. */
  void publish() throws IOException {
    Path whole = target.toAbsolutePath().normalize();
    if (Files.exists(whole, LinkOption.NOFOLLOW_LINKS)) {
      Path old = whole.resolveSibling(staging.getFileName() + ".old");
      Files.move(whole, old);
      Files.move(staging, whole);
      delete(old);
    } else {
      Files.move(staging, whole);
    }
    open = false;
  }

  /** Removes the directory unless it has been published. */
  @Override
  public void close() throws IOException {
    if (open) {
      open = false;
      delete(staging);
    }
  }

  private static void checkTarget(Path target, boolean replace) throws IOException {
    if (!Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    if (!Files.isDirectory(target, LinkOption.NOFOLLOW_LINKS)) {
      throw new FileAlreadyExistsException(
          target.toString(), null, "exists and is not a directory");
    }
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(target)) {
      if (!entries.iterator().hasNext()) {
        return;
      }
    }
    if (!replace) {
      throw new FileAlreadyExistsException(target.toString(), null, "exists and is not empty");
    }
    if (!Files.isRegularFile(target.resolve(CaptureFile.NAME))) {
      throw new FileAlreadyExistsException(
          target.toString(), null, "exists and is not a converted capture");
    }
  }

  /**
   * Deletes a directory and the files in it; directories within it are not ours and stop the
   * deletion.
   */
  private static void delete(Path directory) throws IOException {
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
      for (Path entry : entries) {
        if (Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS)) {
          throw new DirectoryNotEmptyException(entry.toString());
        }
        Files.delete(entry);
      }
    }
    Files.delete(directory);
  }
}
