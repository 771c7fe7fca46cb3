package org.vgictrace.parser.btf;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.vgictrace.parser.diag.InputException;
import org.vgictrace.parser.diag.Place;
import org.vgictrace.parser.input.Head;
import org.vgictrace.parser.input.Input;
import org.vgictrace.parser.input.Inputs;
import org.vgictrace.parser.input.RandomBytes;

/**
 * Finds the BTF of a kernel in what it is distributed as, compressed or not:
 *
 * <ul>
 *   <li>a blob of BTF, such as {@code /sys/kernel/btf/vmlinux},
 *   <li>a vmlinux or a module: an ELF file with a section {@code .BTF},
 *   <li>an arm64 Image (Documentation/arch/arm64/booting.rst), which contains the blob somewhere,
 *   <li>an Image that unpacks itself (EFI zboot, drivers/firmware/efi/libstub/zboot-header.S),
 *   <li>an x86 bzImage (Documentation/arch/x86/boot.rst), which is a compressed vmlinux.
 * </ul>
 */
public final class KernelImage {
  /** The kernel's own limits for the two sections leave it below 32 MiB. */
  static final int BTF_BYTES_MAX = 64 << 20;

  private static final String IMAGE_MAGIC = "ARMd";
  private static final int INSTRUCTION_BYTES = 4;
  private static final int HEAD_BYTES = 0x206;
  private static final int BZIMAGE_SECTORS = 0x1f1;
  private static final int BZIMAGE_HEADER = 0x202;
  private static final int BZIMAGE_PAYLOAD = 0x248;
  private static final int SECTOR_BYTES = 512;
  private static final int CHUNK_BYTES = 1 << 20;

  /** A match in an Image must be larger than test data of the kernel, and have a sane header. */
  private static final int HEADER_BYTES_MAX = 256;

  private static final int PAYLOAD_BYTES_MAX = 256 << 20;

  private KernelImage() {}

  /**
   * Reads the types of a kernel.
   *
   * @throws InputException if there is no BTF in the file, or if it is damaged
   */
  public static Btf btf(Path path) throws IOException {
    return btf(path, null);
  }

  /**
   * Reads the types of a kernel's module, from {@code /sys/kernel/btf/MODULE} or a module file.
   *
   * @param kernel the kernel's types
   * @return the types of both
   * @throws InputException if there is no BTF in the file, or if it is damaged
   */
  public static Btf module(Path path, Btf kernel) throws IOException {
    return btf(path, kernel);
  }

  private static Btf btf(Path path, @Nullable Btf kernel) throws IOException {
    try (Input input = Inputs.open(path)) {
      return btf(input, kernel, true);
    }
  }

  /**
   * Reads instructions out of an Image; other files have none that could be found.
   *
   * @param offset from the start of the Image, which is where the kernel's text begins
   * @param most how many to read at most
   * @return what there is, empty if the file is no Image
   */
  public static List<Integer> code(Path path, long offset, int most) throws IOException {
    try (Input input = Inputs.open(path)) {
      return code(input, offset, most, true);
    }
  }

  private static List<Integer> code(Input input, long offset, int most, boolean mayUnpack)
      throws IOException {
    Head head = input.head();
    RandomBytes content = input.random();
    if (mayUnpack && isZboot(head)) {
      try (Input image = payload(input.name(), content)) {
        return code(image, offset, most, false);
      }
    }
    List<Integer> words = new ArrayList<>();
    if (has(head, 56, IMAGE_MAGIC) && offset >= 0) {
      byte[] bytes = new byte[most * INSTRUCTION_BYTES];
      int length = content.read(offset, bytes, 0, bytes.length);
      for (int i = 0; i + INSTRUCTION_BYTES <= length; i += INSTRUCTION_BYTES) {
        // Instructions are little-endian in all kernels.
        words.add((int) number(bytes, i, false));
      }
    }
    return words;
  }

  private static Btf btf(Input input, @Nullable Btf kernel, boolean mayUnpack) throws IOException {
    Head head = input.head();
    while (head.length() < HEAD_BYTES && !head.complete()) {
      head = input.longerHead();
    }
    RandomBytes content = input.random();
    String damage = input.stream().damage();
    if (damage != null) {
      throw new InputException(input.name(), Place.at(content.size()), damage);
    }
    if (head.startsWith((byte) 0x9f, (byte) 0xeb) || head.startsWith((byte) 0xeb, (byte) 0x9f)) {
      return blob(input.name(), content, 0, content.size(), kernel);
    }
    if (head.startsWith((byte) 0x7f, (byte) 'E', (byte) 'L', (byte) 'F')) {
      ElfSections.Section section = new ElfSections(input.name(), content).find(".BTF");
      return blob(input.name(), content, section.offset(), section.size(), kernel);
    }
    if (mayUnpack && isZboot(head)) {
      try (Input image = payload(input.name(), content)) {
        return btf(image, kernel, false);
      }
    }
    if (mayUnpack && isBzImage(head)) {
      try (Input vmlinux = bzImagePayload(input.name(), content)) {
        return btf(vmlinux, kernel, false);
      }
    }
    if (has(head, 56, IMAGE_MAGIC)) {
      return scan(input.name(), content);
    }
    throw new InputException(
        input.name(), Place.at(0), "neither BTF nor a vmlinux nor an Image of a kernel");
  }

