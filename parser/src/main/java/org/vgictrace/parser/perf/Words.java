package org.vgictrace.parser.perf;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Numbers in an array, in the byte order of the recorded machine. Hot code; stateless. */
final class Words {
  private static final VarHandle SHORT =
      MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private final boolean bigEndian;

  Words(boolean bigEndian) {
    this.bigEndian = bigEndian;
  }

  boolean isBigEndian() {
    return bigEndian;
  }

  int u16(byte[] bytes, int at) {
    short value = (short) SHORT.get(bytes, at);
    return (bigEndian ? Short.reverseBytes(value) : value) & 0xffff;
  }

  int s32(byte[] bytes, int at) {
    int value = (int) INT.get(bytes, at);
    return bigEndian ? Integer.reverseBytes(value) : value;
  }

  long u32(byte[] bytes, int at) {
    return s32(bytes, at) & 0xffff_ffffL;
  }

  /** A 64-bit number; those beyond the signed range are negative. */
  long u64(byte[] bytes, int at) {
    long value = (long) LONG.get(bytes, at);
    return bigEndian ? Long.reverseBytes(value) : value;
  }
}
