package org.vgictrace.parser.input;

import com.github.luben.zstd.ZstdInputStreamNoFinalizer;
import java.io.IOException;
import java.io.InputStream;
import java.util.Locale;
import java.util.zip.GZIPInputStream;
import org.tukaani.xz.XZInputStream;

/** Compression around a whole input, recognised by its magic number. */
enum Compression {
  NONE,
  /** RFC 1952; several members in a row are one content. */
  GZIP(0x1f, 0x8b),
  /** RFC 8878. */
  ZSTD(0x28, 0xb5, 0x2f, 0xfd),
  XZ(0xfd, '7', 'z', 'X', 'Z', 0),
  /** LZ4 frame format 1.6. */
  LZ4(0x04, 0x22, 0x4d, 0x18);

  private static final int BUFFER_BYTES = 64 << 10;

  /** {@code xz -9} needs 65 MiB. */
  private static final int XZ_MEMORY_KIB = 96 << 10;

  /** Largest window, as a power of two: 128 MiB, what {@code zstd --long} makes. */
  private static final int ZSTD_WINDOW_LOG = 27;

  private final byte[] magic;

  Compression(int... magic) {
    this.magic = new byte[magic.length];
    for (int i = 0; i < magic.length; i++) {
      this.magic[i] = (byte) magic[i];
    }
  }

  /** The compression an input with this beginning has. */
  static Compression of(byte[] beginning) {
    for (Compression compression : values()) {
      if (compression != NONE && compression.matches(beginning)) {
        return compression;
      }
    }
    return NONE;
  }

  private boolean matches(byte[] beginning) {
    if (beginning.length < magic.length) {
      return false;
    }
    for (int i = 0; i < magic.length; i++) {
      if (beginning[i] != magic[i]) {
        return false;
      }
    }
    return true;
  }

  /** Name for messages. */
  String title() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The content behind this compression. */
  InputStream unwrap(InputStream raw) throws IOException {
    return switch (this) {
      case NONE -> raw;
      case GZIP -> new GZIPInputStream(raw, BUFFER_BYTES);
      case ZSTD -> {
        ZstdInputStreamNoFinalizer zstd = new ZstdInputStreamNoFinalizer(raw);
        zstd.setLongMax(ZSTD_WINDOW_LOG);
        yield zstd;
      }
      case XZ -> new XZInputStream(raw, XZ_MEMORY_KIB);
      case LZ4 -> new Lz4Stream(raw);
    };
  }
}
