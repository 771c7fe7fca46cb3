package org.vgictrace.parser.btf;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vgictrace.fixtures.mutate.BinaryMutator;
import org.vgictrace.fixtures.write.BtfWriter;
import org.vgictrace.parser.diag.InputException;

/** BTF in all that it comes in. */
class KernelImageTest {
  private static final String TYPES = "struct wanted 8\n member u32 32\n";

  @TempDir Path folder;

  private static byte[] blob(boolean big) {
    return BtfWriter.blob(TYPES, big ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN);
  }

  private Btf open(byte[] content) throws IOException {
    return KernelImage.btf(Files.write(folder.resolve("kernel"), content));
  }

  private void assertOpens(byte[] content) throws IOException {
    Btf btf = open(content);
    Member member = requireNonNull(btf.member(btf.structure("wanted"), "member"));
    assertThat(member.bitOffset()).isEqualTo(32);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void readsABlobAVmlinuxAndAnImage(boolean big) throws Exception {
    assertOpens(blob(big));
    assertOpens(elf(big));
    assertOpens(image(big));
    assertOpens(gzip(image(big)));
    assertOpens(zboot(gzip(image(big))));
  }

  @Test
  void saysWhatIsMissing() throws Exception {
    assertRefused(
        "nothing of the kind".getBytes(StandardCharsets.US_ASCII),
        "at byte 0: neither BTF nor a vmlinux nor an Image of a kernel");
    byte[] plain = image(false);
    plain[(1 << 20) - 10] = 0;
    assertRefused(plain, "at byte 0: no BTF in this Image: built without CONFIG_DEBUG_INFO_BTF?");
    byte[] elf = elf(false);
    elf[64 + 1] = 'X';
    assertRefused(
        elf,
        "at byte "
            + (elf.length - 3 * 64)
            + ": no section .BTF: built without CONFIG_DEBUG_INFO_BTF?");
    elf[4] = 1;
    assertRefused(elf, "at byte 4: not a 64-bit ELF file");
    byte[] zboot = zboot(gzip(image(false)));
    zboot[15] = 0x7f;
    assertThatThrownBy(() -> open(zboot))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("are more than the limit of");
  }

  @Test
  void readsInstructionsOfAnImage() throws Exception {
    byte[] image = image(true);
    System.arraycopy(new byte[] {0x1f, 0x20, 0x03, (byte) 0xd5}, 0, image, 4096, 4);
    Path file = Files.write(folder.resolve("Image"), zboot(gzip(image)));
    assertThat(KernelImage.code(file, 4096, 1)).containsExactly(0xd503201f);
    assertThat(KernelImage.code(file, image.length - 6, 8)).hasSize(1);
    assertThat(KernelImage.code(file, image.length, 8)).isEmpty();
    assertThat(KernelImage.code(file, -4, 8)).isEmpty();
    assertThat(KernelImage.code(Files.write(file, elf(false)), 64, 8)).isEmpty();
  }

  private void assertRefused(byte[] content, String what) {
    assertThatThrownBy(() -> open(content))
        .isInstanceOf(InputException.class)
        .hasMessage(folder.resolve("kernel") + ": " + what);
  }

  @Test
  void survivesDamage() throws Exception {
    Random random = new Random(4);
    for (int seed = 0; seed < 400; seed++) {
      byte[] whole = seed % 2 == 0 ? elf(random.nextBoolean()) : zboot(gzip(blob(true)));
      BinaryMutator mutator = new BinaryMutator(whole, seed);
      byte[] damaged = (seed % 4 == 0 ? mutator.truncate() : mutator.flipByte()).bytes();
      try {
        assertThat(open(damaged).count()).isPositive();
      } catch (InputException e) {
        assertThat(String.valueOf(e.getMessage())).startsWith(folder.toString()).hasLineCount(1);
      }
    }
  }

  /** Three sections: none, names, and the blob. */
  private static byte[] elf(boolean big) {
    byte[] blob = blob(big);
    byte[] names = "\0.BTF\0.shstrtab\0".getBytes(StandardCharsets.US_ASCII);
    int table = 64 + names.length + blob.length;
    ByteBuffer elf = ByteBuffer.allocate(table + 3 * 64);
    elf.order(big ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN);
    elf.put(new byte[] {0x7f, 'E', 'L', 'F', 2, (byte) (big ? 2 : 1), 1});
    elf.putLong(40, table).putShort(58, (short) 64);
    elf.putShort(60, (short) 3).putShort(62, (short) 1);
    elf.position(64);
    elf.put(names).put(blob);
    elf.putInt(table + 64, 6).putLong(table + 64 + 24, 64).putLong(table + 64 + 32, names.length);
    int section = table + 128;
    elf.putInt(section, 1).putLong(section + 24, 64 + names.length);
    elf.putLong(section + 32, blob.length);
    return elf.array();
  }

  /** The blob lies across two of the pieces in which an Image is searched. */
  private static byte[] image(boolean big) {
    byte[] image = new byte[3 << 20];
    new Random(1).nextBytes(image);
    System.arraycopy("ARMd".getBytes(StandardCharsets.US_ASCII), 0, image, 56, 4);
    image[0] = 'M';
    image[4] = 0;
    byte[] blob = blob(big);
    System.arraycopy(blob, 0, image, (1 << 20) - 10, blob.length);
    return image;
  }

  private static byte[] gzip(byte[] content) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
      gzip.write(content);
    }
    return bytes.toByteArray();
  }

  private static byte[] zboot(byte[] payload) {
    ByteBuffer zboot = ByteBuffer.allocate(64 + payload.length).order(ByteOrder.LITTLE_ENDIAN);
    zboot.put("MZ\0\0zimg".getBytes(StandardCharsets.US_ASCII)).putInt(64).putInt(payload.length);
    zboot.position(64);
    zboot.put(payload);
    return zboot.array();
  }
}