  private static boolean isZboot(Head head) {
    return has(head, 0, "MZ") && has(head, 4, "zimg");
  }

  private static boolean isBzImage(Head head) {
    return has(head, BZIMAGE_HEADER, "HdrS");
  }

  private static boolean has(Head head, int offset, String text) {
    if (head.length() < offset + text.length()) {
      return false;
    }
    for (int i = 0; i < text.length(); i++) {
      if (head.bytes()[offset + i] != text.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  private static Btf blob(
      String file, RandomBytes content, long offset, long size, @Nullable Btf kernel)
      throws IOException {
    byte[] blob = bytes(file, content, offset, size, BTF_BYTES_MAX);
    return kernel == null ? Btf.of(file, offset, blob) : kernel.with(file, offset, blob);
  }

  private static byte[] bytes(String file, RandomBytes content, long offset, long size, int most)
      throws IOException {
    if (size > most) {
      throw new InputException(
          file, Place.at(offset), size + " bytes are more than the limit of " + most);
    }
    byte[] bytes = new byte[(int) Math.min(size, Math.max(0, content.size() - offset))];
    int n = content.read(offset, bytes, 0, bytes.length);
    if (n < size) {
      throw new InputException(file, Place.at(offset + n), "file ends early");
    }
    return bytes;
  }

  /** {@code MZ\0\0 zimg}, u32 offset and u32 size of a compressed Image. */
  private static Input payload(String file, RandomBytes content) throws IOException {
    byte[] header = bytes(file, content, 8, 8, 8);
    long offset = number(header, 0, false);
    long size = number(header, 4, false);
    byte[] payload = bytes(file, content, offset, size, PAYLOAD_BYTES_MAX);
    return Inputs.open(file, new ByteArrayInputStream(payload));
  }

  /**
   * A byte at 0x1f1 counts sectors of 512 bytes, at 0x248 lie u32 offset and u32 length of the
   * compressed vmlinux behind them. Its last four bytes say how long it is unpacked.
   */
  private static Input bzImagePayload(String file, RandomBytes content) throws IOException {
    byte[] header = bytes(file, content, 0, BZIMAGE_PAYLOAD + 8, BZIMAGE_PAYLOAD + 8);
    int sectors = header[BZIMAGE_SECTORS] & 0xff;
    // Zero is an old way to say four.
    long setup = SECTOR_BYTES * (1L + (sectors == 0 ? 4 : sectors));
    long offset = setup + number(header, BZIMAGE_PAYLOAD, false);
    long size = number(header, BZIMAGE_PAYLOAD + 4, false) - Integer.BYTES;
    if (size < 0) {
      throw new InputException(file, Place.at(BZIMAGE_PAYLOAD), "the bzImage has no payload");
    }
    byte[] payload = bytes(file, content, offset, size, PAYLOAD_BYTES_MAX);
    return Inputs.open(file, new ByteArrayInputStream(payload));
  }

  /** Takes the largest blob that an Image contains. */
  private static Btf scan(String file, RandomBytes content) throws IOException {
    byte[] chunk = new byte[CHUNK_BYTES];
    long best = -1;
    long bestSize = 0;
    for (long at = 0; at < content.size(); at += CHUNK_BYTES - BtfBlob.HEADER_BYTES) {
      int length = content.read(at, chunk, 0, chunk.length);
      for (int i = 0; i + BtfBlob.HEADER_BYTES <= length; i++) {
        boolean little = chunk[i] == (byte) 0x9f && chunk[i + 1] == (byte) 0xeb;
        boolean big = chunk[i] == (byte) 0xeb && chunk[i + 1] == (byte) 0x9f;
        if ((little || big) && chunk[i + 2] == 1) {
          long size = blobSize(chunk, i, big);
          if (size > bestSize && size <= content.size() - at - i && size <= BTF_BYTES_MAX) {
            best = at + i;
            bestSize = size;
          }
        }
      }
    }
    if (best < 0) {
      throw new InputException(
          file, Place.at(0), "no BTF in this Image: built without CONFIG_DEBUG_INFO_BTF?");
    }
    return blob(file, content, best, bestSize, null);
  }

  /** What the header at this place says about the blob's size, 0 if it is none. */
  private static long blobSize(byte[] chunk, int at, boolean big) {
    long header = number(chunk, at + 4, big);
    long types = number(chunk, at + 12, big);
    long strings = number(chunk, at + 16, big);
    boolean sane =
        header >= BtfBlob.HEADER_BYTES
            && header <= HEADER_BYTES_MAX
            && number(chunk, at + 8, big) == 0
            && strings >= types;
    return sane ? header + strings + number(chunk, at + 20, big) : 0;
  }

  private static long number(byte[] bytes, int at, boolean big) {
    long value = 0;
    for (int i = 0; i < 4; i++) {
      value = value << 8 | bytes[at + (big ? i : 3 - i)] & 0xff;
    }
    return value;
  }
}
