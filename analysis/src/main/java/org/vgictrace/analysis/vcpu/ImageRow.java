package org.vgictrace.analysis.vcpu;

import org.jspecify.annotations.Nullable;
import org.vgictrace.parser.event.KindTable;
import org.vgictrace.parser.event.LrImage;

/** How to read the list registers of a row of {@link org.vgictrace.parser.event.Kind#LR_IMAGE}. */
public final class ImageRow {
  private ImageRow() {}

  /**
   * Whether the host has a GICv3: by the size of a list register, else by what only a wide one
   * holds.
   */
  public static boolean isV3(KindTable table, int row) {
    if (table.has(row, LrImage.LR_BYTES)) {
      return table.get(row, LrImage.LR_BYTES, Long.BYTES) == Long.BYTES;
    }
    for (int lr = 0; lr < LrImage.LRS_MAX; lr++) {
      if (table.get(row, LrImage.LR0 + lr, 0) >>> 32 != 0) {
        return true;
      }
    }
    return false;
  }

  /**
   * Whether the guest sees a GICv2, so that an SGI's list register holds its source.
   *
   * @param v3 whether the host has a GICv3
   * @param vcpu whose image it is, null if unknown
   */
  public static boolean isV2Guest(boolean v3, @Nullable Vcpu vcpu) {
    if (!v3) {
      return true;
    }
    Vm vm = vcpu == null ? null : vcpu.vm();
    return vm != null && vm.isGicV2();
  }

  /** List registers in use: as recorded, at most as many as an image can hold; -1 if unknown. */
  public static int used(KindTable table, int row) {
    long used = table.get(row, LrImage.USED_LRS, -1);
    return used < 0 ? -1 : (int) Math.min(used, LrImage.LRS_MAX);
  }

  /**
   * Whether a list register counts: one of those in use, or any that is not empty if their number
   * is unknown.
   */
  public static boolean isUsed(KindTable table, int row, int lr) {
    int used = used(table, row);
    return used < 0
        ? table.get(row, LrImage.LR0 + lr, 0) != 0
        : lr < used && table.has(row, LrImage.LR0 + lr);
  }
}
