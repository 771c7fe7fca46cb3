package org.vgictrace.replay.kvm.lock;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.vgictrace.parser.event.Names;

/** Tells lock classes by the number of their name: each name is compared once. */
final class LockNames {
  private static final byte NEW = 0;
  private static final byte OTHER = 1;
  private static final int FIRST = 2;
  private static final LockClass[] CLASSES = LockClass.values();

  private byte[] codes = new byte[256];
  private @Nullable Names of;

  /** The class of that name, null if the vGIC does not take such locks. */
  @Nullable LockClass find(int name, Names names) {
    if (of != names) {
      of = names;
      Arrays.fill(codes, NEW);
    }
    if (name < 0 || name >= names.size()) {
      return null;
    }
    if (name >= codes.length) {
      codes = Arrays.copyOf(codes, Math.max(name + 1, codes.length * 2));
    }
    byte code = codes[name];
    if (code == NEW) {
      code = classify(names.text(name));
      codes[name] = code;
    }
    return code < FIRST ? null : CLASSES[code - FIRST];
  }

  private static byte classify(String text) {
    for (LockClass type : CLASSES) {
      if (type.label.equals(text)) {
        return (byte) (FIRST + type.ordinal());
      }
    }
    return OTHER;
  }
}
