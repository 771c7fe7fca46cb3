package org.vgictrace.parser.input;

import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;
import org.vgictrace.parser.diag.InputException;
import org.vgictrace.parser.diag.Place;

/** Opens inputs. */
public final class Inputs {
  /** The name that stands for standard input. */
  public static final String STDIN = "-";

  private Inputs() {}

  /**
   * Opens a file, a pipe, or standard input for {@link #STDIN}, and unwraps the compression around
   * it.
   *
   * @throws InputException if it cannot be opened
   */
  public static Input open(Path path) throws IOException {
    String name = path.toString();
    if (name.equals(STDIN)) {
      return open(name, new FileInputStream(FileDescriptor.in), null);
    }
    if (Files.isDirectory(path)) {
      throw new InputException(name, "is a directory");
    }
    try {
      if (!Files.isRegularFile(path)) {
        return open(name, Files.newInputStream(path), null);
      }
      FileChannel channel = FileChannel.open(path, StandardOpenOption.READ);
      return open(name, Files.newInputStream(path), channel);
    } catch (NoSuchFileException e) {
      throw new InputException(name, "no such file");
    } catch (AccessDeniedException e) {
      throw new InputException(name, "permission denied");
    }
  }

  /**
   * Wraps a stream whose content may be compressed.
   *
   * @param name to be used in messages
   */
  public static Input open(String name, InputStream source) throws IOException {
    return open(name, source, null);
  }

  private static Input open(String name, InputStream source, @Nullable FileChannel file)
      throws IOException {
    RawStream raw = new RawStream(source);
    Compression compression = Compression.of(raw);
    InputStream content;
    try {
      content = compression.unwrap(raw);
    } catch (IOException | RuntimeException e) {
      raw.close();
      throw new InputException(
          name, Place.at(0), "damaged " + compression.title() + " data: " + e.getMessage());
    }
    boolean compressed = compression != Compression.NONE;
    if (compressed && file != null) {
      file.close();
    }
    return new Input(name, new ByteStream(raw, content, compressed), compressed ? null : file);
  }
}
